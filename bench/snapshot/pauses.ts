/** Pauses between groups: how long nobody else gets a turn while one group is applied. */

import { closeSync, openSync, readSync } from 'node:fs';
import type { Engine, GroupCommit } from '../../src/engine/engine.ts';

const SCHEDULER = '/proc/thread-self/schedstat';

export interface Pauses {
  readonly groups: number;
  readonly seconds: number;
  /** Milliseconds, the longest first. */
  readonly all: readonly number[];
  /** The same, less what this thread waited for a processor that others had. */
  readonly running: readonly number[];
}

/** Applies groups, with a turn of the loop after each, until there are no more or `until`. */
export async function measurePauses(
  engine: Engine,
  commits: readonly GroupCommit[],
  until: () => boolean = () => false,
): Promise<Pauses> {
  using queue = new RunQueue();
  const all: number[] = [];
  const running: number[] = [];
  const start = performance.now();
  for (const commit of commits) {
    if (until()) break;
    const [begin, waited] = [performance.now(), queue.milliseconds()];
    engine.prepare([commit]);
    engine.apply();
    await new Promise((next) => setImmediate(next));
    const pause = performance.now() - begin;
    all.push(pause);
    running.push(pause - (queue.milliseconds() - waited));
  }
  const seconds = (performance.now() - start) / 1000;
  const groups = all.length;
  for (const list of [all, running]) list.sort((left, right) => right - left);
  return { groups, seconds, all, running };
}

/** What the system says of this thread; always 0 where it says nothing. */
class RunQueue implements Disposable {
  readonly #file: number | undefined;
  readonly #buffer = Buffer.alloc(128);

  constructor() {
    try {
      this.#file = openSync(SCHEDULER, 'r');
    } catch {
      this.#file = undefined;
    }
  }

  milliseconds(): number {
    if (this.#file === undefined) return 0;
    const length = readSync(this.#file, this.#buffer, 0, this.#buffer.length, 0);
    return Number(this.#buffer.toString('latin1', 0, length).split(' ')[1]) / 1e6;
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}
