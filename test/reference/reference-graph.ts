/**
 * The obvious graph: the merge rules of the engine once more, in Maps, with nothing clever. It
 * keeps every stamp it is told and works answers out when asked, so that no order of arrival can
 * matter. Property tests hold the engine against it; `ReferenceSpace` serves it as a space.
 *
 * Rules (schema/merge.md states them):
 * - An element (node or edge) exists when a create was seen and the greatest create stamp is not
 *   below the greatest delete stamp: within one transaction deletes count first.
 * - At one path of one element the set with the greatest stamp wins; within one transaction the
 *   later one. A cell shows when its element exists, it is not older than the element's delete,
 *   it is not null, and no cell above or below it on its path is newer.
 * - An increment counts while the set that it names wins and holds an int64; inside one
 *   transaction a set drops the increments before it. One that names no set adds to a counter,
 *   which exists while no set was seen and shows only if the element was never deleted.
 * - An edge shows when it exists and both its ends do.
 * - A seal forgets elements that were deleted and do not exist, edges at such nodes, deletes, and
 *   what would not show if its element existed.
 */

import { assert } from '../../src/base/assert.ts';
import type { Value } from '../../src/delta/value.ts';
import type { EdgeName } from '../../src/engine/graph-view.ts';
import { canonicalValue } from './reference-value.ts';

/** Orders conflicting writes: by clock, then author, then commit, then position. */
export interface Stamp {
  readonly hlc: bigint;
  /** Hex of the author's key. */
  readonly author: string;
  /** Hex of the commit's hash. */
  readonly commit: string;
  /** Index of the transaction in its commit. */
  readonly position: number;
}

/** The transaction whose set an increment adds to. */
export type Base = Pick<Stamp, 'commit' | 'position'>;

/** Names an element: a node by its id, an edge by `edgeElement`. */
export type ElementName = string;

export type ReferenceDelta =
  | { readonly op: 'createNode'; readonly id: string; readonly type: string; readonly key?: string }
  | { readonly op: 'deleteNode'; readonly id: string }
  | { readonly op: 'createEdge'; readonly edge: EdgeName }
  | { readonly op: 'deleteEdge'; readonly edge: EdgeName }
  | {
      readonly op: 'set';
      readonly element: ElementName;
      readonly path: string;
      readonly value: Value;
    }
  | {
      readonly op: 'increment';
      readonly element: ElementName;
      readonly path: string;
      readonly base: Base | undefined;
      readonly amount: bigint;
    };

export interface ReferenceTransaction {
  readonly stamp: Stamp;
  readonly deltas: readonly ReferenceDelta[];
}

interface SetWrite {
  readonly stamp: Stamp;
  /** Index of the delta in its transaction. */
  readonly index: number;
  readonly value: Value;
}

interface Increment {
  readonly stamp: Stamp;
  readonly index: number;
  readonly base: Base | undefined;
  readonly amount: bigint;
}

interface Cell {
  set: SetWrite | undefined;
  readonly increments: Increment[];
}

interface Existence {
  created: Stamp | undefined;
  deleted: Stamp | undefined;
  readonly cells: Map<string, Cell>;
}

export type KeptCells = ReadonlyMap<string, { writer: Stamp | undefined; value: Value }>;

export interface NodeFacts {
  readonly id: string;
  readonly type: string;
  readonly key: string | undefined;
}

export type EdgeFacts = Required<EdgeName>;

export function compareStamps(left: Stamp, right: Stamp): number {
  if (left.hlc !== right.hlc) return left.hlc < right.hlc ? -1 : 1;
  if (left.author !== right.author) return left.author < right.author ? -1 : 1;
  if (left.commit !== right.commit) return left.commit < right.commit ? -1 : 1;
  return left.position - right.position;
}

/** The element name of an edge. */
export function edgeElement(edge: EdgeName): ElementName {
  return JSON.stringify([edge.from, edge.type, edge.to, edge.key ?? 0]);
}

/** The element that a delta is about. */
export function deltaElement(delta: ReferenceDelta): ElementName {
  switch (delta.op) {
    case 'createNode':
    case 'deleteNode':
      return delta.id;
    case 'createEdge':
    case 'deleteEdge':
      return edgeElement(delta.edge);
    case 'set':
    case 'increment':
      return delta.element;
  }
}

/** The edge that an element name names; undefined for a node, as no id starts with a bracket. */
export function edgeOfElement(element: ElementName): EdgeFacts | undefined {
  if (!element.startsWith('[')) return undefined;
  const [from, type, to, key] = JSON.parse(element) as [string, string, string, number];
  return { from, type, to, key };
}

export class ReferenceGraph {
  readonly #applied = new Set<string>();
  readonly #elements = new Map<ElementName, Existence>();
  readonly #nodes = new Map<string, NodeFacts>();
  readonly #nodesByType = new Map<string, NodeFacts[]>();
  readonly #nodesByKey = new Map<string, NodeFacts>();
  readonly #edges = new Map<ElementName, EdgeFacts>();
  readonly #edgesByEnd = new Map<string, Set<ElementName>>();

  /** Takes a transaction in any order of arrival; the same one again changes nothing. */
  apply(transaction: ReferenceTransaction): void {
    const { stamp } = transaction;
    const name = `${stamp.commit} ${stamp.position}`;
    if (this.#applied.has(name)) return;
    this.#applied.add(name);
    for (const [index, delta] of transaction.deltas.entries()) this.#take(delta, stamp, index);
  }

  /** Every transaction that was applied is sealed: what does not show is forgotten. */
  seal(): void {
    // None of them comes again.
    this.#applied.clear();
    const lost = new Set([...this.#elements.keys()].filter((name) => this.#isLost(name)));
    for (const [name, element] of this.#elements) {
      const edge = edgeOfElement(name);
      const hasLostEnd = edge !== undefined && (lost.has(edge.from) || lost.has(edge.to));
      if (!lost.has(name) && !hasLostEnd) this.#sealCells(element);
      const isEmpty = element.created === undefined && element.cells.size === 0;
      if (lost.has(name) || hasLostEnd || isEmpty) this.#forget(name);
    }
  }

  /** What is kept of each element, shown or not: who created it, and the writer at each path. */
  kept(): Map<ElementName, { readonly created: Stamp | undefined; readonly cells: KeptCells }> {
    return new Map(
      [...this.#elements].map(([name, { created, cells }]) => {
        const kept = [...cells].map(([path, cell]) => {
          return [path, { writer: cellStamp(cell), value: cellValue(cell) }] as const;
        });
        return [name, { created, cells: new Map(kept) }];
      }),
    );
  }

  /** Nodes that exist, in the order of their first create. */
  nodes(type?: string): NodeFacts[] {
    const nodes = type === undefined ? this.#nodes.values() : (this.#nodesByType.get(type) ?? []);
    return [...nodes].filter((node) => this.exists(node.id));
  }

  /** What the create of this node said, even if it was deleted since. */
  nodeFacts(id: string): NodeFacts | undefined {
    return this.#nodes.get(id);
  }

  nodeByKey(type: string, key: string): NodeFacts | undefined {
    const node = this.#nodesByKey.get(JSON.stringify([type, key]));
    return node !== undefined && this.exists(node.id) ? node : undefined;
  }

  /** Edges that show; only those at one node when its id is given, loops once. */
  edges(end?: string): EdgeFacts[] {
    if (end === undefined) return [...this.#edges.values()].filter((edge) => this.hasEdge(edge));
    const edges: EdgeFacts[] = [];
    for (const element of this.#edgesByEnd.get(end) ?? []) {
      const edge = this.#edges.get(element);
      if (edge !== undefined && this.hasEdge(edge)) edges.push(edge);
    }
    return edges;
  }

  hasEdge(edge: EdgeName): boolean {
    return this.exists(edgeElement(edge)) && this.exists(edge.from) && this.exists(edge.to);
  }

  exists(element: ElementName): boolean {
    const { created, deleted } = this.#elements.get(element) ?? {};
    if (created === undefined) return false;
    return deleted === undefined || compareStamps(created, deleted) >= 0;
  }

  wasDeleted(element: ElementName): boolean {
    return this.#elements.get(element)?.deleted !== undefined;
  }

  /** The transaction that an element's existence names: its latest create. */
  createdBy(element: ElementName): Stamp | undefined {
    return this.#elements.get(element)?.created;
  }

  /** The visible value at a path; null where there is none. */
  value(element: ElementName, path: string): Value {
    const cell = this.#elements.get(element)?.cells.get(path);
    return cell !== undefined && this.#isVisible(element, path) ? cellValue(cell) : null;
  }

  /** Whether a rule holds back what is at a path: of a graph that one caller sees. */
  hides(_element: ElementName, _path: string): boolean {
    return false;
  }

  /** The transaction that the visible value at a path names. */
  writtenBy(element: ElementName, path: string): Stamp | undefined {
    const cell = this.#elements.get(element)?.cells.get(path);
    return cell !== undefined && this.#isVisible(element, path) ? cellStamp(cell) : undefined;
  }

  /** The winning set at a path, visible or not; undefined while none was seen. */
  winningSet(element: ElementName, path: string): Stamp | undefined {
    return this.#elements.get(element)?.cells.get(path)?.set?.stamp;
  }

  /** Visible values by path, sorted by path. */
  values(element: ElementName): Map<string, Value> {
    const paths = [...(this.#elements.get(element)?.cells.keys() ?? [])].sort();
    const visible = paths.filter((path) => this.#isVisible(element, path));
    return new Map(visible.map((path) => [path, this.value(element, path)]));
  }

  /** All that shows, as plain sorted JSON; equal texts are equal graphs. */
  content(): unknown {
    const dump = (element: ElementName) =>
      Object.fromEntries([...this.values(element)].map(([p, v]) => [p, canonicalValue(v)]));
    const nodes = this.nodes().sort((left, right) => compareText(left.id, right.id));
    const edges = this.edges().sort((l, r) => compareText(edgeElement(l), edgeElement(r)));
    return {
      nodes: nodes.map(({ id, type, key }) => ({ id, type, key: key ?? null, values: dump(id) })),
      edges: edges.map(({ from, type, to, key }) => {
        return { from, type, to, key, values: dump(edgeElement({ from, type, to, key })) };
      }),
    };
  }

  /** Whether it does not exist, and its create or its delete was seen. */
  #isLost(name: ElementName): boolean {
    const { created, deleted } = this.#elements.get(name) ?? {};
    return !this.exists(name) && (created !== undefined || deleted !== undefined);
  }

  #forget(name: ElementName): void {
    this.#elements.delete(name);
    const edge = this.#edges.get(name);
    if (edge !== undefined) {
      this.#edges.delete(name);
      for (const end of [edge.from, edge.to]) this.#edgesByEnd.get(end)?.delete(name);
    }
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    this.#nodes.delete(name);
    const ofType = this.#nodesByType.get(node.type) ?? [];
    ofType.splice(ofType.indexOf(node), 1);
    if (node.key !== undefined) this.#nodesByKey.delete(JSON.stringify([node.type, node.key]));
  }

  #sealCells(element: Existence): void {
    const shown = [...element.cells].filter(([path]) => this.#wouldShow(element, path));
    element.cells.clear();
    for (const [path, cell] of shown) element.cells.set(path, sealedCell(cell));
    element.deleted = undefined;
  }

  #take(delta: ReferenceDelta, stamp: Stamp, index: number): void {
    const element = deltaElement(delta);
    switch (delta.op) {
      case 'createNode':
        this.#keepNode({ id: delta.id, type: delta.type, key: delta.key });
        this.#keepCreate(element, stamp);
        break;
      case 'createEdge':
        this.#keepEdge(element, { key: 0, ...delta.edge });
        this.#keepCreate(element, stamp);
        break;
      case 'deleteNode':
      case 'deleteEdge':
        this.#keepDelete(element, stamp);
        break;
      case 'set':
        this.#keepSet(element, delta.path, { stamp, index, value: delta.value });
        break;
      case 'increment': {
        const { base, amount } = delta;
        this.#cell(element, delta.path).increments.push({ stamp, index, base, amount });
        break;
      }
    }
  }

  #keepNode(node: NodeFacts): void {
    const known = this.#nodes.get(node.id);
    if (known !== undefined) {
      assert(known.type === node.type && known.key === node.key, 'type and key are of the id');
      return;
    }
    this.#nodes.set(node.id, node);
    const ofType = this.#nodesByType.get(node.type);
    if (ofType === undefined) this.#nodesByType.set(node.type, [node]);
    else ofType.push(node);
    if (node.key !== undefined) {
      this.#nodesByKey.set(JSON.stringify([node.type, node.key]), node);
    }
  }

  #keepEdge(element: ElementName, edge: EdgeFacts): void {
    this.#edges.set(element, edge);
    for (const end of [edge.from, edge.to]) {
      const atEnd = this.#edgesByEnd.get(end) ?? new Set();
      this.#edgesByEnd.set(end, atEnd.add(element));
    }
  }

  #keepCreate(name: ElementName, stamp: Stamp): void {
    const element = this.#element(name);
    element.created = latest(element.created, stamp);
  }

  #keepDelete(name: ElementName, stamp: Stamp): void {
    const element = this.#element(name);
    element.deleted = latest(element.deleted, stamp);
  }

  #keepSet(name: ElementName, path: string, write: SetWrite): void {
    const cell = this.#cell(name, path);
    const order = cell.set === undefined ? 1 : compareStamps(write.stamp, cell.set.stamp);
    if (order > 0 || (order === 0 && write.index > (cell.set?.index ?? -1))) cell.set = write;
  }

  #element(name: ElementName): Existence {
    const known = this.#elements.get(name);
    if (known !== undefined) return known;
    const element: Existence = { created: undefined, deleted: undefined, cells: new Map() };
    this.#elements.set(name, element);
    return element;
  }

  #cell(name: ElementName, path: string): Cell {
    const { cells } = this.#element(name);
    const known = cells.get(path);
    if (known !== undefined) return known;
    const cell: Cell = { set: undefined, increments: [] };
    cells.set(path, cell);
    return cell;
  }

  #isVisible(name: ElementName, path: string): boolean {
    const element = this.#elements.get(name);
    return element !== undefined && this.exists(name) && this.#wouldShow(element, path);
  }

  /** Whether the cell at a path shows where its element exists. */
  #wouldShow(element: Existence, path: string): boolean {
    const cell = element.cells.get(path);
    if (cell === undefined) return false;
    const stamp = cellStamp(cell);
    if (stamp === undefined || cellValue(cell) === null) return false;
    if (element.deleted !== undefined) {
      if (cell.set === undefined || compareStamps(stamp, element.deleted) < 0) return false;
    }
    for (const [other, otherCell] of element.cells) {
      const isOnPath = other.startsWith(`${path}.`) || path.startsWith(`${other}.`);
      const otherStamp = isOnPath ? cellStamp(otherCell) : undefined;
      if (otherStamp !== undefined && compareStamps(otherStamp, stamp) > 0) return false;
    }
    return true;
  }
}

/** A set keeps its own stamp whatever is added to it; a counter has that of its latest addition. */
function cellStamp(cell: Cell): Stamp | undefined {
  if (cell.set !== undefined) return cell.set.stamp;
  let stamp: Stamp | undefined;
  for (const increment of cell.increments) {
    if (increment.base === undefined) stamp = latest(stamp, increment.stamp);
  }
  return stamp;
}

/** What was added so far is part of the value; later increments still name its set. */
function sealedCell(cell: Cell): Cell {
  const { set } = cell;
  const value = cellValue(cell);
  if (set !== undefined) return { set: { ...set, value }, increments: [] };
  const stamp = cellStamp(cell);
  assert(stamp !== undefined && typeof value === 'bigint', 'a cell without a set is a counter');
  return { set: undefined, increments: [{ stamp, index: 0, base: undefined, amount: value }] };
}

function cellValue(cell: Cell): Value {
  const { set, increments } = cell;
  const start = set === undefined ? 0n : set.value;
  if (typeof start !== 'bigint') return start;
  const counted = increments.filter((increment) => counts(increment, set));
  return BigInt.asIntN(
    64,
    counted.reduce((sum, { amount }) => sum + amount, start),
  );
}

function counts(increment: Increment, set: SetWrite | undefined): boolean {
  const { base, stamp, index } = increment;
  if (set === undefined || base === undefined) return set === undefined && base === undefined;
  if (base.commit !== set.stamp.commit || base.position !== set.stamp.position) return false;
  return compareStamps(stamp, set.stamp) !== 0 || index > set.index;
}

function latest(left: Stamp | undefined, right: Stamp): Stamp {
  return left !== undefined && compareStamps(left, right) > 0 ? left : right;
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
