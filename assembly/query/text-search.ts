/**
 * Whether a text has another one in it. Short ones are compared at every place where their first
 * byte stands; for longer ones, where that could take the product of both lengths, a table says how
 * far a failed comparison may go on (D. E. Knuth, J. H. Morris, V. R. Pratt, 1977).
 */

import { push, Run, stackAt } from './run.ts';
import { dataOf, lengthOf, TEXT_BYTES_PER_UNIT } from './texts.ts';

const SHORT_BYTES_MAX: u32 = 64;
/** Bytes that a table is followed through, and that count as one unit of work. */
const TABLE_BYTES_PER_UNIT: u32 = 8;

/** False too when the work runs out. */
export function contains(text: usize, part: usize): bool {
  const length = lengthOf(text);
  const partLength = lengthOf(part);
  if (partLength > length) return false;
  if (partLength == 0) return true;
  const isShort = partLength <= SHORT_BYTES_MAX;
  const perUnit = isShort ? TEXT_BYTES_PER_UNIT : TABLE_BYTES_PER_UNIT;
  if (!Run.get().spend(length / perUnit)) return false;
  return isShort
    ? containsShort(dataOf(text), length, dataOf(part), partLength)
    : containsLong(dataOf(text), length, dataOf(part), partLength);
}

function containsShort(text: usize, length: u32, part: usize, partLength: u32): bool {
  const first = load<u8>(part);
  const end = text + (length - partLength);
  let compared: u32 = 0;
  let isFound = false;
  for (let at = text; at <= end && !isFound; at++) {
    if (load<u8>(at) != first) continue;
    compared += partLength;
    isFound = memory.compare(at, part, partLength) == 0;
  }
  return Run.get().spend(compared / TEXT_BYTES_PER_UNIT) && isFound;
}

function containsLong(text: usize, length: u32, part: usize, partLength: u32): bool {
  const run = Run.get();
  const top = run.top;
  const offset = push(partLength << 2);
  if (run.isOver) return false;
  const table = stackAt(offset);
  run.top = top;
  tabulate(table, part, partLength);
  let held: u32 = 0;
  for (let index: u32 = 0; index < length; index++) {
    const byte = load<u8>(text + index);
    while (held != 0 && load<u8>(part + held) != byte) held = load<u32>(table + ((held - 1) << 2));
    if (load<u8>(part + held) == byte) held += 1;
    if (held == partLength) return true;
  }
  return false;
}

/** For each begin of the part: the length of its longest shorter begin that it ends with. */
function tabulate(table: usize, part: usize, length: u32): void {
  store<u32>(table, 0);
  let held: u32 = 0;
  for (let index: u32 = 1; index < length; index++) {
    const byte = load<u8>(part + index);
    while (held != 0 && load<u8>(part + held) != byte) held = load<u32>(table + ((held - 1) << 2));
    if (load<u8>(part + held) == byte) held += 1;
    store<u32>(table + (index << 2), held);
  }
}
