/**
 * How other subgraphs name a node: `{ "__typename": "Airport", "code": "JFK" }`, by the fields of
 * one of its keys. Who may ask may name anything, so that all of it is checked.
 */

import { type GraphQLLeafType, type GraphQLSchema, isLeafType } from 'graphql';
import { assert } from '../../base/assert.ts';
import type { Definition, NodeType, ScalarField } from '../../definition/definition.ts';
import type { Entity, EntityKey, KeyWay } from '../../definition/federation/federation.ts';
import { fieldAtPath, typeNameOf } from '../../definition/fields.ts';
import { type InputMap, isInputMap } from '../builder.ts';
import { nodeTypeOf } from '../definition-lookup.ts';
import { invalidInput } from '../errors.ts';

/** What of a caller's text an error repeats. */
const SHOWN_LENGTH_MAX = 64;

export interface Reference {
  readonly key: EntityKey;
  /** One for each path of the key, as JSON has them. */
  readonly values: readonly unknown[];
}

/** Throws INVALID_INPUT where a representation names no entity by one of its keys. */
export function readRepresentation(definition: Definition, given: unknown): Reference {
  const entity = entityOf(definition, given);
  for (const key of entity.keys) {
    const values = key.paths.map((path) => valueAt(given as InputMap, path));
    if (!values.includes(undefined)) return { key, values };
  }
  const keys = entity.keys.map(({ paths }) => paths.join(' ')).join(', or ');
  const expected = `a representation of ${entity.name} expected the fields of a key: ${keys}`;
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

/** Undefined where it is not there; null within it is a value that is missing. */
export function valueAt(given: InputMap, path: string): unknown {
  let value: unknown = given;
  for (const name of path.split('.')) {
    if (value === null) return null;
    if (!isInputMap(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** A value of a reference as GraphQL would have coerced it, for the field at a path. */
export interface KeyValue {
  readonly path: string;
  /** Undefined for the built-in id. */
  readonly field: ScalarField | undefined;
  /** Null equals nothing. */
  readonly value: unknown;
}

/**
 * The values in the order in which one way takes them. Throws INVALID_INPUT where one is none of
 * its field's type.
 */
export function keyValues(
  { key, values }: Reference,
  way: KeyWay,
  { definition, schema }: { readonly definition: Definition; readonly schema: GraphQLSchema },
): readonly KeyValue[] {
  const type = nodeTypeOf(definition, way.type);
  return way.paths.map((path) => {
    const field = scalarAt(type, path);
    const value = values[key.paths.indexOf(path)];
    const what = `${path} of a representation of ${type.name}`;
    return { path, field, value: coerced(value, { what, field, schema }) };
  });
}

/** Undefined for the built-in id. */
export function scalarAt(type: NodeType, path: string): ScalarField | undefined {
  const field = fieldAtPath(type, path);
  return field?.kind === 'scalar' ? field : undefined;
}

interface Coercion {
  readonly what: string;
  readonly field: ScalarField | undefined;
  readonly schema: GraphQLSchema;
}

function coerced(value: unknown, { what, field, schema }: Coercion): unknown {
  if (value === null) return null;
  const type = schema.getType(field === undefined ? 'ID' : typeNameOf(field));
  assert(isLeafType(type), 'the values of a field have a type of the API');
  return parsed(type, value, what);
}

function parsed(type: GraphQLLeafType, value: unknown, what: string): unknown {
  try {
    return type.parseValue(value);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw invalidInput(`${what} expected a value of ${type.name}, got another`);
  }
}

function shown(text: string): string {
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`;
}
