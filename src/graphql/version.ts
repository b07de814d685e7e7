/**
 * `version` of a node: a text that changes with what the caller may read of it, and with nothing
 * else (schema/plan.md, E31). Whoever writes can ask that nobody has written since it read.
 */

import { assert } from '../base/assert.ts';
import type { Definition, NodeType } from '../definition/definition.ts';
import { scalarFields } from '../definition/fields.ts';
import { compareText } from '../delta/value-order.ts';
import type { GraphView, NodeRow } from '../engine/graph-view.ts';
import { type Plan, PlanStatus, type Shape } from '../engine/plan.ts';

export const VERSION =
  'Changes with each change of what the caller may read of the node, without its edges.';

/** Of one node. */
const MOST = Number.MAX_SAFE_INTEGER;
const LIMITS = { work: MOST, items: 1, bytes: MOST } as const;

type VersionShape = Extract<Shape, { kind: 'version' }>;

export function versionShape({ fields }: NodeType): VersionShape {
  const properties = scalarFields(fields).filter(({ isKey }) => !isKey);
  return { kind: 'version', paths: properties.map(({ path }) => path).sort(compareText) };
}

/** Empty, which is no version, of a node that the caller sees no more. */
export function nodeVersion(graph: GraphView, node: NodeRow, definition: Definition): string {
  const type = definition.nodeTypes.get(graph.nodeType(node));
  assert(type !== undefined, 'a node that the API shows has a declared type');
  const plan: Plan = {
    members: [
      {
        name: 'node',
        shape: {
          kind: 'one',
          rows: { source: { kind: 'ids', ids: [graph.nodeId(node)] } },
          item: { members: [{ name: 'version', shape: versionShape(type) }] },
        },
      },
    ],
  };
  const answer = graph.answer(plan, LIMITS);
  assert(answer.status === PlanStatus.OK, 'a version can always be written');
  const { node: found } = JSON.parse(answer.json.toString()) as Answered;
  return found?.version ?? '';
}

interface Answered {
  readonly node: { readonly version: string } | null;
}
