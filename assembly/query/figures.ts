/**
 * Figures over the values of fields: how many, the least, the greatest, sums and averages. A tally
 * for each field stands on the stack of the run.
 */

import {
  FIELD_WORDS,
  FIGURE_AVERAGE,
  FIGURE_LONGEST,
  FIGURE_MAX,
  FIGURE_MIN,
  FIGURE_SHORTEST,
  FIGURE_SUM,
  FIGURES_LENGTHS,
  FIGURES_NODES,
  PLAN_SPACE_FULL,
  PLAN_UNREPRESENTABLE,
  SHAPE_COUNT_NODES,
  SHAPE_COUNT_OF,
  SHAPE_FIGURE,
  SHAPE_GROUP_VALUE,
  VALUE_FLOAT64,
  VALUE_INT64,
} from '../abi.ts';
import { Cell, pathWithKind } from '../graph/cells.ts';
import { readKind } from '../graph/values.ts';
import { compareValues } from './compare.ts';
import { Field, readField } from './field.ts';
import { putNull } from './json.ts';
import { beginMarks, isMarked, setMark } from './marks.ts';
import { push, Run, scratchCell, stackAt } from './run.ts';
import { addFloat, addInteger, isInt64, roundSum, SUM_BYTES } from './sum.ts';
import { codePoints, isText } from './texts.ts';
import { isFiniteFloat, putInteger, putValue } from './value-json.ts';

/** Of a shape, behind the form of its values: which figure of which field. */
const FIGURE_KIND: usize = 12;
const FIGURE_FIELD: usize = 16;
/** Units of work that a value counts which goes into figures. */
const VALUE_UNITS: u32 = 2;
const HAS_NAN: u32 = 1;
const HAS_INFINITY: u32 = 2;
const HAS_MINUS_INFINITY: u32 = 4;

/**
 * Of one field: the rows of its least and its greatest value, of its shortest and its longest text,
 * and its sum behind the tally.
 */
@unmanaged
class Tally {
  count: u32;
  integers: u32;
  floats: u32;
  specials: u32;
  leastNode: u32;
  leastEdge: u32;
  greatestNode: u32;
  greatestEdge: u32;
  texts: u32;
  shortest: u32;
  shortestNode: u32;
  shortestEdge: u32;
  longest: u32;
  longestNode: u32;
  longestEdge: u32;
  unused: u32;

  @inline get sum(): usize {
    return changetype<usize>(this) + offsetof<Tally>();
  }
}

const TALLY_BYTES: u32 = offsetof<Tally>() + SUM_BYTES;

/** Stands in the frame of a list, behind what is gathered. */
@unmanaged
export class Figures {
  /** The fields in the plan, and how many. */
  fields: u32;
  fieldCount: u32;
  /** Offset of the tallies. */
  tallies: u32;
  rows: u32;
  /** The first row: the values of a group are its own. */
  node: u32;
  edge: u32;
  /** How many different nodes there are, and by which marks they are known: 0 if nobody asks. */
  nodes: u32;
  epoch: u32;

  @inline static at(address: usize): Figures {
    return changetype<Figures>(address);
  }

  /** What is found out beside the values, FIGURES_... */
  @inline get asks(): u32 {
    return load<u32>(this.fields - 8);
  }

  @inline field(index: u32): Field {
    return Field.at(this.fields + index * (FIELD_WORDS << 2));
  }

  @inline tally(index: u32): Tally {
    return changetype<Tally>(stackAt(this.tallies) + index * TALLY_BYTES);
  }
}

/** Takes room for tallies of the fields that stand there in the plan. May grow. */
export function beginFigures(figures: Figures, fields: usize): void {
  figures.fields = <u32>fields;
  figures.fieldCount = load<u32>(fields - 4);
  // Behind the tallies, room to round a sum in.
  figures.tallies = push(figures.fieldCount * TALLY_BYTES + SUM_BYTES);
  if (!Run.get().isOver) clearFigures(figures);
}

/** May grow. */
export function clearFigures(figures: Figures): void {
  figures.rows = 0;
  figures.nodes = 0;
  if ((figures.asks & FIGURES_NODES) != 0) {
    figures.epoch = beginMarks();
    if (figures.epoch == 0) Run.get().fail(PLAN_SPACE_FULL);
  }
  memory.fill(stackAt(figures.tallies), 0, figures.fieldCount * TALLY_BYTES);
}

export function addRow(figures: Figures, node: u32, edge: u32): void {
  if (figures.rows == 0) {
    figures.node = node;
    figures.edge = edge;
  }
  figures.rows += 1;
  if (figures.epoch != 0 && !isMarked(figures.epoch, node)) {
    setMark(figures.epoch, node, 0);
    figures.nodes += 1;
  }
  for (let index: u32 = 0; index < figures.fieldCount; index++) {
    const field = figures.field(index);
    const cell = readField(field, node, edge, scratchCell(0));
    if (cell == 0) continue;
    if (!Run.get().spend(VALUE_UNITS)) return;
    const tally = figures.tally(index);
    addValue(tally, field, changetype<Cell>(cell), node, edge);
    if ((figures.asks & FIGURES_LENGTHS) != 0 && isText(cell)) {
      addText(tally, field, cell, node, edge);
    }
  }
}

/** Of texts that are as long, the least counts. */
function addText(tally: Tally, field: Field, text: usize, node: u32, edge: u32): void {
  const length = codePoints(text);
  tally.texts += 1;
  const isFirst = tally.texts == 1;
  let isShortest = isFirst || length < tally.shortest;
  if (!isShortest && length == tally.shortest) {
    isShortest = compareTo(text, field, tally.shortestNode, tally.shortestEdge) < 0;
  }
  if (isShortest) {
    tally.shortest = length;
    tally.shortestNode = node;
    tally.shortestEdge = edge;
  }
  let isLongest = isFirst || length > tally.longest;
  if (!isLongest && length == tally.longest) {
    isLongest = compareTo(text, field, tally.longestNode, tally.longestEdge) < 0;
  }
  if (!isLongest) return;
  tally.longest = length;
  tally.longestNode = node;
  tally.longestEdge = edge;
}

/** What stands within an aggregate or a group alone. May grow. */
export function putFigurePart(shape: usize): void {
  const kind = load<u32>(shape);
  const figures = Figures.at(Run.get().figures);
  if (kind == SHAPE_COUNT_OF) putCount(figures, load<u32>(shape, 4));
  else if (kind == SHAPE_COUNT_NODES) putNodeCount(figures);
  else if (kind == SHAPE_FIGURE) putFigure(figures, shape);
  else if (kind == SHAPE_GROUP_VALUE) putGroupValue(figures, shape);
}

/** Writes how many values a field has, counted from 1; 0 asks for the rows. */
function putCount(figures: Figures, fieldNumber: u32): void {
  putInteger(fieldNumber == 0 ? figures.rows : figures.tally(fieldNumber - 1).count);
}

function putNodeCount(figures: Figures): void {
  putInteger(figures.nodes);
}

/** Of the group that is written. */
function putGroupValue(figures: Figures, shape: usize): void {
  const cell = readField(Field.at(shape + 12), figures.node, figures.edge, scratchCell(0));
  if (cell == 0) putNull();
  else putValue(changetype<Cell>(cell), shape);
}

/** The shape says which figure, how it is written, and of which field. */
function putFigure(figures: Figures, shape: usize): void {
  const figure = load<u32>(shape, FIGURE_KIND);
  const fieldNumber = load<u32>(shape, FIGURE_FIELD);
  const tally = figures.tally(fieldNumber - 1);
  if (figure == FIGURE_SUM || figure == FIGURE_AVERAGE) {
    putSum(figures, tally, figure == FIGURE_AVERAGE, shape);
    return;
  }
  const isOfLength = figure == FIGURE_SHORTEST || figure == FIGURE_LONGEST;
  const field = figures.field(fieldNumber - 1);
  if ((isOfLength ? tally.texts : tally.count) == 0) putNull();
  else if (figure == FIGURE_MIN) putValueOf(field, tally.leastNode, tally.leastEdge, shape);
  else if (figure == FIGURE_MAX) putValueOf(field, tally.greatestNode, tally.greatestEdge, shape);
  else if (figure == FIGURE_SHORTEST) {
    putValueOf(field, tally.shortestNode, tally.shortestEdge, shape);
  } else putValueOf(field, tally.longestNode, tally.longestEdge, shape);
}

function putValueOf(field: Field, node: u32, edge: u32, shape: usize): void {
  const cell = readField(field, node, edge, scratchCell(0));
  putValue(changetype<Cell>(cell), shape);
}

function addValue(tally: Tally, field: Field, cell: Cell, node: u32, edge: u32): void {
  tally.count += 1;
  const value = changetype<usize>(cell);
  if (tally.count == 1 || compareTo(value, field, tally.leastNode, tally.leastEdge) < 0) {
    tally.leastNode = node;
    tally.leastEdge = edge;
  }
  if (tally.count == 1 || compareTo(value, field, tally.greatestNode, tally.greatestEdge) > 0) {
    tally.greatestNode = node;
    tally.greatestEdge = edge;
  }
  const kind = readKind(cell);
  if (kind == VALUE_INT64) {
    tally.integers += 1;
    addInteger(tally.sum, <i64>cell.value);
  } else if (kind == VALUE_FLOAT64) {
    tally.floats += 1;
    if (isFiniteFloat(cell.value)) addFloat(tally.sum, cell.value);
    else tally.specials |= specialOf(cell.value);
  }
}

/** How a value stands to that of a row. */
function compareTo(value: usize, field: Field, node: u32, edge: u32): i32 {
  return compareValues(value, readField(field, node, edge, scratchCell(1)));
}

function specialOf(bits: u64): u32 {
  if (bits << 12 != 0) return HAS_NAN;
  return bits >>> 63 != 0 ? HAS_MINUS_INFINITY : HAS_INFINITY;
}

function putSum(figures: Figures, tally: Tally, isAverage: bool, shape: usize): void {
  const numbers = tally.integers + tally.floats;
  if (numbers == 0) {
    putNull();
    return;
  }
  const cell = changetype<Cell>(scratchCell(0));
  if (tally.floats == 0 && !isAverage) {
    if (!isInt64(tally.sum)) {
      Run.get().fail(PLAN_UNREPRESENTABLE);
      return;
    }
    cell.word = pathWithKind(0, VALUE_INT64);
    cell.value = load<u64>(tally.sum);
  } else {
    const sum = roundedSum(figures, tally);
    cell.word = pathWithKind(0, VALUE_FLOAT64);
    cell.value = reinterpret<u64>(isAverage ? sum / <f64>numbers : sum);
  }
  putValue(cell, shape);
}

/** The sum is kept, since a member may ask for it again. */
function roundedSum(figures: Figures, tally: Tally): f64 {
  const specials = tally.specials;
  if ((specials & HAS_NAN) != 0) return NaN;
  if (specials == (HAS_INFINITY | HAS_MINUS_INFINITY)) return NaN;
  if (specials != 0) return specials == HAS_INFINITY ? Infinity : -Infinity;
  const copy = changetype<usize>(figures.tally(figures.fieldCount));
  memory.copy(copy, tally.sum, SUM_BYTES);
  return roundSum(copy);
}
