/**
 * A payload's dictionary: the names its deltas use by number, and the commits its increments
 * refer to. Its check lays out a table, into which apply puts the engine's own numbers.
 *
 *     symbol table   address of the symbol in the payload u32, then the engine's symbol u32
 */

import {
  DESCRIPTOR_HASH,
  HASH_BYTES,
  REFERENCES_MAX,
  STATUS_BAD_PATH,
  STATUS_BAD_SYMBOL,
  STATUS_BAD_UTF8,
  STATUS_OK,
  STATUS_TOO_LONG,
  STATUS_TRUNCATED,
  STATUS_UNKNOWN_REFERENCE,
  SYMBOL_ACTOR,
  SYMBOL_AUTHOR,
  SYMBOL_BYTES_MAX,
  SYMBOL_NODE_TYPE,
  SYMBOL_PATH,
  SYMBOL_RELATION,
  SYMBOLS_MAX,
} from '../abi.ts';
import { intern, internReserve } from '../graph/symbols.ts';
import { findCommit } from '../graph/writers.ts';
import { isPath, isUtf8, sameBytes } from '../memory/bytes.ts';
import { descriptorAt, fail, failFull, Group } from './group.ts';
import { DICTIONARY_HEADER_BYTES, SYMBOL_HEADER_BYTES } from './reader.ts';

const SYMBOL_ENTRY_BITS: u32 = 3;
const SYMBOL_ENTRY_BYTES: usize = 1 << SYMBOL_ENTRY_BITS;
const PATH_SEGMENTS_MAX: u32 = 16;

/** Where one payload's tables stand: in the tables region, or in a check (check-ahead.ts). */
@unmanaged
export class Dictionary {
  payload: u32;
  payloadEnd: u32;
  /** First byte after the dictionary. */
  transactions: u32;
  symbolCount: u32;
  symbolTable: u32;
  referenceCount: u32;
  references: u32;
  /** First of the ids that were computed for the creates, in order. */
  ids: u32;

  @inline symbolAt(number: u32): usize {
    return load<u32>(<usize>this.symbolTable + (number << SYMBOL_ENTRY_BITS));
  }

  /** The engine's number for a symbol; after `internAll`. */
  @inline symbol(number: u32): u32 {
    return load<u32>(<usize>this.symbolTable + (number << SYMBOL_ENTRY_BITS), 4);
  }

  @inline isKind(number: u32, kind: u32): bool {
    return number < this.symbolCount && load<u8>(this.symbolAt(number)) == kind;
  }

  @inline referenceHash(number: u32): usize {
    return <usize>this.references + number * HASH_BYTES;
  }
}

export const DICTIONARY_BYTES: u32 = offsetof<Dictionary>();

/** Checks the dictionary by its bytes alone, and lays out its table. */
export function readDictionary(dictionary: Dictionary): u32 {
  const payload: usize = dictionary.payload;
  const bytes = dictionary.payloadEnd - dictionary.payload;
  if (bytes < DICTIONARY_HEADER_BYTES) {
    return fail(STATUS_TRUNCATED, 0, DICTIONARY_HEADER_BYTES, bytes);
  }
  const length = load<u32>(payload);
  if (length > bytes - 4 || length < DICTIONARY_HEADER_BYTES - 4) {
    return fail(STATUS_TRUNCATED, 0, length, bytes - 4);
  }
  dictionary.transactions = dictionary.payload + 4 + length;
  dictionary.symbolCount = load<u16>(payload, 4);
  dictionary.referenceCount = load<u16>(payload, 6);
  if (dictionary.symbolCount > SYMBOLS_MAX) {
    return fail(STATUS_TOO_LONG, 4, SYMBOLS_MAX, dictionary.symbolCount);
  }
  if (dictionary.referenceCount > REFERENCES_MAX) {
    return fail(STATUS_TOO_LONG, 6, REFERENCES_MAX, dictionary.referenceCount);
  }
  return readSymbols(dictionary);
}

/** Gives every symbol of the dictionary the engine's number. Reserved by prepare. */
export function internAll(dictionary: Dictionary): void {
  for (let number: u32 = 0; number < dictionary.symbolCount; number++) {
    const at = dictionary.symbolAt(number);
    const kind: u32 = load<u8>(at);
    if (kind == SYMBOL_ACTOR || kind == SYMBOL_RELATION) continue;
    const symbol = intern(kind, at + SYMBOL_HEADER_BYTES, load<u8>(at, 1));
    store<u32>(<usize>dictionary.symbolTable + (number << SYMBOL_ENTRY_BITS), symbol, 4);
  }
}

function readSymbols(dictionary: Dictionary): u32 {
  const group = Group.get();
  const end: usize = dictionary.transactions;
  let at: usize = dictionary.payload + DICTIONARY_HEADER_BYTES;
  dictionary.symbolTable = group.scratch;
  group.scratch += dictionary.symbolCount << SYMBOL_ENTRY_BITS;
  for (let number: u32 = 0; number < dictionary.symbolCount; number++) {
    const offset = <u32>(at - dictionary.payload);
    if (at + SYMBOL_HEADER_BYTES > end) return fail(STATUS_TRUNCATED, offset, 2, <u32>(end - at));
    const length: u32 = load<u8>(at, 1);
    if (at + SYMBOL_HEADER_BYTES + length > end) {
      return fail(STATUS_TRUNCATED, offset, length, <u32>(end - at) - SYMBOL_HEADER_BYTES);
    }
    const status = readSymbol(at, offset);
    if (status != STATUS_OK) return status;
    const entry = <usize>dictionary.symbolTable + (number << SYMBOL_ENTRY_BITS);
    if (entry + SYMBOL_ENTRY_BYTES > group.scratchEnd) {
      return failFull(offset);
    }
    store<u32>(entry, <u32>at);
    store<u32>(entry, 0, 4);
    at += SYMBOL_HEADER_BYTES + length;
  }
  dictionary.references = <u32>at;
  const left = <u32>(end - at);
  const wanted = dictionary.referenceCount * HASH_BYTES;
  if (left == wanted) return STATUS_OK;
  return fail(STATUS_TRUNCATED, <u32>(at - dictionary.payload), wanted, left);
}

function readSymbol(at: usize, offset: u32): u32 {
  const group = Group.get();
  const kind: u32 = load<u8>(at);
  const length: u32 = load<u8>(at, 1);
  const text = at + SYMBOL_HEADER_BYTES;
  if (kind < SYMBOL_NODE_TYPE || kind > SYMBOL_RELATION || kind == SYMBOL_AUTHOR) {
    return fail(STATUS_BAD_SYMBOL, offset, SYMBOL_RELATION + 1, kind);
  }
  if (length == 0) return fail(STATUS_BAD_SYMBOL, offset, SYMBOL_BYTES_MAX, 0);
  if (!isUtf8(text, length)) return fail(STATUS_BAD_UTF8, offset, 0, 0);
  if (kind != SYMBOL_PATH) {
    group.symbols += 1;
    group.arenaBytes += internReserve(kind, length, 1);
    return STATUS_OK;
  }
  if (!isPath(text, length)) return fail(STATUS_BAD_PATH, offset, 0, 0);
  group.symbols += PATH_SEGMENTS_MAX;
  group.arenaBytes += internReserve(kind, length, PATH_SEGMENTS_MAX);
  return STATUS_OK;
}

/** A commit refers only to commits that are here already, or earlier in the group. */
export function readReferences(dictionary: Dictionary, ordinal: u32): u32 {
  for (let number: u32 = 0; number < dictionary.referenceCount; number++) {
    const hash = dictionary.referenceHash(number);
    if (findCommit(hash) != 0) continue;
    let earlier: u32 = 0;
    while (earlier < ordinal) {
      if (sameBytes(descriptorAt(earlier) + DESCRIPTOR_HASH, hash, HASH_BYTES)) break;
      earlier += 1;
    }
    if (earlier == ordinal) {
      return fail(STATUS_UNKNOWN_REFERENCE, <u32>(hash - dictionary.payload), 0, number);
    }
  }
  return STATUS_OK;
}
