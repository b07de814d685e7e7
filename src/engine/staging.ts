/**
 * The staging area: bytes from outside stand here once, from their arrival on, while they are
 * verified, appended to the log and applied. Blocks are handed out in a ring, first in, first out:
 * a block that is released early waits for those before it. Scratch for other threads is cut from
 * the area's end and stays.
 *
 *     STAGING_START  ┌───────────────────────────┬─────────┐
 *                    │ blocks, in a ring         │ scratch │
 *                    └───────────────────────────┴─────────┘
 */

import { STAGING_BYTES, STAGING_START } from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';

const ALIGNMENT = 16;

interface Block {
  readonly address: number;
  readonly end: number;
  isReleased: boolean;
}

export class Staging {
  /** Blocks in the order in which they were taken. */
  readonly #blocks: (Block | undefined)[] = [];
  readonly #places = new Map<number, Block>();
  #first = 0;
  /** Where the scratch begins. */
  #limit: number;
  readonly #start: number;
  /** End of the newest block. */
  #end: number;

  /** A smaller area, for tests; the whole one when absent. */
  constructor({ start, bytes } = { start: STAGING_START, bytes: STAGING_BYTES }) {
    this.#start = start;
    this.#end = start;
    this.#limit = start + bytes;
  }

  /** Cuts scratch from the end of the area, before the first block is taken. */
  reserve(bytes: number): number {
    assert(this.#end === this.#start, 'scratch is cut before blocks are taken');
    const address = (this.#limit - bytes) & ~(ALIGNMENT - 1);
    assert(address >= this.#start, 'the scratch fits in the staging area');
    this.#limit = address;
    return address;
  }

  /** Room for `bytes`, or undefined until earlier blocks are released. */
  take(bytes: number): number | undefined {
    const size = Math.max(ALIGNMENT, (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1));
    const address = this.#placeFor(size);
    if (address === undefined) return undefined;
    const block = { address, end: address + size, isReleased: false };
    this.#blocks.push(block);
    this.#places.set(address, block);
    this.#end = block.end;
    return address;
  }

  /** Gives a block back; its bytes may be overwritten from now on. */
  release(address: number): void {
    const released = this.#places.get(address);
    assert(released !== undefined, 'a block is released once, by its address');
    released.isReleased = true;
    this.#places.delete(address);
    while (this.#blocks[this.#first]?.isReleased === true) {
      this.#blocks[this.#first] = undefined;
      this.#first += 1;
    }
    // A list is cut when half of it is past: each block is moved once at most.
    if (this.#first * 2 < this.#blocks.length) return;
    this.#blocks.splice(0, this.#first);
    this.#first = 0;
  }

  /** Behind the newest block, or at the start again; never over the oldest. */
  #placeFor(size: number): number | undefined {
    const oldest = this.#blocks[this.#first];
    if (oldest === undefined) return this.#start + size <= this.#limit ? this.#start : undefined;
    // A block never reaches the oldest from below: equal ends would read as an empty ring.
    if (this.#end <= oldest.address) {
      return this.#end + size < oldest.address ? this.#end : undefined;
    }
    if (this.#end + size <= this.#limit) return this.#end;
    return this.#start + size < oldest.address ? this.#start : undefined;
  }
}
