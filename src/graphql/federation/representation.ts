/**
 * How other subgraphs name a node: `{ "__typename": "Airport", "code": "JFK" }`, by the fields of
 * one of its keys. Who may ask may name anything, so that all of it is checked.
 */

import type { DatabaseError } from '../../base/errors.ts';
import { Scalar, type ScalarField } from '../../definition/definition.ts';
import type { Entity } from '../../definition/federation/federation.ts';
import { typeNameOf } from '../../definition/fields.ts';
import type { Value } from '../../delta/value.ts';
import { type InputMap, isInputMap } from '../builder.ts';
import { invalidInput } from '../errors.ts';
import { parseOrdered, storedValue } from '../scalars.ts';

/** What of a caller's text an error repeats, and of the names of keys. */
const SHOWN_LENGTH_MAX = 64;
const KEYS_LENGTH_MAX = 256;

export interface Representation extends InputMap {
  readonly __typename: string;
}

/** A value of a key: where it stands in a representation, and what it is a value of. */
export interface KeyField {
  readonly path: string;
  /** What the path is made of. */
  readonly names: readonly string[];
  /** Undefined for the built-in id. */
  readonly field: ScalarField | undefined;
}

/** What an error may say of a definition. */
export interface Telling {
  /** Whether it names the keys of a type, to whoever may read the schema. */
  readonly tellsKeys: boolean;
}

/** Throws INVALID_INPUT. */
export function expectRepresentation(given: unknown): asserts given is Representation {
  const isNamed = isInputMap(given) && Object.hasOwn(given, '__typename');
  if (isNamed && typeof given.__typename === 'string') return;
  throw invalidInput('a representation expected an object with its __typename, got none');
}

/** The values of a key, as JSON has them; undefined where one of them is not there. */
export function keyValues(
  given: Representation,
  fields: readonly KeyField[],
): readonly unknown[] | undefined {
  const values = fields.map(({ names }) => valueAt(given, names));
  return values.includes(undefined) ? undefined : values;
}

/** Null within which it would be stands for it. */
function valueAt(given: Representation, names: KeyField['names']): unknown {
  let value: unknown = given;
  for (const name of names) {
    if (value === null) return null;
    if (!isInputMap(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/**
 * A value of a key as it is stored, coerced as GraphQL would have done; null, which equals nothing,
 * stays. Throws INVALID_INPUT where it is none of the field's type.
 */
export function storedKey(value: unknown, { field, path }: KeyField): Value {
  if (value === null) return null;
  const coerced = coercedKey(value, field ?? ID, path);
  return field === undefined ? (coerced as string) : storedValue(field, coerced);
}

const ID = { scalar: Scalar.ID, enumType: undefined, isList: false } as const;

function coercedKey(value: unknown, type: ScalarField | typeof ID, path: string): unknown {
  try {
    return parseOrdered(type, value);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const expected = `${path} of a representation expected a value of ${typeNameOf(type)}`;
    throw invalidInput(`${expected}, got another`);
  }
}

export function noEntity({ __typename }: Representation): DatabaseError {
  const expected = 'the __typename of a representation expected a type with @key';
  return invalidInput(`${expected}, got ${shown(__typename)}`);
}

export function noKeyOf(
  { name, keys }: Entity,
  given: Representation,
  { tellsKeys }: Telling,
): DatabaseError {
  const all = keys.map(({ paths }) => paths.join(' ')).join(', or ');
  // Every place of a list may have this error.
  const fields = tellsKeys
    ? `the fields of a key: ${shown(all, KEYS_LENGTH_MAX)}`
    : 'the fields of one of its keys';
  const expected = `a representation of ${name} expected ${fields}`;
  const names = Object.keys(given).filter((each) => each !== '__typename');
  return invalidInput(`${expected}, got ${shown(names.join(' ')) || 'none'}`);
}

function shown(text: string, lengthMax = SHOWN_LENGTH_MAX): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}…`;
}
