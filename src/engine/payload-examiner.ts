/**
 * Examines payloads in place: hashes them, many transactions at once, and checks ahead of the
 * instance that writes what their bytes alone decide. Each thread has an examiner of its own, with
 * scratch that nobody else uses; all may work on one memory at the same time.
 */

import * as abi from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import type { PayloadHashes } from '../delta/leaves.ts';
import type { EngineExports } from './exports.ts';
import { EngineMemory } from './memory.ts';
import { instantiateEngine } from './module.ts';

/** Scratch that takes every payload of the format: a work area, then what hashing needs. */
export const EXAMINER_SCRATCH_BYTES =
  abi.WORK_BYTES + abi.MERKLE_HASHES + abi.TRANSACTIONS_MAX * abi.HASH_BYTES;

/** Where bytes stand in the memory. */
export interface Place {
  readonly address: number;
  readonly bytes: number;
}

export interface PayloadExaminerParts {
  readonly memory: WebAssembly.Memory;
  /** Address of the scratch, and its bytes. */
  readonly scratch: number;
  readonly scratchBytes: number;
  /** The compiled engine, where another thread compiled it. */
  readonly module?: WebAssembly.Module;
}

export class PayloadExaminer {
  readonly #exports: EngineExports;
  readonly #memory: EngineMemory;
  readonly #scratch: number;
  readonly #scratchBytes: number;
  #touched = 0;

  private constructor(
    exports: EngineExports,
    { memory, scratch, scratchBytes }: PayloadExaminerParts,
  ) {
    this.#exports = exports;
    this.#memory = new EngineMemory(memory);
    this.#scratch = scratch + abi.WORK_BYTES;
    this.#scratchBytes = scratchBytes - abi.WORK_BYTES;
    assert(this.#scratchBytes >= abi.MERKLE_HASHES, 'the scratch takes what hashing needs');
  }

  static async create(parts: PayloadExaminerParts): Promise<PayloadExaminer> {
    const { memory, module, scratch } = parts;
    return new PayloadExaminer(await instantiateEngine(memory, scratch, module), parts);
  }

  /**
   * Hashes the payload that stands at a place; undefined when its lengths do not fit, a leaf is
   * not plain, it has no transaction, or more than the scratch takes.
   */
  hash({ address, bytes }: Place): PayloadHashes | undefined {
    const { HASH_BYTES, MERKLE_COUNT, MERKLE_DICTIONARY, MERKLE_HASHES, STATUS_OK } = abi;
    const [scratch, room] = [this.#scratch, this.#scratchBytes];
    const status = this.#exports.hashTransactions(address, bytes, scratch, room);
    if (status !== STATUS_OK) return undefined;
    return {
      transactionCount: this.#memory.u32(scratch + MERKLE_COUNT),
      dictionary: this.#memory.copy(scratch + MERKLE_DICTIONARY, HASH_BYTES),
      root: this.#memory.copy(scratch + MERKLE_HASHES, HASH_BYTES),
    };
  }

  /**
   * Checks a plain payload that `author` wrote and leaves the check in `room`, for the instance
   * that writes. False when the payload is not as it must be, or there is not room enough: then
   * that instance checks it itself, and says what is wrong.
   */
  check(payload: Place, author: Uint8Array, room: Place): boolean {
    this.#memory.bytes.set(author, this.#scratch);
    const status = this.#exports.checkAhead(
      payload.address,
      payload.bytes,
      this.#scratch,
      room.address,
      room.bytes,
    );
    return status === abi.STATUS_OK;
  }

  /**
   * Has the system map the memory that the instance that writes takes next, which would otherwise
   * wait for each page.
   */
  touchAhead(): void {
    this.#touched = this.#exports.touchAhead(this.#touched) >>> 0;
  }

  /** The root over leaf hashes that were computed elsewhere, of which there is at least one. */
  root(leaves: readonly Uint8Array[]): Uint8Array {
    const hashes = this.#scratch + abi.MERKLE_HASHES;
    assert(
      leaves.length * abi.HASH_BYTES <= this.#scratchBytes - abi.MERKLE_HASHES,
      'the scratch takes all leaves',
    );
    const { bytes } = this.#memory;
    for (const [index, leaf] of leaves.entries()) bytes.set(leaf, hashes + index * abi.HASH_BYTES);
    const status = this.#exports.hashRoot(leaves.length, this.#scratch, this.#scratchBytes);
    assert(status === abi.STATUS_OK, 'a Merkle tree has at least one leaf');
    return this.#memory.copy(hashes, abi.HASH_BYTES);
  }
}
