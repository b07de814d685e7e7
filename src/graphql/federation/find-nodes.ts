/** The nodes that references name, for resolvers: found as plans find them, in one call. */

import type { DatabaseError } from '../../base/errors.ts';
import { GRAPHQL_ANSWER_BYTES_MAX } from '../../base/limits.ts';
import type { NodeRow } from '../../engine/graph-view.ts';
import {
  Format,
  type Lookup,
  type LookupKey,
  type Lookups,
  PLAN_WORK_PER_ROW,
  type Plan,
  PlanStatus,
} from '../../engine/plan.ts';
import { asNode } from '../absent-node.ts';
import { moreThan } from '../budget.ts';
import type { Context } from '../context.ts';
import { invalidInput } from '../errors.ts';
import type { EntityLookups } from './entity-lookups.ts';

/** A reference, or what is wrong with one. */
export type Found = Lookup | Error;

/**
 * In their order; null where the caller sees no such node, and none of another subgraph is named.
 * Throws LIMIT_EXCEEDED.
 */
export function findNodes(
  lookups: EntityLookups,
  references: readonly Found[],
  context: Context,
): (NodeRow | Error | null)[] {
  const keys = lookups.keys.map(({ isRequired, ...key }): LookupKey => key);
  const asked = references.map((each) => (each instanceof Error ? undefined : each));
  const found = lookUp(keys, asked, context);
  return references.map((reference, index) => {
    if (reference instanceof Error) return reference;
    // One of them has several: each is asked for by itself then.
    const node = found === undefined ? findNode(keys, reference, context) : found[index];
    if (node !== null && node !== undefined) return node;
    const absent = lookups.absent(reference, context.graph);
    return absent === undefined ? null : asNode(absent);
  });
}

function findNode(
  keys: readonly LookupKey[],
  lookup: Lookup,
  context: Context,
): NodeRow | Error | null {
  const found = lookUp(keys, [lookup], context);
  if (found !== undefined) return found[0] ?? null;
  const type = keys[lookup.key]?.type ?? '';
  return invalidInput(`a key of ${type} expected one node that has its values, got several`);
}

/** Undefined where one of them finds several nodes. */
function lookUp(
  keys: readonly LookupKey[],
  lookups: Lookups,
  { graph, budget, limits }: Context,
): readonly (NodeRow | null)[] | undefined {
  const answer = graph.answer(planOf(keys, lookups), {
    work: limits.rows * PLAN_WORK_PER_ROW,
    items: lookups.length,
    bytes: GRAPHQL_ANSWER_BYTES_MAX,
  });
  budget.spend(Math.ceil(answer.spent / PLAN_WORK_PER_ROW));
  if (answer.status === PlanStatus.SEVERAL) return undefined;
  if (answer.status !== PlanStatus.OK) throw tooMuch(limits.rows);
  const { found } = JSON.parse(answer.json.toString()) as {
    readonly found: readonly ({ readonly id: string } | null)[];
  };
  return found.map((node) => (node === null ? null : (graph.nodeById(node.id) ?? null)));
}

function planOf(keys: readonly LookupKey[], lookups: Lookups): Plan {
  const id = { kind: 'value', field: { kind: 'id' }, format: Format.TEXT } as const;
  const item = { members: [{ name: 'id', shape: id }] };
  return { members: [{ name: 'found', shape: { kind: 'lookups', keys, lookups, item } }] };
}

function tooMuch(max: number): DatabaseError {
  const what = 'the nodes and edges that one operation looks at';
  return moreThan({ limit: 'GRAPHQL_ROWS_MAX', what, max });
}
