/**
 * The properties that an item writes, found in one walk over the cells of its row: a table of the
 * plan says which slot a path has, and a slot holds the address of the cell, or 0, or SLOT_HIDDEN.
 *
 * Rows of one type mostly have the same properties, in the same order and of the same kinds. So a
 * row is a model for those after it: where the first words of their cells are the same as its, as
 * far as that decides, their values stand at the same places.
 *
 *     table    0  mask u32   4  state u32   8  type u32: of the row that its rules were found for
 *             12  1 where one of the rules may hide u32   16  properties u32
 *             20  first cell of the model u32, 0: none   24  bytes of it that decide u32
 *             28  1 where the row before was not like it u32
 *             32  path u32, slot u32   for each path & mask
 *                 path u32, slot u32, rule u32, place u32   for each property
 */

import {
  ELEMENT_EDGE,
  ELEMENT_NODE,
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
import { textRoom, writeJson, writeNull, writeText } from './json.ts';
import { push, Run, roomFrom, stackAt } from './run.ts';
import { isSighted } from './sight.ts';
import { WRITE_TEXT, wayOf, writeValue } from './value-json.ts';

/** Words of a member in a plan. */
export const MEMBER_BYTES: u32 = 20;
/** In the place of the address of a cell: a rule holds it back. */
const SLOT_HIDDEN: u32 = 1;
const MEMBER_SLOT: usize = 12;
const MEMBER_FORMAT: usize = 16;

/**
 * A property of the table, its rule for the type of the row: 0 where it hides nothing; and at which
 * offset the model has it, or NO_PLACE.
 */
@unmanaged
class Property {
  path: u32;
  slot: u32;
  rule: u32;
  place: u32;

  @inline static at(address: usize): Property {
    return changetype<Property>(address);
  }
}

const PROPERTY_BYTES: u32 = 16;
const TABLE_HEAD_BYTES: usize = 32;
const NO_PLACE: u32 = 0xffffffff;

@unmanaged
class Table {
  mask: u32;
  state: u32;
  type: u32;
  hides: u32;
  count: u32;
  model: u32;
  span: u32;
  missed: u32;

  @inline static at(address: usize): Table {
    return changetype<Table>(address);
  }

  @inline entry(path: u32): usize {
    return changetype<usize>(this) + TABLE_HEAD_BYTES + ((<usize>(path & this.mask)) << 3);
  }

  @inline property(index: u32): Property {
    const entries = changetype<usize>(this) + TABLE_HEAD_BYTES;
    return Property.at(entries + ((<usize>this.mask + 1) << 3) + index * PROPERTY_BYTES);
  }

  /** Whether a caller may not read all of the properties of each row of a type. May grow. */
  mayHide(kind: u32, type: u32): bool {
    if (this.type == type) return this.hides != 0;
    this.type = type;
    this.hides = 0;
    this.model = 0;
    const own = ruleAt(kind, type, 0);
    for (let index: u32 = 0; index < this.count; index++) {
      const property = this.property(index);
      const rule = ruleAt(kind, type, property.path);
      // The row is seen: what goes by its own rule is, too.
      const isOpen = rule.state == SEEN_ALL || rule === own;
      property.rule = isOpen ? 0 : <u32>changetype<usize>(rule);
      if (!isOpen) this.hides = 1;
    }
    return this.hides != 0;
  }

  /** Empties the slots. */
  clear(slots: usize): void {
    for (let index: u32 = 0; index < this.count; index++) {
      store<u32>(slots + (this.property(index).slot << 2), 0);
    }
  }

  /** Fills the slots from cells that are like those of the model; false where they are not. */
  @inline fillAsModel(cells: u32, slots: usize): bool {
    const model = this.model;
    if (model == 0 || cells == 0) return false;
    const end = cells + this.span;
    for (let at: usize = cells, like: usize = model; at < end; at += CELL_BYTES) {
      if (load<u32>(at) != load<u32>(like)) return false;
      like += CELL_BYTES;
    }
    this.missed = 0;
    let property = changetype<usize>(this.property(0));
    const last = property + this.count * PROPERTY_BYTES;
    for (; property < last; property += PROPERTY_BYTES) {
      const place = Property.at(property).place;
      const cell = place == NO_PLACE ? 0 : cells + place;
      store<u32>(slots + (Property.at(property).slot << 2), cell);
    }
    return true;
  }

  /**
   * Takes cells, all of whose values show, as the model, unless the one that is there was right for
   * the row before.
   */
  learn(cells: u32, slots: usize): void {
    if (this.model != 0 && this.missed == 0) {
      this.missed = 1;
      return;
    }
    this.model = 0;
    const whole = bytesInFirst(cells);
    let span: u32 = 0;
    for (let index: u32 = 0; index < this.count; index++) {
      const property = this.property(index);
      const cell = load<u32>(slots + (property.slot << 2));
      property.place = cell == 0 ? NO_PLACE : cell - cells;
      // Where one is missing, all cells say so.
      const end = cell == 0 ? whole : property.place + CELL_BYTES;
      if (whole == 0 || end > whole) return;
      span = max(span, end);
    }
    this.model = cells;
    this.span = span;
    this.missed = 0;
  }

  /** Whether a path of it has others above or below it. */
  @inline get isNested(): bool {
    if (this.state == TABLE_NEW) this.findOut();
    return this.state == TABLE_NESTED;
  }

  private findOut(): void {
    this.state = TABLE_PLAIN;
    for (let index: u32 = 0; index <= this.mask; index++) {
      const path = load<u32>(this.entry(index));
      if (path != 0 && (SymbolRow.at(path).flags & PATH_NESTED) != 0) this.state = TABLE_NESTED;
    }
  }
}

/** Takes room for the slots of an item's properties; answers where those around it are. */
export function beginSlots(slotCount: u32): u32 {
  const run = Run.get();
  const outer = run.slots;
  // Slots are numbered from 1.
  run.slots = push((slotCount + 1) << 2);
  return outer;
}

if (offsetof<Property>() != PROPERTY_BYTES) ERROR('a property must be 12 bytes');
if (offsetof<Table>() != TABLE_HEAD_BYTES) ERROR('the entries must follow the head of a table');

/** Fills the slots of the node's table and of the edge's, 0 for none, from both. May grow. */
export function fillSlots(
  nodeTable: usize,
  edgeTable: usize,
  node: u32,
  edge: u32,
  slots: usize,
): void {
  if (nodeTable != 0) fillFrom(Table.at(nodeTable), ELEMENT_NODE, node, slots);
  if (edgeTable == 0) return;
  if (edge == 0) Table.at(edgeTable).clear(slots);
  else fillFrom(Table.at(edgeTable), ELEMENT_EDGE, edge, slots);
}

/** From the cells of an element that is seen. May grow. */
function fillFrom(table: Table, kind: u32, row: u32, slots: usize): void {
  const element = Element.at(kind, row);
  const isPlain = !table.isNested && (element.typeAndFlags & FLAG_DELETED) == 0;
  const mayHide = isSighted() && table.mayHide(kind, element.typeAndFlags & TYPE_MASK);
  const isOpen = isPlain && !mayHide;
  if (isOpen && table.fillAsModel(element.cells, slots)) return;
  table.clear(slots);
  if (mayHide) hideSlots(table, row, slots);
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    const cell = Cell.at(at);
    const path = cell.path;
    const entry = table.entry(path);
    if (load<u32>(entry) != path) continue;
    if (mayHide && load<u32>(slots + (load<u32>(entry, 4) << 2)) == SLOT_HIDDEN) continue;
    const isShown = isPlain ? cell.kind != VALUE_NULL : isCellVisible(element, cell);
    if (isShown) store<u32>(slots + (load<u32>(entry, 4) << 2), <u32>at);
  }
  if (isOpen && element.cells != 0) table.learn(element.cells, slots);
}

/** Marks the slots of what a rule holds back, whether there is a value or not. */
function hideSlots(table: Table, row: u32, slots: usize): void {
  for (let index: u32 = 0; index < table.count; index++) {
    const property = table.property(index);
    if (property.rule != 0 && !RowRule.at(property.rule).sees(row)) {
      store<u32>(slots + (property.slot << 2), SLOT_HIDDEN);
    }
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
  const slots = stackAt(run.slots);
  let to = start;
  for (let member = first; member < end; member += MEMBER_BYTES) {
    to = writeJson(to, load<u32>(member), load<u32>(member, 4));
    const slot = load<u32>(member, MEMBER_SLOT);
    const format = load<u32>(member, MEMBER_FORMAT);
    const at: usize = load<u32>(slots + (slot << 2));
    if (at <= SLOT_HIDDEN) {
      if (at == SLOT_HIDDEN) tellMember(load<u32>(member), load<u32>(member, 4));
      if ((format & MEMBER_REQUIRED) != 0) run.fail(PLAN_MISSING);
      to = writeNull(to);
      continue;
    }
    const cell = Cell.at(at);
    const way = wayOf(cell, format & ~MEMBER_REQUIRED);
    if (way == WRITE_TEXT) {
      const blob = <u32>cell.value;
      const length = blobLength(blob);
      to = roomFrom(to, textRoom(length) + room);
      if (run.isOver) break;
      to = writeText(to, blobData(blob), length);
      continue;
    }
    if (cell.isBlob) {
      to = roomFrom(to, textRoom(blobLength(<u32>cell.value)) + room);
      if (run.isOver) break;
    }
    to = writeValue(to, cell, way);
  }
  return to;
}
