/**
 * The properties that an item writes, found in one walk over the cells of its row: a table of the
 * plan says which slot a path has, and a slot holds the address of the cell, or 0, or SLOT_HIDDEN.
 *
 *     table    0  mask u32   4  state u32   8  type u32: of the row that its rules were found for
 *             12  1 where one of the rules may hide u32   16  properties u32   20  unused
 *             24  path u32, slot u32   for each path & mask
 *                 path u32, slot u32, rule u32   for each property
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
import { Cell, nextCell } from '../graph/cells.ts';
import { Element, FLAG_DELETED, TYPE_MASK } from '../graph/elements.ts';
import { PATH_NESTED, SymbolRow } from '../graph/symbols.ts';
import { isCellVisible } from '../graph/visibility.ts';
import { blobData, blobLength } from '../memory/blobs.ts';
import { tellMember } from './hidden.ts';
import { textRoom, writeJson, writeNull, writeText } from './json.ts';
import { hasRoom, push, Run, stackAt } from './run.ts';
import { isSighted } from './sight.ts';
import { WRITE_TEXT, wayOf, writeValue } from './value-json.ts';

/** Words of a member in a plan. */
export const MEMBER_BYTES: u32 = 20;
/** In the place of the address of a cell: a rule holds it back. */
const SLOT_HIDDEN: u32 = 1;
const MEMBER_SLOT: usize = 12;
const MEMBER_FORMAT: usize = 16;

/** A property of the table, and its rule for the type of the row: 0 where it hides nothing. */
@unmanaged
class Property {
  path: u32;
  slot: u32;
  rule: u32;

  @inline static at(address: usize): Property {
    return changetype<Property>(address);
  }
}

const PROPERTY_BYTES: u32 = 12;
const TABLE_HEAD_BYTES: usize = 24;

@unmanaged
class Table {
  mask: u32;
  state: u32;
  type: u32;
  hides: u32;
  count: u32;
  unused: u32;

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
  // Slots are numbered from 1, and cleared four at a time.
  run.slots = push((slotCount + 4) << 2);
  return outer;
}

/** Empties the slots, and answers where they stand. */
export function clearSlots(slotCount: u32): usize {
  const slots = stackAt(Run.get().slots);
  for (let slot: u32 = 1; slot <= slotCount; slot += 4) {
    v128.store(slots + (slot << 2), i64x2(0, 0));
  }
  return slots;
}

if (offsetof<Property>() != PROPERTY_BYTES) ERROR('a property must be 12 bytes');
if (offsetof<Table>() != TABLE_HEAD_BYTES) ERROR('the entries must follow the head of a table');

/** Fills the slots of a table, which are 0, from the cells of an element that is seen. May grow. */
export function fillSlots(address: usize, kind: u32, row: u32, slots: usize): void {
  const table = Table.at(address);
  const element = Element.at(kind, row);
  const isPlain = !table.isNested && (element.typeAndFlags & FLAG_DELETED) == 0;
  const mayHide = isSighted() && table.mayHide(kind, element.typeAndFlags & TYPE_MASK);
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

/**
 * Writes members whose values stand in slots, up to one of another kind, and answers with that one.
 * There is room for `room` bytes, which all members of the object take but for their texts, and
 * there is afterwards.
 */
export function putSlots(first: usize, end: usize, room: u32): usize {
  const run = Run.get();
  const slots = stackAt(run.slots);
  let to: usize = run.out;
  let outEnd: usize = run.outEnd;
  let member = first;
  for (; member < end; member += MEMBER_BYTES) {
    const slot = load<u32>(member, MEMBER_SLOT);
    if (slot == 0) break;
    to = writeJson(to, load<u32>(member), load<u32>(member, 4));
    const cell = changetype<Cell>(<usize>load<u32>(slots + (slot << 2)));
    const format = load<u32>(member, MEMBER_FORMAT);
    if (changetype<usize>(cell) <= SLOT_HIDDEN) {
      if (changetype<usize>(cell) == SLOT_HIDDEN) {
        tellMember(load<u32>(member), load<u32>(member, 4));
      }
      if ((format & MEMBER_REQUIRED) != 0) run.fail(PLAN_MISSING);
      to = writeNull(to);
      continue;
    }
    const way = wayOf(cell, format & ~MEMBER_REQUIRED);
    if (cell.isBlob) {
      const length = blobLength(<u32>cell.value);
      const needed = textRoom(length) + room;
      if (needed > <u32>(outEnd - to)) {
        run.out = <u32>to;
        if (!hasRoom(needed)) return end;
        to = run.out;
        outEnd = run.outEnd;
      }
      if (way == WRITE_TEXT) {
        to = writeText(to, blobData(<u32>cell.value), length);
        continue;
      }
    }
    to = writeValue(to, cell, way);
  }
  run.out = <u32>to;
  return member;
}
