/** Records that a replica has sent, taken one after the other: each builds on the one before. */

import { PEER_RECORDS_WAITING_BYTES_MAX } from '../base/connection-limits.ts';
import { type DatabaseError, ErrorCode } from '../base/errors.ts';
import type { ReplicatedSpace } from '../space/replicated-space.ts';
import { failure } from './peer-rules.ts';
import { takeRecord } from './take-record.ts';

export interface SentRecord {
  readonly request: number;
  readonly bytes: Uint8Array;
}

/** Called for each record with its height, or why it was not taken; answers whether to go on. */
export type HearRecord = (record: SentRecord, outcome: number | DatabaseError) => boolean;

export class RecordQueue {
  readonly #space: ReplicatedSpace;
  readonly #hear: HearRecord;
  readonly #waiting: SentRecord[] = [];
  #bytes = 0;
  #isTaking = false;

  constructor(space: ReplicatedSpace, hear: HearRecord) {
    this.#space = space;
    this.#hear = hear;
  }

  /** Throws LIMIT_EXCEEDED where too much waits. */
  add(record: SentRecord): void {
    this.#bytes += record.bytes.length;
    if (this.#bytes > PEER_RECORDS_WAITING_BYTES_MAX) {
      const expected = `at most ${PEER_RECORDS_WAITING_BYTES_MAX} bytes of records in waiting`;
      throw failure(ErrorCode.LIMIT_EXCEEDED, expected, `${this.#bytes}`);
    }
    this.#waiting.push(record);
    if (!this.#isTaking) void this.#takeAll();
  }

  async #takeAll(): Promise<void> {
    this.#isTaking = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const outcome = await takeRecord(this.#space, next.bytes);
      this.#bytes -= next.bytes.length;
      if (!this.#hear(next, outcome)) break;
    }
    this.#isTaking = false;
  }
}
