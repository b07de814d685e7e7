/** The adds of a set of values, read where the engine holds them (assembly/graph/set-pieces.ts). */

import {
  COLLECTION_PIECE_BYTES,
  COLLECTION_PIECES,
  SEQUENCE_SHOWS,
} from '../../assembly/abi-collections.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { type ListItem, sameValue } from '../delta/value.ts';
import { readItem } from '../delta/value-reader.ts';
import type { Engine } from './engine.ts';

export interface SetPiece {
  /** Its row. */
  readonly transaction: number;
  readonly shows: boolean;
  readonly value: ListItem;
}

/** The last add of each value that shows: its transaction is the value's writer. */
export function shownPieces(pieces: readonly SetPiece[]): SetPiece[] {
  const shown = pieces.filter(({ shows }) => shows);
  return shown.filter(({ value }, index) => {
    const next = shown[index + 1];
    return next === undefined || !sameValue(next.value, value);
  });
}

/**
 * By value, those of one value by stamp; none where there is no set of values. Where items of a
 * sequence show, no add does.
 */
export function readPieces(
  { exports, memory }: Engine,
  place: { readonly element: number; readonly row: number; readonly path: number },
): SetPiece[] {
  const block = exports.collectionAt(place.element, place.row, place.path) >>> 0;
  if (block === 0) return [];
  const sequence = exports.sequenceAt(place.element, place.row, place.path) >>> 0;
  const hasItems = sequence !== 0 && memory.u8(sequence + SEQUENCE_SHOWS) === 1;
  const length = memory.u32(block + COLLECTION_PIECE_BYTES);
  const reader = new ByteReader('a set of values', memory.copy(block + COLLECTION_PIECES, length));
  const pieces: SetPiece[] = [];
  while (reader.left > 0) {
    const transaction = reader.u32();
    const shows = reader.u8() === 1 && !hasItems;
    pieces.push({ transaction, shows, value: readItem(reader) });
  }
  return pieces;
}
