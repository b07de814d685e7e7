/**
 * Writes what a plan answers with: its members, for one row after another. It recurs as deep as
 * the plan nests, and each list has its rows on the stack until it is written.
 */

import {
  ELEMENT_EDGE,
  ELEMENT_NODE,
  FIELD_ID,
  FORMAT_TEXT,
  PAGE_FROM_END,
  PAGE_NEEDS_TOTAL,
  PLAN_ITEMS,
  PLAN_MISSING,
  PLAN_SEVERAL,
  PLAN_SPACE_FULL,
  PLAN_WORK,
  SHAPE_AGGREGATE,
  SHAPE_COUNT,
  SHAPE_CURSOR,
  SHAPE_END_CURSOR,
  SHAPE_GROUPS,
  SHAPE_HAS_NEXT,
  SHAPE_HAS_PREVIOUS,
  SHAPE_ITEMS,
  SHAPE_LENGTH,
  SHAPE_LIST,
  SHAPE_LITERAL,
  SHAPE_OBJECT,
  SHAPE_ONE,
  SHAPE_PAGE,
  SHAPE_PATH_EDGES,
  SHAPE_PATH_NODES,
  SHAPE_SHORTEST_PATH,
  SHAPE_START_CURSOR,
  SHAPE_TOTAL_COUNT,
  SHAPE_VALUE,
  SHAPE_VERSION,
  SHAPE_WEIGHT,
  SOURCE_AROUND,
  SOURCE_PATHS,
} from '../abi.ts';
import { SIGHT_OVER } from '../abi-access.ts';
import { Cell } from '../graph/cells.ts';
import { Node } from '../graph/elements.ts';
import { SIGHT_STATE } from '../memory/header.ts';
import { putCursor } from './cursor.ts';
import { Field, isAnyHidden, isAnyThere, isHidden, readField } from './field.ts';
import { beginFigures, putFigurePart } from './figures.ts';
import { addGroup, beginRows, gather, NO_LIMIT } from './gather.ts';
import { beginHidden, comeTo, enterList, enterMember, leave, tellHere } from './hidden.ts';
import { putBoolean, putByte, putId, putJson, putNull, writeJson } from './json.ts';
import { edgeOfWay, Gathered, ROWS_TOGETHER, RowPlace, RowsWords, touchRows } from './rows.ts';
import { beginRun, hasRoom, popFrame, push, Run, scratchCell, stackAt } from './run.ts';
import { findPath, PATH_NONE } from './search.ts';
import { isSighted } from './sight.ts';
import { endOfSlots, MEMBER_BYTES, Table, writeSlots } from './slots.ts';
import { offerRows } from './source.ts';
import { listSteps, Step } from './steps.ts';
import { isOfValues, MEMBERS_AT, putValueItems } from './value-items.ts';
import { putFloat, putInteger, putValue } from './value-json.ts';
import { putVersion } from './version.ts';

const COMMA: u8 = 0x2c;
const OPEN_OBJECT: u8 = 0x7b;
const CLOSE_OBJECT: u8 = 0x7d;
const OPEN_LIST: u8 = 0x5b;
const CLOSE_LIST: u8 = 0x5d;
/** Words of a plan: the cases of an item, as abi.ts draws them. */
const CASES_AT: usize = 4;
const CASE_BYTES: u32 = 16;
const VALUE_FORMAT: usize = 4;
const VALUE_REQUIRED: usize = 12;
const VALUE_FIELD: usize = 16;

/** Runs a plan and returns how it ended; its answer stands in the output region. May grow. */
export function answerPlan(members: usize, work: u32, items: u32, bytes: u32): u32 {
  if (!beginRun(work, items, bytes) || !beginHidden()) return PLAN_SPACE_FULL;
  putMembers(members);
  const run = Run.get();
  if (isSighted() && load<u32>(SIGHT_STATE) == SIGHT_OVER) run.fail(PLAN_WORK);
  return run.status;
}

/**
 * An object with these members. Values of the row's own properties, most of what is written, go
 * straight to the answer, whose room is made for all of them at once.
 */
function putMembers(members: usize): void {
  const run = Run.get();
  const room = load<u32>(members, 4);
  if (!hasRoom(room)) return;
  store<u8>(run.out, OPEN_OBJECT);
  run.out += 1;
  const end = members + MEMBERS_AT + load<u32>(members) * MEMBER_BYTES;
  let member = members + MEMBERS_AT;
  for (;;) {
    const next = endOfSlots(member, end);
    run.out = <u32>writeSlots(run.out, member, next, room);
    member = next;
    if (member == end || run.isOver) break;
    run.out = <u32>writeJson(run.out, load<u32>(member), load<u32>(member, 4));
    enterMember(load<u32>(member), load<u32>(member, 4));
    putShape(load<u32>(member, 8));
    leave();
    if (run.isOver || !hasRoom(room)) return;
    member += MEMBER_BYTES;
  }
  store<u8>(run.out, CLOSE_OBJECT);
  run.out += 1;
}

function putShape(shape: usize): void {
  switch (load<u32>(shape)) {
    case SHAPE_VALUE:
      putField(shape);
      break;
    case SHAPE_LITERAL:
      putJson(load<u32>(shape, 4), load<u32>(shape, 8));
      break;
    case SHAPE_OBJECT:
      putObject(shape);
      break;
    case SHAPE_LIST:
      putList(shape);
      break;
    case SHAPE_ONE:
      putOne(shape);
      break;
    case SHAPE_COUNT:
      putRowCount(shape);
      break;
    case SHAPE_PAGE:
      putPage(shape);
      break;
    case SHAPE_AGGREGATE:
      putAggregate(shape);
      break;
    case SHAPE_GROUPS:
      putGroups(shape);
      break;
    case SHAPE_SHORTEST_PATH:
      putShortestPath(shape);
      break;
    default:
      putPart(shape);
  }
}

/** What stands within a page, a group or a path alone. */
function putPart(shape: usize): void {
  const run = Run.get();
  const kind = load<u32>(shape);
  const page = Gathered.at(run.page);
  if (kind == SHAPE_ITEMS) putRows(page, load<u32>(shape, 4), 0);
  else if (kind == SHAPE_TOTAL_COUNT) putInteger(page.total);
  else if (kind == SHAPE_HAS_NEXT) putBoolean(page.hasNext);
  else if (kind == SHAPE_HAS_PREVIOUS) putBoolean(page.hasPrevious);
  else if (kind == SHAPE_CURSOR) putCursor(page, page.item);
  else if (kind == SHAPE_START_CURSOR || kind == SHAPE_END_CURSOR) {
    if (page.count == 0) putNull();
    else putCursor(page, kind == SHAPE_START_CURSOR ? 0 : page.count - 1);
  } else if (kind == SHAPE_LENGTH) putInteger(run.length);
  else if (kind == SHAPE_WEIGHT) putFloat(run.weight);
  else if (kind == SHAPE_VERSION) putVersion(shape);
  else if (kind == SHAPE_PATH_NODES || kind == SHAPE_PATH_EDGES) putPath(shape);
  else putFigurePart(shape);
}

function putField(shape: usize): void {
  const run = Run.get();
  const field = Field.at(shape + VALUE_FIELD);
  const isText = load<u32>(shape, VALUE_FORMAT) == FORMAT_TEXT;
  if (field.kind == FIELD_ID && isText && run.node != 0) {
    putId(changetype<usize>(Node.at(run.node)));
    return;
  }
  const cell = readField(field, run.node, run.edge, scratchCell(0));
  if (cell != 0) {
    putValue(changetype<Cell>(cell), shape);
    return;
  }
  if (isHidden(field, run.node, run.edge)) tellHere();
  if (load<u32>(shape, VALUE_REQUIRED) == 0) putNull();
  else run.fail(PLAN_MISSING);
}

function putObject(shape: usize): void {
  const run = Run.get();
  const count = load<u32>(shape, 8);
  if (count == 0 || isAnyThere(shape + 12, count, run.node, run.edge)) {
    putMembers(load<u32>(shape, 4));
    return;
  }
  if (isAnyHidden(shape + 12, count, run.node, run.edge)) tellHere();
  putNull();
}

function putList(shape: usize): void {
  const run = Run.get();
  const top = run.top;
  const words = RowsWords.at(load<u32>(shape, 4));
  const gathered = beginRows(words, <u64>words.skip + words.limit);
  if (words.limit != 0) gather(gathered);
  if (!run.isOver) putRows(gathered, load<u32>(shape, 8), words.skip);
  popFrame();
  run.top = top;
}

function putOne(shape: usize): void {
  const run = Run.get();
  const top = run.top;
  const words = RowsWords.at(load<u32>(shape, 4));
  const skip = words.skip;
  const gathered = beginRows(words, <u64>skip + min(words.limit, 2));
  gather(gathered);
  if (gathered.count > skip && gathered.count - skip > 1) run.fail(PLAN_SEVERAL);
  if (!run.isOver) {
    if (gathered.count <= skip) putNull();
    else putItems(gathered, load<u32>(shape, 8), skip, skip + 1, 0);
  }
  popFrame();
  run.top = top;
}

function putRowCount(shape: usize): void {
  const run = Run.get();
  const top = run.top;
  const gathered = beginRows(RowsWords.at(load<u32>(shape, 4)), 0);
  gathered.isCount = 1;
  gather(gathered);
  putInteger(gathered.total);
  popFrame();
  run.top = top;
}

function putPage(shape: usize): void {
  const run = Run.get();
  const top = run.top;
  const outer = run.page;
  const flags = load<u32>(shape, 16);
  const page = beginRows(RowsWords.at(load<u32>(shape, 4)), load<u32>(shape, 12));
  page.isReversed = (flags & PAGE_FROM_END) != 0 ? 1 : 0;
  page.needsTotal = (flags & PAGE_NEEDS_TOTAL) != 0 ? 1 : 0;
  page.after = load<u32>(shape, 20);
  page.before = load<u32>(shape, 24);
  page.scope = load<u32>(shape, 28);
  page.scopeBytes = load<u32>(shape, 32);
  gather(page);
  run.page = <u32>changetype<usize>(page);
  if (!run.isOver) putMembers(load<u32>(shape, 8));
  run.page = outer;
  popFrame();
  run.top = top;
}

function putAggregate(shape: usize): void {
  const run = Run.get();
  const top = run.top;
  const outer = run.figures;
  const gathered = beginFigured(shape, 0);
  gathered.hasFigures = 1;
  if (!run.isOver) offerRows(gathered);
  run.figures = <u32>changetype<usize>(gathered.figures);
  if (!run.isOver) putMembers(load<u32>(shape, 8));
  run.figures = outer;
  popFrame();
  run.top = top;
}

function putGroups(shape: usize): void {
  const run = Run.get();
  const top = run.top;
  const outer = run.figures;
  const gathered = beginFigured(shape, NO_LIMIT);
  if (!run.isOver) gather(gathered);
  run.figures = <u32>changetype<usize>(gathered.figures);
  putByte(OPEN_LIST);
  const parts = enterList();
  let place: u32 = 0;
  for (let index: u32 = 0; index < gathered.count && !run.isOver; place++) {
    if (index != 0) putByte(COMMA);
    index = addGroup(gathered, index);
    comeTo(parts, place);
    putGroup(load<u32>(shape, 8));
  }
  leave();
  putByte(CLOSE_LIST);
  run.figures = outer;
  popFrame();
  run.top = top;
}

/** A frame for the rows of an aggregate or of groups, and for figures over them. */
function beginFigured(shape: usize, most: u64): Gathered {
  const gathered = beginRows(RowsWords.at(load<u32>(shape, 4)), most);
  beginFigures(gathered.figures, shape + 20);
  return gathered;
}

function putGroup(members: usize): void {
  const run = Run.get();
  if (run.items == 0) run.fail(PLAN_ITEMS);
  else run.items -= 1;
  putMembers(members);
}

/** An array of the rows that were kept, from one on. */
function putRows(gathered: Gathered, item: usize, from: u32): void {
  const run = Run.get();
  const items: u32 = gathered.count > from ? gathered.count - from : 0;
  if (items > run.items) {
    run.fail(PLAN_ITEMS);
    return;
  }
  run.items -= items;
  putByte(OPEN_LIST);
  if (items != 0) {
    putItems(gathered, item, from, gathered.count, enterList());
    leave();
  }
  putByte(CLOSE_LIST);
}

/**
 * The rows from one to before another, each as an item; then the run is about its row again. Of a
 * list, `parts` lead to its places. A row without a node is null.
 */
function putItems(gathered: Gathered, item: usize, from: u32, to: u32, parts: u32): void {
  if (isOfValues(item)) {
    putValueItems(gathered, item, from, to, parts);
    return;
  }
  const run = Run.get();
  const node = run.node;
  const edge = run.edge;
  const step = run.step;
  const length = run.length;
  const words = RowsWords.at(gathered.words);
  const kind = words.sourceKind;
  const toFetch = gathered.areFetched == 0;
  for (let index = from; index < to && !run.isOver; index++) {
    if (index != from) putByte(COMMA);
    if (toFetch && (index - from) % ROWS_TOGETHER == 0) touchRows(gathered, index, to);
    const row = RowPlace.at(gathered, index);
    if (row.node == 0) {
      putNull();
      continue;
    }
    run.node = row.node;
    run.edge = edgeOfWay(words, row.way);
    run.step = kind == SOURCE_PATHS ? row.way : 0;
    if (kind == SOURCE_PATHS) run.length = Step.at(row.way).length;
    else if (kind == SOURCE_AROUND) run.length = row.way;
    gathered.item = index;
    if (parts != 0) comeTo(parts, index - from);
    putItem(item);
  }
  run.node = node;
  run.edge = edge;
  run.step = step;
  run.length = length;
}

function putItem(item: usize): void {
  const run = Run.get();
  const type = Node.at(run.node).type;
  const end = item + CASES_AT + load<u32>(item) * CASE_BYTES;
  for (let place = item + CASES_AT; place < end; place += CASE_BYTES) {
    const wanted = load<u32>(place);
    if (wanted != 0 && wanted != type) continue;
    putCase(place);
    return;
  }
  putByte(OPEN_OBJECT);
  putByte(CLOSE_OBJECT);
}

/** Finds the properties of the row that are written, and writes its members. */
function putCase(place: usize): void {
  const run = Run.get();
  const nodeTable: usize = load<u32>(place, 8);
  const edgeTable: usize = load<u32>(place, 12);
  if (nodeTable != 0) Table.at(nodeTable).fill(ELEMENT_NODE, run.node);
  if (edgeTable != 0) Table.at(edgeTable).fill(ELEMENT_EDGE, run.edge);
  putMembers(load<u32>(place, 4));
}

function putShortestPath(shape: usize): void {
  const run = Run.get();
  const top = run.top;
  const weight = run.weight;
  const last = findPath(shape + 8);
  if (last == PATH_NONE) putNull();
  else if (!run.isOver) {
    const node = run.node;
    const edge = run.edge;
    const step = run.step;
    const length = run.length;
    run.node = Step.at(last).node;
    run.edge = Step.at(last).edge;
    run.step = last;
    run.length = Step.at(last).length;
    putMembers(load<u32>(shape, 4));
    run.node = node;
    run.edge = edge;
    run.step = step;
    run.length = length;
  }
  run.weight = weight;
  run.top = top;
}

/** The nodes of a path, or its edges with the nodes that they lead to, each as an item. */
function putPath(shape: usize): void {
  const run = Run.get();
  const top = run.top;
  const last = run.step;
  const node = run.node;
  const edge = run.edge;
  const first: u32 = load<u32>(shape) == SHAPE_PATH_NODES ? 0 : 1;
  const items = Step.at(last).length + 1 - first;
  if (items > run.items) run.fail(PLAN_ITEMS);
  const steps = push((items + 1) << 2);
  if (!run.isOver) {
    run.items -= items;
    listSteps(last, steps + (items << 2), items);
  }
  const parts = enterList();
  putByte(OPEN_LIST);
  for (let index: u32 = 0; index < items && !run.isOver; index++) {
    if (index != 0) putByte(COMMA);
    comeTo(parts, index);
    const step = Step.at(load<u32>(stackAt(steps + (index << 2))));
    run.node = step.node;
    run.edge = step.edge;
    putItem(load<u32>(shape, 4));
  }
  putByte(CLOSE_LIST);
  leave();
  run.node = node;
  run.edge = edge;
  run.top = top;
}
