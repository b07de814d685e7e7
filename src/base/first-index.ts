/** The first index from which on `holds` is true; `length` where it is nowhere. */
export function firstIndex(length: number, holds: (index: number) => boolean): number {
  let [low, end] = [0, length];
  while (low < end) {
    const middle = (low + end) >> 1;
    if (holds(middle)) end = middle;
    else low = middle + 1;
  }
  return low;
}
