/** Which properties of a row an item writes, each of which has a slot; as tables by path. */

import * as abi from '../../assembly/abi.ts';
import { ElementKind, type Field } from './plan.ts';
import type { PlanWords } from './plan-words.ts';

const TABLE_AT = 8;
const PROPERTY_WORDS = 4;
/** The paths of one type were named together, so that their last bits differ. */
const MASK = 63;

interface Slot {
  readonly path: number;
  readonly slot: number;
}

export class SlotTable {
  readonly #words: PlanWords;
  /** By the place of the path in the table. */
  readonly #slots: Readonly<Record<ElementKind, Map<number, Slot>>> = {
    [ElementKind.NODE]: new Map(),
    [ElementKind.EDGE]: new Map(),
  };
  #count = 0;

  constructor(words: PlanWords) {
    this.#words = words;
  }

  get count(): number {
    return this.#count;
  }

  /** The slot of a property, from 1; 0 where it has none, as another has its place. */
  of(field: Field): number {
    if (field.kind !== 'property') return 0;
    const path = this.#words.find(abi.SYMBOL_PATH, field.path);
    if (path === 0) return 0;
    const slots = this.#slots[field.of];
    const place = path & MASK;
    const known = slots.get(place);
    if (known !== undefined) return known.path === path ? known.slot : 0;
    this.#count += 1;
    slots.set(place, { path, slot: this.#count });
    return this.#count;
  }

  /** Returns the offset of the table of an element's properties, or 0 where it has none. */
  write(of: ElementKind): number {
    const slots = this.#slots[of];
    if (slots.size === 0) return 0;
    const properties = TABLE_AT + (MASK + 1) * 2;
    const at = this.#words.reserve(properties + slots.size * PROPERTY_WORDS);
    this.#words.set(at, 0, MASK);
    this.#words.set(at, 4, slots.size);
    for (const [index, { path, slot }] of [...slots.values()].entries()) {
      this.#words.set(at, properties + index * PROPERTY_WORDS, path);
      this.#words.set(at, properties + index * PROPERTY_WORDS + 1, slot);
    }
    for (const [place, { path, slot }] of slots) {
      const word = TABLE_AT + place * 2;
      this.#words.set(at, word, path);
      this.#words.set(at, word + 1, slot);
    }
    return at;
  }
}
