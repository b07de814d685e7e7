/**
 * What apply has replaced, kept until the host has read what changed: a record for each delta that
 * did something, in their order. Undone from the last one on, they show each element of the group
 * as it was after each of its transactions, and before it; then all is done again. To undo and to
 * do again is one thing: what a record holds and what stands in the graph change places.
 *
 *     record   0  transaction u32   4  kind of element u32   8  row u32   12  path u32
 *             16  kind u32         20  writer u32           24  value u64
 *
 * Of a set or an increment it holds the cell at the path; one that was not there is a null without
 * a writer, which hides nothing. A blob that was replaced belongs to the record. Of a create
 * (path 0) it holds flags in the place of the kind, and of a delete the stamp as well; what shows
 * depends on no create stamp.
 *
 * Indexes, lists of edges, counts and which edges are shown do not follow. So in between nothing
 * reads but `wasThere` and `cellThen`. No guard stands before these writes: apply had one before it
 * wrote the same, and a snapshot that begins drops the records first.
 */

import { ELEMENT_NODE } from '../abi.ts';
import { Cell, findCell, needsBlob } from '../graph/cells.ts';
import { Edge, Element, FLAG_DELETED, FLAG_EXISTS } from '../graph/elements.ts';
import { PATH_DELETED } from '../graph/symbols.ts';
import { isNodeVisible, visibleCell } from '../graph/visibility.ts';
import { freeBlob } from '../memory/blobs.ts';
import { ensureRegion, REGION_UNDO, regionAddress } from '../memory/region.ts';
import { Group, isUndoWanted, wantUndo } from './group.ts';

export const UNDO_BYTES: u32 = 32;
/** Of a group that may have more none are kept. */
const UNDO_RECORDS_MAX: u32 = 2097152;
const PATH_CREATED: u32 = 0;
const EXISTENCE: u32 = FLAG_EXISTS | FLAG_DELETED;

@unmanaged
class Undo {
  transaction: u32;
  elementKind: u32;
  row: u32;
  path: u32;
  kind: u32;
  writer: u32;
  value: u64;

  @inline static at(place: usize): Undo {
    return changetype<Undo>(place);
  }

  @inline get isOfExistence(): bool {
    return this.path == PATH_CREATED || this.path == PATH_DELETED;
  }

  @inline get element(): Element {
    return Element.at(this.elementKind, this.row);
  }

  name(transaction: u32, elementKind: u32, row: u32, path: u32): void {
    this.transaction = transaction;
    this.elementKind = elementKind;
    this.row = row;
    this.path = path;
  }

  /** What it holds and what stands in the graph change places. */
  swap(): void {
    const element = this.element;
    if (this.isOfExistence) this.swapFlags(element);
    if (this.path == PATH_CREATED) return;
    const cell = Cell.at(findCell(element.cells, this.path));
    const kind = cell.kind;
    const writer = cell.writer;
    const value = cell.value;
    if (this.path != PATH_DELETED) {
      cell.turn(this.kind);
      cell.value = this.value;
      this.kind = kind;
      this.value = value;
    }
    cell.writer = this.writer;
    this.writer = writer;
  }

  private swapFlags(element: Element): void {
    const flags = element.typeAndFlags & EXISTENCE;
    element.typeAndFlags = (element.typeAndFlags & ~EXISTENCE) | this.kind;
    this.kind = flags;
  }
}

if (offsetof<Undo>() != UNDO_BYTES) ERROR('a record of what is undone must be 32 bytes');

/** From now on records are kept, or none are. A group that is prepared has room for them too. */
export function keepUndo(isKept: bool): void {
  wantUndo(isKept);
  readyUndo();
}

/** Makes room for the records of a prepared group; where there is none, none are kept. May grow. */
export function readyUndo(): void {
  const group = Group.get();
  const records = max<u32>(group.changes, 1);
  group.keepsUndo =
    isUndoWanted() &&
    group.isPrepared == 1 &&
    records <= UNDO_RECORDS_MAX &&
    ensureRegion(REGION_UNDO, records * UNDO_BYTES);
}

/** Where the first record of the group goes; 0 where none are kept. */
export function beginUndo(): u32 {
  return Group.get().keepsUndo ? <u32>regionAddress(REGION_UNDO) : 0;
}

/** The records of the group end here. */
export function endUndo(place: u32): void {
  const group = Group.get();
  group.undoEnd = place;
  group.undoAt = place;
}

/** Whether what the last group replaced is known. */
export function hasUndo(): bool {
  return Group.get().undoEnd != 0;
}

/** Keeps the cell that a set or an increment is about to change; 0 where there is none. */
export function keepCell(
  place: u32,
  transaction: u32,
  elementKind: u32,
  row: u32,
  path: u32,
  cell: usize,
): void {
  const undo = Undo.at(place);
  undo.name(transaction, elementKind, row, path);
  undo.kind = cell == 0 ? 0 : Cell.at(cell).kind;
  undo.writer = cell == 0 ? 0 : Cell.at(cell).writer;
  undo.value = cell == 0 ? 0 : Cell.at(cell).value;
}

/** Keeps whether an element exists, before a create or a delete, and the greatest delete stamp. */
export function keepExistence(
  place: u32,
  transaction: u32,
  elementKind: u32,
  row: u32,
  isDelete: bool,
  deleted: u32,
): void {
  const undo = Undo.at(place);
  undo.name(transaction, elementKind, row, isDelete ? PATH_DELETED : PATH_CREATED);
  undo.kind = undo.element.typeAndFlags & EXISTENCE;
  undo.writer = deleted;
  undo.value = 0;
}

/** The transaction that is undone next; 0 where all of the group are. */
export function transactionToUndo(): u32 {
  const at: usize = Group.get().undoAt;
  return at == regionAddress(REGION_UNDO) || at == 0 ? 0 : Undo.at(at - UNDO_BYTES).transaction;
}

/** Undoes it: elements are as before it. */
export function undoTransaction(): void {
  const group = Group.get();
  const transaction = transactionToUndo();
  while (transaction != 0 && transactionToUndo() == transaction) {
    group.undoAt -= UNDO_BYTES;
    Undo.at(group.undoAt).swap();
  }
}

/** Does again all that was undone. */
export function redoAll(): void {
  const group = Group.get();
  for (; group.undoAt != group.undoEnd; group.undoAt += UNDO_BYTES) Undo.at(group.undoAt).swap();
}

/** Forgets the records, and frees what was replaced. */
export function dropUndo(): void {
  const group = Group.get();
  if (group.undoEnd == 0) return;
  redoAll();
  const end: usize = group.undoEnd;
  for (let at = regionAddress(REGION_UNDO); at < end; at += UNDO_BYTES) {
    const undo = Undo.at(at);
    if (!undo.isOfExistence && needsBlob(undo.kind)) freeBlob(<u32>undo.value);
  }
  endUndo(0);
}

/** Whether an element shows at the point to which all is undone. */
export function wasThere(kind: u32, row: u32): bool {
  if (!Element.at(kind, row).exists) return false;
  if (kind == ELEMENT_NODE) return true;
  const edge = Edge.at(row);
  return isNodeVisible(edge.from) && isNodeVisible(edge.to);
}

/** Address of the cell that shows at a path then, or 0. */
export function cellThen(kind: u32, row: u32, path: u32): usize {
  return wasThere(kind, row) ? visibleCell(Element.at(kind, row), path) : 0;
}
