/**
 * Public keys as a platform's objects, kept because parsing one costs half of a verification.
 * A key has one place, by its first bits: whoever chooses keys that collide pays by parsing again.
 */

import { SIGNATURE_KEYS_KEPT_MAX } from '../base/limits.ts';

interface Kept<Key> {
  readonly bytes: Uint8Array;
  readonly key: Key;
}

export class KeptKeys<Key> {
  readonly #places: (Kept<Key> | undefined)[] = new Array(SIGNATURE_KEYS_KEPT_MAX).fill(undefined);

  find(publicKey: Uint8Array): Key | undefined {
    const kept = this.#places[placeOf(publicKey)];
    if (kept === undefined) return undefined;
    for (let index = 0; index < publicKey.length; index++) {
      if (kept.bytes[index] !== publicKey[index]) return undefined;
    }
    return kept.key;
  }

  /** Keeps the key in place of the one that has its place. */
  keep(publicKey: Uint8Array, key: Key): void {
    this.#places[placeOf(publicKey)] = { bytes: publicKey.slice(), key };
  }
}

function placeOf(publicKey: Uint8Array): number {
  const [low = 0, high = 0] = [publicKey[0], publicKey[1]];
  return (low | (high << 8)) % SIGNATURE_KEYS_KEPT_MAX;
}
