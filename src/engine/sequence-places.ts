/** The places of a sequence, read where the engine holds them (assembly/graph/places.ts). */

import {
  PLACE_IS_LEFT,
  PLACE_IS_OF_MOVE,
  PLACE_IS_REMOVED,
  PLACE_SHOWS,
  SEQUENCE_PLACE_BYTES,
  SEQUENCE_PLACES,
} from '../../assembly/abi-collections.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { isListItem, type ListItem } from '../delta/value.ts';
import { readValue } from '../delta/value-reader.ts';
import type { Engine } from './engine.ts';

/** A row of a transaction, and a number there. */
interface PlaceName {
  readonly transaction: number;
  readonly number: number;
}

export interface SequencePlace extends PlaceName {
  readonly isLeft: boolean;
  /** Of the root's children 1. */
  readonly depth: number;
  /** The item that a move has brought here, or that was inserted here. */
  readonly item: PlaceName;
  /** Whether the item is removed, as its first place says. */
  readonly isRemoved: boolean;
  readonly shows: boolean;
  /** Of the item, where it is here. */
  readonly value: ListItem | undefined;
}

/** In the order of the sequence; none where there is none. */
export function readPlaces(
  { exports, memory }: Engine,
  at: { readonly element: number; readonly row: number; readonly path: number },
): SequencePlace[] {
  const block = exports.sequenceAt(at.element, at.row, at.path) >>> 0;
  if (block === 0) return [];
  const length = memory.u32(block + SEQUENCE_PLACE_BYTES);
  const reader = new ByteReader('a sequence', memory.copy(block + SEQUENCE_PLACES, length));
  const places: SequencePlace[] = [];
  while (reader.left > 0) places.push(readPlace(reader));
  return places;
}

function readPlace(reader: ByteReader): SequencePlace {
  const own = { transaction: reader.u32(), number: reader.u16() };
  const flags = reader.u16();
  const depth = reader.u32();
  const isOfMove = (flags & PLACE_IS_OF_MOVE) !== 0;
  const item = isOfMove ? { transaction: reader.u32(), number: reader.u16() } : own;
  const value = readValue(reader);
  return {
    ...own,
    isLeft: (flags & PLACE_IS_LEFT) !== 0,
    depth,
    item,
    isRemoved: (flags & PLACE_IS_REMOVED) !== 0,
    shows: (flags & PLACE_SHOWS) !== 0,
    value: isListItem(value) ? value : undefined,
  };
}
