/** Lists of edges of every form, as they grow, and as a seal leaves them. */

import { expect, test } from 'vitest';
import type { AddressedDelta, Subject } from '../../src/delta/delta.ts';
import { Direction } from '../../src/engine/direction.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { EdgeRow, NodeRow } from '../../src/engine/graph-view.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { listBytes } from '../fixture/block-bytes.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { Seeded } from '../seeded.ts';

const TYPES = ['A', 'B', 'C'];
/** Every length of a small block, and those where a long one becomes the next, and a chain. */
const LENGTHS = [
  ...Array.from({ length: 41 }, (_, length) => length),
  ...[61, 62, 63, 64, 125, 126, 127, 253, 254, 255, 509, 510, 511],
  ...[1021, 1022, 1023, 1024, 2043, 2044, 2045, 3066, 3067],
];
/** Items whose edges the lists of those lengths are: one after another, out of one and into one. */
const OUT_OF = 0;
const INTO = LENGTHS.length;
const OTHERS = LENGTHS.length * 2;
const ITEMS = OTHERS + 40;
const ROUNDS = 4;
const SEED = 20_260_611;

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly type: string;
  readonly key: number;
}

test(`lists of all lengths keep their order and take what they need, seed ${SEED}`, async () => {
  const lists = await Lists.create(new Seeded(SEED));
  for (const [index, length] of LENGTHS.entries()) lists.grow(index, length);
  lists.apply();
  lists.check();
  for (let round = 0; round < ROUNDS; round++) {
    for (let index = 0; index < LENGTHS.length; index++) lists.cut(index);
    if (round > 1) lists.deleteItem();
    lists.apply();
    lists.engine.compact();
    lists.check();
    for (let index = 0; index < LENGTHS.length; index++) lists.grow(index, lists.anyLength());
    lists.apply();
    lists.check();
  }
}, 120_000);

test('a list that loses one edge after another takes what it needs at any length', async () => {
  const length = 70;
  const lists = await Lists.create(new Seeded(SEED + 1));
  lists.add(Array.from({ length }, (_, key) => ({ from: 0, to: 1, type: 'A', key })));
  lists.apply();
  const random = new Seeded(SEED + 2);
  while (lists.edges.length > 0) {
    lists.remove(new Set([random.pick(lists.edges)]));
    lists.apply();
    lists.engine.compact();
    lists.check();
  }
  expect(lists.engine.stats().purposes.adjacency.bytes).toBe(0);
});

/** An engine, and the edges that it should have in the order of arrival. */
class Lists {
  edges: Edge[] = [];
  readonly engine: Engine;
  readonly #random: Seeded;
  readonly #items = new Set<number>();
  #deltas: AddressedDelta[] = [];
  #added: Edge[] = [];
  #groups = 0;
  #keys = 0;

  static async create(random: Seeded): Promise<Lists> {
    return new Lists(await Engine.create(ENGINE_SPACE, random), random);
  }

  private constructor(engine: Engine, random: Seeded) {
    this.engine = engine;
    this.#random = random;
    for (let item = 0; item < ITEMS; item++) {
      this.#items.add(item);
      const create = { operation: 'createNode', type: 'Item', number: BigInt(item) } as const;
      this.#deltas.push({ subject: { element: 'node', id: itemId(item) }, delta: create });
    }
  }

  anyLength(): number {
    return this.#random.pick(LENGTHS.filter((length) => length < 1_030));
  }

  /** Lets so many edges come out of an item, and into one; a tenth of them are loops. */
  grow(index: number, count: number): void {
    const random = this.#random;
    for (const hub of [OUT_OF + index, INTO + index]) {
      if (!this.#items.has(hub)) continue;
      for (let added = 0; added < count; added++) {
        const other = random.chance(0.1) ? hub : OTHERS + random.below(ITEMS - OTHERS);
        const ends = hub < INTO ? { from: hub, to: other } : { from: other, to: hub };
        this.#added.push({ ...ends, type: random.pick(TYPES), key: this.#keys++ });
      }
    }
  }

  add(edges: readonly Edge[]): void {
    this.#added.push(...edges);
  }

  /** Leaves of the lists of a length those of a smaller one, wherever they stand. */
  cut(index: number): void {
    const lost = new Set<Edge>();
    for (const hub of [OUT_OF + index, INTO + index]) {
      const held = this.edges.filter(({ from, to }) => (hub < INTO ? from : to) === hub);
      const length = this.#random.pick(LENGTHS.filter((other) => other <= held.length));
      for (const edge of this.#shuffled(held).slice(length)) lost.add(edge);
    }
    this.remove(lost);
  }

  remove(lost: ReadonlySet<Edge>): void {
    for (const edge of lost) this.#deltas.push({ subject: subjectOf(edge), delta: DELETE });
    this.edges = this.edges.filter((edge) => !lost.has(edge));
  }

  deleteItem(): void {
    const item = this.#random.below(OTHERS);
    if (!this.#items.delete(item)) return;
    this.#deltas.push({ subject: { element: 'node', id: itemId(item) }, delta: DELETE });
    this.edges = this.edges.filter(({ from, to }) => from !== item && to !== item);
  }

  /** Edges of all lists come in any order, so that blocks go from one list to another. */
  apply(): void {
    const added = this.#shuffled(this.#added);
    const created = added.map((edge) => ({
      subject: subjectOf(edge),
      delta: { operation: 'createEdge' } as const,
    }));
    applyDeltas(this.engine, this.#groups++, [...this.#deltas, ...created]);
    this.edges.push(...added);
    this.#deltas = [];
    this.#added = [];
  }

  check(): void {
    const view = new EngineView(this.engine);
    const outgoing = Map.groupBy(this.edges, ({ from }) => from);
    const incoming = Map.groupBy(this.edges, ({ to }) => to);
    const numbers = new Map<NodeRow, number>();
    for (const item of this.#items) numbers.set(view.nodeById(itemId(item)) as NodeRow, item);
    const nameOf = (edge: EdgeRow) => {
      const { from, to } = view.edgeEnds(edge);
      const type = view.edgeType(edge);
      return textOf({
        from: numbers.get(from) ?? -1,
        to: numbers.get(to) ?? -1,
        type,
        key: view.edgeKey(edge),
      });
    };
    let bytes = 0;
    for (const [row, item] of numbers) {
      const out = outgoing.get(item) ?? [];
      const into = incoming.get(item) ?? [];
      bytes += listBytes(out.length) + listBytes(into.length);
      const wanted = {
        [Direction.OUT]: out,
        [Direction.IN]: into,
        [Direction.BOTH]: [...out, ...into.filter(({ from, to }) => from !== to)],
      };
      for (const direction of Object.values(Direction)) {
        for (const type of TYPES) {
          const expected = wanted[direction].filter((edge) => edge.type === type).map(textOf);
          expect(view.edges(row, type, direction).map(nameOf)).toEqual(expected);
        }
      }
    }
    expect(this.engine.stats().purposes.adjacency).toEqual({ bytes, free: 0 });
    expect(wrongSum(this.engine)).toBeUndefined();
    expect(view.counts()).toEqual({ nodes: this.#items.size, edges: this.edges.length });
  }

  #shuffled<T>(items: readonly T[]): T[] {
    const mixed = [...items];
    for (let last = mixed.length - 1; last > 0; last--) {
      const other = this.#random.below(last + 1);
      [mixed[last], mixed[other]] = [mixed[other] as T, mixed[last] as T];
    }
    return mixed;
  }
}

const DELETE = { operation: 'delete' } as const;

function subjectOf({ from, to, type, key }: Edge): Subject {
  return { element: 'edge', from: itemId(from), type, to: itemId(to), key };
}

function textOf({ from, to, type, key }: Edge): string {
  return `${from} ${type} ${to} ${key}`;
}
