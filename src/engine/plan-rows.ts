/** The words of lists: their sources, conditions and orders. */

import * as abi from '../../assembly/abi.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  type Bound,
  ElementKind,
  type Lengths,
  type NodeSource,
  type Operand,
  type Place,
  type Rows,
  type Source,
} from './plan.ts';
import { putField, putWalk, WALK_WORDS, writeCondition } from './plan-conditions.ts';
import type { PlanWords } from './plan-words.ts';

const NO_LIMIT = 0xffff_ffff;
const IDS_WORDS = 3;
const VALUES_WORDS = 4;
const RANGE_WORDS = 14;
/** Values that a range may give for its first paths. */
export const GIVEN_MAX = 3;
const ROWS_WORDS = 6;
const KEY_WORDS = abi.FIELD_WORDS + 1;
const PLACE_WORDS = abi.ID_BYTES / 4 + 2;

/** Returns the offset of its words; a list that is read from its end has a source turned round. */
export function writeRows(words: PlanWords, rows: Rows, isFromEnd = false): number {
  const { where, order = [], skip = 0, limit = NO_LIMIT } = rows;
  const at = words.reserve(ROWS_WORDS + order.length * KEY_WORDS);
  words.link(at, 0, writeSource(words, rows, isFromEnd));
  words.link(at, 1, where === undefined ? 0 : writeCondition(words, where));
  words.set(at, 2, skip);
  words.set(at, 3, limit);
  words.set(at, 4, rows.keepsOrder === true && rows.source.kind === 'ids' ? 1 : 0);
  words.set(at, 5, order.length);
  for (const [index, { field, isDescending }] of order.entries()) {
    const key = ROWS_WORDS + index * KEY_WORDS;
    putField(words, at, key, field);
    words.set(at, key + abi.FIELD_WORDS, isDescending === true ? 1 : 0);
  }
  return at;
}

/** The same of all rows of a source that stands at an offset, as it gives them. */
export function writeGivenRows(words: PlanWords, source: number): number {
  const at = words.reserve(ROWS_WORDS);
  words.link(at, 0, source);
  words.set(at, 3, NO_LIMIT);
  words.set(at, 4, 1);
  return at;
}

/** A source of all nodes of an index. */
export function writeIndex(words: PlanWords, type: string, paths: readonly string[]): number {
  return writeRange(words, { kind: 'range', type, paths }, false);
}

/** Where a page begins or ends. */
export function writePlace(words: PlanWords, { id, edgeKey = 0, values }: Place): number {
  const at = words.reserve(PLACE_WORDS + values.length * abi.VALUE_WORDS);
  words.id(at, id);
  words.set(at, abi.ID_BYTES / 4, edgeKey);
  for (const [index, value] of values.entries()) {
    words.putValue(at + (PLACE_WORDS + index * abi.VALUE_WORDS) * 4, value);
  }
  return at;
}

function writeSource(words: PlanWords, rows: Rows, isFromEnd: boolean): number {
  const { source } = rows;
  switch (source.kind) {
    case 'edges':
    case 'around':
    case 'paths':
      return writeWalk(words, source);
    case 'several':
      return writeSeveral(words, source.sources);
    default:
      return writeNodes(words, source, goesDown(rows, isFromEnd));
  }
}

function writeSeveral(words: PlanWords, sources: readonly NodeSource[]): number {
  const at = words.reserve(2 + sources.length);
  words.set(at, 0, abi.SOURCE_SEVERAL);
  words.set(at, 1, sources.length);
  for (const [index, source] of sources.entries()) {
    words.link(at, 2 + index, writeNodes(words, source, false));
  }
  return at;
}

/** `isDown` is of a range: from its greatest value on. */
function writeNodes(words: PlanWords, source: NodeSource, isDown: boolean): number {
  switch (source.kind) {
    case 'ids':
      return writeIds(words, source);
    case 'type': {
      const at = words.reserve(2);
      words.set(at, 0, abi.SOURCE_TYPE);
      words.set(at, 1, words.symbol(abi.SYMBOL_NODE_TYPE, source.type));
      return at;
    }
    case 'values':
      return writeValues(words, source);
    case 'range':
      return writeRange(words, source, isDown);
  }
}

function writeIds(words: PlanWords, { ids, type }: Extract<Source, { kind: 'ids' }>): number {
  const wanted = new Set(ids);
  const at = words.reserve(IDS_WORDS + wanted.size * (abi.ID_BYTES / 4));
  let count = 0;
  for (const id of wanted) {
    if (words.id(at + IDS_WORDS * 4 + count * abi.ID_BYTES, id)) count += 1;
  }
  words.set(at, 0, abi.SOURCE_IDS);
  words.set(at, 1, type === undefined ? 0 : words.symbol(abi.SYMBOL_NODE_TYPE, type));
  words.set(at, 2, count);
  return at;
}

function writeValues(
  words: PlanWords,
  { type, path, values }: Extract<Source, { kind: 'values' }>,
): number {
  const symbols = indexSymbols(words, type, path);
  if (symbols === undefined) return writeIds(words, NO_IDS);
  // Of equal values one finds all.
  const forms = values.filter((value) => value !== null);
  const at = words.reserve(VALUES_WORDS + forms.length);
  words.set(at, 0, abi.SOURCE_VALUES);
  words.set(at, 1, symbols.type);
  words.set(at, 2, symbols.path);
  words.set(at, 3, forms.length);
  for (const [index, value] of forms.entries()) {
    words.link(at, VALUES_WORDS + index, words.value(value));
  }
  return at;
}

function writeRange(
  words: PlanWords,
  { type, paths, given = [], lower, upper }: Extract<Source, { kind: 'range' }>,
  isDown: boolean,
): number {
  const typeSymbol = words.find(abi.SYMBOL_NODE_TYPE, type);
  const pathSymbols = paths.map((path) => words.find(abi.SYMBOL_PATH, path));
  const isUsed = typeSymbol !== 0 && !pathSymbols.includes(0);
  // Null is greater than every value: nothing lies behind it.
  if (!isUsed || lower?.value === null) return writeIds(words, NO_IDS);
  checkRange(paths, given, lower ?? upper);
  const at = words.reserve(RANGE_WORDS);
  words.set(at, 0, abi.SOURCE_RANGE);
  words.set(at, 1, typeSymbol);
  words.set(at, 2, paths.length);
  for (const [index, symbol] of pathSymbols.entries()) words.set(at, 3 + index, symbol);
  const flags = boundFlags(lower, abi.ORDER_LOWER, abi.ORDER_LOWER_EXCLUDED);
  const upperFlags = boundFlags(upper, abi.ORDER_UPPER, abi.ORDER_UPPER_EXCLUDED);
  words.set(at, 7, (isDown ? abi.ORDER_DESCENDING : 0) + flags + upperFlags);
  words.set(at, 8, given.length);
  for (const [index, value] of given.entries()) words.link(at, 9 + index, words.value(value));
  words.link(at, 12, lower === undefined ? 0 : words.value(lower.value));
  words.link(at, 13, upper === undefined ? 0 : words.value(upper.value));
  return at;
}

/** Up to a missing value is no more than up to the last that is there. */
function boundFlags(bound: Bound | undefined, flag: number, excluded: number): number {
  if (bound === undefined) return 0;
  return bound.isExcluded === true || bound.value === null ? flag + excluded : flag;
}

function checkRange(
  paths: readonly string[],
  given: readonly Operand[],
  bound: Bound | undefined,
): void {
  const most = bound === undefined ? paths.length : paths.length - 1;
  if (paths.length <= abi.INDEX_PATHS_MAX && given.length <= Math.min(most, GIVEN_MAX)) return;
  throw new DatabaseError(
    ErrorCode.INVALID_INPUT,
    `a range of ${paths.length} paths expected at most ${most} values, got ${given.length}`,
  );
}

function writeWalk(
  words: PlanWords,
  source: Extract<Source, { kind: 'edges' | 'around' | 'paths' }>,
): number {
  const at = words.reserve(1 + WALK_WORDS + 2);
  words.set(at, 0, WALK_SOURCES[source.kind]);
  putWalk(words, at, 1, source);
  if (source.kind === 'edges') return at;
  checkLengths(source);
  words.set(at, 1 + WALK_WORDS, source.least);
  words.set(at, 2 + WALK_WORDS, source.most);
  return at;
}

function checkLengths({ least, most }: Lengths): void {
  if (least >= 1 && most <= abi.PLAN_LENGTH_MAX) return;
  throw new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `lengths of a plan expected 1 to ${abi.PLAN_LENGTH_MAX}, got ${least} to ${most}`,
    { facts: { limit: 'PLAN_LENGTH_MAX', max: abi.PLAN_LENGTH_MAX } },
  );
}

const WALK_SOURCES = {
  edges: abi.SOURCE_EDGES,
  around: abi.SOURCE_AROUND,
  paths: abi.SOURCE_PATHS,
} as const;

const NO_IDS = { kind: 'ids', ids: [] } as const;

/** Undefined where nothing has used the names: then no node has a value there. */
function indexSymbols(words: PlanWords, type: string, path: string) {
  const symbols = {
    type: words.find(abi.SYMBOL_NODE_TYPE, type),
    path: words.find(abi.SYMBOL_PATH, path),
  };
  return symbols.type === 0 || symbols.path === 0 ? undefined : symbols;
}

/** Whether rows come from the greatest value on, where the range is in the order of the list. */
function goesDown({ source, order }: Rows, isFromEnd: boolean): boolean {
  const first = order?.[0];
  if (source.kind !== 'range' || first?.field.kind !== 'property') return false;
  const next = source.paths[source.given?.length ?? 0];
  if (first.field.of !== ElementKind.NODE || first.field.path !== next) return false;
  return (first.isDescending === true) !== isFromEnd;
}
