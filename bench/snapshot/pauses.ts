/** Pauses between groups: how long nobody else gets a turn while one group is applied. */

import { closeSync, openSync, readSync } from 'node:fs';
import { IMAGE_START } from '../../assembly/abi.ts';
import type { Engine, GroupCommit } from '../../src/engine/engine.ts';

/** Where the header page names the tables of the five hash indexes. */
const TABLES = IMAGE_START + 256;
const TABLE_STRIDE = 32;
const TABLE_COUNT = 5;
const SCHEDULER = '/proc/thread-self/schedstat';

export interface Pauses {
  readonly groups: number;
  readonly seconds: number;
  /** Milliseconds, the longest first, without groups in which an index doubled. */
  readonly all: readonly number[];
  /** The same, less what this thread waited for a processor that others had. */
  readonly running: readonly number[];
  /** The longest of those in which an index doubled. */
  readonly doubling: number;
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
  let doubling = 0;
  let tables = tablesOf(engine);
  const start = performance.now();
  let groups = 0;
  for (const commit of commits) {
    if (until()) break;
    const [begin, waited] = [performance.now(), queue.milliseconds()];
    engine.prepare([commit]);
    engine.apply();
    await new Promise((next) => setImmediate(next));
    const pause = performance.now() - begin;
    groups += 1;
    const now = tablesOf(engine);
    if (now === tables) {
      all.push(pause);
      running.push(pause - (queue.milliseconds() - waited));
    } else doubling = Math.max(doubling, pause);
    tables = now;
  }
  const seconds = (performance.now() - start) / 1000;
  const sorted = [all, running].map((list) => list.sort((left, right) => right - left));
  return { groups, seconds, all: sorted[0] ?? [], running: sorted[1] ?? [], doubling };
}

function tablesOf({ memory }: Engine): string {
  const addresses = Array.from({ length: TABLE_COUNT }, (_, index) =>
    memory.u32(TABLES + index * TABLE_STRIDE),
  );
  return addresses.join();
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
