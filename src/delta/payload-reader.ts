/**
 * What the host reads from a payload: where its transactions stand, for whom each was done, and
 * the dictionary's bytes. Deltas are the engine's business.
 */

import { SYMBOL_ACTOR } from '../../assembly/abi.ts';
import { toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';

const DICTIONARY_HEADER_BYTES = 8;
const TRANSACTION_HEADER_BYTES = 21;
const ACTOR_OFFSET = 17;

const TEXT = new TextDecoder('utf-8', { fatal: true });

export interface Payload {
  readonly dictionary: Uint8Array;
  /** Each transaction's bytes: the leaves of the Merkle tree, in order. */
  readonly transactions: readonly Uint8Array[];
}

/** Cuts a payload into its parts; throws MALFORMED when a length does not fit. */
export function readPayload(bytes: Uint8Array): Payload {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  expectBytes('a payload', DICTIONARY_HEADER_BYTES, bytes.length);
  const dictionaryEnd = 4 + view.getUint32(0, true);
  expectBytes('a dictionary', dictionaryEnd, bytes.length);
  expectBytes('a dictionary', DICTIONARY_HEADER_BYTES, dictionaryEnd);
  const transactions: Uint8Array[] = [];
  let at = dictionaryEnd;
  while (at < bytes.length) {
    expectBytes('a transaction', at + 4 + TRANSACTION_HEADER_BYTES, bytes.length);
    const end = at + 4 + view.getUint32(at, true);
    expectBytes('a transaction', end, bytes.length);
    expectBytes('a transaction', at + 4 + TRANSACTION_HEADER_BYTES, end);
    transactions.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return { dictionary: bytes.subarray(0, dictionaryEnd), transactions };
}

/** Hex of a transaction's id. */
export function transactionId(transaction: Uint8Array): string {
  return toHex(transaction.subarray(1, 17));
}

/** The actor's name, once the engine has accepted the payload. */
export function transactionActor(payload: Payload, transaction: Uint8Array): string {
  const low = transaction[ACTOR_OFFSET] as number;
  const high = transaction[ACTOR_OFFSET + 1] as number;
  let left = low | (high << 8);
  let at = DICTIONARY_HEADER_BYTES;
  const { dictionary } = payload;
  for (; left > 0; left--) at += 2 + (dictionary[at + 1] as number);
  if (dictionary[at] !== SYMBOL_ACTOR) {
    throw new DatabaseError(ErrorCode.CORRUPT, 'a transaction expected an actor, got another name');
  }
  return TEXT.decode(dictionary.subarray(at + 2, at + 2 + (dictionary[at + 1] as number)));
}

function expectBytes(what: string, expected: number, actual: number): void {
  if (actual >= expected) return;
  throw new DatabaseError(
    ErrorCode.MALFORMED,
    `${what} expected to end by byte ${expected}, got ${actual} bytes`,
  );
}
