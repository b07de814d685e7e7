/**
 * Nonces of signed requests, for as long as they could come again. A full memory takes no more
 * until some are past: what was forgotten too early could be replayed.
 */

import { NONCES_MAX, NONCES_PER_KEY_MAX } from '../../base/limits.ts';

export const NonceVerdict = { NEW: 'new', SEEN: 'seen', FULL: 'full' } as const;
export type NonceVerdict = (typeof NonceVerdict)[keyof typeof NonceVerdict];

export interface NonceUse {
  readonly keyId: string;
  readonly nonce: string;
  /** The last second, as a whole number, in which it could come again. */
  readonly until: number;
}

export class Nonces {
  readonly #keys = new Map<string, Set<string>>();
  /** By the second up to which each could come again. */
  readonly #ends = new Map<number, NonceUse[]>();
  readonly #perKeyMax: number;
  readonly #max: number;
  #count = 0;

  constructor({ perKeyMax = NONCES_PER_KEY_MAX, max = NONCES_MAX } = {}) {
    this.#perKeyMax = perKeyMax;
    this.#max = max;
  }

  get count(): number {
    return this.#count;
  }

  /** Remembers the nonce, unless it has been used or there is no room. */
  use(use: NonceUse, now: number): NonceVerdict {
    this.#forget(now);
    const { keyId, nonce, until } = use;
    const ofKey = this.#keys.get(keyId) ?? new Set<string>();
    if (ofKey.has(nonce)) return NonceVerdict.SEEN;
    if (ofKey.size >= this.#perKeyMax || this.#count >= this.#max) return NonceVerdict.FULL;
    this.#keys.set(keyId, ofKey.add(nonce));
    const ending = this.#ends.get(until) ?? [];
    ending.push(use);
    this.#ends.set(until, ending);
    this.#count += 1;
    return NonceVerdict.NEW;
  }

  /** Those of past seconds; there are as many seconds as a request may be old, and few more. */
  #forget(now: number): void {
    for (const [second, ending] of this.#ends) {
      if (second >= now) continue;
      for (const { keyId, nonce } of ending) {
        const ofKey = this.#keys.get(keyId);
        ofKey?.delete(nonce);
        if (ofKey?.size === 0) this.#keys.delete(keyId);
      }
      this.#count -= ending.length;
      this.#ends.delete(second);
    }
  }
}
