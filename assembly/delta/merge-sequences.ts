/**
 * The conflict rules of sequences (schema/merge.md, M21 to M27). The order of items is a function
 * of the set of their places: one is put where the tree says, whatever came before it, and none is
 * taken away before a seal. So what arrives late still finds the place that it names.
 *
 * What shows waits while deltas to one sequence follow one another.
 */

import {
  PLACE_IS_LEFT,
  PLACE_IS_OF_MOVE,
  PLACE_IS_REMOVED,
  PLACE_NUMBER,
  PLACE_OF_MOVE_VALUE,
  PLACE_VALUE,
} from '../abi-collections.ts';
import { CELL_BYTES, Cell, findCell } from '../graph/cells.ts';
import { hasFlag, isPlaceLater } from '../graph/places.ts';
import { dropNamedItems, hasNamedItem } from '../graph/sequence-items.ts';
import {
  beginSequence,
  growSequence,
  insertPlaces,
  isTaken,
  moveValue,
  placeNamed,
  placeOfItem,
  Sequence,
  sequenceCellOf,
  sequenceOf,
} from '../graph/sequences.ts';
import { PATH_COLLECTION } from '../graph/symbols.ts';
import { bytesOf } from '../graph/value-bytes.ts';
import { isLater } from '../graph/writers.ts';
import { guard } from '../memory/guard.ts';
import { beginCollectionAt, raise, setterAt, showChange } from './merge-collections.ts';
import { newCell, noteShown, Subject, unsettle } from './subject.ts';

/**
 * An insert puts `count` items, each right of the one before it, to the place that the subject
 * names. Of a transaction that is masked, and of one that a set is later than, the places stay.
 */
export function mergeInsert(
  subject: Subject,
  path: u32,
  number: u32,
  values: usize,
  count: u32,
  isMasked: bool,
): void {
  const element = subject.element;
  const transaction = subject.transaction;
  const holder = sequenceCellOf(element, path);
  if (holder != 0 && isTaken(sequenceOf(element, path), transaction, number, count)) return;
  const set = setterAt(element, path);
  const counts = !isMasked && (set == 0 || !isLater(set, transaction));
  if (counts) {
    beginChange(subject, path);
    beginCollectionAt(subject, path);
    raise(Cell.at(findCell(element.cells, path)), transaction);
  }
  if (holder == 0) beginSequence(element, newCell(subject, path | PATH_COLLECTION));
  const bytes = counts ? bytesOf(values, count) : count;
  const sequence = grow(subject, path, count * PLACE_VALUE + bytes);
  const parent = placeNamed(sequence, subject.parent, subject.parentNumber);
  const side: u32 = parent != 0 && subject.isLeft != 0 ? PLACE_IS_LEFT : 0;
  const flags: u32 = counts ? side : side | PLACE_IS_REMOVED;
  insertPlaces(sequence, parent, flags, transaction, number, counts ? values : 0, count);
}

/** A removal takes the items away that it names, the first `runs` at NAMED_ADDS. */
export function mergeRemoveItems(subject: Subject, path: u32, runs: u32): void {
  const sequence = sequenceOf(subject.element, path);
  if (changetype<usize>(sequence) == 0 || !hasNamedItem(sequence, runs)) return;
  beginChange(subject, path);
  sequence.guard();
  dropNamedItems(sequence, runs);
}

/**
 * A move gives an item one more place, to which it goes unless it is at a later one. Of a
 * transaction that is masked, or where the item is removed, the place alone stays.
 */
export function mergeMove(
  subject: Subject,
  path: u32,
  number: u32,
  item: u32,
  itemNumber: u32,
  isMasked: bool,
): void {
  const transaction = subject.transaction;
  const known = sequenceOf(subject.element, path);
  if (changetype<usize>(known) == 0 || isTaken(known, transaction, number, 1)) return;
  const first = placeNamed(known, item, itemNumber);
  if (first == 0 || hasFlag(first, PLACE_IS_OF_MOVE)) return;
  const held = placeOfItem(known, item, itemNumber);
  const goes = !isMasked && held != 0 && !isPlaceLater(held, transaction, number);
  if (goes) beginChange(subject, path);
  const sequence = grow(subject, path, PLACE_OF_MOVE_VALUE + 1);
  const parent = placeNamed(sequence, subject.parent, subject.parentNumber);
  const side: u32 = parent != 0 && subject.isLeft != 0 ? PLACE_IS_LEFT : 0;
  const place = insertPlaces(sequence, parent, side | PLACE_IS_OF_MOVE, transaction, number, 0, 1);
  store<u32>(place, item, PLACE_VALUE);
  store<u16>(place, <u16>itemNumber, PLACE_VALUE + PLACE_NUMBER);
  if (goes) moveValue(sequence, placeOfItem(sequence, item, itemNumber), place);
}

/** After the last of the deltas to a sequence that follow one another. */
export function endChange(subject: Subject, path: u32): void {
  if (subject.isAdding == 0) return;
  subject.isAdding = 0;
  showChange(subject, path);
}

/** What shows stays, also where the list moves. */
function grow(subject: Subject, path: u32, bytes: u32): Sequence {
  const element = subject.element;
  const sequence = growSequence(sequenceCellOf(element, path), bytes);
  if (sequence.shows == 0) return sequence;
  const cell = findCell(element.cells, path);
  guard(cell, CELL_BYTES);
  Cell.at(cell).value = sequence.list;
  return sequence;
}

/** Before the first change of what shows at a path. */
function beginChange(subject: Subject, path: u32): void {
  if (subject.isAdding != 0) return;
  subject.isAdding = 1;
  unsettle(subject, path);
  noteShown(subject, path, findCell(subject.element.cells, path));
}
