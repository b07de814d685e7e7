/** What one mutation writes, or one operation of a batch: a part of one transaction. */

import { MUTATION_INPUTS_MAX } from '../base/limits.ts';
import type { NodeType } from '../definition/definition.ts';
import { compareText } from '../delta/value-order.ts';
import type { NodeRow } from '../engine/graph-view.ts';
import type { InputMap } from './builder.ts';
import { invalidInput, limitExceeded } from './errors.ts';
import { expectVersion } from './expected-version.ts';
import { selectNodes } from './select.ts';
import { createNode, updateNode, upsertNode, type Writing } from './write-nodes.ts';

/** Which nodes are written, and as what they are expected. */
export interface Target {
  readonly where?: InputMap | null | undefined;
  /** How many there may be. */
  readonly atMost?: number | null | undefined;
  /** Of the only one. */
  readonly ifVersion?: string | null | undefined;
}

/** The ids of the nodes. */
export function createNodes(
  writing: Writing,
  type: NodeType,
  input: readonly InputMap[],
): readonly string[] {
  return eachInput(writing, input, (each) => createNode(writing, type, each));
}

export function upsertNodes(
  writing: Writing,
  type: NodeType,
  input: readonly InputMap[],
): readonly string[] {
  return [...new Set(eachInput(writing, input, (each) => upsertNode(writing, type, each)))];
}

export function updateNodes(
  writing: Writing,
  type: NodeType,
  { update, ...target }: Target & { readonly update?: InputMap | null | undefined },
): readonly string[] {
  const { writer } = writing;
  const nodes = selectTarget(writing, type, target);
  writer.within('update', () => {
    for (const node of nodes) updateNode(writing, node, update ?? {});
  });
  return nodes.map((node) => writer.draft.graph.nodeId(node)).sort(compareText);
}

/** Names none of the nodes, as they are gone. */
export function deleteNodes(writing: Writing, type: NodeType, target: Target): readonly string[] {
  const { writer } = writing;
  const nodes = selectTarget(writing, type, target);
  writer.within('where', () => {
    for (const node of nodes) writer.deleteNode(node);
  });
  return [];
}

function eachInput(
  { writer }: Writing,
  input: readonly InputMap[],
  write: (each: InputMap) => string,
): string[] {
  return writer.within('input', () => {
    expectFew(input);
    return input.map((each, index) => writer.within(index, () => write(each)));
  });
}

function expectFew({ length }: readonly InputMap[]): void {
  if (length <= MUTATION_INPUTS_MAX) return;
  throw limitExceeded({
    limit: 'MUTATION_INPUTS_MAX',
    what: 'input of a mutation',
    max: MUTATION_INPUTS_MAX,
    actual: length,
  });
}

function selectTarget(
  writing: Writing,
  type: NodeType,
  { where, atMost, ifVersion }: Target,
): NodeRow[] {
  const { writer, budget } = writing;
  const { graph, definition } = writer.draft;
  const nodes = writer.within('where', () =>
    selectNodes({ graph, definition, type, where, budget }),
  );
  writer.within('atMost', () => expectAtMost(type, nodes, atMost));
  writer.within('ifVersion', () => expectVersion(writer.draft, nodes, ifVersion));
  return nodes;
}

function expectAtMost(
  type: NodeType,
  { length }: readonly NodeRow[],
  atMost: number | null | undefined,
): void {
  const most = atMost ?? Infinity;
  if (most < 0) throw invalidInput(`atMost expected 0 or more, got ${most}`);
  if (length <= most) return;
  throw limitExceeded({
    limit: 'atMost',
    what: `the nodes of type ${type.name} that match`,
    max: most,
    actual: length,
  });
}
