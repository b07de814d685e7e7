/**
 * Ids of nodes: 16 characters of base62 that are a hash of what the node is (schema/commit.md,
 * rules on ids). The engine computes the same in assembly/delta/identity.ts.
 */

import { SYMBOL_BYTES_MAX } from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { concatBytes, utf8 } from '../base/bytes.ts';
import { sha256 } from '../crypto/hash.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BY_NUMBER = 0;
const BY_KEY = 1;
const NO_AUTHOR = new Uint8Array(32);

const ID_PATTERN = /^[0-9A-Za-z]{16}$/;

export function isNodeId(text: string): boolean {
  return ID_PATTERN.test(text);
}

export interface NumberedNode {
  readonly space: Uint8Array;
  readonly author: Uint8Array;
  readonly type: string;
  /** Chosen once by the author, 0 to 2^64 - 1. */
  readonly number: bigint;
}

export function nodeIdByNumber(node: NumberedNode): string {
  const type = typeBytes(node.type);
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, node.number, true);
  const what = Uint8Array.of(BY_NUMBER, type.length);
  return base62(sha256(concatBytes(node.space, node.author, what, type, number)));
}

export interface KeyedNode {
  readonly space: Uint8Array;
  readonly type: string;
  readonly key: string;
}

/** The same for everybody in a space: importing twice meets the same nodes. */
export function nodeIdByKey(node: KeyedNode): string {
  const type = typeBytes(node.type);
  const what = Uint8Array.of(BY_KEY, type.length);
  return base62(sha256(concatBytes(node.space, NO_AUTHOR, what, type, utf8(node.key))));
}

/** Its length is hashed as one byte. */
function typeBytes(type: string): Uint8Array {
  const bytes = utf8(type);
  assert(bytes.length <= SYMBOL_BYTES_MAX, 'the length of a type fits in a byte');
  return bytes;
}

/** Four big-endian words of the digest give four characters each. */
function base62(digest: Uint8Array): string {
  const view = new DataView(digest.buffer, digest.byteOffset);
  let text = '';
  for (let word = 0; word < 4; word++) {
    let fraction = view.getUint32(word * 4);
    for (let place = 0; place < 4; place++) {
      const product = fraction * 62;
      const digit = Math.floor(product / 2 ** 32);
      text += BASE62[digit];
      fraction = product - digit * 2 ** 32;
    }
  }
  return text;
}
