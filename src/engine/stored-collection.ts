/** What the value at a path is merged from, read where the engine holds it. */

import {
  SEQUENCE_PLACE_BYTES,
  SEQUENCE_PLACES,
  SEQUENCE_SHOWS,
} from '../../assembly/abi-collections.ts';
import type { Engine } from './engine.ts';
import { readPlaces, type SequencePlace } from './sequence-places.ts';
import { readPieces, type SetPiece } from './set-pieces.ts';

const LIST_LENGTH_BYTES = 4;

/** Sizes of a sequence, which are asked for without reading it. */
export interface SequenceSize {
  /** Of all places with the values of their items, in the layout of assembly/graph/places.ts. */
  readonly placeBytes: number;
  /** Of the list that shows; 0 where none of the items does. */
  readonly shownBytes: number;
}

export class StoredCollection {
  readonly #engine: Engine;
  readonly #element: number;
  readonly #row: number;
  /** A symbol; 0 where nothing is. */
  readonly #path: number;

  constructor(engine: Engine, element: number, row: number, path: number) {
    this.#engine = engine;
    this.#element = element;
    this.#row = row;
    this.#path = path;
  }

  /** The adds of a set of values (set-pieces.ts). */
  pieces(): SetPiece[] {
    const place = { element: this.#element, row: this.#row, path: this.#path };
    return this.#path === 0 ? [] : readPieces(this.#engine, place);
  }

  /** The places of a sequence (sequence-places.ts). */
  places(): SequencePlace[] {
    const place = { element: this.#element, row: this.#row, path: this.#path };
    return this.#path === 0 ? [] : readPlaces(this.#engine, place);
  }

  sequenceSize(): SequenceSize {
    const { exports, memory } = this.#engine;
    const isHere = this.#path !== 0;
    const block = isHere ? exports.sequenceAt(this.#element, this.#row, this.#path) >>> 0 : 0;
    if (block === 0) return { placeBytes: 0, shownBytes: 0 };
    const placeBytes = memory.u32(block + SEQUENCE_PLACE_BYTES);
    const isShown = memory.u8(block + SEQUENCE_SHOWS) === 1;
    return { placeBytes, shownBytes: isShown ? memory.u32(listOf(block, memory.u32(block))) : 0 };
  }
}

/** Where the list stands in a block of so many bytes: behind the room of the places. */
function listOf(block: number, capacity: number): number {
  const room = (capacity - SEQUENCE_PLACES - LIST_LENGTH_BYTES) >>> 1;
  return block + SEQUENCE_PLACES + (room - (room % LIST_LENGTH_BYTES));
}
