/**
 * Hashes payloads in place, many transactions at once. Each thread has a hasher of its own, with
 * scratch that nobody else uses; all may work on one memory at the same time.
 */

import * as abi from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import type { PayloadHashes } from '../delta/leaves.ts';
import type { EngineExports } from './exports.ts';
import { EngineMemory } from './memory.ts';
import { instantiateEngine } from './module.ts';

/** Scratch that takes every payload of the format. */
export const HASHER_SCRATCH_BYTES = abi.MERKLE_HASHES + abi.TRANSACTIONS_MAX * abi.HASH_BYTES;

export interface LeafHasherParts {
  readonly memory: WebAssembly.Memory;
  /** Address of the scratch, and its bytes. */
  readonly scratch: number;
  readonly scratchBytes: number;
  /** The compiled engine, where another thread compiled it. */
  readonly module?: WebAssembly.Module;
}

export class LeafHasher {
  readonly #exports: EngineExports;
  readonly #memory: EngineMemory;
  readonly #scratch: number;
  readonly #scratchBytes: number;

  private constructor(exports: EngineExports, { memory, scratch, scratchBytes }: LeafHasherParts) {
    this.#exports = exports;
    this.#memory = new EngineMemory(memory);
    this.#scratch = scratch;
    this.#scratchBytes = scratchBytes;
  }

  static async create(parts: LeafHasherParts): Promise<LeafHasher> {
    return new LeafHasher(await instantiateEngine(parts.memory, parts.module), parts);
  }

  /**
   * Hashes the payload that stands at an address; undefined when its lengths do not fit, a leaf is
   * not plain, it has no transaction, or more than the scratch takes.
   */
  hash(address: number, bytes: number): PayloadHashes | undefined {
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
