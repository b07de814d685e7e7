/**
 * Where commits stand in the log, by their hashes. The engine numbers commits as it applies them,
 * which is the order of the log but for those that a start has passed over (replay.ts); what a seal
 * has left out is not among them.
 */

import { sameBytes } from '../base/bytes.ts';
import type { Engine } from '../engine/engine.ts';
import type { Log } from '../log/log.ts';
import type { GivenUp } from './given-up.ts';

export class CommitPlaces {
  readonly #engine: Engine;
  readonly #givenUp: GivenUp;
  readonly #log: Pick<Log, 'length' | 'hashOf' | 'commitPosition'>;

  constructor(
    engine: Engine,
    givenUp: GivenUp,
    log: Pick<Log, 'length' | 'hashOf' | 'commitPosition'>,
  ) {
    this.#engine = engine;
    this.#givenUp = givenUp;
    this.#log = log;
  }

  /** Position of an applied commit; undefined where the log does not have it. */
  positionOf(hash: Uint8Array): number | undefined {
    const ordinal = this.#engine.ordinalOf(hash);
    if (ordinal === undefined) return undefined;
    const near = this.#givenUp.positionOf(ordinal, this.#log) ?? this.#log.length;
    // One that was passed over stands before it, and lets others stand behind.
    for (let distance = 0; distance < this.#log.length; distance++) {
      if (this.#isAt(near - distance, hash)) return near - distance;
      if (this.#isAt(near + distance, hash)) return near + distance;
    }
    return undefined;
  }

  #isAt(position: number, hash: Uint8Array): boolean {
    const found = this.#log.hashOf(position);
    return found !== undefined && sameBytes(found, hash);
  }
}
