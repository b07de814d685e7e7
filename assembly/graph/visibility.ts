/**
 * What a reader may see of the merged state: existence of nodes and edges, and which cells are
 * displaced by a delete or by a newer write above or below their path (schema/merge.md).
 */

import { ELEMENT_NODE, VALUE_COUNTER, VALUE_NULL } from '../abi.ts';
import { Cell, findCell, nextCell } from './cells.ts';
import { Edge, Element, FLAG_DELETED, FLAG_EXISTS, FLAG_SHOWN, Node } from './elements.ts';
import { isAbove, PATH_COLLECTION, PATH_DELETED, PATH_NESTED, SymbolRow } from './symbols.ts';
import { isLater } from './writers.ts';

export function isNodeVisible(node: u32): bool {
  return (Node.at(node).typeAndFlags & FLAG_EXISTS) != 0;
}

export function isEdgeVisible(edge: u32): bool {
  return (Edge.at(edge).typeAndFlags & FLAG_SHOWN) != 0;
}

export function isVisible(kind: u32, row: u32): bool {
  return kind == ELEMENT_NODE ? isNodeVisible(row) : isEdgeVisible(row);
}

/** The greatest delete stamp of an element, or 0. */
export function deletedBy(element: Element): u32 {
  if ((element.typeAndFlags & FLAG_DELETED) == 0) return 0;
  return Cell.at(findCell(element.cells, PATH_DELETED)).writer;
}

/** The visible cell of a visible element at a path, or 0. */
export function visibleCell(element: Element, path: u32): usize {
  const cell = findCell(element.cells, path);
  return cell != 0 && isShown(element, Cell.at(cell)) ? cell : 0;
}

/** Most elements were never deleted, and most paths have none above or below them. */
function isShown(element: Element, cell: Cell): bool {
  const isPlain =
    (element.typeAndFlags & FLAG_DELETED) == 0 &&
    (SymbolRow.at(cell.path).flags & PATH_NESTED) == 0;
  return isPlain ? cell.kind != VALUE_NULL : isCellVisible(element, cell);
}

/** Whether a cell of an existing element shows: not null, not deleted, not displaced. */
export function isCellVisible(element: Element, cell: Cell): bool {
  if (cell.kind == VALUE_NULL) return false;
  const deleted = deletedBy(element);
  if (deleted != 0 && (cell.kind == VALUE_COUNTER || isLater(deleted, cell.writer))) return false;
  if ((SymbolRow.at(cell.path).flags & PATH_NESTED) == 0) return true;
  return !isDisplaced(element.cells, cell);
}

/** The latest of the delete and of the writes above and below a path: it hides what is older. */
export function hiderOf(element: Element, path: u32): u32 {
  let latest = deletedBy(element);
  if ((SymbolRow.at(path).flags & PATH_NESTED) == 0) return latest;
  for (let at: usize = element.cells; at != 0; at = nextCell(at)) {
    const other = Cell.at(at);
    if (!isRelated(other.path, path)) continue;
    if (latest == 0 || isLater(other.writer, latest)) latest = other.writer;
  }
  return latest;
}

/** Whether a cell above or below in the same element has a greater stamp. */
function isDisplaced(first: u32, cell: Cell): bool {
  for (let at: usize = first; at != 0; at = nextCell(at)) {
    const other = Cell.at(at);
    if (isRelated(other.path, cell.path) && isLater(other.writer, cell.writer)) return true;
  }
  return false;
}

/** Whether one of two paths of cells is above the other. */
export function isRelated(path: u32, other: u32): bool {
  if ((path | other) >= PATH_COLLECTION) return false;
  return isAbove(path, other) || isAbove(other, path);
}
