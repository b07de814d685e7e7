/**
 * Keys of 32 bytes that are looked up where they stand in other bytes: most of what a stranger
 * sends is none of them, and costs no copy and no text.
 */

import { toHex } from './bytes.ts';
import { u32At } from './little-endian.ts';

const KEY_BYTES = 32;

export class KeySet {
  /** First four bytes of each. */
  readonly #begins = new Set<number>();
  readonly #keys = new Set<string>();

  get size(): number {
    return this.#keys.size;
  }

  add(key: Uint8Array): void {
    this.#begins.add(u32At(key, 0));
    this.#keys.add(toHex(key));
  }

  /** Whether the bytes at an offset are one of the keys. */
  has(bytes: Uint8Array, at: number): boolean {
    if (!this.#begins.has(u32At(bytes, at))) return false;
    return this.#keys.has(toHex(bytes.subarray(at, at + KEY_BYTES)));
  }
}
