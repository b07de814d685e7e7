/** The words of lookups: their keys, and a source that has a row for each. */

import * as abi from '../../assembly/abi.ts';
import { LOOKUP_BY_ID, LOOKUP_BY_INDEX, LOOKUP_BY_KEY } from '../../assembly/abi-lookups.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { KeyWords } from './lookup-words.ts';
import { ElementKind, type LookupKey, type Shape } from './plan.ts';
import { putField } from './plan-conditions.ts';
import { GIVEN_MAX, writeGivenRows, writeIndex } from './plan-rows.ts';
import type { PlanWords } from './plan-words.ts';

const KEY_WORDS = 7;
const SOURCE_WORDS = 3;

/** Returns the offset of a list. Throws INVALID_INPUT for keys that nothing can be found by. */
export function writeLookups(
  words: PlanWords,
  { keys, lookups }: Extract<Shape, { kind: 'lookups' }>,
): number {
  const written = keys.map(({ fields }): KeyWords => {
    const at = words.reserve(KEY_WORDS + fields.length * abi.FIELD_WORDS);
    return { at, fieldCount: fields.length };
  });
  for (const [place, key] of keys.entries()) {
    checkOtherwise(keys, place);
    putKey(words, written[place]?.at ?? 0, key);
    const otherwise = key.otherwise === undefined ? 0 : written[key.otherwise]?.at;
    words.link(written[place]?.at ?? 0, 4, otherwise ?? 0);
  }
  const source = words.reserve(SOURCE_WORDS);
  words.set(source, 0, abi.SOURCE_LOOKUPS);
  words.lookups(source + 4, written, lookups);
  return writeGivenRows(words, source);
}

function putKey(words: PlanWords, at: number, key: LookupKey): void {
  const { type, fields, index = [], isRequired = false } = key;
  const way = wayOf(fields[0]);
  const isByIndex = way === LOOKUP_BY_INDEX;
  words.set(at, 0, way);
  words.set(at, 1, words.symbol(abi.SYMBOL_NODE_TYPE, type));
  words.link(at, 2, isByIndex ? writeIndex(words, type, index) : 0);
  words.set(at, 3, isByIndex ? foundByIndex(fields, index) : 1);
  words.set(at, 5, fields.length);
  words.set(at, 6, isRequired ? 1 : 0);
  for (const [place, field] of fields.entries()) {
    putField(words, at, KEY_WORDS + place * abi.FIELD_WORDS, field);
  }
}

function wayOf(first: LookupKey['fields'][number] | undefined): number {
  if (first?.kind === 'id') return LOOKUP_BY_ID;
  return first?.kind === 'key' ? LOOKUP_BY_KEY : LOOKUP_BY_INDEX;
}

/** How many of the first fields are what an index begins with. */
function foundByIndex(fields: LookupKey['fields'], index: readonly string[]): number {
  const isOther = (field: LookupKey['fields'][number], place: number) =>
    field.kind !== 'property' || field.of !== ElementKind.NODE || field.path !== index[place];
  const first = fields.findIndex(isOther);
  const found = Math.min(first === -1 ? fields.length : first, GIVEN_MAX);
  if (found > 0) return found;
  throw invalidKey('an id, a natural key, or an index that begins with its first field', 'neither');
}

/** Keys that are tried one after the other take the same values, and none comes again. */
function checkOtherwise(keys: readonly LookupKey[], place: number): void {
  const count = keys[place]?.fields.length;
  let next = keys[place]?.otherwise;
  for (let tried = 1; next !== undefined; tried++) {
    const key = keys[next];
    if (key === undefined)
      throw invalidKey(`one of ${keys.length} to be tried otherwise`, `${next}`);
    if (tried === keys.length) throw invalidKey('others to be tried otherwise', 'itself');
    if (key.fields.length !== count) {
      throw invalidKey(`one of ${count} fields to be tried otherwise`, `${key.fields.length}`);
    }
    next = key.otherwise;
  }
}

function invalidKey(expected: string, actual: string): DatabaseError {
  const message = `a key of lookups expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.INVALID_INPUT, message);
}
