/**
 * How other subgraphs name a node: `{ "__typename": "Airport", "code": "JFK" }`, by the fields of
 * one of its keys. Who may ask may name anything, so that all of it is checked.
 */

import { type Definition, Scalar, type ScalarField } from '../../definition/definition.ts';
import type { Entity, EntityKey } from '../../definition/federation/federation.ts';
import { typeNameOf } from '../../definition/fields.ts';
import { type InputMap, isInputMap } from '../builder.ts';
import { invalidInput } from '../errors.ts';
import { parseOrdered } from '../scalars.ts';

/** What of a caller's text an error repeats, and of the names of keys. */
const SHOWN_LENGTH_MAX = 64;
const KEYS_LENGTH_MAX = 256;

export interface Reference {
  readonly key: EntityKey;
  /** One for each path of the key, as JSON has them. */
  readonly values: readonly unknown[];
}

/** What an error may say of a definition. */
export interface Telling {
  /** Whether it names the keys of a type, to whoever may read the schema. */
  readonly tellsKeys: boolean;
}

/** Throws INVALID_INPUT where a representation names no entity by one of its keys. */
export function readRepresentation(
  definition: Definition,
  given: unknown,
  { tellsKeys }: Telling,
): Reference {
  const entity = entityOf(definition, given);
  for (const key of entity.keys) {
    const values = valuesOf(given as InputMap, key);
    if (values !== undefined) return { key, values };
  }
  const keys = entity.keys.map(({ paths }) => paths.join(' ')).join(', or ');
  // Every place of a list may have this error.
  const fields = tellsKeys
    ? `the fields of a key: ${shown(keys, KEYS_LENGTH_MAX)}`
    : 'the fields of one of its keys';
  const expected = `a representation of ${entity.name} expected ${fields}`;
  const names = Object.keys(given as InputMap).filter((name) => name !== '__typename');
  throw invalidInput(`${expected}, got ${shown(names.join(' ')) || 'none'}`);
}

function entityOf({ federation }: Definition, given: unknown): Entity {
  const name = isInputMap(given) && Object.hasOwn(given, '__typename') ? given.__typename : null;
  if (typeof name !== 'string') {
    throw invalidInput('a representation expected an object with its __typename, got none');
  }
  const entity = federation?.entities.get(name);
  if (entity !== undefined) return entity;
  const expected = 'the __typename of a representation expected a type with @key';
  throw invalidInput(`${expected}, got ${shown(name)}`);
}

/** Undefined where one of them is not there. */
function valuesOf(given: InputMap, { paths }: EntityKey): readonly unknown[] | undefined {
  const values: unknown[] = [];
  for (const path of paths) {
    const value = valueAt(given, path);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** Null within which it would be stands for it. */
function valueAt(given: InputMap, path: string): unknown {
  if (!path.includes('.')) return Object.hasOwn(given, path) ? given[path] : undefined;
  let value: unknown = given;
  for (const name of path.split('.')) {
    if (value === null) return null;
    if (!isInputMap(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/**
 * A value of a key as GraphQL would have coerced it; null, which equals nothing, stays. `field` is
 * undefined for the built-in id. Throws INVALID_INPUT where it is none of the field's type.
 */
export function coercedKey(value: unknown, field: ScalarField | undefined, path: string): unknown {
  if (value === null) return null;
  try {
    return parseOrdered(field ?? ID, value);
  } catch (error) {
    throw error instanceof Error ? otherValue(path, field) : error;
  }
}

const ID = { scalar: Scalar.ID, enumType: undefined, isList: false } as const;

function otherValue(path: string, field: ScalarField | undefined): Error {
  const type = typeNameOf(field ?? ID);
  return invalidInput(`${path} of a representation expected a value of ${type}, got another`);
}

function shown(text: string, lengthMax = SHOWN_LENGTH_MAX): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}…`;
}
