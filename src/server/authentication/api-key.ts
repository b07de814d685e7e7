/**
 * Keys that programs are given: `mg_<id>_<secret>`, both in hex. Only the SHA-256 of the text is
 * kept. That is enough for a secret of 256 random bits: nobody can try them all, so the slow
 * hashes and salts that passwords need would cost time at every request and add nothing.
 */

import { toHex, utf8 } from '../../base/bytes.ts';
import type { Random } from '../../base/random.ts';
import { sha256 } from '../../crypto/hash.ts';

export const API_KEY_PREFIX = 'mg_';
const ID_BYTES = 8;
const SECRET_BYTES = 32;
const FORM = /^mg_([0-9a-f]{16})_[0-9a-f]{64}$/;

export interface NewApiKey {
  readonly id: string;
  /** The key itself: shown once, and kept nowhere. */
  readonly text: string;
  readonly hash: Uint8Array;
}

export function makeApiKey(random: Random): NewApiKey {
  const id = toHex(random.bytes(ID_BYTES));
  const text = `${API_KEY_PREFIX}${id}_${toHex(random.bytes(SECRET_BYTES))}`;
  return { id, text, hash: hashApiKey(text) };
}

/** The id that a key names; undefined for a text that is no key. */
export function idOfApiKey(text: string): string | undefined {
  return FORM.exec(text)?.[1];
}

export function hashApiKey(text: string): Uint8Array {
  return sha256(utf8(text));
}
