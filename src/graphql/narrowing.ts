/**
 * Which nodes of a type a `where` leaves to look at: by an id, a natural key, or an equality or a
 * range of a `@unique` or `@index` field. The whole condition is tested on each of them.
 */

import type {
  CompositeType,
  Definition,
  Field,
  FieldedType,
  NodeType,
  ScalarField,
  UnionType,
} from '../definition/definition.ts';
import { hasOwnId } from '../definition/fields.ts';
import { TYPE_FILTER } from '../definition/generated-names.ts';
import { givenAs, type InputMap, isInputMap } from './builder.ts';
import { nodeTypesOf } from './definition-lookup.ts';
import { typesGiven, wantedIds } from './filter.ts';

/** Every node that can match is among these, and maybe others. The operands are as given. */
export type Narrowing =
  | { readonly kind: 'ids'; readonly ids: readonly unknown[] }
  | { readonly kind: 'keys'; readonly keys: readonly unknown[] }
  /** Of an indexed field; they all differ. */
  | { readonly kind: 'values'; readonly field: ScalarField; readonly operands: readonly unknown[] }
  | ({ readonly kind: 'range'; readonly field: ScalarField } & GivenBounds);

/** The bounds that a condition on a field sets. */
export interface GivenBounds {
  readonly lower: GivenBound | undefined;
  readonly upper: GivenBound | undefined;
}

export interface GivenBound {
  readonly operand: unknown;
  readonly isExcluded: boolean;
}

/** Undefined where nothing narrows the nodes. */
export function narrowingOf(type: NodeType, where: InputMap): Narrowing | undefined {
  return narrowed({ type, where, lookUp: byValue }) ?? narrowed({ type, where, lookUp: byRange });
}

/** For each node type of which nodes can match: by its name, what narrows those. */
export function narrowingsOf(
  definition: Definition,
  of: CompositeType,
  where: InputMap | null | undefined,
): readonly (readonly [string, Narrowing | undefined])[] {
  return wheresOf(definition, of, where ?? undefined).map(({ type, where: own }) => [
    type.name,
    own === undefined ? undefined : narrowingOf(type, own),
  ]);
}

/** A condition on nodes of one type. */
export interface TypedWhere {
  readonly type: NodeType;
  readonly where: InputMap | undefined;
}

/** What a `where` asks of each node type of which nodes can match. */
export function wheresOf(
  definition: Definition,
  of: CompositeType,
  where: InputMap | undefined,
): readonly TypedWhere[] {
  const types = nodeTypesOf(definition, of);
  if (of.kind === 'node' || where === undefined) return types.map((type) => ({ type, where }));
  if (of.kind === 'union') {
    const given = typesGiven(of, where);
    if (given === undefined) return types.map((type) => ({ type, where: undefined }));
    const parts = new Map(given);
    return types
      .filter(({ name }) => parts.has(name))
      .map((type) => ({ type, where: parts.get(type.name) }));
  }
  const wanted = Array.isArray(where[TYPE_FILTER]) ? new Set(where[TYPE_FILTER]) : undefined;
  return types
    .filter(({ name }) => wanted?.has(name) ?? true)
    .map((type) => ({ type: narrowedTo(type, of.fields), where }));
}

/** With the fields of an interface alone: others may have the name of a filter. */
function narrowedTo(type: NodeType, shared: readonly Field[]): NodeType {
  const names = new Set(shared.map(({ name }) => name));
  return { ...type, fields: type.fields.filter(({ name }) => names.has(name)) };
}

/** How many nodes a `where` can match at most, by its ids and keys; undefined where any number. */
export function countAtMost(type: CompositeType, where: unknown): number | undefined {
  if (!isInputMap(where)) return undefined;
  return type.kind === 'union' ? countOfTypes(type, where) : countOfType(type, where);
}

function countOfType(type: FieldedType, where: InputMap): number | undefined {
  const { key } = type;
  const ids = hasOwnId(type) ? undefined : countGiven(where.id);
  const keys = key === undefined ? undefined : countGiven(givenAs(where, key.name));
  // Each type has a node of a key.
  const types = type.kind === 'interface' ? type.nodeTypes.length : 1;
  const parts = Array.isArray(where.AND) ? where.AND : [];
  const counts = [ids, keys === undefined ? undefined : keys * types];
  counts.push(...parts.map((part) => countAtMost(type, part)));
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Of a union's types the keys are not told here: by ids alone. */
function countOfTypes(type: UnionType, where: InputMap): number | undefined {
  const counts = typesGiven(type, where)?.map(([, part]) => countGiven(part.id));
  if (counts === undefined) return undefined;
  const known = counts.filter((count) => count !== undefined);
  return known.length < counts.length ? undefined : known.reduce((sum, count) => sum + count, 0);
}

function countGiven(given: unknown): number | undefined {
  if (!isInputMap(given)) return undefined;
  return given.eq === undefined ? lengthOf(given.in) : 1;
}

interface Search {
  readonly type: NodeType;
  readonly where: InputMap;
  readonly lookUp: LookUp;
}

/** What a condition on a field narrows the nodes to; undefined where it does not. */
type LookUp = (field: ScalarField, given: InputMap) => Narrowing | undefined;

function narrowed({ type, where, lookUp }: Search): Narrowing | undefined {
  const ids = isInputMap(where.id) && !hasOwnId(type) ? wantedIds(where.id) : undefined;
  if (ids !== undefined) return { kind: 'ids', ids: [...ids] };
  const found = byField(type.fields, where, lookUp);
  if (found !== undefined) return found;
  const parts: readonly unknown[] = Array.isArray(where.AND) ? where.AND : [];
  for (const part of parts) {
    const within = isInputMap(part) ? narrowed({ type, where: part, lookUp }) : undefined;
    if (within !== undefined) return within;
  }
  return undefined;
}

function byField(fields: readonly Field[], where: InputMap, lookUp: LookUp): Narrowing | undefined {
  for (const field of fields) {
    const given = givenAs(where, field.name);
    if (!isInputMap(given)) continue;
    const found =
      field.kind === 'nested' ? byField(field.fields, given, lookUp) : lookUp(field, given);
    if (found !== undefined) return found;
  }
  return undefined;
}

function byValue(field: ScalarField, given: InputMap): Narrowing | undefined {
  const wanted = wantedValues(given);
  if (wanted === undefined) return undefined;
  if (field.isKey) return { kind: 'keys', keys: wanted };
  return isIndexed(field) ? { kind: 'values', field, operands: wanted } : undefined;
}

/** A comparison with a missing value is false: a range holds no node without one. */
function byRange(field: ScalarField, given: InputMap): Narrowing | undefined {
  if (!isIndexed(field)) return undefined;
  const { lower, upper } = boundsGiven(given);
  if (lower === undefined && upper === undefined) return undefined;
  return { kind: 'range', field, lower, upper };
}

export function boundsGiven({ gt, gte, lt, lte }: InputMap): GivenBounds {
  const bound = (included: unknown, excluded: unknown): GivenBound | undefined => {
    const operand = included ?? excluded;
    if (operand === undefined || operand === null) return undefined;
    // With both, the one that excludes may let more in: the test decides.
    return { operand, isExcluded: included === undefined };
  };
  return { lower: bound(gte, gt), upper: bound(lte, lt) };
}

/** Keys are found by their ids, and stand in no index. */
export function isIndexed(field: ScalarField): boolean {
  return !field.isKey && (field.isUnique || field.isIndexed);
}

/** The distinct values that `eq` or `in` admit; an index does not hold missing ones. */
function wantedValues(given: InputMap): unknown[] | undefined {
  const { eq, in: among } = given;
  if (eq !== undefined && eq !== null) return [eq];
  if (!Array.isArray(among) || among.some((value) => typeof value === 'object')) return undefined;
  return [...new Set(among)];
}

function lengthOf(list: unknown): number | undefined {
  return Array.isArray(list) ? list.length : undefined;
}
