/**
 * Where commits stand in the log, by their hashes. The engine numbers commits as it applies them,
 * which is the order of the log but for those that a start has passed over (replay.ts); what a seal
 * has left out is not among them.
 */

import { sameBytes } from '../base/bytes.ts';
import { decodeCommit } from '../delta/commit.ts';
import type { Engine } from '../engine/engine.ts';
import type { Log } from '../log/log.ts';
import type { CommitNumber } from './frontier-trial.ts';
import type { GivenUp } from './given-up.ts';

type PlacesLog = Pick<Log, 'length' | 'read' | 'hashOf' | 'commitPosition' | 'outline'>;

export class CommitPlaces {
  readonly #engine: Engine;
  readonly #givenUp: GivenUp;
  readonly #log: PlacesLog;

  constructor(engine: Engine, givenUp: GivenUp, log: PlacesLog) {
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

  /** Which one of its author's an applied commit is; undefined where the log does not have it. */
  numberOf(hash: Uint8Array): CommitNumber | undefined {
    const position = this.positionOf(hash);
    if (position === undefined) return undefined;
    const noted = this.#log.outline?.commitAt(position);
    if (noted !== undefined) return noted;
    const entry = this.#log.read(position);
    return entry && decodeCommit(entry.bytes).header;
  }

  #isAt(position: number, hash: Uint8Array): boolean {
    const found = this.#log.hashOf(position);
    return found !== undefined && sameBytes(found, hash);
  }
}
