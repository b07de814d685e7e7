/** Where the rows of a list come from: each source goes over its nodes and offers them. */

import {
  ID_BYTES,
  SOURCE_AROUND,
  SOURCE_EDGES,
  SOURCE_IDS,
  SOURCE_LOOKUPS,
  SOURCE_PATHS,
  SOURCE_RANGE,
  SOURCE_SEVERAL,
  SOURCE_TYPE,
  SOURCE_VALUES,
  WORK_PER_ROW,
} from '../abi.ts';
import { SEEN_NONE } from '../abi-access.ts';
import { pageAfter } from '../access/bits.ts';
import { findIndex } from '../graph/declared.ts';
import {
  FLAG_EXISTS,
  findNodeHashed,
  hashOfId,
  NODE_BYTES,
  Node,
  TYPE_MASK,
} from '../graph/elements.ts';
import { headOf } from '../graph/heads.ts';
import { rankOfId } from '../graph/node-order.ts';
import { rowNumber } from '../memory/header.ts';
import { POOL_NODES, Pool } from '../memory/pool.ts';
import { offerAround } from './around.ts';
import { FILTER_FAILS, FILTER_HOLDS, FILTER_OPEN, Filter } from './filter.ts';
import { offerByValues, RangeSight } from './hidden-range.ts';
import { IndexWords, READS_EACH } from './index-words.ts';
import { putLookups } from './lookups.ts';
import { beginRange, nameRange, nextInRange } from './range.ts';
import { indexOfPath } from './read.ts';
import {
  forgetRows,
  Gathered,
  isByRank,
  lastRank,
  ORDER_WHOLE,
  offer,
  RowsWords,
  take,
  wholePage,
} from './rows.ts';
import { PASSED_PER_UNIT, popFrame, pushFrame, Run } from './run.ts';
import { isNodeOfTypeSeen, isNodeSeen, isPathSeen, isSighted, rowsSeen } from './sight.ts';
import { Walk, WalkWords } from './walk.ts';
import { offerPaths } from './ways.ts';

/** Ids that are looked up together, 8 bytes of a frame for each. */
const IDS_TOGETHER: u32 = 16;

/** Offers the rows of a source; those of edges and ways go from the node `origin`. May grow. */
export function offerRows(gathered: Gathered): void {
  const source = RowsWords.at(gathered.words).source;
  const kind = load<u32>(source);
  if (kind == SOURCE_EDGES) offerEdges(gathered, source);
  else if (kind == SOURCE_AROUND) offerAround(gathered, source + 4);
  else if (kind == SOURCE_PATHS) offerPaths(gathered, source + 4);
  else if (kind == SOURCE_SEVERAL) offerSeveral(gathered, source);
  else if (kind == SOURCE_LOOKUPS) putLookups(gathered, source);
  else offerNodes(gathered, source, true);
}

/** One source after the other: the first rows of one need not be the first of all. */
function offerSeveral(gathered: Gathered, source: usize): void {
  const run = Run.get();
  const count = load<u32>(source, 4);
  for (let index: u32 = 0; index < count && !run.isOver; index++) {
    offerNodes(gathered, <usize>load<u32>(source + (index << 2), 8), false);
  }
}

/** Of a source that no walk is; `isOnly` where all rows of the list are its. */
function offerNodes(gathered: Gathered, source: usize, isOnly: bool): void {
  const kind = load<u32>(source);
  if (kind == SOURCE_TYPE) offerType(gathered, load<u32>(source, 4), isOnly);
  else if (kind == SOURCE_RANGE) offerIndex(gathered, source);
  else if (kind == SOURCE_IDS) offerIds(gathered, source);
  else if (kind == SOURCE_VALUES) offerValues(gathered, source);
}

function offerEdges(gathered: Gathered, source: usize): void {
  const walk = Walk.at(pushFrame());
  walk.begin(WalkWords.at(source + 4), gathered.origin);
  while (walk.nextRow()) offer(gathered, walk.other, walk.edge);
  popFrame();
}

function offerType(gathered: Gathered, type: u32, isOnly: bool): void {
  if (!passRows(Pool.of(POOL_NODES).count)) return;
  const wanted = type | FLAG_EXISTS;
  const filter = Filter.at(pushFrame());
  const isFiltered = filter.begin(RowsWords.at(gathered.words).condition, type);
  if (isFiltered) offerFiltered(gathered, wanted, filter);
  else if (!isOnly || !offerHead(gathered, type)) offerEach(gathered, 1, wanted);
  popFrame();
}

/**
 * Offers the first nodes of a type by id, where a list wants no others; false where more of them
 * have to be looked at. To a caller it makes no difference which: what the run looks at is as much.
 */
function offerHead(gathered: Gathered, type: u32): bool {
  if (!isByRank(gathered, RowsWords.at(gathered.words)) || gathered.needsTotal != 0) return false;
  if (isSighted() && rowsSeen(type, 0).state == SEEN_NONE) return true;
  const head = headOf(type);
  if (head === null || (head.whole == 0 && gathered.most >= head.count)) return false;
  const run = Run.get();
  const work = run.work;
  const wanted = type | FLAG_EXISTS;
  const areAllSeen = isPathSeen(type, 0);
  let alive: u32 = 0;
  gathered.order = ORDER_WHOLE;
  for (let index: u32 = 0; index < head.count; index++) {
    const node = head.row(index);
    if ((Node.at(node).typeAndFlags & (TYPE_MASK | FLAG_EXISTS)) != wanted) continue;
    alive += 1;
    if (!areAllSeen && !isNodeOfTypeSeen(node, type)) continue;
    if (!run.lookAt()) return true;
    offer(gathered, rowNumber(node), 0);
    if (gathered.isDone != 0 || run.isOver) return true;
  }
  if (head.whole != 0) return true;
  if (alive < head.count >> 1) head.type = 0;
  run.work = work;
  forgetRows(gathered);
  return false;
}

/** Counts the rows that a source goes over; for a caller, as if hidden. */
function passRows(count: u32): bool {
  const run = Run.get();
  const units = count / PASSED_PER_UNIT;
  return isSighted() ? run.passBy(units) : run.spend(units);
}

/** From a node on. */
function offerEach(gathered: Gathered, first: u32, wanted: u32): void {
  const run = Run.get();
  const end = Pool.of(POOL_NODES).count;
  const type = wanted & TYPE_MASK;
  if (isSighted() && rowsSeen(type, 0).state == SEEN_NONE) return;
  const areAllSeen = isPathSeen(type, 0);
  // Most nodes of a long list stand behind all that it keeps, and that shows at once.
  const words = RowsWords.at(gathered.words);
  const isRanked = isByRank(gathered, words);
  const lookedAtMost = isRanked && gathered.needsTotal == 0 ? wholePage(gathered) : u32.MAX_VALUE;
  let last = isRanked ? lastRank(gathered) : i64.MAX_VALUE;
  for (let node = first; node < end; node++) {
    const row = Node.at(node);
    if ((row.typeAndFlags & (TYPE_MASK | FLAG_EXISTS)) != wanted) continue;
    if (!areAllSeen && !isNodeOfTypeSeen(node, type)) continue;
    if (gathered.inside < lookedAtMost && !run.lookAt()) return;
    if (isRanked && rankOfId(row) > last) {
      gathered.total += 1;
      gathered.inside += 1;
      continue;
    }
    offer(gathered, rowNumber(node), 0);
    if (isRanked) last = lastRank(gathered);
  }
}

/** The same where a filter turns most nodes down, a slab at a time. */
function offerFiltered(gathered: Gathered, wanted: u32, filter: Filter): void {
  const run = Run.get();
  const count = Pool.of(POOL_NODES).count;
  const words = RowsWords.at(gathered.words);
  const settled = gathered.isCount != 0 && filter.isWhole != 0 ? FILTER_HOLDS : FILTER_FAILS;
  let node: u32 = 1;
  const isWide = filter.isWide;
  while (node < count) {
    const begin = changetype<usize>(Node.at(node));
    const next = isWide ? Pool.slabAfter(node) : pageAfter(node);
    const end = begin + <usize>(min(count, next) - node) * NODE_BYTES;
    const open = isWide
      ? filter.pass(begin, end, wanted, settled)
      : filter.passSeen(begin, end, node, wanted, settled);
    if (open == 0) {
      offerEach(gathered, node, wanted);
      return;
    }
    gathered.total += filter.held;
    if (!run.spend(<i64>filter.passed * (WORK_PER_ROW + 1))) return;
    node += <u32>(open - begin) / NODE_BYTES;
    if (open == end) continue;
    const outcome = filter.ask(changetype<Node>(open));
    if (!run.lookAt() || !offerOpen(gathered, words, rowNumber(node), filter, outcome)) return;
    node += 1;
  }
}

/** Offers a node that a filter has not turned down; false when the run is over. May grow. */
function offerOpen(
  gathered: Gathered,
  words: RowsWords,
  node: u32,
  filter: Filter,
  outcome: u32,
): bool {
  const run = Run.get();
  if (outcome == FILTER_OPEN || filter.isWhole == 0) offer(gathered, node, 0);
  else if (run.spend(1)) take(gathered, words, node, 0, 0);
  return !run.isOver;
}

function offerIds(gathered: Gathered, source: usize): void {
  const type = load<u32>(source, 4);
  const count = load<u32>(source, 8);
  const run = Run.get();
  const found = pushFrame();
  for (let index: u32 = 0; index < count && gathered.isDone == 0 && run.lookAt(); index++) {
    const place = index % IDS_TOGETHER;
    if (place == 0) findNodes(source + 12 + index * ID_BYTES, count - index, found);
    const node = load<u32>(found + (place << 3));
    if (node == 0 || !isNodeSeen(node)) continue;
    if (type == 0 || Node.at(node).type == type) offer(gathered, node, 0);
  }
  popFrame();
}

/** The rows of the next ids, or 0, 8 bytes for each: waits for memory that overlap. */
function findNodes(ids: usize, left: u32, found: usize): void {
  const count = min(left, IDS_TOGETHER);
  for (let index: u32 = 0; index < count; index++) {
    store<u64>(found + (index << 3), hashOfId(ids + index * ID_BYTES));
  }
  for (let index: u32 = 0; index < count; index++) {
    const id = ids + index * ID_BYTES;
    const place = found + (index << 3);
    store<u32>(place, findNodeHashed(load<u64>(id), load<u64>(id, 8), load<u64>(place)));
  }
}

/** The ranges of each value, which is one group of nodes. */
function offerValues(gathered: Gathered, source: usize): void {
  const type = load<u32>(source, 4);
  const path = load<u32>(source, 8);
  const declared = indexOfPath(type, path);
  const count = load<u32>(source, 12);
  if (declared == 0) return;
  const read: u32 = isPathSeen(type, path) ? 0 : 1;
  for (let index: u32 = 0; index < count && Run.get().lookAt(); index++) {
    const range = nameRange(declared, 0, 1);
    range.cell0 = load<u32>(source + 16 + (index << 2));
    beginRange(range, 0);
    offerRange(gathered, type, source + 8, read);
  }
}

/** In the order of the index. */
function offerIndex(gathered: Gathered, source: usize): void {
  const words = IndexWords.at(source);
  const declared = findIndex(words.type, words.paths, words.pathCount);
  if (declared == 0) return;
  const read = words.pathsToRead;
  if (read == READS_EACH) {
    offerByValues(gathered, words);
    return;
  }
  const range = nameRange(declared, words.flags, words.given);
  memory.copy(range.cells, words.values, words.given << 2);
  range.lower = words.lower;
  range.upper = words.upper;
  beginRange(range, 0);
  offerRange(gathered, words.type, words.paths, read);
}

/** Offers what is in the range: of a caller, where so many paths at an address may be read. */
function offerRange(gathered: Gathered, type: u32, paths: usize, read: u32): void {
  const run = Run.get();
  const words = RowsWords.at(gathered.words);
  const filter = Filter.at(pushFrame());
  const isFiltered = filter.begin(words.condition, type) && filter.isOpen;
  const isOpen = !isSighted();
  const seen = RangeSight.at(pushFrame());
  if (!isOpen) seen.begin(type, paths, read);
  while (gathered.isDone == 0 && (isOpen ? run.lookAt() : run.passBy(1))) {
    const node = nextInRange();
    if (node == 0) break;
    if (!isOpen && !seen.sees(node)) continue;
    if (!isOpen && !run.lookAt()) break;
    const outcome = isFiltered ? filter.ask(Node.at(node)) : FILTER_OPEN;
    if (outcome == FILTER_FAILS) run.spend(1);
    else if (!offerOpen(gathered, words, node, filter, outcome)) break;
  }
  popFrame();
  popFrame();
}
