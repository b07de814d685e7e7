/**
 * Loads the stream of a sealed state (schema/sealed-state.md) into a new engine. It comes from
 * somebody who is not trusted: every byte is checked before it is used, and memory is taken for
 * what is there, never for what a count announces. Whether the state is the one that was meant, the
 * state hash says in the end.
 *
 * After a failure the engine holds a part of the state, and is of no use.
 */

import {
  HASH_BYTES,
  PATH_DEPTH_MAX,
  STATUS_BAD_PATH,
  STATUS_BAD_SYMBOL,
  STATUS_BAD_UTF8,
  STATUS_COUNT_MISMATCH,
  STATUS_DUPLICATE,
  STATUS_EMPTY,
  STATUS_OK,
  SYMBOL_AUTHOR,
  SYMBOL_BYTES_MAX,
  SYMBOL_NODE_TYPE,
  SYMBOL_PATH,
  TRANSACTIONS_MAX,
} from '../abi.ts';
import {
  END_RECORD_BYTES,
  NAME_RECORD_BYTES,
  RECORD_EDGE,
  RECORD_END,
  RECORD_NAME,
  RECORD_NODE,
  RECORD_TRANSACTIONS,
  STATE_COMMIT_AUTHOR,
  STATE_COMMIT_BYTES,
  STATE_COMMIT_CLOCK,
  STATUS_BAD_ORDER,
  STATUS_BAD_RECORD,
  STATUS_BAD_ROW,
  TRANSACTIONS_RECORD_BYTES,
} from '../abi-state.ts';
import { refuse } from '../delta/check-values.ts';
import { fail, failFull, Group } from '../delta/group.ts';
import { ensureSymbols, intern, internReserve } from '../graph/symbols.ts';
import {
  addTransaction,
  Commit,
  ensureWriters,
  findCommit,
  nameCommit,
  noteClock,
} from '../graph/writers.ts';
import { reserve } from '../memory/arena.ts';
import { blobReserve } from '../memory/blobs.ts';
import { BLOCKS_BLOBS, blocksReserve } from '../memory/blocks.ts';
import { isPath, isUtf8 } from '../memory/bytes.ts';
import { POOL_TRANSACTIONS, Pool } from '../memory/pool.ts';
import { REGION_INPUT, regionAddress } from '../memory/region.ts';
import { takeEdge, takeNode } from './stream-elements-in.ts';
import { allCommits, ensureName, hasBytes, Loader, noteNewest } from './stream-loader.ts';

/** Adds commits in the order in which they were applied, before the first chunk; a status. */
export function takeCommits(count: u32): u32 {
  const blobs = blobReserve(HASH_BYTES) * count;
  const isReady =
    ensureWriters(count, 0) && ensureSymbols(count) && reserve(blocksReserve(BLOCKS_BLOBS, blobs));
  if (!isReady) return failFull(0);
  for (let index: u32 = 0; index < count; index++) {
    const at = regionAddress(REGION_INPUT) + index * STATE_COMMIT_BYTES;
    if (findCommit(at) != 0) return fail(STATUS_DUPLICATE, index * STATE_COMMIT_BYTES, 0, index);
    const author = intern(SYMBOL_AUTHOR, at + STATE_COMMIT_AUTHOR, HASH_BYTES);
    nameCommit(at, load<u64>(at, STATE_COMMIT_CLOCK), author);
  }
  return STATUS_OK;
}

/** Takes the records of a chunk, which stands in the input region; a status. May grow. */
export function takeStateChunk(bytes: u32): u32 {
  const loader = Loader.get();
  let at = regionAddress(REGION_INPUT);
  const end = at + bytes;
  loader.chunk.payload = <u32>at;
  while (at != 0 && at < end) at = takeRecord(Loader.get(), at, end);
  if (at == 0 || !Loader.get().compareKeys()) return Group.get().status;
  return STATUS_OK;
}

/** Whether the last record has come. */
export function isStateWhole(): bool {
  return Loader.get().record == RECORD_END;
}

/** Answers the place behind it, or 0 with the failure noted. */
function takeRecord(loader: Loader, at: usize, end: usize): usize {
  const kind: u32 = load<u8>(at);
  const least = max<u32>(loader.record, 1);
  // Names stand among nodes and edges.
  const isDue = kind == RECORD_NAME ? least < RECORD_END : kind >= least && kind <= RECORD_END;
  if (!isDue || least == RECORD_END) {
    return refuse(loader.chunk, at, STATUS_BAD_RECORD, least, kind);
  }
  if (kind == RECORD_TRANSACTIONS) return takeTransactions(loader, at, end);
  if (least == RECORD_TRANSACTIONS) {
    noteNewest();
    loader.record = RECORD_NODE;
  }
  if (kind == RECORD_NAME) return takeName(loader, at, end);
  loader.record = kind;
  if (kind == RECORD_NODE) return takeNode(at, end);
  return kind == RECORD_EDGE ? takeEdge(at, end) : takeEnd(loader, at, end);
}

/** Those of a commit that something names, by their positions; commits come in any order, once. */
function takeTransactions(loader: Loader, begin: usize, end: usize): usize {
  if (!hasBytes(begin, end, TRANSACTIONS_RECORD_BYTES)) return 0;
  const commit = load<u32>(begin, 1);
  const count: u32 = load<u16>(begin, 5);
  const first = begin + TRANSACTIONS_RECORD_BYTES;
  const isKnown = commit != 0 && commit <= allCommits();
  if (!isKnown || Commit.at(commit).firstTransaction != 0) {
    return refuse(loader.chunk, begin + 1, STATUS_BAD_ROW, allCommits(), commit);
  }
  if (count == 0) return refuse(loader.chunk, begin + 5, STATUS_EMPTY, 1, 0);
  if (!hasBytes(first, end, count << 1)) return 0;
  for (let index: u32 = 0; index < count; index++) {
    const at = first + (index << 1);
    const position: u32 = load<u16>(at);
    const isNext = index == 0 || position > <u32>load<u16>(at - 2);
    if (!isNext || position >= TRANSACTIONS_MAX) {
      return refuse(loader.chunk, at, STATUS_BAD_ORDER, TRANSACTIONS_MAX, position);
    }
  }
  if (!ensureWriters(0, count)) {
    failFull(<u32>(begin - loader.chunk.payload));
    return 0;
  }
  for (let index: u32 = 0; index < count; index++) {
    addTransaction(commit, load<u16>(first + (index << 1)));
  }
  noteClock(Commit.at(commit).clock, Pool.of(POOL_TRANSACTIONS).count);
  return first + (count << 1);
}

/** A type or a path, which gets the next number. */
function takeName(loader: Loader, at: usize, end: usize): usize {
  if (!hasBytes(at, end, NAME_RECORD_BYTES)) return 0;
  const kind: u32 = load<u8>(at, 1);
  const length: u32 = load<u8>(at, 2);
  const text = at + NAME_RECORD_BYTES;
  if (kind < SYMBOL_NODE_TYPE || kind > SYMBOL_PATH) {
    return refuse(loader.chunk, at + 1, STATUS_BAD_SYMBOL, SYMBOL_PATH + 1, kind);
  }
  if (length == 0) return refuse(loader.chunk, at + 2, STATUS_BAD_SYMBOL, SYMBOL_BYTES_MAX, 0);
  if (!hasBytes(text, end, length)) return 0;
  if (!isUtf8(text, length)) return refuse(loader.chunk, text, STATUS_BAD_UTF8, 0, 0);
  const isPathName = kind == SYMBOL_PATH;
  if (isPathName && !isPath(text, length)) {
    return refuse(loader.chunk, text, STATUS_BAD_PATH, 0, 0);
  }
  const depth: u32 = isPathName ? PATH_DEPTH_MAX : 1;
  const blobs = internReserve(kind, length, depth);
  if (!ensureSymbols(depth) || !reserve(blocksReserve(BLOCKS_BLOBS, blobs))) {
    failFull(<u32>(at - loader.chunk.payload));
    return 0;
  }
  const symbol = intern(kind, text, length);
  if (!ensureName(at) || !Loader.get().name(symbol, at)) return 0;
  return text + length;
}

/** How much there was, at the end. */
function takeEnd(loader: Loader, at: usize, end: usize): usize {
  if (!hasBytes(at, end, END_RECORD_BYTES)) return 0;
  const transactions = max<u32>(Pool.of(POOL_TRANSACTIONS).count, 1) - 1;
  const isRight =
    isCount(loader, at + 1, transactions) &&
    isCount(loader, at + 5, loader.names) &&
    isCount(loader, at + 9, loader.nodes) &&
    isCount(loader, at + 13, loader.edges);
  return isRight ? at + END_RECORD_BYTES : 0;
}

function isCount(loader: Loader, at: usize, expected: u32): bool {
  const count = load<u32>(at);
  if (count == expected) return true;
  refuse(loader.chunk, at, STATUS_COUNT_MISMATCH, expected, count);
  return false;
}
