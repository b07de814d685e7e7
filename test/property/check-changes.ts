/**
 * Holds the changes that an apply reports against what can be seen before and after it:
 *
 * - A node or edge that appeared or vanished is named as created or deleted; an edge may instead
 *   be implied by an end that was. The reports, followed one by one, lead from before to after.
 * - A value that differs is named by its path, or by one above or below.
 * - What is named was done: its transaction holds a delta of that kind on that element and path.
 *   A late delete may hide what is older than it and leave the element: deleted, then created.
 */

import * as abi from '../../assembly/abi.ts';
import { toHex } from '../../src/base/bytes.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { EdgeRow, NodeRow } from '../../src/engine/graph-view.ts';
import type { EngineView } from '../../src/engine/view.ts';
import {
  deltaElement,
  type ElementName,
  edgeElement,
  edgeOfElement,
  type ReferenceDelta,
  type ReferenceTransaction,
} from '../reference/reference-delta.ts';
import type { ReferenceGraph } from '../reference/reference-graph.ts';
import { valueText } from './value-text.ts';

/** What shows: the values of every node and edge that does, by path. */
export type Visible = ReadonlyMap<ElementName, ReadonlyMap<string, string>>;

export interface NamedChange {
  readonly element: ElementName;
  /** The path of a value; undefined where existence changed. */
  readonly path: string | undefined;
  /** Whether the element exists after it. */
  readonly exists: boolean;
  /** Commit and position of the transaction. */
  readonly transaction: string;
}

export function visible(reference: ReferenceGraph): Visible {
  const nodes = reference.nodes().map(({ id }) => id);
  const elements = [...nodes, ...reference.edges().map(edgeElement)];
  return new Map(
    elements.map((element) => {
      const values = [...reference.values(element)];
      return [element, new Map(values.map(([path, value]) => [path, valueText(value)]))];
    }),
  );
}

/** Equal texts show the same. */
export function visibleText(shown: Visible): string {
  const elements = [...shown].map(([name, values]) => JSON.stringify([name, ...values]));
  return elements.sort().join();
}

type ChangeWords = readonly [transaction: number, row: number, path: number, kind: number];

/** The changes of the last apply by names instead of rows. */
export function namedChanges(engine: Engine, view: EngineView, count: number): NamedChange[] {
  const words = engine.changeWords(count);
  return Array.from({ length: count }, (_, index) => {
    const change = words.subarray(index * 4, index * 4 + 4) as unknown as ChangeWords;
    const [transaction, row, path, kind] = change;
    const writer = view.writerOf(transaction);
    const isNode = kind <= abi.CHANGE_NODE_VALUE;
    const isValue = kind === abi.CHANGE_NODE_VALUE || kind === abi.CHANGE_EDGE_VALUE;
    return {
      element: isNode ? view.nodeId(row as NodeRow) : edgeName(view, row as EdgeRow),
      path: isValue ? view.pathText(path) : undefined,
      exists: kind !== abi.CHANGE_NODE_DELETED && kind !== abi.CHANGE_EDGE_DELETED,
      transaction: `${toHex(writer.commit)}:${writer.position}`,
    };
  });
}

export interface AppliedChanges {
  readonly before: Visible;
  readonly after: Visible;
  readonly changes: readonly NamedChange[];
  readonly transactions: readonly ReferenceTransaction[];
}

/** What is wrong with the changes; undefined when they are right. */
export function wrongChange(applied: AppliedChanges): string | undefined {
  const moved = new Set(applied.changes.filter(isExistence).map(({ element }) => element));
  return undoneChange(applied) ?? wrongExistence(applied, moved) ?? missedValue(applied, moved);
}

function undoneChange({ changes, transactions }: AppliedChanges): string | undefined {
  const deltas = new Map(
    transactions.map(({ stamp, deltas }) => [`${stamp.commit}:${stamp.position}`, deltas]),
  );
  for (const change of changes) {
    const done = deltas.get(change.transaction) ?? [];
    if (done.some((delta) => causes(delta, change))) continue;
    return `a change expected a delta that causes it, got ${JSON.stringify(change)}`;
  }
  return undefined;
}

function causes(delta: ReferenceDelta, change: NamedChange): boolean {
  if (deltaElement(delta) !== change.element) return false;
  if ('path' in delta) return delta.path === change.path;
  const isCreate = delta.op === 'createNode' || delta.op === 'createEdge';
  return change.path === undefined && (!isCreate || change.exists);
}

function wrongExistence(
  { before, after, changes }: AppliedChanges,
  moved: ReadonlySet<ElementName>,
): string | undefined {
  const there = new Set(before.keys());
  for (const { element, exists } of changes.filter(isExistence)) {
    if (isImplied(element, moved)) continue;
    if (there.has(element) === exists) return `${element} expected to change, got a repetition`;
    if (exists) there.add(element);
    else there.delete(element);
  }
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    if (isImplied(element, moved) || there.has(element) === after.has(element)) continue;
    return `${element} expected a change, as it ${after.has(element) ? 'appeared' : 'vanished'}`;
  }
  return undefined;
}

function missedValue(
  { before, after, changes }: AppliedChanges,
  moved: ReadonlySet<ElementName>,
): string | undefined {
  for (const [element, values] of after) {
    const earlier = before.get(element);
    if (earlier === undefined || moved.has(element) || isImplied(element, moved)) continue;
    const named = changes.flatMap((change) => (change.element === element ? [change.path] : []));
    for (const path of new Set([...values.keys(), ...earlier.keys()])) {
      if (values.get(path) === earlier.get(path)) continue;
      if (named.some((other) => other !== undefined && isOnPath(path, other))) continue;
      return `${element} at ${path} expected a change, got none`;
    }
  }
  return undefined;
}

/** Whether an end appeared or vanished: its edges go with it and are not named. */
function isImplied(element: ElementName, moved: ReadonlySet<ElementName>): boolean {
  const edge = edgeOfElement(element);
  return edge !== undefined && (moved.has(edge.from) || moved.has(edge.to));
}

function isExistence({ path }: NamedChange): boolean {
  return path === undefined;
}

function isOnPath(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`) || other.startsWith(`${path}.`);
}

function edgeName(view: EngineView, row: EdgeRow): ElementName {
  const { from, to } = view.edgeEnds(row);
  const [type, key] = [view.edgeType(row), view.edgeKey(row)];
  return edgeElement({ from: view.nodeId(from), type, to: view.nodeId(to), key });
}
