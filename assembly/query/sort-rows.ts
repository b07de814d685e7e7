/**
 * Sorts the rows of a list: merges of runs (bottom up), the shortest of which are sorted by
 * insertion. Rows are compared by their ranks, and fully where those are the same.
 */

import { compareFully, Gathered, ROW_BITS, RowsWords } from './rows.ts';
import { push, Run, stackAt } from './run.ts';

const RUN_ROWS: u32 = 8;

/** Puts the rows in order. May grow. */
export function mergeSort(gathered: Gathered): void {
  const count = gathered.count;
  if (isSorted(gathered)) return;
  const run = Run.get();
  const top = run.top;
  const spare = push(count << ROW_BITS);
  if (run.isOver) return;
  run.top = top;
  let from = stackAt(gathered.start);
  let to = stackAt(spare);
  for (let start: u32 = 0; start < count; start += RUN_ROWS) {
    insertionSort(gathered, from + (start << ROW_BITS), min(RUN_ROWS, count - start));
  }
  for (let width = RUN_ROWS; width < count; width <<= 1) {
    for (let start: u32 = 0; start < count; start += width << 1) {
      const middle = min(start + width, count);
      const end = min(middle + width, count);
      merge(gathered, from, start, middle, end, to);
    }
    const sorted = to;
    to = from;
    from = sorted;
  }
  if (from != stackAt(gathered.start)) memory.copy(to, from, count << ROW_BITS);
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
  const rank = load<u64>(left);
  const otherRank = load<u64>(right);
  if (rank != otherRank) return rank < otherRank;
  const words = RowsWords.at(gathered.words);
  const node = load<u32>(left, 8);
  const way = load<u32>(left, 12);
  return (
    compareFully(words, node, way, load<u32>(right, 8), load<u32>(right, 12), gathered.origin) < 0
  );
}
