/**
 * The engine's exports and nothing else. All take and return numbers; data goes through the
 * regions. A trap means that the instance is finished: it is dropped and rebuilt.
 */

import {
  DESCRIPTOR_MASKS,
  ELEMENT_EDGE,
  ELEMENT_NODE,
  IMAGE_MAGIC,
  IMAGE_START,
  IMAGE_VERSION,
  ROW_MASK,
  SYMBOL_PATH,
} from './abi.ts';
import {
  beginJudging,
  beginSight,
  check,
  endGrants,
  endSight,
  ensureGrantsFor,
  ensureProgram,
  ensureQuestion,
  ensureSight,
  grantRows,
  inquiryAddress,
  installProgram,
  judgeCommit,
  kindOfGrant,
  listCandidates,
  listGrantsOf,
  listGrantTo,
  listHeld,
  listObjects,
  listSubjects,
  makeGrants,
  maskCommit,
  objectAddress,
  objectOf,
  relationFor,
  termsOf,
} from './access/exports.ts';
import * as sight from './access/sight.ts';
import { applyGroup } from './delta/apply.ts';
import { checkPayload } from './delta/check-ahead.ts';
import { descriptorAt, failureField, Group } from './delta/group.ts';
import { idByKeyNow } from './delta/identity.ts';
import { hashLeaves, hashPayload } from './delta/leaves.ts';
import { prepareGroup } from './delta/prepare.ts';
import {
  cellThen,
  dropUndo,
  hasUndo,
  keepUndo,
  redoAll,
  transactionToUndo,
  undoTransaction,
  wasThere,
} from './delta/undo.ts';
import { Cell, findCell } from './graph/cells.ts';
import { collectionOf, companionOf } from './graph/collections.ts';
import {
  ensureCompaction as ensureRoomToCompact,
  compact as takeAway,
} from './graph/compaction.ts';
import { Edge, Element, findEdge, findNode, edgeKey as keyOfEdge, Node } from './graph/elements.ts';
import { forgetHeads } from './graph/heads.ts';
import { sequenceOf } from './graph/sequences.ts';
import { writerOf } from './graph/set-pieces.ts';
import { ensureSymbols, findSymbol, formatSymbols, intern, SymbolRow } from './graph/symbols.ts';
import { declareIndex as declare } from './graph/value-index.ts';
import { deletedBy } from './graph/visibility.ts';
import { Commit, findCommit, Transaction } from './graph/writers.ts';
import { reserve, roomBytes, touchAhead as touch } from './memory/arena.ts';
import { blobReserve } from './memory/blobs.ts';
import { BLOCKS_BLOBS, blocksReserve } from './memory/blocks.ts';
import { beginSnapshot as begin, endSnapshot as end } from './memory/guard.ts';
import { formatHeader, header, WRITE_END } from './memory/header.ts';
import { ARENA_START, POOL_COMMITS, POOL_TRANSACTIONS, Pool } from './memory/pool.ts';
import {
  ensureRegion,
  REGION_CHANGES,
  REGION_GROUP,
  REGION_HIDDEN,
  REGION_INPUT,
  REGION_OUTPUT,
  regionAddress,
} from './memory/region.ts';
import { digest } from './merkle/sha256.ts';
import { purposeBytes, purposeFreeBytes } from './query/account.ts';
import { answerPlan } from './query/answer.ts';
import { cellsOf as cellsOfNodes } from './query/cells-of.ts';
import { listDoubles as doublesOf } from './query/doubles.ts';
import { listEdges as edgesOf } from './query/expand.ts';
import { maskFields as mask } from './query/field-mask.ts';
import { listInOrder as nodesInOrder } from './query/order.ts';
import { around as nodesAround } from './query/reach.ts';
import * as read from './query/read.ts';
import { bytesOfAnswer, workLeftOfRun } from './query/run.ts';
import { shortestPath as pathBetween } from './query/search.ts';
import { isWholeEdgeSeen } from './query/sight.ts';
import { streamBytes } from './snapshot/stream-head.ts';
import { isStateWhole, takeCommits, takeStateChunk } from './snapshot/stream-in.ts';
import { beginLoading } from './snapshot/stream-loader.ts';
import { isSealed, writeStateChunk } from './snapshot/stream-out.ts';
import { hashWalk } from './snapshot/walk.ts';

// Named twice, since the compiler's `export … from` finds no file named with its .ts.
export {
  beginJudging,
  beginLoading,
  beginSight,
  cellThen,
  check,
  dropUndo,
  endGrants,
  endSight,
  ensureGrantsFor,
  ensureProgram,
  ensureQuestion,
  ensureSight,
  grantRows,
  hasUndo,
  inquiryAddress,
  installProgram,
  isSealed,
  isStateWhole,
  judgeCommit,
  keepUndo,
  kindOfGrant,
  listCandidates,
  listGrantsOf,
  listGrantTo,
  listHeld,
  listObjects,
  listSubjects,
  makeGrants,
  maskCommit,
  objectAddress,
  objectOf,
  redoAll,
  relationFor,
  streamBytes,
  takeCommits,
  takeStateChunk,
  termsOf,
  transactionToUndo,
  undoTransaction,
  wasThere,
  writeStateChunk,
};

const PATH_SYMBOLS: u32 = 16;

/** Makes an empty space, after `limitWrites`; its id follows. False when memory runs out. */
export function format(partition: u32, secret0: u64, secret1: u64): bool {
  const pages = <i32>((ARENA_START + 65535) >> 16);
  if (memory.size() < pages && memory.grow(pages - memory.size()) < 0) return false;
  formatHeader(partition, <u32>ARENA_START);
  header().secret0 = secret0;
  header().secret1 = secret1;
  if (!ensureSymbols(64)) return false;
  formatSymbols();
  return true;
}

/** Address of the space id, 32 bytes that the host writes after `format`. */
export function spaceAddress(): usize {
  return header().space;
}

/** Bytes of the image that hold the space: from IMAGE_START to here. */
export function imageEnd(): u32 {
  return header().arenaTop;
}

/** Whether the memory holds an image of this version. */
export function isImage(): bool {
  if ((<u32>memory.size()) << 16 <= IMAGE_START) return false;
  return header().magic == IMAGE_MAGIC && header().version == IMAGE_VERSION;
}

/** Makes the input region large enough and returns its address; 0 when memory runs out. */
export function ensureInput(bytes: u32): usize {
  return ensureRegion(REGION_INPUT, bytes) ? regionAddress(REGION_INPUT) : 0;
}

export function outputAddress(): usize {
  return regionAddress(REGION_OUTPUT);
}

/** The same for the region that holds a group from before prepare until apply. */
export function ensureGroup(bytes: u32): usize {
  return ensureRegion(REGION_GROUP, bytes) ? regionAddress(REGION_GROUP) : 0;
}

/** Address of the changes of the last apply. */
export function changesAddress(): usize {
  return regionAddress(REGION_CHANGES);
}

export function prepare(): u32 {
  return prepareGroup();
}

/** Address of a bit for each transaction of a commit of the group that is masked. */
export function masksOf(ordinal: u32): u32 {
  return load<u32>(descriptorAt(ordinal), DESCRIPTOR_MASKS);
}

export function apply(): u32 {
  return applyGroup();
}

export function failureAt(field: u32): u32 {
  return failureField(field);
}

/** The symbol of a kind whose text stands in the input region, or 0. */
export function symbolOf(kind: u32, length: u32): u32 {
  return findSymbol(kind, regionAddress(REGION_INPUT), length);
}

/** Address of a symbol's text as a blob: length u32, bytes. */
export function symbolBlob(symbol: u32): usize {
  return SymbolRow.at(symbol).text;
}

/** Address of the id of a node of a type by its natural key, which stands in the input region. */
export function idOfKey(type: u32, keyLength: u32): usize {
  const text = SymbolRow.at(type).text;
  const key = regionAddress(REGION_INPUT);
  return idByKeyNow(spaceAddress(), text + 4, load<u32>(text), key, keyLength);
}

/** Names a type or path before anything uses it, while no group is prepared; 0 without memory. */
export function nameSymbol(kind: u32, length: u32): u32 {
  const segments = kind == SYMBOL_PATH ? PATH_SYMBOLS : 1;
  const bytes = blocksReserve(BLOCKS_BLOBS, blobReserve(length) * segments);
  if (!ensureSymbols(segments) || !reserve(bytes)) return 0;
  return intern(kind, regionAddress(REGION_INPUT), length);
}

/** Declares an index of a type on so many paths, whose symbols stand in the input region. */
export function declareIndex(type: u32, pathCount: u32): bool {
  return declare(type, regionAddress(REGION_INPUT), pathCount);
}

/** Address of what the last plan has told of hidden values (query/hidden.ts). */
export function hiddenAddress(): usize {
  return regionAddress(REGION_HIDDEN);
}

/** Which of the paths in the input region a verb is granted at, for the caller: bytes of 0 or 1. */
export function maskFields(kind: u32, row: u32, pathCount: u32, verb: u32): bool {
  sight.refreshSight();
  return mask(kind, row, pathCount, verb);
}

/**
 * The existing node whose id is these four words, or 0. As arguments they come faster than through
 * the memory: a read of bytes that were just written in other sizes waits for all that was begun
 * before it, so that no two lookups overlap.
 */
export function nodeById(word0: u32, word1: u32, word2: u32, word3: u32): u32 {
  sight.refreshSight();
  return read.nodeWithId(<u64>word0 | ((<u64>word1) << 32), <u64>word2 | ((<u64>word3) << 32));
}

/** Address of a node's 16 characters. */
export function nodeIdAddress(node: u32): usize {
  return changetype<usize>(Node.at(node));
}

export function nodeType(node: u32): u32 {
  return Node.at(node).type;
}

export function nodeKeyCell(node: u32): usize {
  return read.keyAddress(node);
}

export function listNodes(type: u32): u32 {
  sight.refreshSight();
  return read.listNodes(type);
}

export function listByValue(type: u32, path: u32): u32 {
  sight.refreshSight();
  return read.listByValue(type, path);
}

/** Nodes of a type in the order of a declared field, up to a limit; the input says from where. */
export function listInOrder(type: u32, path: u32, flags: u32, limit: u32): u32 {
  sight.refreshSight();
  return nodesInOrder(type, path, flags, limit);
}

/** Values that several nodes of a type have at a path, from where the input says on. */
export function listDoubles(
  type: u32,
  path: u32,
  kind: u32,
  flags: u32,
  listed: u32,
  most: u32,
  work: u32,
): u32 {
  sight.refreshSight();
  return doublesOf(type, path, kind, flags, listed, most, work);
}

export function listEdges(node: u32, type: u32, direction: u32): u32 {
  sight.refreshSight();
  return edgesOf(node, type, direction);
}

export function edgeByName(from: u32, to: u32, type: u32, key: u32): u32 {
  sight.refreshSight();
  const edge = findEdge(from, to, type, key);
  return edge != 0 && isWholeEdgeSeen(edge) ? edge : 0;
}

export function edgeFrom(edge: u32): u32 {
  return Edge.at(edge).from;
}

export function edgeTo(edge: u32): u32 {
  return Edge.at(edge).to;
}

export function edgeType(edge: u32): u32 {
  return Edge.at(edge).type;
}

export function edgeKey(edge: u32): u32 {
  return keyOfEdge(edge);
}

/** Address of the visible cell at a path, or 0. */
export function cellAt(kind: u32, row: u32, path: u32): usize {
  sight.refreshSight();
  return read.cellAddress(kind, row, path);
}

/** Lists addresses of the visible cells of many nodes at several paths; the input says which. */
export function cellsOf(pathCount: u32, nodeCount: u32): bool {
  sight.refreshSight();
  return cellsOfNodes(pathCount, nodeCount);
}

/** Address of the cell that holds a path, shown or not, or 0. */
export function storedCellAt(kind: u32, row: u32, path: u32): usize {
  return findCell(Element.at(kind, row).cells, path);
}

/** Who wrote what shows at a path, where something does; of a set of values the latest add. */
export function writerAt(kind: u32, row: u32, path: u32): u32 {
  const element = Element.at(kind, row);
  return writerOf(element, Cell.at(findCell(element.cells, path)));
}

/** Who set the value that a path holds, shown or not, where it has a cell; 0 where nobody did. */
export function setterAt(kind: u32, row: u32, path: u32): u32 {
  const element = Element.at(kind, row);
  const companion = companionOf(element, path);
  if (companion != 0) return collectionOf(companion).writer;
  return Cell.at(findCell(element.cells, path)).writer;
}

/** Address of the collection at a path, shown or not, or 0. */
export function collectionAt(kind: u32, row: u32, path: u32): usize {
  const companion = companionOf(Element.at(kind, row), path);
  return companion == 0 ? 0 : changetype<usize>(collectionOf(companion));
}

/** Address of the sequence at a path, shown or not, or 0. */
export function sequenceAt(kind: u32, row: u32, path: u32): usize {
  return changetype<usize>(sequenceOf(Element.at(kind, row), path));
}

/** Transaction that created an element last. */
export function createdBy(kind: u32, row: u32): u32 {
  return Element.at(kind, row).created;
}

/** Whether an element was ever deleted: a counter that names no set does not count then. */
export function wasDeleted(kind: u32, row: u32): bool {
  return deletedBy(Element.at(kind, row)) != 0;
}

/** The row of the id in the input region, existing or not. */
export function rowOfId(): u32 {
  return findNode(regionAddress(REGION_INPUT));
}

/** The row of an edge name, existing or not. */
export function rowOfEdge(from: u32, to: u32, type: u32, key: u32): u32 {
  return findEdge(from, to, type, key);
}

export function shortestPath(from: u32, to: u32, depth: u32, direction: u32, type: u32): u32 {
  sight.refreshSight();
  return pathBetween(from, to, depth, direction, type);
}

/** Runs the plan at an address, within so much work, items and bytes; answers PLAN_... */
export function runPlan(plan: usize, work: u32, items: u32, bytes: u32): u32 {
  sight.refreshSight();
  return answerPlan(plan, work, items, bytes);
}

/** Units of work that the last plan has left. */
export function workLeft(): u32 {
  return workLeftOfRun();
}

/** Bytes of the answer of the last plan, which stands in the output region. */
export function answerBytes(): u32 {
  return bytesOfAnswer();
}

/** The nodes within so many hops of one, in the order of a breadth-first search. */
export function around(start: u32, hops: u32, direction: u32, type: u32): u32 {
  return nodesAround(start, hops, direction, type);
}

/** Address of the hash of the commit that a transaction belongs to. */
export function commitHashAddress(transaction: u32): usize {
  return changetype<usize>(Commit.at(Transaction.at(transaction).commit));
}

export function positionOf(transaction: u32): u32 {
  return Transaction.at(transaction).position;
}

/** Clock of the commit whose hash stands in the input region; 0 when it is not here. */
export function clockOfCommit(): u64 {
  const commit = findCommit(regionAddress(REGION_INPUT));
  return commit == 0 ? 0 : Commit.at(commit).clock;
}

/**
 * The number among all commits, in the order in which they were applied, from 1, of the one whose
 * hash stands in the input region; 0 when it is not here.
 */
export function ordinalOfCommit(): u32 {
  return findCommit(regionAddress(REGION_INPUT)) & ROW_MASK;
}

/** Of so many commits, from the one of a number on: those whose clock is at most so much. */
export function commitsUpTo(clock: u64, first: u32, count: u32): u32 {
  const end = min(first + count, commitCount() + 1);
  let found: u32 = 0;
  for (let ordinal = first; ordinal < end; ordinal++) {
    if (Commit.at(ordinal).clock <= clock) found += 1;
  }
  return found;
}

export function nodeCount(): u32 {
  sight.refreshSight();
  return read.countSeen(ELEMENT_NODE);
}

export function edgeCount(): u32 {
  sight.refreshSight();
  return read.countSeen(ELEMENT_EDGE);
}

export function commitCount(): u32 {
  return max<u32>(Pool.of(POOL_COMMITS).count, 1) - 1;
}

export function transactionCount(): u32 {
  return max<u32>(Pool.of(POOL_TRANSACTIONS).count, 1) - 1;
}

/** Hashes a payload's dictionary and transactions in scratch of the caller's; a status. */
export function hashTransactions(
  payload: usize,
  bytes: u32,
  scratch: usize,
  scratchBytes: u32,
): u32 {
  return hashPayload(payload, bytes, scratch, scratchBytes);
}

/** Checks a payload ahead of prepare and leaves the check at `target`; a status. */
export function checkAhead(
  payload: usize,
  bytes: u32,
  author: usize,
  target: usize,
  room: u32,
): u32 {
  return checkPayload(payload, bytes, author, target, room);
}

/** Has the system map what the arena takes next, from `touched` on; where it has got to. */
export function touchAhead(touched: usize): usize {
  return touch(touched);
}

/** Hashes the tree over leaf hashes that stand in the scratch; a status. */
export function hashRoot(count: u32, scratch: usize, scratchBytes: u32): u32 {
  return hashLeaves(count, scratch, scratchBytes);
}

/** So many pages of the memory the space may fill; what is behind them is left to readers. */
export function limitWrites(pages: u32): void {
  store<u32>(WRITE_END, pages);
}

/** Bytes that the space may still take. */
export function spaceRoom(): u32 {
  return <u32>roomBytes();
}

/** Bytes of the memory that are for a purpose (MEMORY_...). */
export function memoryBytes(purpose: u32): u32 {
  return purposeBytes(purpose);
}

/** Of these, bytes that hold nothing, and are used before the memory grows. */
export function memoryFreeBytes(purpose: u32): u32 {
  return purposeFreeBytes(purpose);
}

/** Begins a snapshot, with a ring of a power of two pieces; false when one runs. */
export function beginSnapshot(ringPieces: u32): bool {
  dropUndo();
  return begin(ringPieces);
}

/** Ends a snapshot whose image is copied, or that is given up. */
export function endSnapshot(): void {
  end();
}

/** Makes room for what `compact` works with, so that it cannot fail; false when there is none. */
export function ensureCompaction(): bool {
  return ensureRoomToCompact();
}

/**
 * Takes away what does not show: every commit here is sealed. No snapshot runs. A group that was
 * prepared is none any more.
 */
export function compact(): void {
  Group.get().isPrepared = 0;
  dropUndo();
  takeAway();
  sight.forgetRows();
  forgetHeads();
}

/** Begins with an image that was stored: what regions hold in it is nothing. */
export function beginImage(): void {
  memory.fill(changetype<usize>(Group.get()), 0, offsetof<Group>());
  keepUndo(false);
  forgetHeads();
  sight.endSight();
}

/** Hashes the canonical walk (0: state, 1: content); address of the digest, or 0. */
export function hashState(mode: u32): usize {
  return hashWalk(mode) ? digest() : 0;
}
