/**
 * Changes of one sequence, each a transaction of a space in memory: appends to a short and to a
 * long stream, which read nothing of it, and inserts, which read all of its places.
 */

import { ListValue } from '../../src/delta/value.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import type { SequenceChange } from '../../src/space/sequence-change.ts';
import { type BenchRow, Better, benchRow, medianOf } from '../measure.ts';

export interface SequencesSize {
  /** Values that are there before. */
  readonly short: number;
  readonly long: number;
  readonly appends: number;
  readonly inserts: number;
  readonly rounds: number;
}

const SIZE: Readonly<Record<'full' | 'quick', SequencesSize>> = {
  full: { short: 100, long: 60_000, appends: 1_000, inserts: 20, rounds: 5 },
  quick: { short: 100, long: 20_000, appends: 200, inserts: 10, rounds: 3 },
};
const SDL = 'type Book @node { code: ID! @id steps: [Int!]! @sequence }';
const BY = { actor: 'user:bench' };
/** An append to the long stream, in times of one to the short. */
const TARGET = 2;

export async function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  return await rowsOfSize(SIZE[quick ? 'quick' : 'full']);
}

export async function rowsOfSize(size: SequencesSize): Promise<BenchRow[]> {
  const { appends, inserts, rounds } = size;
  const measured: BenchRow[] = [];
  const times: number[] = [];
  for (const length of [size.short, size.long]) {
    await using stream = await Stream.open(length);
    const append: SequenceChange = { operation: 'append', values: [1n] };
    const insert: SequenceChange = { operation: 'insert', at: 0, values: [2n] };
    await stream.times(append, appends);
    const [appended, inserted] = [[] as number[], [] as number[]];
    for (let round = 0; round < rounds; round++) {
      appended.push(await stream.times(append, appends));
      inserted.push(await stream.times(insert, inserts));
    }
    stream.expectLength(length + (rounds + 1) * appends + rounds * inserts);
    const unit = 'µs';
    const value = medianOf(appended);
    times.push(value);
    const what = `${length} values`;
    measured.push(benchRow({ name: `append to ${what}`, value, unit }));
    measured.push(benchRow({ name: `insert into ${what}`, value: medianOf(inserted), unit }));
  }
  const [short = 0, long = 0] = times;
  const name = 'append to the long stream, by the short';
  const ratio = { name, value: long / short, unit: 'x', target: TARGET, better: Better.LOWER };
  return [...measured, benchRow(ratio)];
}

class Stream implements AsyncDisposable {
  readonly #space: OpenSpace;
  readonly #id: string;

  private constructor(space: OpenSpace, id: string) {
    this.#space = space;
    this.#id = id;
  }

  static async open(length: number): Promise<Stream> {
    const space = await openMemorySpace({ definition: { source: SDL } });
    const { result: id } = await space.write(BY, (draft) => {
      const made = draft.createNode('Book', { key: 'stream' });
      const items = Array.from({ length }, (_, index) => BigInt(index));
      draft.setNodeValue(made, 'steps', new ListValue(items));
      return made;
    });
    return new Stream(space, id);
  }

  /** Microseconds of each. */
  async times(change: SequenceChange, count: number): Promise<number> {
    const start = performance.now();
    for (let made = 0; made < count; made++) {
      await this.#space.write(BY, (draft) => draft.changeNodeSequence(this.#id, 'steps', change));
    }
    return ((performance.now() - start) * 1_000) / count;
  }

  expectLength(length: number): void {
    const { graph } = this.#space;
    const node = graph.nodeById(this.#id);
    const value = node === undefined ? null : graph.nodeValue(node, 'steps');
    const actual = value instanceof ListValue ? value.items.length : 0;
    if (actual !== length) throw new Error(`a stream expected ${length} values, got ${actual}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#space[Symbol.asyncDispose]();
  }
}
