/**
 * Heapsort of u32 row numbers by a comparison: in place, without recursion, n log n in the worst
 * case, so that no input can make a hash or an answer slow.
 */

/** Sorts `count` words at `rows`; `before(a, b)` says whether a comes strictly before b. */
export function sortRows(rows: usize, count: u32, before: (a: u32, b: u32) => bool): void {
  for (let start = count >> 1; start > 0; start--) sink(rows, start - 1, count, before);
  for (let end = count; end > 1; ) {
    end -= 1;
    const last = load<u32>(rows + (end << 2));
    store<u32>(rows + (end << 2), load<u32>(rows));
    store<u32>(rows, last);
    sink(rows, 0, end, before);
  }
}

function sink(rows: usize, start: u32, end: u32, before: (a: u32, b: u32) => bool): void {
  const row = load<u32>(rows + (start << 2));
  let place = start;
  for (;;) {
    let child = (place << 1) + 1;
    if (child >= end) break;
    let held = load<u32>(rows + (child << 2));
    if (child + 1 < end) {
      const other = load<u32>(rows + ((child + 1) << 2));
      if (before(held, other)) {
        held = other;
        child += 1;
      }
    }
    if (!before(row, held)) break;
    store<u32>(rows + (place << 2), held);
    place = child;
  }
  store<u32>(rows + (place << 2), row);
}
