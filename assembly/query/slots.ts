/**
 * The properties that an item writes, found in one walk over the cells of its row: a table of the
 * plan says which slot a path has, and a slot holds the address of the cell, or 0.
 */

import {
  MEMBER_REQUIRED,
  PLAN_MISSING,
  TABLE_NESTED,
  TABLE_NEW,
  TABLE_PLAIN,
  VALUE_NULL,
} from '../abi.ts';
import { Cell } from '../graph/cells.ts';
import { Element, FLAG_DELETED } from '../graph/elements.ts';
import { PATH_NESTED, SymbolRow } from '../graph/symbols.ts';
import { isCellVisible } from '../graph/visibility.ts';
import { writeNull } from './json.ts';
import { hasRoom, push, Run } from './run.ts';
import { roomOf, writeValue } from './value-json.ts';

/** Words of a member in a plan. */
export const MEMBER_SLOT: usize = 12;
const MEMBER_FORMAT: usize = 16;

@unmanaged
class Table {
  mask: u32;
  state: u32;

  @inline static at(address: usize): Table {
    return changetype<Table>(address);
  }

  @inline entry(path: u32): usize {
    return changetype<usize>(this) + 8 + ((<usize>(path & this.mask)) << 3);
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

/** Fills the slots of a table, which are 0, from the cells of an element that is seen. */
export function fillSlots(address: usize, kind: u32, row: u32, slots: usize): void {
  const table = Table.at(address);
  const element = Element.at(kind, row);
  const isPlain = !table.isNested && (element.typeAndFlags & FLAG_DELETED) == 0;
  let cell = element.cells;
  if (cell == 0) return;
  let place = Cell.at(cell);
  for (;;) {
    const path = place.path;
    const entry = table.entry(path);
    if (load<u32>(entry) == path) {
      const isShown = isPlain ? place.kind != VALUE_NULL : isCellVisible(element, cell);
      if (isShown) store<u32>(slots + (load<u32>(entry, 4) << 2), <u32>changetype<usize>(place));
    }
    const next = place.next;
    if (next == 0) return;
    place = place.after(cell, next);
    cell = next;
  }
}

/**
 * Writes the value of a cell, or of none, and returns the address behind it, where there is room
 * for the other members, as before; 0 when the run is over.
 */
export function writeSlot(to: usize, address: usize, member: usize, room: u32): usize {
  const run = Run.get();
  const format = load<u32>(member, MEMBER_FORMAT);
  if (address == 0) {
    if ((format & MEMBER_REQUIRED) == 0) return writeNull(to);
    run.fail(PLAN_MISSING);
    return 0;
  }
  const cell = changetype<Cell>(address);
  let place = to;
  if (cell.isBlob) {
    run.out = <u32>to;
    if (!hasRoom(roomOf(cell) + room)) return 0;
    place = run.out;
  }
  const behind = writeValue(place, cell, format & ~MEMBER_REQUIRED);
  return run.isOver ? 0 : behind;
}
