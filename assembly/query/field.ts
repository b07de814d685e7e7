/** Reads a field of a row: the address of a cell, or 0 where the row has no value there. */

import {
  ELEMENT_EDGE,
  ELEMENT_NODE,
  FIELD_EDGE,
  FIELD_EDGE_TYPE,
  FIELD_FROM,
  FIELD_ID,
  FIELD_KEY,
  FIELD_NODE,
  FIELD_NODE_TYPE,
  FIELD_WORDS,
  ID_BYTES,
  SYMBOL_UNKNOWN,
  VALUE_MAP,
  VALUE_STRING,
} from '../abi.ts';
import { CELL_BYTES, Cell, pathWithKind } from '../graph/cells.ts';
import { Edge, Element, Node } from '../graph/elements.ts';
import { SymbolRow } from '../graph/symbols.ts';
import { visibleCell } from '../graph/visibility.ts';
import { keyAddress } from './read.ts';
import { scratchCell } from './run.ts';
import { isFieldSeen, isSighted } from './sight.ts';

/** The words of a field in a plan. */
@unmanaged
export class Field {
  kind: u32;
  path: u32;
  /** The path whose rule counts: it, or what is above it where nothing has used its name. */
  rulePath: u32;

  @inline static at(address: usize): Field {
    return changetype<Field>(address);
  }
}

/** What is no cell of the graph's is put into `scratch`. May grow. */
export function readField(field: Field, node: u32, edge: u32, scratch: usize): usize {
  if (node == 0) return 0;
  if (field.kind == FIELD_NODE) return propertyOf(ELEMENT_NODE, node, field);
  if (field.kind == FIELD_ID) return textOfId(node, scratch);
  if (field.kind == FIELD_KEY) return keyAddress(node);
  if (field.kind == FIELD_NODE_TYPE) return textOfSymbol(Node.at(node).type, scratch);
  if (edge == 0) return 0;
  if (field.kind == FIELD_EDGE) return propertyOf(ELEMENT_EDGE, edge, field);
  if (field.kind == FIELD_EDGE_TYPE) return textOfSymbol(Edge.at(edge).type, scratch);
  return textOfId(field.kind == FIELD_FROM ? Edge.at(edge).from : Edge.at(edge).to, scratch);
}

/** Whether a rule holds back what a row has at a field, be there a value or not. May grow. */
export function isHidden(field: Field, node: u32, edge: u32): bool {
  if (!isSighted() || node == 0) return false;
  if (field.kind == FIELD_NODE) return !isFieldSeen(ELEMENT_NODE, node, field.rulePath);
  if (field.kind != FIELD_EDGE || edge == 0) return false;
  return !isFieldSeen(ELEMENT_EDGE, edge, field.rulePath);
}

function propertyOf(kind: u32, row: u32, field: Field): usize {
  const path = field.path;
  if (path == SYMBOL_UNKNOWN || !isFieldSeen(kind, row, field.rulePath)) return 0;
  return visibleCell(Element.at(kind, row), path);
}

function textOfId(node: u32, scratch: usize): usize {
  const blob = scratch + CELL_BYTES;
  store<u32>(blob, ID_BYTES);
  v128.store(blob + 4, v128.load(changetype<usize>(Node.at(node))));
  return textCell(scratch, <u32>blob);
}

function textOfSymbol(symbol: u32, scratch: usize): usize {
  return textCell(scratch, SymbolRow.at(symbol).text);
}

function textCell(scratch: usize, blob: u32): usize {
  const cell = changetype<Cell>(scratch);
  cell.word = pathWithKind(0, VALUE_STRING);
  cell.value = blob;
  return scratch;
}

/** Whether any of the fields, `count` of them at an address, is held back by a rule. May grow. */
export function isAnyHidden(fields: usize, count: u32, node: u32, edge: u32): bool {
  for (let index: u32 = 0; index < count; index++) {
    if (isHidden(Field.at(fields + index * (FIELD_WORDS << 2)), node, edge)) return true;
  }
  return false;
}

/** Whether any of the fields, `count` of them at an address, has a value other than a map. */
export function isAnyThere(fields: usize, count: u32, node: u32, edge: u32): bool {
  for (let index: u32 = 0; index < count; index++) {
    const field = Field.at(fields + index * (FIELD_WORDS << 2));
    const cell = readField(field, node, edge, scratchCell(0));
    if (cell != 0 && changetype<Cell>(cell).kind != VALUE_MAP) return true;
  }
  return false;
}
