/**
 * The properties that an item writes, found in one walk over the cells of its row: a table of the
 * plan has a slot for each, which holds the address of the cell, or 0, or SLOT_HIDDEN.
 *
 * Rows of one type mostly have the same properties, in the same order and of the same kinds. So the
 * row that the slots were filled from is a model for those after it: where the first words of their
 * cells are the same as its, as far as that decides, their values stand as far from its as their
 * first cells do. That is the shift of the table, and the slots stay as they are.
 *
 *     table    0  mask u32   4  state u32   8  type u32: of the row that its rules were found for
 *             12  1 where one of the rules may hide u32   16  slots u32
 *             20  type of the model u32, 0: none   24  its first cell u32   28  bytes of its cells
 *             that decide u32   32  shift u32
 *             36  path u32, address of the slot u32   for each path & mask
 *                 path u32, rule u32, cell u32        for each slot
 */

import {
  MEMBER_REQUIRED,
  PLAN_MISSING,
  TABLE_NESTED,
  TABLE_NEW,
  TABLE_PLAIN,
  VALUE_NULL,
} from '../abi.ts';
import { SEEN_ALL } from '../abi-access.ts';
import { RowRule } from '../access/row-rule.ts';
import { ruleAt } from '../access/sight.ts';
import { bytesInFirst, CELL_BYTES, Cell, nextCell } from '../graph/cells.ts';
import { Element, FLAG_DELETED, TYPE_MASK } from '../graph/elements.ts';
import { PATH_NESTED, SymbolRow } from '../graph/symbols.ts';
import { isCellVisible } from '../graph/visibility.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { tellMember } from './hidden.ts';
import { Text, textRoom, writeJson, writeNull } from './json.ts';
import { Run, roomFrom } from './run.ts';
import { isSighted } from './sight.ts';
import { WRITE_TEXT, wayOf, writeValue } from './value-json.ts';

/** Words of a member in a plan. */
export const MEMBER_BYTES: u32 = 24;
/** In the place of the address of a cell: a rule holds it back. */
const SLOT_HIDDEN: u32 = 1;
const MEMBER_SHAPE: usize = 8;
const MEMBER_SLOT: usize = 12;
const MEMBER_FORMAT: usize = 16;
const MEMBER_TABLE: usize = 20;

/** A property, its rule for the type of the row: 0 where it hides nothing; and its cell. */
@unmanaged
class Slot {
  path: u32;
  rule: u32;
  cell: u32;

  @inline static at(address: usize): Slot {
    return changetype<Slot>(address);
  }
}

const SLOT_BYTES: u32 = 12;
const TABLE_HEAD_BYTES: usize = 36;

@unmanaged
export class Table {
  mask: u32;
  state: u32;
  type: u32;
  hides: u32;
  count: u32;
  modelType: u32;
  model: u32;
  span: u32;
  shift: u32;

  @inline static at(address: usize): Table {
    return changetype<Table>(address);
  }

  @inline entry(path: u32): usize {
    return changetype<usize>(this) + TABLE_HEAD_BYTES + ((<usize>(path & this.mask)) << 3);
  }

  @inline slot(index: u32): Slot {
    const entries = changetype<usize>(this) + TABLE_HEAD_BYTES;
    return Slot.at(entries + ((<usize>this.mask + 1) << 3) + index * SLOT_BYTES);
  }

  /** Whether a caller may not read all of the properties of each row of a type. May grow. */
  mayHide(kind: u32, type: u32): bool {
    if (this.type == type) return this.hides != 0;
    this.type = type;
    this.hides = 0;
    const own = ruleAt(kind, type, 0);
    for (let index: u32 = 0; index < this.count; index++) {
      const slot = this.slot(index);
      const rule = ruleAt(kind, type, slot.path);
      // The row is seen: what goes by its own rule is, too.
      const isOpen = rule.state == SEEN_ALL || rule === own;
      slot.rule = isOpen ? 0 : <u32>changetype<usize>(rule);
      if (!isOpen) this.hides = 1;
    }
    return this.hides != 0;
  }

  /** Fills the slots from the cells of an element that is seen; empties them for 0. May grow. */
  @inline fill(kind: u32, row: u32): void {
    const element = Element.at(kind, row);
    if (row == 0) this.clear();
    else if (this.isLikeModel(element)) this.shift = element.cells - this.model;
    else fillAnew(this, kind, row, element);
  }

  /** Empties the slots, which are no model then. */
  clear(): void {
    this.modelType = 0;
    this.shift = 0;
    for (let index: u32 = 0; index < this.count; index++) this.slot(index).cell = 0;
  }

  /** Whether an element is like the model, which was not deleted, whose every value shows. */
  @inline isLikeModel(element: Element): bool {
    if ((element.typeAndFlags & (TYPE_MASK | FLAG_DELETED)) != this.modelType) return false;
    const cells = element.cells;
    if (cells == 0) return false;
    const shift = this.model - cells;
    const end = cells + this.span;
    for (let at = cells; at < end; at += CELL_BYTES) {
      if (load<u32>(at) != load<u32>(at + shift)) return false;
    }
    return true;
  }

  /** Takes the element that the slots were filled from as the model. */
  learn(element: Element): void {
    const cells = element.cells;
    const whole = bytesInFirst(cells);
    let span: u32 = 0;
    for (let index: u32 = 0; index < this.count; index++) {
      const cell = this.slot(index).cell;
      // Where one is missing, all cells say so.
      const end = cell == 0 ? whole : cell - cells + CELL_BYTES;
      if (end == 0 || end > whole) return;
      span = max(span, end);
    }
    this.modelType = element.typeAndFlags & TYPE_MASK;
    this.model = cells;
    this.span = span;
  }

  /** Whether a path of it has others above or below it. */
  @inline get isNested(): bool {
    if (this.state == TABLE_NEW) this.findOut();
    return this.state == TABLE_NESTED;
  }

  private findOut(): void {
    this.state = TABLE_PLAIN;
    for (let index: u32 = 0; index < this.count; index++) {
      const flags = SymbolRow.at(this.slot(index).path).flags;
      if ((flags & PATH_NESTED) != 0) this.state = TABLE_NESTED;
    }
  }
}

if (offsetof<Slot>() != SLOT_BYTES) ERROR('a slot must be 12 bytes');
if (offsetof<Table>() != TABLE_HEAD_BYTES) ERROR('the entries must follow the head of a table');

function fillAnew(table: Table, kind: u32, row: u32, element: Element): void {
  const isPlain = !table.isNested && (element.typeAndFlags & FLAG_DELETED) == 0;
  const mayHide = isSighted() && table.mayHide(kind, element.typeAndFlags & TYPE_MASK);
  table.clear();
  if (mayHide) hideSlots(table, row);
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    const cell = Cell.at(at);
    const path = cell.path;
    const entry = table.entry(path);
    if (load<u32>(entry) != path) continue;
    const slot = Slot.at(load<u32>(entry, 4));
    if (slot.cell == SLOT_HIDDEN) continue;
    const isShown = isPlain ? cell.kind != VALUE_NULL : isCellVisible(element, cell);
    if (isShown) slot.cell = <u32>at;
  }
  if (isPlain && !mayHide && element.cells != 0) table.learn(element);
}

/** Marks the slots of what a rule holds back, whether there is a value or not. */
function hideSlots(table: Table, row: u32): void {
  for (let index: u32 = 0; index < table.count; index++) {
    const slot = table.slot(index);
    if (slot.rule != 0 && !RowRule.at(slot.rule).sees(row)) slot.cell = SLOT_HIDDEN;
  }
}

/** Where, from a member on, the next one stands that has no slot. */
export function endOfSlots(first: usize, end: usize): usize {
  let member = first;
  while (member < end && load<u32>(member, MEMBER_SLOT) != 0) member += MEMBER_BYTES;
  return member;
}

/**
 * Writes members whose values stand in slots to where the answer goes on, and answers where it goes
 * on then: most of an answer is written here, and an address that stood in memory meanwhile would
 * be waited for at each step. There is room for `room` bytes, which all members of the object take
 * but for their texts, and there is afterwards. May grow.
 */
export function writeSlots(start: usize, first: usize, end: usize, room: u32): usize {
  const run = Run.get();
  let to = start;
  for (let member = first; member < end; member += MEMBER_BYTES) {
    to = writeJson(to, load<u32>(member), load<u32>(member, 4));
    const held = Slot.at(load<u32>(member, MEMBER_SLOT)).cell;
    const format = load<u32>(member, MEMBER_FORMAT);
    if (held <= SLOT_HIDDEN) {
      if (held == SLOT_HIDDEN) tellMember(load<u32>(member), load<u32>(member, 4));
      if ((format & MEMBER_REQUIRED) != 0) run.fail(PLAN_MISSING);
      to = writeNull(to);
      continue;
    }
    const cell = Cell.at(held + Table.at(load<u32>(member, MEMBER_TABLE)).shift);
    const way = wayOf(cell, format & ~MEMBER_REQUIRED);
    if (way == WRITE_TEXT) {
      const blob = <u32>cell.value;
      const length = blobLength(blob);
      to = roomFrom(to, textRoom(length) + room);
      if (run.isOver) break;
      to = Text.at(blobData(blob)).write(to, length);
      continue;
    }
    if (cell.isBlob) {
      to = roomFrom(to, textRoom(blobLength(<u32>cell.value)) + room);
      if (run.isOver) break;
    }
    to = writeValue(to, cell, way, load<u32>(member, MEMBER_SHAPE));
  }
  return to;
}
