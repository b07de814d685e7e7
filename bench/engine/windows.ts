/** Windows of the same work, in turn by all who do it, and the rates that come of them. */

import { isDeepStrictEqual } from 'node:util';
import { assert } from '../../src/base/assert.ts';
import {
  type BenchRow,
  benchRow,
  collectGarbage,
  medianOf,
  ratioRows,
  warmMemory,
} from '../measure.ts';
import type { Timed } from './contender.ts';

export interface WindowSize {
  /** Of each row. */
  readonly windows: number;
  /** What a window of repeated work takes at least. */
  readonly secondsMin: number;
  /** Whether memory is warm, and no thread of the collector at work, when a window begins. */
  readonly settles: boolean;
}

export interface Work<Who> {
  /** Operations of one run. */
  readonly operations: number;
  run(who: Who): Promise<Timed>;
  readonly growsMemory?: boolean;
  /** What every run must answer; where it is absent, all must answer alike. */
  readonly answer?: readonly number[];
}

export interface Named {
  readonly name: string;
}

export interface Targets {
  /** Of the engine's rate. */
  readonly rate?: number;
  /** By the name of whom it is compared with, of the engine's rate over theirs. */
  readonly ratios?: Readonly<Record<string, number>>;
}

/** Millions of operations in a second: the engine first, and the medians of all windows. */
export class Windows<Who extends Named> {
  readonly #all: readonly Who[];
  readonly #size: WindowSize;
  readonly #rates: readonly number[][];
  #count = 0;

  constructor(all: readonly Who[], size: WindowSize) {
    this.#all = all;
    this.#size = size;
    this.#rates = all.map(() => []);
  }

  /** A window of each, with the work done once. */
  measureOnce(work: Work<Who>): Promise<void> {
    return this.#measure(work, 0);
  }

  /** A window of each; the work is repeated until the window is full. */
  measureFull(work: Work<Who>): Promise<void> {
    return this.#measure(work, this.#size.secondsMin);
  }

  /** A window that all share, run by run: what else the machine does hits all alike. */
  async measureTurns(work: Work<Who>): Promise<void> {
    if (this.#size.settles) await collectGarbage();
    const turns = this.#all.map((who) => ({ who, seconds: 0, operations: 0 }));
    do {
      turns.reverse();
      for (const turn of turns) {
        const { seconds, operations = work.operations, answer } = await work.run(turn.who);
        expectSame(answer, work.answer ?? answer);
        turn.seconds += seconds;
        turn.operations += operations;
      }
    } while (turns.some(({ seconds }) => seconds < this.#size.secondsMin));
    for (const { who, seconds, operations } of turns) {
      this.#rates[this.#all.indexOf(who)]?.push(operations / seconds / 1e6);
    }
  }

  /** A row beside each whom the engine is compared with, or one row where there is none. */
  rows(name: string, targets: Targets = {}): BenchRow[] {
    const [value, ...baselines] = this.#rates.map(medianOf);
    return rateRows({ name, value, baselines, names: this.#names() }, targets);
  }

  /** Over all windows together, those too in which something grew. */
  rowsOfAll(name: string): BenchRow[] {
    const [value, ...baselines] = this.#rates.map(
      (rates) => rates.length / rates.reduce((sum, rate) => sum + 1 / rate, 0),
    );
    return rateRows({ name, value, baselines, names: this.#names() }, {});
  }

  #names(): string[] {
    return this.#all.slice(1).map(({ name }) => name);
  }

  async #measure(work: Work<Who>, secondsMin: number): Promise<void> {
    const turns = [...this.#all.entries()];
    // Whoever was first is last the next time: what else the machine does hits all alike.
    if (this.#count % 2 === 1) turns.reverse();
    this.#count += 1;
    let { answer } = work;
    for (const [index, who] of turns) {
      if (this.#size.settles && work.growsMemory === true) await warmMemory();
      // The others have processes of their own.
      if (this.#size.settles && index === 0) await collectGarbage();
      let seconds = 0;
      let operations = 0;
      do {
        const timed = await work.run(who);
        answer ??= timed.answer;
        expectSame(timed.answer, answer);
        seconds += timed.seconds;
        operations += timed.operations ?? work.operations;
      } while (seconds < secondsMin);
      this.#rates[index]?.push(operations / seconds / 1e6);
    }
  }
}

/** The windows of a work that can be done any number of times. */
export function measureRepeated<Who extends Named>(
  all: readonly Who[],
  size: WindowSize,
  work: Work<Who>,
): Promise<Windows<Who>> {
  return measureWarm(all, { size, work, measure: (windows) => windows.measureFull(work) });
}

/** The same with windows that all share: for ratios that are close to one. */
export function measureInTurns<Who extends Named>(
  all: readonly Who[],
  size: WindowSize,
  work: Work<Who>,
): Promise<Windows<Who>> {
  return measureWarm(all, { size, work, measure: (windows) => windows.measureTurns(work) });
}

interface WarmMeasure<Who extends Named> {
  readonly size: WindowSize;
  readonly work: Work<Who>;
  measure(windows: Windows<Who>): Promise<void>;
}

async function measureWarm<Who extends Named>(
  all: readonly Who[],
  { size, work, measure }: WarmMeasure<Who>,
): Promise<Windows<Who>> {
  // The first run of all is not measured: the compiler of the WASM is still at work.
  for (const who of all) await work.run(who);
  const windows = new Windows(all, size);
  for (let window = 0; window < size.windows; window += 1) await measure(windows);
  return windows;
}

export function expectSame(actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`a bench expected the answer ${String(expected)}, got ${String(actual)}`);
}

/** A count as rows name it: 10M, 500k, 500. */
export function countText(count: number): string {
  if (count >= 1e6) return `${count / 1e6}M`;
  return count >= 1e4 ? `${count / 1e3}k` : `${count}`;
}

interface Rates {
  readonly name: string;
  readonly value: number | undefined;
  readonly baselines: readonly number[];
  readonly names: readonly string[];
}

function rateRows({ name, value, baselines, names }: Rates, { rate, ratios }: Targets): BenchRow[] {
  assert(value !== undefined, 'the engine is measured first');
  if (names.length === 0) return [benchRow({ name, value, unit: 'M/s', target: rate })];
  return names.flatMap((other, index) => {
    const baseline = baselines[index];
    const target = index === 0 ? rate : undefined;
    const row = benchRow({
      name: `${name}, beside ${other}`,
      value,
      unit: 'M/s',
      baseline,
      target,
    });
    const ratio = ratios?.[other];
    return ratio === undefined ? [row] : [row, ...ratioRows(row, ratio)];
  });
}
