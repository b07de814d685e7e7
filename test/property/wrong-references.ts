/** References with one rule broken: the comparison must find each of them out. */

import { ListValue, sameValue, type Value } from '../../src/delta/value.ts';
import type { EdgeName } from '../../src/engine/graph-view.ts';
import {
  deltaElement,
  type ElementName,
  edgeElement,
  edgeOfElement,
  type ReferenceDelta,
  type ReferenceTransaction,
} from '../reference/reference-delta.ts';
import { ReferenceGraph } from '../reference/reference-graph.ts';
import { nameOf } from '../reference/reference-sequence.ts';
import { type Base, compareStamps, type Stamp } from '../reference/reference-stamp.ts';

/** Positions that no transaction of a plan has. */
const AFTER_ALL = 1_000;

/** Each by what it does wrong. */
export const WRONG_REFERENCES: Readonly<Record<string, () => ReferenceGraph>> = {
  'the last write to arrive wins': () => new ArrivalOrder(),
  'every increment counts': () => new EagerIncrements(),
  'an edge shows without its ends': () => new DanglingEdges(),
  'a cell does not hide those above and below it': () => new FlatPaths(),
  'a delete that comes late is ignored': () => new Changed(withoutLateDelete),
  'a set to null is ignored': () => new Changed((delta) => (isNullSet(delta) ? [] : [delta])),
  'a create does not undo a delete': () => new FinalDeletes(),
  'a tie of clocks ignores the author': () => new Restamped((stamp) => ({ ...stamp, author: '' })),
  'a tie of clocks prefers the lesser author': () => new Restamped(invertAuthor),
  'a counter is a set of its amount': () => new Changed(withoutCounters),
  'the first create to arrive is the creator': () => new FirstCreates(),
  'a seal forgets nothing': () => new UnsealedGraph(),
  'a seal forgets what was never created': () => new FinalSeals(),
  'a seal keeps the edges of what it forgets': () => new KeptEdges(),
  'a set that was sealed is not added to': () => new ClosedSets(),
  'a removal takes adds that it has not seen': () => new Changed(withAllAdds),
  'a removal does nothing': () => new Changed((delta) => (delta.op === 'remove' ? [] : [delta])),
  'an add is later than all sets': () => new LateAdds(),
  'an add replaces those before it': () => new Changed(withoutAdds),
  'a value that is there is not added again': () => new Changed(withoutSecondAdds),
  'a removal of items does nothing': () => new Changed(without('removeItems')),
  'a move does nothing': () => new Changed(without('move')),
  'what is left of a place is right of it': () => new Changed(onTheRight),
  'all inserts are appends': () => new Changed(atTheRoot),
  'an item takes its place along as it goes': () => new Changed(atTheRootWithoutItem),
};

/** Rewrites each delta before it is applied. */
class Changed extends ReferenceGraph {
  readonly #change: (
    delta: ReferenceDelta,
    graph: ReferenceGraph,
    stamp: Stamp,
  ) => ReferenceDelta[];

  constructor(
    change: (delta: ReferenceDelta, graph: ReferenceGraph, stamp: Stamp) => ReferenceDelta[],
  ) {
    super();
    this.#change = change;
  }

  override apply({ stamp, deltas }: ReferenceTransaction): void {
    super.apply({ stamp, deltas: deltas.flatMap((delta) => this.#change(delta, this, stamp)) });
  }
}

class Restamped extends ReferenceGraph {
  readonly #restamp: (stamp: Stamp) => Stamp;

  constructor(restamp: (stamp: Stamp) => Stamp) {
    super();
    this.#restamp = restamp;
  }

  override apply({ stamp, deltas }: ReferenceTransaction): void {
    super.apply({ stamp: this.#restamp(stamp), deltas });
  }
}

class ArrivalOrder extends Restamped {
  constructor() {
    let arrived = 0n;
    super((stamp) => ({ ...stamp, hlc: ++arrived }));
  }
}

/** Applies adds as if their transactions came after all others. */
class LateAdds extends ReferenceGraph {
  override apply({ stamp, deltas }: ReferenceTransaction): void {
    super.apply({ stamp, deltas: deltas.filter(({ op }) => op !== 'add') });
    const adds = deltas.filter(({ op }) => op === 'add');
    const position = stamp.position + AFTER_ALL;
    const hlc = stamp.hlc + BigInt(AFTER_ALL);
    if (adds.length > 0) super.apply({ stamp: { ...stamp, hlc, position }, deltas: adds });
  }
}

class EagerIncrements extends Changed {
  constructor() {
    super((delta, graph) => {
      if (delta.op !== 'increment') return [delta];
      const winner: Base | undefined = graph.winningSet(delta.element, delta.path);
      return [{ ...delta, base: winner }];
    });
  }
}

class DanglingEdges extends ReferenceGraph {
  override hasEdge(edge: EdgeName): boolean {
    return this.exists(edgeElement(edge));
  }
}

/** Answers each path from a graph that has heard of no other. */
class FlatPaths extends ReferenceGraph {
  readonly #taken: (ReferenceTransaction | undefined)[] = [];
  readonly #graphs = new Map<string, ReferenceGraph>();

  override apply(transaction: ReferenceTransaction): void {
    super.apply(transaction);
    this.#taken.push(transaction);
    this.#graphs.clear();
  }

  override seal(): void {
    super.seal();
    this.#taken.push(undefined);
    this.#graphs.clear();
  }

  override value(element: ElementName, path: string): Value {
    return this.#alone(path).value(element, path);
  }

  override writtenBy(element: ElementName, path: string): Stamp | undefined {
    return this.#alone(path).writtenBy(element, path);
  }

  #alone(path: string): ReferenceGraph {
    const known = this.#graphs.get(path);
    if (known !== undefined) return known;
    const graph = new ReferenceGraph();
    for (const taken of this.#taken) {
      if (taken === undefined) {
        graph.seal();
        continue;
      }
      const { stamp, deltas } = taken;
      const kept = deltas.filter((delta) => !('path' in delta) || delta.path === path);
      graph.apply({ stamp, deltas: kept });
    }
    this.#graphs.set(path, graph);
    return graph;
  }
}

class UnsealedGraph extends ReferenceGraph {
  override seal(): void {
    return undefined;
  }
}

/** Takes for deleted what was written and never created. */
class FinalSeals extends ReferenceGraph {
  readonly #taken: ReferenceTransaction[] = [];

  override apply(transaction: ReferenceTransaction): void {
    super.apply(transaction);
    this.#taken.push(transaction);
  }

  override seal(): void {
    for (const { stamp, deltas } of this.#taken.splice(0)) {
      const written = deltas.filter((delta) => 'path' in delta);
      const absent = written.filter(({ element }) => this.createdBy(element) === undefined);
      const deletes = absent.flatMap(({ element }): ReferenceDelta[] =>
        edgeOfElement(element) === undefined ? [{ op: 'deleteNode', id: element }] : [],
      );
      const position = stamp.position + AFTER_ALL;
      super.apply({ stamp: { ...stamp, position }, deltas: deletes });
    }
    super.seal();
  }
}

/** Creates the edges again that went with their ends. */
class KeptEdges extends ReferenceGraph {
  override seal(): void {
    const edges = [...this.kept()].flatMap(([element, { created }]) => {
      const edge = this.exists(element) ? edgeOfElement(element) : undefined;
      return edge === undefined || created === undefined ? [] : [{ edge, created }];
    });
    super.seal();
    for (const { edge, created } of edges) {
      if (this.exists(edgeElement(edge))) continue;
      const stamp = { ...created, position: created.position + AFTER_ALL };
      super.apply({ stamp, deltas: [{ op: 'createEdge', edge }] });
    }
  }
}

/** Drops increments of sets that came before the last seal. */
class ClosedSets extends Changed {
  readonly #sealed = new Set<string>();
  readonly #open = new Set<string>();

  constructor() {
    super((delta) => {
      const isClosed = delta.op === 'increment' && this.#sealed.has(delta.base?.commit ?? '');
      return isClosed ? [] : [delta];
    });
  }

  override apply(transaction: ReferenceTransaction): void {
    this.#open.add(transaction.stamp.commit);
    super.apply(transaction);
  }

  override seal(): void {
    for (const commit of this.#open) this.#sealed.add(commit);
    super.seal();
  }
}

class FinalDeletes extends ReferenceGraph {
  override exists(element: ElementName): boolean {
    return super.exists(element) && !this.wasDeleted(element);
  }
}

/** Keeps the first create where the greatest counts. */
class FirstCreates extends ReferenceGraph {
  readonly #first = new Map<ElementName, Stamp>();

  override apply(transaction: ReferenceTransaction): void {
    super.apply(transaction);
    for (const delta of transaction.deltas) {
      if (delta.op !== 'createNode' && delta.op !== 'createEdge') continue;
      const element = deltaElement(delta);
      if (!this.#first.has(element)) this.#first.set(element, transaction.stamp);
    }
  }

  override createdBy(element: ElementName): Stamp | undefined {
    return this.#first.get(element);
  }
}

function withoutLateDelete(
  delta: ReferenceDelta,
  graph: ReferenceGraph,
  stamp: Stamp,
): ReferenceDelta[] {
  if (delta.op !== 'deleteNode' && delta.op !== 'deleteEdge') return [delta];
  const created = graph.createdBy(deltaElement(delta));
  return created === undefined || compareStamps(stamp, created) > 0 ? [delta] : [];
}

function withAllAdds(delta: ReferenceDelta, graph: ReferenceGraph): ReferenceDelta[] {
  if (delta.op !== 'remove') return [delta];
  const adds = graph.countedAdds(delta.element, delta.path).map(({ stamp }) => stamp);
  return [{ ...delta, adds: [...delta.adds, ...adds] }];
}

function withoutAdds(delta: ReferenceDelta): ReferenceDelta[] {
  if (delta.op !== 'add') return [delta];
  const { element, path, value } = delta;
  return [{ op: 'set', element, path, value: new ListValue([value]) }];
}

function withoutSecondAdds(delta: ReferenceDelta, graph: ReferenceGraph): ReferenceDelta[] {
  if (delta.op !== 'add') return [delta];
  const counted = graph.countedAdds(delta.element, delta.path);
  return counted.some(({ value }) => sameValue(value, delta.value)) ? [] : [delta];
}

function without(op: ReferenceDelta['op']): (delta: ReferenceDelta) => ReferenceDelta[] {
  return (delta) => (delta.op === op ? [] : [delta]);
}

function onTheRight(delta: ReferenceDelta): ReferenceDelta[] {
  if (delta.op !== 'insert' || delta.place === undefined) return [delta];
  return [{ ...delta, place: { ...delta.place, side: 'right' } }];
}

function atTheRoot(delta: ReferenceDelta): ReferenceDelta[] {
  return [delta.op === 'insert' ? { ...delta, place: undefined } : delta];
}

function atTheRootWithoutItem(delta: ReferenceDelta, graph: ReferenceGraph): ReferenceDelta[] {
  if (delta.op !== 'insert' || delta.place === undefined) return [delta];
  const { element, path, place } = delta;
  const items = graph.countedItems(element, path);
  return items.some(({ name }) => name === nameOf(place.of)) ? [delta] : atTheRoot(delta);
}

function withoutCounters(delta: ReferenceDelta): ReferenceDelta[] {
  if (delta.op !== 'increment' || delta.base !== undefined) return [delta];
  const { element, path, amount } = delta;
  return [{ op: 'set', element, path, value: amount }];
}

function isNullSet(delta: ReferenceDelta): boolean {
  return delta.op === 'set' && delta.value === null;
}

/** Digits of the other end of the hex alphabet. */
function invertAuthor(stamp: Stamp): Stamp {
  const author = [...stamp.author].map((digit) => (15 - Number.parseInt(digit, 16)).toString(16));
  return { ...stamp, author: author.join('') };
}
