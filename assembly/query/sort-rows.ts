/**
 * Sorts the rows of a list by their ranks, and fully where those are the same: merges of runs
 * (bottom up). The rows of a run go each to the place that as many of them stand before, in which
 * no branch depends on what they have; where ranks are the same, shorter runs are sorted by
 * insertion.
 */

import { compareFully, Gathered, ROW_BITS, RowsWords } from './rows.ts';
import { push, Run, stackAt } from './run.ts';

const COUNTED_ROWS: u32 = 32;
const INSERTED_ROWS: u32 = 8;

/** Puts the rows in order, and maybe elsewhere on the stack. May grow. */
export function putInOrder(gathered: Gathered): void {
  const count = gathered.count;
  if (count < 2 || (count > COUNTED_ROWS && isSorted(gathered))) return;
  const run = Run.get();
  const top = run.top;
  const spare = push(count << ROW_BITS);
  if (run.isOver) return;
  const rows = stackAt(gathered.start);
  const others = stackAt(spare);
  const areCounted = placeByCounting(rows, count, others);
  if (!areCounted) insertByRuns(gathered, rows, count);
  let from = areCounted ? others : rows;
  let to = areCounted ? rows : others;
  for (let width = areCounted ? COUNTED_ROWS : INSERTED_ROWS; width < count; width <<= 1) {
    for (let start: u32 = 0; start < count; start += width << 1) {
      const middle = min(start + width, count);
      const end = min(middle + width, count);
      merge(gathered, from, start, middle, end, to);
    }
    const sorted = to;
    to = from;
    from = sorted;
  }
  if (from == rows) run.top = top;
  else gathered.start = spare;
}

/** Places the rows of each run; false where two of one have the same rank, and nothing changed. */
function placeByCounting(rows: usize, count: u32, target: usize): bool {
  for (let start: u32 = 0; start < count; start += COUNTED_ROWS) {
    const offset = start << ROW_BITS;
    const held = min(COUNTED_ROWS, count - start);
    if (!placeRun(rows + offset, held, target + offset)) return false;
  }
  return true;
}

/**
 * Places each row of a run behind those of lesser ranks. Of two different ranks one is the lesser:
 * so many pairs are counted in all.
 */
function placeRun(rows: usize, count: u32, target: usize): bool {
  const end = rows + (count << ROW_BITS);
  let pairs: i64 = 0;
  // Two at a time: of an odd number the last is placed twice.
  for (let row = rows; row < end; row += 2 << ROW_BITS) {
    const next = min(row + (1 << ROW_BITS), end - (1 << ROW_BITS));
    const ranks = i64x2.replace_lane(v128.load64_splat(row), 1, load<i64>(next));
    let places = i64x2.splat(0);
    for (let other = rows; other < end; other += 1 << ROW_BITS) {
      places = i64x2.sub(places, i64x2.lt_s(v128.load64_splat(other), ranks));
    }
    const place = i64x2.extract_lane(places, 0);
    const nextPlace = i64x2.extract_lane(places, 1);
    pairs += next == row ? place : place + nextPlace;
    v128.store(target + ((<usize>place) << ROW_BITS), v128.load(row));
    v128.store(target + ((<usize>nextPlace) << ROW_BITS), v128.load(next));
  }
  return pairs == (<i64>count * (count - 1)) >> 1;
}

function insertByRuns(gathered: Gathered, rows: usize, count: u32): void {
  for (let start: u32 = 0; start < count; start += INSERTED_ROWS) {
    insertionSort(gathered, rows + (start << ROW_BITS), min(INSERTED_ROWS, count - start));
  }
}

function isSorted(gathered: Gathered): bool {
  const rows = stackAt(gathered.start);
  const end = rows + (gathered.count << ROW_BITS);
  for (let row = rows + (1 << ROW_BITS); row < end; row += 1 << ROW_BITS) {
    if (isBefore(gathered, row, row - (1 << ROW_BITS))) return false;
  }
  return true;
}

function insertionSort(gathered: Gathered, rows: usize, count: u32): void {
  const end = rows + (count << ROW_BITS);
  for (let row = rows + (1 << ROW_BITS); row < end; row += 1 << ROW_BITS) {
    let place = row;
    while (place > rows && isBefore(gathered, place, place - (1 << ROW_BITS))) {
      const held = v128.load(place);
      v128.store(place, v128.load(place - (1 << ROW_BITS)));
      v128.store(place - (1 << ROW_BITS), held);
      place -= 1 << ROW_BITS;
    }
  }
}

function merge(
  gathered: Gathered,
  rows: usize,
  start: u32,
  middle: u32,
  end: u32,
  target: usize,
): void {
  let left = rows + (start << ROW_BITS);
  const leftEnd = rows + (middle << ROW_BITS);
  let right = leftEnd;
  const rightEnd = rows + (end << ROW_BITS);
  let to = target + (start << ROW_BITS);
  while (left < leftEnd && right < rightEnd) {
    const isRight = isBefore(gathered, right, left);
    v128.store(to, v128.load(isRight ? right : left));
    if (isRight) right += 1 << ROW_BITS;
    else left += 1 << ROW_BITS;
    to += 1 << ROW_BITS;
  }
  if (left < leftEnd) memory.copy(to, left, leftEnd - left);
  else if (right < rightEnd) memory.copy(to, right, rightEnd - right);
}

/** Rows by rank, node and way, as rows.ts draws them. */
function isBefore(gathered: Gathered, left: usize, right: usize): bool {
  const rank = load<i64>(left);
  const otherRank = load<i64>(right);
  if (rank != otherRank) return rank < otherRank;
  const words = RowsWords.at(gathered.words);
  const node = load<u32>(left, 8);
  const way = load<u32>(left, 12);
  return (
    compareFully(words, node, way, load<u32>(right, 8), load<u32>(right, 12), gathered.origin) < 0
  );
}
