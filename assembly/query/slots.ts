/**
 * The properties that an item writes, found in one walk over the cells of its row: a table of the
 * plan says which slot a path has, and a slot holds the address of the cell, or 0.
 */

import { TABLE_NESTED, TABLE_NEW, TABLE_PLAIN, VALUE_NULL } from '../abi.ts';
import { Cell } from '../graph/cells.ts';
import { Element, FLAG_DELETED } from '../graph/elements.ts';
import { PATH_NESTED, SymbolRow } from '../graph/symbols.ts';
import { isCellVisible } from '../graph/visibility.ts';

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

/** Fills the slots of a table, which are 0, from the cells of an element that is seen. */
export function fillSlots(address: usize, kind: u32, row: u32, slots: usize): void {
  const table = Table.at(address);
  const element = Element.at(kind, row);
  const isPlain = !table.isNested && (element.typeAndFlags & FLAG_DELETED) == 0;
  let cell = element.cells;
  while (cell != 0) {
    const place = Cell.at(cell);
    const entry = table.entry(place.path);
    if (load<u32>(entry) == place.path) {
      const isShown = isPlain ? place.kind != VALUE_NULL : isCellVisible(element, cell);
      if (isShown) store<u32>(slots + (load<u32>(entry, 4) << 2), <u32>changetype<usize>(place));
    }
    cell = place.next;
  }
}
