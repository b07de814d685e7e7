/**
 * Values of other subgraphs that a computed field is made of (`@requires`): a gateway gives them
 * with the representation of the node. Where an operation does not name nodes so, those that are
 * kept here, too, are read as the caller sees them, and there are no others.
 */

import {
  type GraphQLLeafType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  parseType,
  type ResponsePath,
  typeFromAST,
} from 'graphql';
import type { ComputedField } from '../../definition/definition.ts';
import type { Federation } from '../../definition/federation/federation.ts';
import { isInputMap } from '../builder.ts';
import type { Context } from '../context.ts';
import { invalidInput } from '../errors.ts';

/** What names are selected within a value; a leaf has none. */
type Selected = ReadonlyMap<string, Selected>;

export interface ExternalSource {
  readonly schema: GraphQLSchema;
  readonly federation: Federation | undefined;
  /** Name of the type that the field is of. */
  readonly typeName: string;
  readonly field: ComputedField;
  /** A field of that name that is kept here, as an answer has it; undefined where there is none. */
  readonly kept: (name: string) => unknown;
}

/**
 * By name, as JSON has them. Throws INVALID_INPUT where one is missing, or is none of its type.
 * `path` is where the computed field stands in the answer.
 */
export function externalValues(
  source: ExternalSource,
  { representations }: Context,
  path: ResponsePath,
): Readonly<Record<string, unknown>> {
  const { field, typeName, kept } = source;
  const given = representationAt(representations, path);
  const values = [...selectionOf(field.external)].map(([name, selected]) => {
    const what = `${name} for ${typeName}.${field.name}`;
    const value = given !== undefined && Object.hasOwn(given, name) ? given[name] : kept(name);
    if (value === undefined) {
      throw invalidInput(`${what} expected a value of another subgraph, got none`);
    }
    return [name, picked(value, { type: typeOf(source, name), selected, what })] as const;
  });
  return Object.fromEntries(values);
}

/** What a node was named by, where a field stands on one of `_entities`. */
function representationAt(
  representations: Context['representations'],
  { prev }: ResponsePath,
): Readonly<Record<string, unknown>> | undefined {
  const root = prev?.prev;
  if (prev === undefined || root === undefined || root.prev !== undefined) return undefined;
  const given = representations?.get(root.key)?.[Number(prev.key)];
  return isInputMap(given) ? given : undefined;
}

function selectionOf(paths: readonly string[]): Selected {
  const selected = new Map<string, Map<string, unknown>>();
  for (const path of paths) {
    let within: Map<string, unknown> = selected;
    for (const name of path.split('.')) {
      const next = (within.get(name) ?? new Map()) as Map<string, unknown>;
      within.set(name, next);
      within = next;
    }
  }
  return selected as Selected;
}

/** Undefined where the API has no such type: nothing is known of its values then. */
function typeOf(
  { schema, federation, typeName }: ExternalSource,
  name: string,
): GraphQLOutputType | undefined {
  const external = federation?.externals.get(typeName)?.find((each) => each.name === name);
  if (external !== undefined) return namedIn(schema, external.type);
  const type = schema.getType(typeName);
  return isObjectType(type) ? type.getFields()[name]?.type : undefined;
}

function namedIn(schema: GraphQLSchema, text: string): GraphQLOutputType | undefined {
  // It was written as the type of a field.
  return typeFromAST(schema, parseType(text) as never) as GraphQLOutputType | undefined;
}

interface Picking {
  readonly type: GraphQLOutputType | undefined;
  readonly selected: Selected;
  readonly what: string;
}

/** What is selected of a value, which has to be of its type as far as that is known. */
function picked(value: unknown, { type, selected, what }: Picking): unknown {
  if (value === null) {
    if (!isNonNullType(type)) return null;
    throw invalidInput(`${what} expected a value, got null`);
  }
  const inner = type && getNullableType(type);
  if (Array.isArray(value)) {
    const ofItem = isListType(inner) ? inner.ofType : undefined;
    if (inner !== undefined && ofItem === undefined && !isLeafType(inner)) throw other(what);
    if (ofItem !== undefined || inner === undefined) {
      return value.map((item) => picked(item, { type: ofItem, selected, what }));
    }
  }
  if (isListType(inner)) throw other(what);
  if (isLeafType(inner)) {
    if (isOf(inner, value)) return value;
    throw invalidInput(`${what} expected a value of ${inner.name}, got another`);
  }
  if (selected.size === 0) return value;
  if (!isInputMap(value)) throw other(what);
  const fields = isObjectType(inner) ? inner.getFields() : {};
  const members = [...selected].map(([name, within]) => {
    const member = Object.hasOwn(value, name) ? value[name] : undefined;
    if (member === undefined) throw invalidInput(`${name} of ${what} expected a value, got none`);
    const asked = { type: fields[name]?.type, selected: within, what: `${name} of ${what}` };
    return [name, picked(member, asked)] as const;
  });
  return Object.fromEntries(members);
}

function isOf(type: GraphQLLeafType, value: unknown): boolean {
  try {
    type.parseValue(value);
    return true;
  } catch {
    return false;
  }
}

function other(what: string): Error {
  return invalidInput(`${what} expected a value of its type, got another`);
}
