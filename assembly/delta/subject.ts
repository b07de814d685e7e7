/**
 * The subject of the deltas of a transaction, and what merging does to it whatever the rule: cells
 * for what it writes, out of the indexes and in again, what changed, and what was there before.
 */

import {
  CHANGE_BYTES,
  CHANGE_EDGE_VALUE,
  CHANGE_NODE_VALUE,
  ELEMENT_NODE,
  OP_SET,
} from '../abi.ts';
import { addCell, placeCell } from '../graph/cells.ts';
import { firstIndex } from '../graph/declared.ts';
import { Element, Node } from '../graph/elements.ts';
import { valueBytes } from '../graph/value-bytes.ts';
import { enterIndexes, leaveIndexes } from '../graph/value-index.ts';
import { isVisible } from '../graph/visibility.ts';
import { SET_BYTES } from './reader.ts';
import { keepCell, keepExistence, keepShown, UNDO_BYTES } from './undo.ts';

/** The element that the deltas of a transaction act on, and where changes are written. */
@unmanaged
export class Subject {
  kind: u32;
  row: u32;
  transaction: u32;
  /** Place of the next change in the changes region. */
  changes: u32;
  /** Place of the next record of what is replaced; 0 where none are kept (undo.ts). */
  undo: u32;
  /** Where the next delta of the transaction stands, and where it ends. */
  next: u32;
  end: u32;
  /** 1 between two deltas to one collection: what it shows waits for the last one. */
  isAdding: u32;
  /** Where an insert or a move puts an item: the place's writer, 0: none, number, and the side. */
  parent: u32;
  parentNumber: u32;
  isLeft: u32;
  reserved: u32;
  /** The indexes that a node is out of while it changes, as bits; see graph/value-index.ts. */
  out: u64;

  @inline get element(): Element {
    return Element.at(this.kind, this.row);
  }
}

/** Puts a node that has changed into its indexes again, before there is another subject. */
export function settle(subject: Subject): void {
  if (subject.out == 0) return;
  enterIndexes(subject.row, subject.out);
  subject.out = 0;
}

/** An empty cell of the subject, and room for those that the sets that follow may need. */
export function newCell(subject: Subject, path: u32): usize {
  const list = subject.element.cellList;
  const cell = placeCell(list, path);
  if (cell != 0) return cell;
  let sets: u32 = 0;
  let at: usize = subject.next;
  while (at < subject.end && load<u8>(at) == OP_SET) {
    sets += 1;
    at += SET_BYTES + valueBytes(at + SET_BYTES);
  }
  return addCell(list, path, sets);
}

/** Takes a node out of the indexes that a change at a path concerns, before it is made. */
export function unsettle(subject: Subject, path: u32): void {
  if (subject.kind != ELEMENT_NODE) return;
  const type = Node.at(subject.row).type;
  if (firstIndex(type) == 0) return;
  subject.out = leaveIndexes(subject.row, path, subject.out);
}

/** Of an increment and a set: what the cell holds before it, 0 where there is none. */
export function noteCell(subject: Subject, path: u32, cell: usize): void {
  keepCell(subject.undo, subject.transaction, subject.kind, subject.row, path, cell);
  subject.undo += UNDO_BYTES;
}

/** Of a set of values: what the cell shows before it is merged anew; 0 where there is none. */
export function noteShown(subject: Subject, path: u32, cell: usize): void {
  if (subject.undo == 0) return;
  const undo = subject.undo;
  subject.undo = keepShown(undo, subject.transaction, subject.kind, subject.row, path, cell);
}

/** Of a create, or of a delete, with the greatest delete stamp before it. */
export function noteExistence(subject: Subject, isDelete: bool, deleted: u32): void {
  keepExistence(subject.undo, subject.transaction, subject.kind, subject.row, isDelete, deleted);
  subject.undo += UNDO_BYTES;
}

export function noteValue(subject: Subject, path: u32): void {
  if (!isVisible(subject.kind, subject.row)) return;
  note(subject, subject.kind == ELEMENT_NODE ? CHANGE_NODE_VALUE : CHANGE_EDGE_VALUE, path);
}

export function note(subject: Subject, kind: u32, path: u32): void {
  const place: usize = subject.changes;
  store<u32>(place, subject.transaction);
  store<u32>(place, subject.row, 4);
  store<u32>(place, path, 8);
  store<u32>(place, kind, 12);
  subject.changes += CHANGE_BYTES;
}
