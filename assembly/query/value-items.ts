/**
 * Items that have values of their row alone, all found by slots (slots.ts), which is what most of
 * an answer is: one loop writes them, since nothing in it is about anything but the next row.
 */

import { ELEMENT_EDGE, ELEMENT_NODE } from '../abi.ts';
import { comeTo } from './hidden.ts';
import { writeNull } from './json.ts';
import {
  edgeOfWay,
  Gathered,
  ROW_BITS,
  ROWS_TOGETHER,
  RowPlace,
  RowsWords,
  touchRows,
} from './rows.ts';
import { Run, roomFrom } from './run.ts';
import { MEMBER_BYTES, Table, writeSlots } from './slots.ts';

/** Words of a plan, as abi.ts draws them: an item, the first of its cases, and its members. */
const CASE_TYPE: usize = 4;
const CASE_MEMBERS: usize = 8;
const NODE_TABLE: usize = 12;
const EDGE_TABLE: usize = 16;
const MEMBERS_ROOM: usize = 4;
const MEMBERS_HAVE_SLOTS: usize = 8;
export const MEMBERS_AT: usize = 12;

const OPEN_OBJECT: u8 = 0x7b;
const COMMA: u8 = 0x2c;
/** `,{` */
const COMMA_AND_OPEN: u16 = 0x7b2c;
const CLOSE_OBJECT: u8 = 0x7d;

/** Whether an item is such a one, for nodes of all types. */
export function isOfValues(item: usize): bool {
  if (load<u32>(item) != 1 || load<u32>(item, CASE_TYPE) != 0) return false;
  return load<u32>(load<u32>(item, CASE_MEMBERS), MEMBERS_HAVE_SLOTS) != 0;
}

/**
 * The rows from one to before another; of a list, `parts` lead to their places. A row without a
 * node is null. May grow.
 */
export function putValueItems(
  gathered: Gathered,
  item: usize,
  from: u32,
  to: u32,
  parts: u32,
): void {
  const run = Run.get();
  const words = RowsWords.at(gathered.words);
  const members: usize = load<u32>(item, CASE_MEMBERS);
  const nodeTable: usize = load<u32>(item, NODE_TABLE);
  const edgeTable: usize = load<u32>(item, EDGE_TABLE);
  const first = members + MEMBERS_AT;
  const end = first + load<u32>(members) * MEMBER_BYTES;
  // The comma before it, too.
  const room = load<u32>(members, MEMBERS_ROOM) + 1;
  const rows = changetype<usize>(RowPlace.at(gathered, 0));
  const toFetch = gathered.areFetched == 0;
  let out: usize = run.out;
  for (let index = from; index < to && !run.isOver; index++) {
    if (toFetch && (index - from) % ROWS_TOGETHER == 0) touchRows(gathered, index, to);
    if (parts != 0) comeTo(parts, index - from);
    out = roomFrom(out, room);
    if (run.isOver) break;
    const row = changetype<RowPlace>(rows + ((<usize>index) << ROW_BITS));
    if (row.node == 0) {
      out = writeNone(out, index == from);
      continue;
    }
    if (nodeTable != 0) Table.at(nodeTable).fill(ELEMENT_NODE, row.node);
    if (edgeTable != 0) Table.at(edgeTable).fill(ELEMENT_EDGE, edgeOfWay(words, row.way));
    store<u16>(out, COMMA_AND_OPEN);
    // The first has no comma before it.
    if (index == from) store<u8>(out, OPEN_OBJECT);
    out = writeSlots(out + (index == from ? 1 : 2), first, end, room);
    store<u8>(out, CLOSE_OBJECT);
    out += 1;
  }
  run.out = <u32>out;
}

/** In the place of an item; the first has no comma before it. */
function writeNone(to: usize, isFirst: bool): usize {
  if (isFirst) return writeNull(to);
  store<u8>(to, COMMA);
  return writeNull(to + 1);
}
