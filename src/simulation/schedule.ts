/**
 * Virtual time: what is to happen, in the order of its time, and of its making where times are the
 * same. Between two events everything that waits for no event has run to its end, so that a run is
 * a function of what was put in; a hash over all events tells two runs apart.
 */

import { createHash } from 'node:crypto';
import { systemTurn } from '../base/turn.ts';

interface Entry {
  readonly time: number;
  readonly made: number;
  readonly label: string;
  /** Undefined once it is taken back. */
  run: (() => void) | undefined;
}

/** Something that is to happen, until it is taken back. */
export interface Timer {
  cancel(): void;
}

export class Schedule {
  readonly #heap: Entry[] = [];
  readonly #trace = createHash('sha256');
  #now = 0;
  #made = 0;
  #count = 0;

  /** Milliseconds since the begin. */
  get now(): number {
    return this.#now;
  }

  /** How many events have happened. */
  get count(): number {
    return this.#count;
  }

  /** Hex of the hash over all events so far. */
  get trace(): string {
    return this.#trace.copy().digest('hex');
  }

  /** Runs `run` after so many milliseconds; `label` says in the trace what it is. */
  after(milliseconds: number, label: string, run: () => void): Timer {
    this.#made += 1;
    const entry: Entry = { time: this.#now + milliseconds, made: this.#made, label, run };
    this.#push(entry);
    return {
      cancel: () => {
        entry.run = undefined;
      },
    };
  }

  /** Adds to the trace what no event has told. */
  note(text: string): void {
    this.#trace.update(`${this.#now} ${text}\n`);
  }

  /** Runs events up to a time, or until `isOver` says so after one. */
  async run(until: number, isOver: () => boolean = () => false): Promise<void> {
    await systemTurn();
    while (!isOver()) {
      const next = this.#heap[0];
      if (next === undefined || next.time > until) {
        this.#now = Math.max(this.#now, until);
        return;
      }
      this.#pop();
      if (next.run === undefined) continue;
      this.#now = next.time;
      this.#count += 1;
      this.note(next.label);
      next.run();
      await systemTurn();
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      if (!isBefore(entry, heap[above] as Entry)) break;
      heap[at] = heap[above] as Entry;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (let below = 1; below < heap.length; below = 2 * at + 1) {
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, heap[below] as Entry)) below += 1;
      if (!isBefore(heap[below] as Entry, last)) break;
      heap[at] = heap[below] as Entry;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.time === other.time ? one.made < other.made : one.time < other.time;
}
