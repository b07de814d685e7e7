/**
 * The rows of a list, gathered: those that fulfil its condition and stand within its page, of which
 * the first so many in order are kept, in a heap with the last of them on top. Rows are 16 bytes on
 * the stack of the run.
 *
 *     row   0  rank i64   its place by the first key, as far as 8 bytes tell
 *           8  node u32   12  way u32: its edge, or the offset of its last step (steps.ts)
 */

import {
  FIELD_NODE,
  FIELD_WORDS,
  ORDER_DESCENDING,
  SOURCE_AROUND,
  SOURCE_EDGES,
  SOURCE_IDS,
  SOURCE_LOOKUPS,
  SOURCE_PATHS,
  VALUE_WORDS,
} from '../abi.ts';
import { Cell, touchBlobs } from '../graph/cells.ts';
import { edgeKey, Node } from '../graph/elements.ts';
import { compareNodes, compareToId, rankOfId } from '../graph/node-order.ts';
import { rankOfCell } from '../graph/value-order.ts';
import { FETCHED } from '../memory/header.ts';
import { compareValues } from './compare.ts';
import { holds } from './condition.ts';
import { compareEdges } from './edge-order.ts';
import { Field, readField } from './field.ts';
import { addRow, Figures } from './figures.ts';
import { IndexWords, READS_EACH } from './index-words.ts';
import { FRAME_BYTES, push, Run, scratchCell, stackAt } from './run.ts';
import { compareSteps, Step } from './steps.ts';

export const ROW_BITS: u32 = 4;
const KEY_BYTES: u32 = FIELD_WORDS * 4 + 4;
const VALUE_BYTES: u32 = VALUE_WORDS * 4;
const PLACE_VALUES: u32 = 24;
const PLACE_EDGE_KEY: u32 = 16;
const ROWS_LEAST: u32 = 8;
const SIGN: u64 = 1 << 63;
/** Rows that are touched together, before they are written. */
export const ROWS_TOGETHER: u32 = 32;
export const ORDER_NONE: u32 = 0;
export const ORDER_BY_FIRST: u32 = 1;
export const ORDER_WHOLE: u32 = 2;

/** The words of a list in a plan. */
@unmanaged
export class RowsWords {
  source: u32;
  condition: u32;
  skip: u32;
  limit: u32;
  /** Rows stay in the order in which the source gives them. */
  keepsOrder: u32;
  keyCount: u32;

  @inline static at(address: usize): RowsWords {
    return changetype<RowsWords>(address);
  }

  @inline key(index: u32): usize {
    return changetype<usize>(this) + offsetof<RowsWords>() + index * KEY_BYTES;
  }

  @inline isDescending(index: u32): bool {
    return load<u32>(this.key(index), FIELD_WORDS * 4) != 0;
  }

  @inline get sourceKind(): u32 {
    return load<u32>(this.source);
  }

  /**
   * How far the source gives rows in this order, or from the last on: ORDER_NONE, by the first key,
   * or in all of it.
   */
  sourceOrder(isReversed: bool): u32 {
    const index = IndexWords.at(this.source);
    if (!index.isRange || this.keyCount == 0) return ORDER_NONE;
    const isOpen = index.isOpen;
    // A hidden value is missing, and the index has it elsewhere.
    if (!isOpen && (!index.isBounded || index.pathsToRead == READS_EACH)) return ORDER_NONE;
    const isDown = (index.flags & ORDER_DESCENDING) != 0;
    for (let key: u32 = 0; key < this.keyCount; key++) {
      const field = Field.at(this.key(key));
      const isNext = field.kind == FIELD_NODE && field.path == index.pathAt(index.given + key);
      if (isNext && isDown == (this.isDescending(key) != isReversed)) continue;
      return key == 0 ? ORDER_NONE : ORDER_BY_FIRST;
    }
    // Nodes of the same values come by ascending id.
    const isWhole = index.pathAt(index.given + this.keyCount) == 0;
    return isWhole && isOpen && !isReversed ? ORDER_WHOLE : ORDER_BY_FIRST;
  }
}

@unmanaged
export class RowPlace {
  rank: i64;
  node: u32;
  way: u32;

  @inline static at(gathered: Gathered, index: u32): RowPlace {
    return changetype<RowPlace>(stackAt(gathered.start) + ((<usize>index) << ROW_BITS));
  }
}

/** What is asked for, and what has been found; stands in a frame. */
@unmanaged
export class Gathered {
  words: u32;
  /** The node that the list goes from. */
  origin: u32;
  /** How many rows are kept at most; the last ones where the order is turned round. */
  most: u32;
  isReversed: u32;
  /** Places in the plan, or 0. */
  after: u32;
  before: u32;
  /** Rows on the stack: where, how many, and for how many there is room. */
  start: u32;
  count: u32;
  room: u32;
  /** Rows that fulfil the condition; of these before the page, behind it, and in it. */
  total: u32;
  skipped: u32;
  left: u32;
  inside: u32;
  /** In which order rows come, ORDER_...: what is kept may be all that counts. */
  order: u32;
  needsTotal: u32;
  /** The total is all that is asked for. */
  isCount: u32;
  isDone: u32;
  /** Rows are not kept: the figures take them. */
  hasFigures: u32;
  /** Of a page: what its cursors begin with, and the item that is written. */
  scope: u32;
  scopeBytes: u32;
  item: u32;
  /** Whether the first cells of their nodes were waited for. */
  areFetched: u32;

  get hasNext(): bool {
    return this.left > 0 || (this.isReversed == 0 && this.inside > this.count);
  }

  get hasPrevious(): bool {
    return this.skipped > 0 || (this.isReversed != 0 && this.inside > this.count);
  }

  @inline static at(address: usize): Gathered {
    return changetype<Gathered>(address);
  }

  @inline get figures(): Figures {
    return Figures.at(changetype<usize>(this) + FIGURES_AT);
  }
}

/** Where in the frame of a list its figures stand. */
const FIGURES_AT: usize = 96;

if (offsetof<Gathered>() > FIGURES_AT) ERROR('what is gathered must end with the figures');
if (FIGURES_AT + offsetof<Figures>() > FRAME_BYTES) ERROR('figures must fit a frame');

/** The edge of a row. */
export function edgeOfWay(words: RowsWords, way: u32): u32 {
  if (words.sourceKind == SOURCE_EDGES) return way;
  return words.sourceKind == SOURCE_PATHS ? Step.at(way).edge : 0;
}

/** Takes a row that the source has come to. May grow. */
export function offer(gathered: Gathered, node: u32, way: u32): void {
  const words = RowsWords.at(gathered.words);
  const edge = edgeOfWay(words, way);
  if (words.condition != 0 && !holds(words.condition, node, edge)) return;
  if (!Run.get().isOver) take(gathered, words, node, edge, way);
}

/** Takes a row that fulfils the condition. May grow. */
export function take(gathered: Gathered, words: RowsWords, node: u32, edge: u32, way: u32): void {
  gathered.total += 1;
  if (gathered.isCount != 0) return;
  if (gathered.after != 0 && compareToPlace(words, gathered.after, node, edge) <= 0) {
    gathered.skipped += 1;
    return;
  }
  if (gathered.before != 0 && compareToPlace(words, gathered.before, node, edge) >= 0) {
    gathered.left += 1;
    return;
  }
  gathered.inside += 1;
  if (gathered.hasFigures != 0) addRow(gathered.figures, node, edge);
  else keep(gathered, words, node, edge, way);
}

/**
 * Whether a list has nodes alone, and by their ids alone: then it takes none whose rank is greater
 * than that of the last that it keeps, once there are as many as it keeps.
 */
export function isByRank(gathered: Gathered, words: RowsWords): bool {
  const asks = words.condition | gathered.after | gathered.before | gathered.isCount;
  const orders = words.keyCount | words.keepsOrder | gathered.isReversed | gathered.hasFigures;
  return (asks | orders) == 0 && gathered.most != 0;
}

/** The rank of the last that such a list keeps, or that of none. */
export function lastRank(gathered: Gathered): i64 {
  return gathered.count == gathered.most ? RowPlace.at(gathered, 0).rank : i64.MAX_VALUE;
}

/** How many rows such a list has to see: of a page, one more tells whether others follow. */
export function wholePage(gathered: Gathered): u32 {
  return gathered.scope == 0 ? gathered.most : gathered.most + 1;
}

/** As if no row had been offered; the source begins anew, in no order. */
export function forgetRows(gathered: Gathered): void {
  gathered.count = 0;
  gathered.total = 0;
  gathered.inside = 0;
  gathered.isDone = 0;
  gathered.order = ORDER_NONE;
}

/** Gives rows that were put down their ranks by the first key. */
export function rankRows(gathered: Gathered, words: RowsWords): void {
  const first = changetype<usize>(RowPlace.at(gathered, 0));
  const end = first + ((<usize>gathered.count) << ROW_BITS);
  for (let at = first; at < end; at += 1 << ROW_BITS) {
    const row = changetype<RowPlace>(at);
    row.rank = rankOf(words, row.node, edgeOfWay(words, row.way));
  }
}

/**
 * Loads the next rows of nodes and their first cells: waits for memory that overlap. Of nodes that
 * a caller names, which lie here and there, what the cells point to is loaded as well.
 */
export function touchRows(gathered: Gathered, from: u32, to: u32): void {
  const end = min(to, from + ROWS_TOGETHER);
  let sum: u32 = 0;
  for (let index = from; index < end; index++) {
    sum += load<u32>(Node.at(RowPlace.at(gathered, index).node).cells);
  }
  const kind = RowsWords.at(gathered.words).sourceKind;
  if (kind == SOURCE_LOOKUPS || kind == SOURCE_IDS) {
    for (let index = from; index < end; index++) {
      sum += touchBlobs(Node.at(RowPlace.at(gathered, index).node).cells);
    }
  }
  store<u32>(FETCHED, sum);
}

function keep(gathered: Gathered, words: RowsWords, node: u32, edge: u32, way: u32): void {
  if (gathered.most == 0) {
    // Otherwise one that stands outside of the page may follow.
    gathered.isDone = gathered.order == ORDER_WHOLE && gathered.needsTotal == 0 ? 1 : 0;
    return;
  }
  if (words.keepsOrder != 0 || gathered.order == ORDER_WHOLE) {
    // Of a page, one more row tells whether others follow.
    if (gathered.count < gathered.most) append(gathered, 0, node, way);
    else if (gathered.needsTotal == 0) gathered.isDone = 1;
    if (gathered.count == gathered.most && gathered.scope == 0) gathered.isDone = 1;
    return;
  }
  const rank = rankOf(words, node, edge);
  if (gathered.count == gathered.most) {
    const top = RowPlace.at(gathered, 0);
    if (compareRow(gathered, words, rank, node, way, top) >= 0) {
      if (gathered.order != ORDER_NONE && gathered.needsTotal == 0) {
        gathered.isDone = isBehind(words, node, edge, top) ? 1 : 0;
      }
      return;
    }
    putRow(top, rank, node, way);
    sink(gathered, 0, gathered.count);
    return;
  }
  append(gathered, rank, node, way);
  if (gathered.count != gathered.most) return;
  for (let start = gathered.count >> 1; start > 0; start--)
    sink(gathered, start - 1, gathered.count);
}

/** Whether no row that comes after this one can stand before one that is kept. */
function isBehind(words: RowsWords, node: u32, edge: u32, kept: RowPlace): bool {
  const field = Field.at(words.key(0));
  const cell = readField(field, node, edge, scratchCell(0));
  const keptEdge = edgeOfWay(words, kept.way);
  return compareValues(cell, readField(field, kept.node, keptEdge, scratchCell(1))) != 0;
}

function append(gathered: Gathered, rank: i64, node: u32, way: u32): void {
  if (gathered.count == gathered.room && !growRows(gathered)) return;
  putRow(RowPlace.at(gathered, gathered.count), rank, node, way);
  gathered.count += 1;
}

/** Makes room for so many rows, before the first. May grow. */
export function ensureRoom(gathered: Gathered, rows: u32): bool {
  gathered.start = push(rows << ROW_BITS);
  gathered.room = rows;
  return !Run.get().isOver;
}

/** The rows stand last on the stack while they are gathered. */
function growRows(gathered: Gathered): bool {
  const room = gathered.room == 0 ? min(gathered.most, ROWS_LEAST) : gathered.room;
  const offset = push(room << ROW_BITS);
  if (Run.get().isOver) return false;
  if (gathered.room == 0) gathered.start = offset;
  gathered.room += room;
  return true;
}

function sink(gathered: Gathered, start: u32, end: u32): void {
  const words = RowsWords.at(gathered.words);
  let place = start;
  const sunk = RowPlace.at(gathered, start);
  const rank = sunk.rank;
  const node = sunk.node;
  const way = sunk.way;
  for (;;) {
    let child = (place << 1) + 1;
    if (child >= end) break;
    let held = RowPlace.at(gathered, child);
    if (child + 1 < end) {
      const other = RowPlace.at(gathered, child + 1);
      if (compareRow(gathered, words, held.rank, held.node, held.way, other) < 0) {
        held = other;
        child += 1;
      }
    }
    if (compareRow(gathered, words, rank, node, way, held) >= 0) break;
    const target = RowPlace.at(gathered, place);
    putRow(target, held.rank, held.node, held.way);
    place = child;
  }
  putRow(RowPlace.at(gathered, place), rank, node, way);
}

/** How a row stands to one that is kept; the other way round where the last ones are kept. */
function compareRow(
  gathered: Gathered,
  words: RowsWords,
  rank: i64,
  node: u32,
  way: u32,
  kept: RowPlace,
): i32 {
  let order: i32 = 0;
  if (rank != kept.rank) order = rank < kept.rank ? -1 : 1;
  else order = compareFully(words, node, way, kept.node, kept.way, gathered.origin);
  return gathered.isReversed != 0 ? -order : order;
}

/** Counts as a unit of work; once the run is over all are equal. */
export function compareFully(
  words: RowsWords,
  node: u32,
  way: u32,
  keptNode: u32,
  keptWay: u32,
  origin: u32,
): i32 {
  if (!Run.get().spend(1)) return 0;
  const edge = edgeOfWay(words, way);
  const keptEdge = edgeOfWay(words, keptWay);
  const byKeys = compareKeys(words, node, edge, keptNode, keptEdge);
  if (byKeys != 0) return byKeys;
  if (words.sourceKind == SOURCE_PATHS) return compareSteps(way, keptWay);
  const order = compareNodes(node, keptNode);
  if (order != 0 || words.sourceKind == SOURCE_AROUND) return order;
  return edge == 0 ? 0 : compareEdges(edge, keptEdge, origin);
}

/** Two rows by the sort keys alone. */
export function compareKeys(
  words: RowsWords,
  node: u32,
  edge: u32,
  otherNode: u32,
  otherEdge: u32,
): i32 {
  for (let index: u32 = 0; index < words.keyCount; index++) {
    const field = Field.at(words.key(index));
    const cell = readField(field, node, edge, scratchCell(0));
    const order = compareValues(cell, readField(field, otherNode, otherEdge, scratchCell(1)));
    if (order != 0) return words.isDescending(index) ? -order : order;
  }
  return 0;
}

/** By its keys, then by its id and the key of its edge. */
function compareToPlace(words: RowsWords, place: usize, node: u32, edge: u32): i32 {
  for (let index: u32 = 0; index < words.keyCount; index++) {
    const cell = readField(Field.at(words.key(index)), node, edge, scratchCell(0));
    const value = place + PLACE_VALUES + index * VALUE_BYTES;
    const order = compareValues(cell, isNullValue(value) ? 0 : value);
    if (order != 0) return words.isDescending(index) ? -order : order;
  }
  const order = compareToId(node, place);
  if (order != 0) return order;
  const key: u32 = edge == 0 ? 0 : edgeKey(edge);
  const placeKey = load<u32>(place, PLACE_EDGE_KEY);
  if (key == placeKey) return 0;
  return key < placeKey ? -1 : 1;
}

function isNullValue(value: usize): bool {
  return changetype<Cell>(value).kind == 0;
}

/** Orders rows as far as it goes: equal ranks tell nothing. */
function rankOf(words: RowsWords, node: u32, edge: u32): i64 {
  if (words.keyCount == 0) return words.sourceKind == SOURCE_PATHS ? 0 : rankOfId(Node.at(node));
  const field = Field.at(words.key(0));
  const rank = <i64>(rankOfCell(readField(field, node, edge, scratchCell(0))) ^ SIGN);
  return words.isDescending(0) ? ~rank : rank;
}

export function putRow(place: RowPlace, rank: i64, node: u32, way: u32): void {
  place.rank = rank;
  place.node = node;
  place.way = way;
}
