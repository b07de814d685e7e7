/**
 * The obvious graph: the merge rules of the engine once more, in Maps, with nothing clever. It
 * keeps every stamp it is told and works answers out when asked, so that no order of arrival can
 * matter. Property tests hold the engine against it; `ReferenceSpace` serves it as a space.
 *
 * Rules (schema/merge.md states them):
 * - An element (node or edge) exists when a create was seen and the greatest create stamp is not
 *   below the greatest delete stamp: within one transaction deletes count first.
 * - What is written at one path comes to a value by the rules of reference-cell.ts. Of it shows
 *   what is not older than the element's delete, or a cell above or below it on its path, where
 *   the element exists. A counter shows only if the element was never deleted.
 * - An edge shows when it exists and both its ends do.
 * - A seal forgets elements that were deleted and do not exist, edges at such nodes, deletes, and
 *   what would not show if its element existed.
 */

import { assert } from '../../src/base/assert.ts';
import type { ListItem, Value } from '../../src/delta/value.ts';
import type { EdgeName } from '../../src/engine/graph-view.ts';
import {
  cellStamp,
  countedAdds,
  countedItems,
  EMPTY_CELL,
  type Hides,
  isCounter,
  itemWriters,
  type ReferenceCell,
  type SetWrite,
  type Shown,
  sealedCell,
  sequenceOf,
  shownOf,
} from './reference-cell.ts';
import {
  deltaElement,
  type EdgeFacts,
  type ElementName,
  edgeElement,
  edgeOfElement,
  type ReferenceDelta,
  type ReferenceTransaction,
} from './reference-delta.ts';
import type { SequenceItem, SequenceWrite } from './reference-sequence.ts';
import { compareStamps, latest, type Stamp } from './reference-stamp.ts';
import { canonicalValue } from './reference-value.ts';

interface Existence {
  created: Stamp | undefined;
  deleted: Stamp | undefined;
  readonly cells: Map<string, ReferenceCell>;
}

/** What is kept at a path: who is named there, and whether adds, or items, are. */
interface KeptCell {
  readonly writers: readonly Stamp[];
  readonly hasAdds: boolean;
  readonly hasItems: boolean;
}

export type KeptCells = ReadonlyMap<string, KeptCell>;

export interface NodeFacts {
  readonly id: string;
  readonly type: string;
  readonly key: string | undefined;
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
    for (const [index, delta] of transaction.deltas.entries()) {
      if (transaction.isMasked !== true) this.#take(delta, stamp, index);
      else if (delta.op === 'insert' || delta.op === 'move') {
        this.#takeToSequence(delta, { stamp, index }, true);
      }
    }
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
          return [path, keptCell(cell)] as const;
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
    return this.#shown(element, path)?.value ?? null;
  }

  /** Whether a rule holds back what is at a path: of a graph that one caller sees. */
  hides(_element: ElementName, _path: string): boolean {
    return false;
  }

  /** The transaction that the visible value at a path names. */
  writtenBy(element: ElementName, path: string): Stamp | undefined {
    return this.#shown(element, path)?.writer;
  }

  /** Who wrote each value of a set of values that shows. */
  itemWriters(name: ElementName, path: string): { value: ListItem; writer: Stamp }[] {
    const element = this.#elements.get(name);
    const cell = element?.cells.get(path);
    if (element === undefined || cell === undefined || !this.exists(name)) return [];
    return itemWriters(cell, hiding(element, path));
  }

  /** All adds that count at a path, visible or not. */
  countedAdds(element: ElementName, path: string): { value: ListItem; stamp: Stamp }[] {
    return countedAdds(this.#cell(element, path));
  }

  /** All items of a sequence that count at a path, visible or not, in their order. */
  countedItems(element: ElementName, path: string): readonly SequenceItem[] {
    return countedItems(this.#cell(element, path));
  }

  /** Names of all places of a sequence in their order, of the visible items, and of moved ones. */
  sequence(name: ElementName, path: string): Record<'places' | 'shown' | 'moved', string[]> {
    const { places, moved, items } = sequenceOf(this.#cell(name, path));
    const element = this.#elements.get(name);
    const hides = element === undefined ? () => true : hiding(element, path);
    const shown = items.filter(({ stamp }) => this.exists(name) && !hides(stamp));
    return { places: [...places], moved: [...moved], shown: shown.map((item) => item.name) };
  }

  /** The winning set at a path, visible or not; undefined while none was seen. */
  winningSet(element: ElementName, path: string): Stamp | undefined {
    return this.#elements.get(element)?.cells.get(path)?.set?.stamp;
  }

  /** Visible values by path, sorted by path. */
  values(element: ElementName): Map<string, Value> {
    const paths = [...(this.#elements.get(element)?.cells.keys() ?? [])].sort();
    const visible = paths.filter((path) => this.#shown(element, path) !== undefined);
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
    const sealed = [...element.cells].flatMap(([path, cell]) => {
      const hides = hiding(element, path);
      const isShown = wouldShow(element, path) !== undefined;
      return isShown ? [[path, sealedCell(cell, hides)] as const] : [];
    });
    element.cells.clear();
    for (const [path, cell] of sealed) element.cells.set(path, cell);
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
        const increment = { stamp, index, base, amount };
        this.#keep(element, delta.path, (cell) => {
          return { increments: [...cell.increments, increment] };
        });
        break;
      }
      case 'add': {
        const add = { stamp, index, value: delta.value };
        this.#keep(element, delta.path, (cell) => ({ adds: [...cell.adds, add] }));
        break;
      }
      case 'remove': {
        const { value, adds } = delta;
        const removal = { stamp, index, value, adds };
        if (this.#elements.get(element)?.cells.has(delta.path) !== true) break;
        this.#keep(element, delta.path, (cell) => ({ removals: [...cell.removals, removal] }));
        break;
      }
      case 'insert':
      case 'removeItems':
      case 'move':
        this.#takeToSequence(delta, { stamp, index }, false);
    }
  }

  /** Nothing can be removed or moved where nothing was inserted. */
  #takeToSequence(
    delta: Extract<ReferenceDelta, { readonly op: SequenceWrite['kind'] }>,
    when: { readonly stamp: Stamp; readonly index: number },
    isMasked: boolean,
  ): void {
    const { element, path } = delta;
    if (delta.op !== 'insert' && this.#elements.get(element)?.cells.has(path) !== true) return;
    const { op, ...rest } = delta;
    const write = { ...rest, kind: op, ...when, isMasked } as SequenceWrite;
    this.#keep(element, path, ({ sequence }) => ({
      sequence: { ...sequence, writes: [...sequence.writes, write] },
    }));
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
    const { set } = this.#cell(name, path);
    const order = set === undefined ? 1 : compareStamps(write.stamp, set.stamp);
    if (order > 0 || (order === 0 && write.index > (set?.index ?? -1))) {
      this.#keep(name, path, () => ({ set: write }));
    }
  }

  #element(name: ElementName): Existence {
    const known = this.#elements.get(name);
    if (known !== undefined) return known;
    const element: Existence = { created: undefined, deleted: undefined, cells: new Map() };
    this.#elements.set(name, element);
    return element;
  }

  #cell(name: ElementName, path: string): ReferenceCell {
    return this.#elements.get(name)?.cells.get(path) ?? EMPTY_CELL;
  }

  #keep(
    name: ElementName,
    path: string,
    change: (cell: ReferenceCell) => Partial<ReferenceCell>,
  ): void {
    const { cells } = this.#element(name);
    const cell = cells.get(path) ?? EMPTY_CELL;
    cells.set(path, { ...cell, ...change(cell) });
  }

  #shown(name: ElementName, path: string): Shown | undefined {
    const element = this.#elements.get(name);
    return element !== undefined && this.exists(name) ? wouldShow(element, path) : undefined;
  }
}

/** What shows at a path where its element exists. */
function wouldShow(element: Existence, path: string): Shown | undefined {
  const cell = element.cells.get(path);
  if (cell === undefined || (element.deleted !== undefined && isCounter(cell))) return undefined;
  return shownOf(cell, hiding(element, path));
}

/** A delete, and cells above and below a path, hide what is older at it. */
function hiding(element: Existence, path: string): Hides {
  const { deleted, cells } = element;
  return (stamp) => {
    if (deleted !== undefined && compareStamps(deleted, stamp) > 0) return true;
    for (const [other, cell] of cells) {
      const isOnPath = other.startsWith(`${path}.`) || path.startsWith(`${other}.`);
      const otherStamp = isOnPath ? cellStamp(cell) : undefined;
      if (otherStamp !== undefined && compareStamps(otherStamp, stamp) > 0) return true;
    }
    return false;
  };
}

/** Of a path where adds or items are, all that stay name their writers. */
function keptCell(cell: ReferenceCell): KeptCell {
  const stamp = cellStamp(cell);
  const adds = countedAdds(cell).map((add) => add.stamp);
  const items = countedItems(cell).map((item) => item.stamp);
  const pieces = [...adds, ...items];
  const writers = stamp === undefined ? pieces : [stamp, ...pieces];
  return { writers, hasAdds: adds.length > 0, hasItems: items.length > 0 };
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
