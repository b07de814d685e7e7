/** The clock of a node: it is wrong by some, and goes too fast or too slowly. */

import type { Clock } from '../base/clock.ts';
import type { Schedule } from './schedule.ts';

/** 2026-01-01, when every simulation begins. */
const BEGIN = Date.UTC(2026, 0, 1);

export class NodeClock implements Clock {
  readonly #schedule: Schedule;
  readonly #rate: number;
  readonly #offset: number;

  constructor(
    schedule: Schedule,
    wrong: { readonly driftMillionths: number; readonly offsetMilliseconds: number },
  ) {
    this.#schedule = schedule;
    this.#rate = 1 + wrong.driftMillionths / 1_000_000;
    this.#offset = wrong.offsetMilliseconds;
  }

  now(): number {
    return Math.floor(BEGIN + this.#offset + this.running());
  }

  /** Milliseconds since the begin, as it counts them. */
  running(): number {
    return this.#schedule.now * this.#rate;
  }

  /** Virtual milliseconds until it counts so many. */
  until(running: number): number {
    return Math.max(0, running / this.#rate - this.#schedule.now) + 0.001;
  }
}
