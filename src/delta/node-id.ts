/**
 * Ids of nodes: 16 characters of base62 that are a hash of what the node is (schema/commit.md,
 * rules on ids). The engine computes the same in assembly/delta/identity.ts.
 */

import { HASH_BYTES, ID_BYTES, SYMBOL_BYTES_MAX } from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { concatBytes, sameBytes, utf8 } from '../base/bytes.ts';
import { sha256 } from '../crypto/hash.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BY_NUMBER = 0;
const BY_KEY = 1;
const NO_AUTHOR = new Uint8Array(HASH_BYTES);
const NUMBER_BYTES = 8;
/** After the space, the author, the kind and the length of the type. */
const TYPE_AT = 2 * HASH_BYTES + 2;
const NUMBER_AT_MOST = TYPE_AT + SYMBOL_BYTES_MAX;

/** What is hashed, and the characters of the id: ids are made often, and one after the other. */
const described = new Uint8Array(NUMBER_AT_MOST + NUMBER_BYTES);
const describedView = new DataView(described.buffer);
const characters = new Array<number>(ID_BYTES).fill(0);
const ENCODER = new TextEncoder();
let last = { description: new Uint8Array(0), id: '' };

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
  return idOf(described.subarray(0, end + NUMBER_BYTES));
}

export interface KeyedNode {
  readonly space: Uint8Array;
  readonly type: string;
  readonly key: string;
}

/** The same for everybody in a space: importing twice meets the same nodes. */
export function nodeIdByKey({ space, type, key }: KeyedNode): string {
  const end = describeNode(BY_KEY, { space, author: NO_AUTHOR, type });
  return idOf(concatBytes(described.subarray(0, end), utf8(key)));
}

/** Writes what comes before the number or the key; answers where that ends. */
function describeNode(kind: number, node: Omit<NumberedNode, 'number'>): number {
  const { space, author, type } = node;
  const { read, written } = ENCODER.encodeInto(type, described.subarray(TYPE_AT, NUMBER_AT_MOST));
  assert(read === type.length, 'the length of a type fits in a byte');
  described.set(space);
  described.set(author, HASH_BYTES);
  described[TYPE_AT - 2] = kind;
  described[TYPE_AT - 1] = written;
  return TYPE_AT + written;
}

/** Who reads a transaction asks for an id, and then who admits it: the last one is remembered. */
function idOf(description: Uint8Array): string {
  if (!sameBytes(last.description, description)) {
    last = { description: description.slice(), id: base62(sha256(description)) };
  }
  return last.id;
}

/** Four big-endian words of the digest give four characters each. */
function base62(digest: Uint8Array): string {
  const view = new DataView(digest.buffer, digest.byteOffset);
  for (let word = 0; word < 4; word++) {
    let fraction = view.getUint32(word * 4);
    for (let place = 0; place < 4; place++) {
      const product = fraction * 62;
      const digit = Math.floor(product / 2 ** 32);
      characters[word * 4 + place] = BASE62.charCodeAt(digit);
      fraction = product - digit * 2 ** 32;
    }
  }
  return String.fromCharCode(...characters);
}
