/**
 * Hashes what a commit's header says of its payload: the dictionary, and the Merkle tree over the
 * transactions, all of them plain (schema/commit.md). It checks lengths only, reads the payload in
 * place, and writes to its scratch alone, so threads with instances of their own can run it at
 * once in one memory.
 */

import {
  HASH_BYTES,
  LEAF_PLAIN,
  MERKLE_COUNT,
  MERKLE_DICTIONARY,
  MERKLE_HASHES,
  PAYLOAD_BYTES_MAX,
  STATUS_BAD_LEAF,
  STATUS_EMPTY,
  STATUS_OK,
  STATUS_TOO_LONG,
  STATUS_TRUNCATED,
} from '../abi.ts';
import { isInMemory } from '../memory/bytes.ts';
import { addHash, beginHashes, finishHashes, hashTree } from '../merkle/tree.ts';
import { DICTIONARY_HEADER_BYTES, TRANSACTION_HEADER_BYTES } from './reader.ts';

const LENGTH_BYTES: u32 = 4;

/** Answers a status; after STATUS_OK the count and the two hashes stand in the scratch. */
export function hashPayload(payload: usize, bytes: u32, scratch: usize, scratchBytes: u32): u32 {
  if (!isInMemory(payload, bytes) || !isInMemory(scratch, scratchBytes)) return STATUS_TRUNCATED;
  if (bytes > PAYLOAD_BYTES_MAX || scratchBytes < MERKLE_HASHES) return STATUS_TOO_LONG;
  if (bytes < DICTIONARY_HEADER_BYTES) return STATUS_TRUNCATED;
  const dictionary = load<u32>(payload);
  if (dictionary > bytes - LENGTH_BYTES || dictionary < DICTIONARY_HEADER_BYTES - LENGTH_BYTES) {
    return STATUS_TRUNCATED;
  }
  beginHashes(scratch);
  addHash(scratch, payload, LENGTH_BYTES + dictionary, scratch + MERKLE_DICTIONARY);
  const countMax = (scratchBytes - MERKLE_HASHES) / HASH_BYTES;
  const end = payload + bytes;
  let at = payload + LENGTH_BYTES + dictionary;
  let count: u32 = 0;
  while (at < end) {
    const left = <u32>(end - at);
    if (left < LENGTH_BYTES + TRANSACTION_HEADER_BYTES) return STATUS_TRUNCATED;
    const length = load<u32>(at);
    if (length > left - LENGTH_BYTES || length < TRANSACTION_HEADER_BYTES) return STATUS_TRUNCATED;
    if (load<u8>(at, LENGTH_BYTES) != LEAF_PLAIN) return STATUS_BAD_LEAF;
    if (count == countMax) return STATUS_TOO_LONG;
    // The prefix of a leaf is 0, and so is the byte before a transaction: the highest of its
    // length, since no payload has 2^24 bytes.
    const leaf = at + LENGTH_BYTES - 1;
    addHash(scratch, leaf, length + 1, scratch + MERKLE_HASHES + count * HASH_BYTES);
    at += LENGTH_BYTES + length;
    count += 1;
  }
  finishHashes(scratch);
  if (count == 0) return STATUS_EMPTY;
  hashTree(scratch, count);
  store<u32>(scratch + MERKLE_COUNT, count);
  return STATUS_OK;
}

/** Hashes the tree over `count` leaf hashes that stand in the scratch already. */
export function hashLeaves(count: u32, scratch: usize, scratchBytes: u32): u32 {
  if (!isInMemory(scratch, scratchBytes)) return STATUS_TRUNCATED;
  if (count == 0) return STATUS_EMPTY;
  if (<u64>MERKLE_HASHES + <u64>count * HASH_BYTES > scratchBytes) return STATUS_TOO_LONG;
  beginHashes(scratch);
  hashTree(scratch, count);
  return STATUS_OK;
}
