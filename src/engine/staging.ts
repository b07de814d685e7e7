/**
 * The staging area: bytes from outside stand here once, from their arrival on, while they are
 * verified, appended to the log and applied. A block goes where it first fits, so that one that
 * stays for long (a slow sender's) holds up no other. Scratch for threads is cut from the area's
 * end and stays.
 *
 *     STAGING_START  ┌───────────────────────────┬─────────┐
 *                    │ blocks and free ranges    │ scratch │
 *                    └───────────────────────────┴─────────┘
 */

import { CHECK_BYTES, STAGING_BYTES, STAGING_START } from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import type { Place } from './payload-examiner.ts';

const ALIGNMENT = 16;
/** The counts of a check, and the names of a small dictionary. */
const CHECK_BYTES_LEAST = CHECK_BYTES + 32 * 8;

interface Range {
  address: number;
  end: number;
}

/**
 * Bytes of a block that takes a commit, and half as much for the check of its payload: the ids of
 * new nodes need that where one in 32 bytes is made. A check that needs more is not made ahead.
 */
export function commitBlockBytes(commitBytes: number): number {
  return commitBytes + (commitBytes >> 1) + CHECK_BYTES_LEAST;
}

export class Staging {
  /** Ascending; no two of them touch. */
  readonly #free: Range[];
  /** Ends of the blocks, by address. */
  readonly #blocks = new Map<number, number>();

  /** A smaller area, for tests; the whole one when absent. */
  constructor({ start, bytes } = { start: STAGING_START, bytes: STAGING_BYTES }) {
    this.#free = [{ address: start, end: start + bytes }];
  }

  /** Blocks that were taken and not released. */
  get blocks(): number {
    return this.#blocks.size;
  }

  /** Cuts scratch from the end of the area, before the first block is taken. */
  reserve(bytes: number): number {
    const [area] = this.#free;
    assert(this.#blocks.size === 0 && area !== undefined, 'scratch is cut before blocks are taken');
    const address = (area.end - bytes) & ~(ALIGNMENT - 1);
    assert(address >= area.address, 'the scratch fits in the staging area');
    area.end = address;
    return address;
  }

  /** Room for a commit, and behind it for the check of its payload. */
  takeCommit(bytes: number): number | undefined {
    return this.take(commitBlockBytes(bytes));
  }

  /** What is left of the block at an address behind its first bytes. */
  roomBehind(address: number, bytes: number): Place {
    const start = aligned(address + bytes);
    const end = this.#blocks.get(address) ?? start;
    return { address: start, bytes: Math.max(0, end - start) };
  }

  /** Room for `bytes`, or undefined until other blocks are released. */
  take(bytes: number): number | undefined {
    const size = Math.max(ALIGNMENT, aligned(bytes));
    const place = this.#free.findIndex(({ address, end }) => end - address >= size);
    const range = this.#free[place];
    if (range === undefined) return undefined;
    const { address } = range;
    range.address += size;
    if (range.address === range.end) this.#free.splice(place, 1);
    this.#blocks.set(address, address + size);
    return address;
  }

  /** Gives a block back; its bytes may be overwritten from now on. */
  release(address: number): void {
    const end = this.#blocks.get(address);
    assert(end !== undefined, 'a block is released once, by its address');
    this.#blocks.delete(address);
    const place = this.#placeOf(address);
    const [before, after] = [this.#free[place - 1], this.#free[place]];
    const joinsBefore = before?.end === address;
    const joinsAfter = after?.address === end;
    if (joinsBefore && joinsAfter) {
      before.end = after.end;
      this.#free.splice(place, 1);
    } else if (joinsBefore) before.end = end;
    else if (joinsAfter) after.address = address;
    else this.#free.splice(place, 0, { address, end });
  }

  /** Index of the first free range behind an address. */
  #placeOf(address: number): number {
    let [low, high] = [0, this.#free.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#free[middle] as Range).address < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function aligned(bytes: number): number {
  return (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}
