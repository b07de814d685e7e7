/**
 * Which nodes of a type a `where` leaves to look at: by an id, a natural key, or an equality or a
 * range of a `@unique` or `@index` field. The whole condition is tested on each of them.
 */

import type { Field, NodeType, ScalarField } from '../definition/definition.ts';
import { givenAs, type InputMap, isInputMap } from './builder.ts';
import { wantedIds } from './filter.ts';

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

/** How many nodes a `where` can match at most, by its ids and keys; undefined where any number. */
export function countAtMost(type: NodeType, where: unknown): number | undefined {
  if (!isInputMap(where)) return undefined;
  const counts = [where.id, type.key === undefined ? undefined : givenAs(where, type.key.name)]
    .filter(isInputMap)
    .map((given) => (given.eq === undefined ? lengthOf(given.in) : 1));
  const parts = Array.isArray(where.AND) ? where.AND : [];
  counts.push(...parts.map((part) => countAtMost(type, part)));
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

interface Search {
  readonly type: NodeType;
  readonly where: InputMap;
  readonly lookUp: LookUp;
}

/** What a condition on a field narrows the nodes to; undefined where it does not. */
type LookUp = (field: ScalarField, given: InputMap) => Narrowing | undefined;

function narrowed({ type, where, lookUp }: Search): Narrowing | undefined {
  const ids = isInputMap(where.id) ? wantedIds(where.id) : undefined;
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
