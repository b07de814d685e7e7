/** Which properties of a row an item writes, each of which has a slot; as tables by path. */

import * as abi from '../../assembly/abi.ts';
import { ElementKind, type Field } from './plan.ts';
import type { PlanWords } from './plan-words.ts';

const TABLE_AT = 9;
const SLOT_WORDS = 3;
/** The paths of one type were named together, so that their last bits differ. */
const MASK = 63;

/** Words of a member that name the slot of its value, and two behind it the table. */
interface Place {
  readonly at: number;
  readonly word: number;
}

interface Slot {
  readonly path: number;
  /** Whose values it has. */
  readonly places: Place[];
}

export class SlotTable {
  readonly #words: PlanWords;
  /** By the place of the path in the table. */
  readonly #slots: Readonly<Record<ElementKind, Map<number, Slot>>> = {
    [ElementKind.NODE]: new Map(),
    [ElementKind.EDGE]: new Map(),
  };

  constructor(words: PlanWords) {
    this.#words = words;
  }

  /** Whether a property has a slot, which is put into its place later: none where it is taken. */
  give(field: Field, place: Place): boolean {
    if (field.kind !== 'property') return false;
    const path = this.#words.find(abi.SYMBOL_PATH, field.path);
    if (path === 0) return false;
    const slots = this.#slots[field.of];
    const slot = slots.get(path & MASK) ?? { path, places: [] };
    if (slot.path !== path) return false;
    slots.set(path & MASK, slot);
    slot.places.push(place);
    return true;
  }

  /** Returns the offset of the table of an element's properties, or 0 where it has none. */
  write(of: ElementKind): number {
    const words = this.#words;
    const slots = this.#slots[of];
    if (slots.size === 0) return 0;
    const first = TABLE_AT + (MASK + 1) * 2;
    const table = words.reserve(first + slots.size * SLOT_WORDS);
    words.set(table, 0, MASK);
    words.set(table, 4, slots.size);
    for (const [index, [entry, { path, places }]] of [...slots].entries()) {
      const word = first + index * SLOT_WORDS;
      const slot = table + word * 4;
      words.set(table, word, path);
      words.set(table, TABLE_AT + entry * 2, path);
      words.link(table, TABLE_AT + entry * 2 + 1, slot);
      for (const place of places) {
        words.link(place.at, place.word, slot);
        words.link(place.at, place.word + 2, table);
      }
    }
    return table;
  }
}
