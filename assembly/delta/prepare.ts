/**
 * Prepare: checks every byte of a group of commits and computes the ids of the nodes it creates,
 * where no thread has done so before (check-ahead.ts), and reserves the memory that apply can need
 * at most. It changes no state of the space: after a failure, or without an apply, the graph is as
 * before.
 */

import {
  CHANGE_BYTES,
  DESCRIPTOR_AUTHOR,
  DESCRIPTOR_BYTES,
  DESCRIPTOR_CHECK,
  DESCRIPTOR_HASH,
  DESCRIPTOR_PAYLOAD_ADDRESS,
  DESCRIPTOR_PAYLOAD_BYTES,
  DESCRIPTOR_TRANSACTIONS,
  FAILURE_COMMIT,
  FAILURE_DELTA,
  FAILURE_TRANSACTION,
  GROUP_BYTES_MAX,
  GROUP_COMMITS_MAX,
  GROUP_HEADER_BYTES,
  HASH_BYTES,
  PAYLOAD_BYTES_MAX,
  STATUS_COUNT_MISMATCH,
  STATUS_DUPLICATE,
  STATUS_EMPTY,
  STATUS_OK,
  STATUS_TOO_LONG,
  STATUS_TRUNCATED,
} from '../abi.ts';
import { sortedReserve } from '../container/sorted-index.ts';
import { CELLS_BYTES_MAX } from '../graph/cells.ts';
import { APPEND_BYTES_MAX } from '../graph/edge-list.ts';
import { ensureElements } from '../graph/elements.ts';
import { ensureSymbols } from '../graph/symbols.ts';
import { ensureWriters, findCommit } from '../graph/writers.ts';
import { reserve } from '../memory/arena.ts';
import { blobReserve } from '../memory/blobs.ts';
import { BLOCKS_BLOBS, BLOCKS_CELLS, BLOCKS_LISTS, blocksReserve } from '../memory/blocks.ts';
import { sameBytes } from '../memory/bytes.ts';
import { INDEXES_OF_TYPE, PROMISED } from '../memory/header.ts';
import {
  ensureRegion,
  REGION_CHANGES,
  REGION_GROUP,
  REGION_TABLES,
  regionAddress,
  regionBytes,
} from '../memory/region.ts';
import { isCheckOf, takeCheck } from './check-ahead.ts';
import { checkTransactions } from './check-transactions.ts';
import { DICTIONARY_BYTES, Dictionary, readDictionary, readReferences } from './dictionary.ts';
import { descriptorAt, fail, failFull, Group, setFailure } from './group.ts';
import { growthOf } from './growth.ts';
import { layMasks } from './masks.ts';
import { dropUndo, readyUndo } from './undo.ts';

/** Scratch that a payload byte can need at most: a 6-byte create makes a 16-byte id. */
const SCRATCH_PER_BYTE: u32 = 4;

/** Checks and reserves the group in its region. May grow the memory. */
export function prepareGroup(): u32 {
  const group = Group.get();
  dropUndo();
  memory.fill(changetype<usize>(group), 0, offsetof<Group>());
  store<u64>(PROMISED, 0);
  setFailure(FAILURE_COMMIT, 0);
  setFailure(FAILURE_TRANSACTION, 0);
  setFailure(FAILURE_DELTA, 0);
  const status = beginGroup(group);
  if (status != STATUS_OK) return status;
  for (let ordinal: u32 = 0; ordinal < group.commits; ordinal++) {
    setFailure(FAILURE_COMMIT, ordinal);
    setFailure(FAILURE_TRANSACTION, 0);
    setFailure(FAILURE_DELTA, 0);
    const checked = checkCommit(group, ordinal);
    if (checked != STATUS_OK) return checked;
  }
  if (!reserveGroup(group)) return failFull(0);
  group.isPrepared = 1;
  readyUndo();
  return STATUS_OK;
}

export function dictionaryAt(ordinal: u32): Dictionary {
  return changetype<Dictionary>(regionAddress(REGION_TABLES) + ordinal * DICTIONARY_BYTES);
}

function beginGroup(group: Group): u32 {
  const input = regionAddress(REGION_GROUP);
  const held = regionBytes(REGION_GROUP);
  if (held < GROUP_HEADER_BYTES) return fail(STATUS_TRUNCATED, 0, GROUP_HEADER_BYTES, held);
  group.commits = load<u32>(input);
  if (group.commits == 0) return fail(STATUS_EMPTY, 0, 1, 0);
  if (group.commits > GROUP_COMMITS_MAX) {
    return fail(STATUS_TOO_LONG, 0, GROUP_COMMITS_MAX, group.commits);
  }
  const heads = GROUP_HEADER_BYTES + group.commits * DESCRIPTOR_BYTES;
  if (heads > held) return fail(STATUS_TRUNCATED, 0, heads, held);
  let bytes: u64 = heads;
  for (let ordinal: u32 = 0; ordinal < group.commits; ordinal++) {
    bytes += load<u32>(descriptorAt(ordinal), DESCRIPTOR_PAYLOAD_BYTES);
  }
  if (bytes > GROUP_BYTES_MAX) {
    return fail(STATUS_TOO_LONG, 0, GROUP_BYTES_MAX, <u32>min<u64>(bytes, 0xffffffff));
  }
  const scratch = group.commits * DICTIONARY_BYTES + <u32>bytes * SCRATCH_PER_BYTE;
  if (!ensureRegion(REGION_TABLES, scratch)) return failFull(0);
  const tables = <u32>regionAddress(REGION_TABLES);
  group.scratch = tables + group.commits * DICTIONARY_BYTES;
  group.scratchEnd = tables + regionBytes(REGION_TABLES);
  return STATUS_OK;
}

function checkCommit(group: Group, ordinal: u32): u32 {
  const descriptor = descriptorAt(ordinal);
  const address = load<u32>(descriptor, DESCRIPTOR_PAYLOAD_ADDRESS);
  const bytes = load<u32>(descriptor, DESCRIPTOR_PAYLOAD_BYTES);
  const memoryBytes = (<u64>memory.size()) << 16;
  if (bytes > PAYLOAD_BYTES_MAX) return fail(STATUS_TOO_LONG, 0, PAYLOAD_BYTES_MAX, bytes);
  if (<u64>address + bytes > memoryBytes) {
    return fail(STATUS_TRUNCATED, 0, bytes, <u32>(memoryBytes - min<u64>(address, memoryBytes)));
  }
  if (isKnown(ordinal)) return fail(STATUS_DUPLICATE, 0, 0, ordinal);
  const dictionary = dictionaryAt(ordinal);
  const before = group.transactions;
  const check = load<u32>(descriptor, DESCRIPTOR_CHECK);
  const isChecked = check != 0 && isCheckOf(check, address, bytes);
  let status = STATUS_OK;
  if (isChecked) takeCheck(group, dictionary, check);
  else {
    dictionary.payload = address;
    dictionary.payloadEnd = address + bytes;
    status = readDictionary(dictionary);
  }
  if (status == STATUS_OK) status = readReferences(dictionary, ordinal);
  if (status == STATUS_OK && !isChecked) {
    status = checkTransactions(dictionary, descriptor + DESCRIPTOR_AUTHOR);
  }
  if (status != STATUS_OK) return status;
  const expected = load<u32>(descriptor, DESCRIPTOR_TRANSACTIONS);
  const count = group.transactions - before;
  if (count != expected) return fail(STATUS_COUNT_MISMATCH, 0, expected, count);
  return layMasks(group, descriptor, count) ? STATUS_OK : failFull(0);
}

function isKnown(ordinal: u32): bool {
  const hash = descriptorAt(ordinal) + DESCRIPTOR_HASH;
  if (findCommit(hash) != 0) return true;
  for (let earlier: u32 = 0; earlier < ordinal; earlier++) {
    if (sameBytes(descriptorAt(earlier) + DESCRIPTOR_HASH, hash, HASH_BYTES)) return true;
  }
  return false;
}

function reserveGroup(group: Group): bool {
  const authors = group.commits;
  // Each select and create of a node may put it into all indexes of its type again.
  const entered = <u64>(group.nodes - group.edges * 2) * load<u32>(INDEXES_OF_TYPE);
  const isReady =
    ensureElements(group.nodes, group.edges) &&
    ensureSymbols(group.symbols + authors) &&
    ensureWriters(group.commits, group.transactions) &&
    ensureRegion(REGION_CHANGES, group.changes * CHANGE_BYTES);
  if (!isReady) return false;
  const growth = group.adds == 0 ? 0 : growthOf(group, dictionaryAt);
  const blobs = group.arenaBytes + growth + authors * blobReserve(HASH_BYTES);
  const arena =
    blocksReserve(BLOCKS_BLOBS, blobs) +
    blocksReserve(BLOCKS_CELLS, <u64>group.cells * CELLS_BYTES_MAX) +
    blocksReserve(BLOCKS_LISTS, <u64>group.edges * 2 * APPEND_BYTES_MAX) +
    sortedReserve(entered);
  if (!reserve(arena)) return false;
  store<u64>(PROMISED, arena);
  return true;
}
