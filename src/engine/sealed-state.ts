/**
 * The state right after a seal as a stream of chunks, and an engine from such chunks
 * (schema/sealed-state.md). The stream is for a new replica, which takes it from somebody whom it
 * does not trust: bytes are checked here, and that they are the state which was meant, the state
 * hash says, once they are loaded.
 */

import * as abi from '../../assembly/abi.ts';
import {
  RECORD_TRANSACTIONS,
  STATE_COMMIT_AUTHOR,
  STATE_COMMIT_BYTES,
  STATE_COMMIT_CLOCK,
  STATE_DONE,
  TRANSACTIONS_RECORD_BYTES,
} from '../../assembly/abi-state.ts';
import { assert } from '../base/assert.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { Engine, spaceFull } from './engine.ts';
import { sealedStateError } from './sealed-state-failure.ts';

/** Commits that are handed to the engine at once. */
const COMMITS_AT_ONCE = 4096;

/** A commit that is in the state, in the order in which it was applied (engine ordinal 1..n). */
export interface SealedCommit {
  readonly hash: Uint8Array;
  readonly author: Uint8Array;
  readonly clock: bigint;
}

/**
 * The state right after a seal, in chunks of about STATE_CHUNK_BYTES, one of which is larger where
 * one element is. Each step takes about a millisecond, and 5 ms more for each million of rows in a
 * row that are free. Between steps the engine may be read, other streams may be written, and no
 * commit may be applied. `numbers` are those that commits have where the stream goes, by the order
 * in which they were applied here; the same when absent. Throws LIMIT_EXCEEDED where the memory has
 * no room for a chunk.
 */
export function* sealedState(engine: Engine, numbers?: Uint32Array): Generator<Uint8Array> {
  const { exports, memory, commitCount, generation } = engine;
  assert(exports.isSealed() === 1, 'a seal covers every commit of a state that is sent');
  const head = Buffer.alloc(exports.streamBytes() >>> 0);
  do {
    const isSame = engine.commitCount === commitCount && engine.generation === generation;
    assert(isSame && exports.isSealed() === 1, 'no commit is applied while the state is sent');
    engine.putInput(head);
    const bytes = exports.writeStateChunk() >>> 0;
    if (bytes === 0) throw spaceFull();
    const chunk = memory.copy(exports.outputAddress() >>> 0, bytes);
    memory.copyInto(head, exports.ensureInput(0) >>> 0);
    if (numbers !== undefined && chunk[0] === RECORD_TRANSACTIONS) renumber(chunk, numbers);
    yield chunk;
  } while (head.readUInt32LE(0) !== STATE_DONE);
}

/** A chunk that begins with transactions has no other records. */
function renumber(chunk: Uint8Array, numbers: Uint32Array): void {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
  for (let at = 0; at < chunk.length; ) {
    view.setUint32(at + 1, numbers[view.getUint32(at + 1, true) - 1] ?? 0, true);
    at += TRANSACTIONS_RECORD_BYTES + 2 * view.getUint16(at + 5, true);
  }
}

/** Makes an engine from the commits of a log, and the chunks of the state that they come to. */
export class SealedStateLoader {
  readonly #engine: Engine;
  #chunks = 0;

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** For a space, in so much memory at most; the engine's index secret is its own. */
  static async begin(
    space: Uint8Array,
    random: Random,
    bytesMax: number,
  ): Promise<SealedStateLoader> {
    const engine = await Engine.create(space, random, bytesMax);
    if (engine.exports.beginLoading() !== 1) throw spaceFull();
    return new SealedStateLoader(engine);
  }

  /**
   * All commits of the log that the state is made from, in the order in which they were applied,
   * before the first chunk; in several calls if need be. Throws MALFORMED where a hash or an author
   * has not 32 bytes, or a commit comes twice.
   */
  addCommits(commits: readonly SealedCommit[]): void {
    assert(this.#chunks === 0, 'commits come before chunks');
    for (let first = 0; first < commits.length; first += COMMITS_AT_ONCE) {
      this.#addSome(commits.slice(first, first + COMMITS_AT_ONCE));
    }
  }

  /**
   * Takes the next chunk. Throws MALFORMED, which says what was expected, what came and where, or
   * LIMIT_EXCEEDED; after that the loader is of no use.
   */
  take(chunk: Uint8Array): void {
    this.#chunks += 1;
    if (chunk.length === 0) return;
    this.#engine.putInput(chunk);
    const status = this.#engine.exports.takeStateChunk(chunk.length);
    if (status !== abi.STATUS_OK) {
      throw sealedStateError(status, this.#engine.exports, `chunk ${this.#chunks}`);
    }
  }

  /**
   * The engine, as one that took all commits and applied the seal, and has declared no index yet.
   * Throws MALFORMED where the stream is not whole.
   */
  end(): Engine {
    if (this.#engine.exports.isStateWhole() !== 1) {
      throw new DatabaseError(
        ErrorCode.MALFORMED,
        `a state expected its last record, got the end after ${this.#chunks} chunks`,
      );
    }
    // What a seal would not have left goes, as in the engine that the state is from.
    this.#engine.compact();
    return this.#engine;
  }

  #addSome(commits: readonly SealedCommit[]): void {
    const bytes = Buffer.alloc(commits.length * STATE_COMMIT_BYTES);
    for (const [index, { hash, author, clock }] of commits.entries()) {
      const at = index * STATE_COMMIT_BYTES;
      if (hash.length !== abi.HASH_BYTES || author.length !== abi.HASH_BYTES) {
        throw new DatabaseError(
          ErrorCode.MALFORMED,
          `a commit expected hash and author of 32 bytes, got ${hash.length}, ${author.length}`,
        );
      }
      bytes.set(hash, at);
      bytes.set(author, at + STATE_COMMIT_AUTHOR);
      bytes.writeBigUInt64LE(clock, at + STATE_COMMIT_CLOCK);
    }
    this.#engine.putInput(bytes);
    const status = this.#engine.exports.takeCommits(commits.length);
    if (status !== abi.STATUS_OK) throw sealedStateError(status, this.#engine.exports, 'commits');
  }
}
