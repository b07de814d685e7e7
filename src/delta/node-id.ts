/**
 * Ids of nodes: 16 characters of base62 that are a hash of what the node is (schema/commit.md,
 * rules on ids). The engine computes the same in assembly/delta/identity.ts.
 */

import { HASH_BYTES, ID_BYTES, SYMBOL_BYTES_MAX } from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { concatBytes, fitsUtf8, UTF8_BYTES_PER_UNIT, utf8 } from '../base/bytes.ts';
import { sha256 } from '../crypto/hash.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DIGITS = Buffer.from(BASE62);
const BY_NUMBER = 0;
const BY_KEY = 1;
const NO_AUTHOR = new Uint8Array(HASH_BYTES);
const NUMBER_BYTES = 8;
/** After the space, the author, the kind and the length of the type. */
const TYPE_AT = 2 * HASH_BYTES + 2;
const TYPE_END_MAX = TYPE_AT + SYMBOL_BYTES_MAX;
/** Longer keys are hashed from a buffer of their own. */
const KEY_BYTES = 256;

/** What is hashed, and the characters of the id: ids are made often, and one after the other. */
const described = Buffer.alloc(TYPE_END_MAX + KEY_BYTES);
const describedView = new DataView(described.buffer, described.byteOffset);
const characters = Buffer.alloc(ID_BYTES);
/** What was described last, and the id that it gave. */
const last = { described: Buffer.alloc(described.length), length: 0, id: '' };

/** By its code, whether a character stands in ids; faster than a regular expression. */
const IS_CHARACTER = Uint8Array.from({ length: 128 }, (_, code) =>
  BASE62.includes(String.fromCharCode(code)) ? 1 : 0,
);

export function isNodeId(text: string): boolean {
  if (text.length !== ID_BYTES) return false;
  for (let index = 0; index < ID_BYTES; index += 1) {
    if (!isIdCharacter(text.charCodeAt(index))) return false;
  }
  return true;
}

function isIdCharacter(code: number): boolean {
  return IS_CHARACTER[code] === 1;
}

export interface NumberedNode {
  readonly space: Uint8Array;
  readonly author: Uint8Array;
  readonly type: string;
  /** Chosen once by the author, 0 to 2^64 - 1. */
  readonly number: bigint;
}

export function nodeIdByNumber({ space, author, type, number }: NumberedNode): string {
  const end = describeNode(BY_NUMBER, { space, author, type });
  describedView.setBigUint64(end, number, true);
  return idOfDescribed(end + NUMBER_BYTES);
}

export interface KeyedNode {
  readonly space: Uint8Array;
  readonly type: string;
  readonly key: string;
}

/** The same for everybody in a space: importing twice meets the same nodes. */
export function nodeIdByKey({ space, type, key }: KeyedNode): string {
  const end = describeNode(BY_KEY, { space, author: NO_AUTHOR, type });
  if (key.length * UTF8_BYTES_PER_UNIT <= KEY_BYTES) {
    return idOfDescribed(end + described.write(key, end));
  }
  return base62(sha256(concatBytes(described.subarray(0, end), utf8(key))));
}

/** Writes what comes before the number or the key; answers where that ends. */
function describeNode(kind: number, node: Omit<NumberedNode, 'number'>): number {
  const { space, author, type } = node;
  assert(fitsUtf8(type, SYMBOL_BYTES_MAX), 'the length of a type fits in a byte');
  const written = described.write(type, TYPE_AT);
  described.set(space);
  described.set(author, HASH_BYTES);
  described[TYPE_AT - 2] = kind;
  described[TYPE_AT - 1] = written;
  return TYPE_AT + written;
}

/** Who reads a transaction asks for an id, and then who admits it: the last one is remembered. */
function idOfDescribed(length: number): string {
  const isLast =
    length === last.length && described.compare(last.described, 0, length, 0, length) === 0;
  if (isLast) return last.id;
  last.id = base62(sha256(described.subarray(0, length)));
  described.copy(last.described, 0, 0, length);
  last.length = length;
  return last.id;
}

/** Four big-endian words of the digest give four characters each. */
function base62(digest: Uint8Array): string {
  for (let word = 0; word < ID_BYTES; word += 4) {
    let fraction = 0;
    for (let at = word; at < word + 4; at++) fraction = fraction * 256 + (digest[at] as number);
    for (let at = word; at < word + 4; at++) {
      const product = fraction * 62;
      const digit = Math.floor(product / 2 ** 32);
      characters[at] = DIGITS[digit] as number;
      fraction = product - digit * 2 ** 32;
    }
  }
  return characters.toString('latin1');
}
