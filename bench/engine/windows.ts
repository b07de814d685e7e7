/** Windows of the same work, in turn by all contenders, and the rates that come of them. */

import { isDeepStrictEqual } from 'node:util';
import { assert } from '../../src/base/assert.ts';
import { type BenchRow, benchRow, collectGarbage, medianOf, warmMemory } from '../measure.ts';
import type { Contender, Timed } from './contender.ts';
import type { WasmContender } from './wasm-contender.ts';

const UNIT = 'M/s';

export interface EngineBenchSize {
  /** Of the base; and ids that are inserted. */
  readonly nodes: number;
  readonly edges: number;
  /** Of one window of the mix. */
  readonly deltas: number;
  /** Lookups, and nodes to expand, in one run. */
  readonly reads: number;
  /** Of each row. */
  readonly windows: number;
  /** What a window of repeated work takes at least. */
  readonly secondsMin: number;
}

export interface Bench {
  readonly size: EngineBenchSize;
  /** The engine first; then what it is compared with, where that could be built. */
  readonly contenders: readonly [Contender, ...Contender[]];
  readonly wasm: WasmContender;
}

export interface Work {
  /** Operations of one run. */
  readonly operations: number;
  run(contender: Contender): Promise<Timed>;
  readonly growsMemory?: boolean;
  /** What every run must answer; where it is absent, all contenders must answer alike. */
  readonly answer?: readonly number[];
}

/** Millions of operations in a second: for each contender the median of its windows. */
export class Windows {
  readonly #bench: Bench;
  readonly #rates: readonly number[][];
  #count = 0;

  constructor(bench: Bench) {
    this.#bench = bench;
    this.#rates = bench.contenders.map(() => []);
  }

  /** A window of each contender, with the work done once. */
  measureOnce(work: Work): Promise<void> {
    return this.#measure(work, 0);
  }

  /** A window of each contender; the work is repeated until the window is full. */
  measureFull(work: Work): Promise<void> {
    return this.#measure(work, this.#bench.size.secondsMin);
  }

  row(name: string, target?: number): BenchRow {
    const [value, baseline] = this.#rates.map(medianOf);
    assert(value !== undefined, 'the engine is a contender');
    return benchRow({ name, value, unit: UNIT, baseline, target });
  }

  /** Over all windows together, those too in which something grew. */
  rowOfAll(name: string): BenchRow {
    const [value, baseline] = this.#rates.map(
      (rates) => rates.length / rates.reduce((sum, rate) => sum + 1 / rate, 0),
    );
    assert(value !== undefined, 'the engine is a contender');
    return benchRow({ name, value, unit: UNIT, baseline });
  }

  async #measure(work: Work, secondsMin: number): Promise<void> {
    const turns = [...this.#bench.contenders.entries()];
    // Whoever was first is last the next time: what else the machine does hits all alike.
    if (this.#count % 2 === 1) turns.reverse();
    this.#count += 1;
    let { answer } = work;
    for (const [index, contender] of turns) {
      if (work.growsMemory === true) await warmMemory();
      await collectGarbage();
      let seconds = 0;
      let operations = 0;
      do {
        const timed = await work.run(contender);
        answer ??= timed.answer;
        expectSame(timed.answer, answer);
        seconds += timed.seconds;
        operations += work.operations;
      } while (seconds < secondsMin);
      this.#rates[index]?.push(operations / seconds / 1e6);
    }
  }
}

/** A row of work that can be done any number of times. */
export async function measureRepeated(
  bench: Bench,
  { name, work }: { readonly name: string; readonly work: Work },
): Promise<BenchRow> {
  // The first run of all is not measured: the compiler of the WASM is still at work.
  for (const contender of bench.contenders) await work.run(contender);
  const windows = new Windows(bench);
  for (let window = 0; window < bench.size.windows; window += 1) await windows.measureFull(work);
  return windows.row(name);
}

export function expectSame(actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`a bench expected the answer ${String(expected)}, got ${String(actual)}`);
}
