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
 * Of a set of values it holds a copy of what the cell showed, since the list belongs to the set.
 * The copies stand at the end of the region: where they and their records find no room, no record
 * of the group is kept.
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
import { blobLength, freeBlob } from '../memory/blobs.ts';
import { COLLECTIONS } from '../memory/header.ts';
import { ensureRegion, REGION_UNDO, regionAddress, regionBytes } from '../memory/region.ts';
import { Group, isUndoWanted, wantUndo } from './group.ts';

export const UNDO_BYTES: u32 = 32;
/** Of a group that may have more none are kept. */
const UNDO_RECORDS_MAX: u32 = 2097152;
/** For what sets of values showed, and its records. */
const UNDO_IMAGES_BYTES: u32 = 4194304;
const LENGTH_BYTES: u32 = 4;
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
    ensureRegion(REGION_UNDO, records * UNDO_BYTES + imagesRoom(group));
}

/** Where the first record of the group goes; 0 where none are kept. */
export function beginUndo(): u32 {
  const group = Group.get();
  group.undoImages = <u32>regionAddress(REGION_UNDO) + regionBytes(REGION_UNDO);
  group.undoRoom = imagesRoom(group);
  return group.keepsUndo ? <u32>regionAddress(REGION_UNDO) : 0;
}

/** Only where there are sets of values, or will be. */
function imagesRoom(group: Group): u32 {
  return group.adds != 0 || load<u32>(COLLECTIONS) != 0 ? UNDO_IMAGES_BYTES : 0;
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

/**
 * Keeps what the cell of a set of values shows, 0 where there is none; answers where the next
 * record goes. Without room it forgets all records, and answers 0.
 */
export function keepShown(
  place: u32,
  transaction: u32,
  elementKind: u32,
  row: u32,
  path: u32,
  cell: usize,
): u32 {
  const group = Group.get();
  const isBlob = cell != 0 && Cell.at(cell).isBlob;
  const length = isBlob ? LENGTH_BYTES + blobLength(<u32>Cell.at(cell).value) : 0;
  // So that the next length word is aligned.
  const bytes = (length + 15) & ~15;
  if (bytes > group.undoRoom || bytes + UNDO_BYTES > group.undoRoom) {
    freeReplaced(place);
    return 0;
  }
  group.undoRoom -= bytes + UNDO_BYTES;
  keepCell(place, transaction, elementKind, row, path, cell);
  if (isBlob) {
    group.undoImages -= bytes;
    memory.copy(group.undoImages, <usize>Cell.at(cell).value, length);
    Undo.at(place).value = group.undoImages;
  }
  return place + UNDO_BYTES;
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
  freeReplaced(group.undoEnd);
  endUndo(0);
}

/** Frees the blobs that the records up to a place own: a copy of what a set showed is none. */
function freeReplaced(end: u32): void {
  const images: u64 = Group.get().undoImages;
  const imagesEnd = <u64>regionAddress(REGION_UNDO) + regionBytes(REGION_UNDO);
  for (let at = regionAddress(REGION_UNDO); at < <usize>end; at += UNDO_BYTES) {
    const undo = Undo.at(at);
    if (undo.isOfExistence || !needsBlob(undo.kind)) continue;
    if (undo.value < images || undo.value >= imagesEnd) freeBlob(<u32>undo.value);
  }
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
