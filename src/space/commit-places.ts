/**
 * Where commits stand in the log, by their hashes. The engine numbers commits as it applies them,
 * which is the order of the log but for those that a start has passed over (replay.ts).
 */

import { sameBytes } from '../base/bytes.ts';
import type { Engine } from '../engine/engine.ts';
import type { Log } from '../log/log.ts';

export class CommitPlaces {
  readonly #engine: Engine;
  readonly #log: Pick<Log, 'length' | 'hashOf' | 'commitPosition'>;

  constructor(engine: Engine, log: Pick<Log, 'length' | 'hashOf' | 'commitPosition'>) {
    this.#engine = engine;
    this.#log = log;
  }

  /** Position of an applied commit; undefined where the log does not have it. */
  positionOf(hash: Uint8Array): number | undefined {
    const ordinal = this.#engine.ordinalOf(hash);
    if (ordinal === undefined) return undefined;
    const near = this.#log.commitPosition(ordinal) ?? this.#log.length;
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
