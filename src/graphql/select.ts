/**
 * Finds the nodes of a type that match a `where`. An id, a natural key, or an equality or a range
 * of a `@unique` or `@index` field narrows the nodes to look at; the whole condition is tested on
 * each.
 */

import type { Definition, Field, NodeType, ScalarField } from '../definition/definition.ts';
import type { Value } from '../delta/value.ts';
import type { GraphView, NodeRow, OrderBound } from '../engine/graph-view.ts';
import type { Budget } from './budget.ts';
import { givenAs, type InputMap } from './builder.ts';
import { findNode } from './element.ts';
import { nodeTest, wantedIds } from './filter.ts';
import { storedValue } from './scalars.ts';

export interface Selection {
  readonly graph: GraphView;
  readonly definition: Definition;
  readonly type: NodeType;
  readonly where: InputMap | null | undefined;
  readonly budget: Budget;
}

export function selectNodes({ graph, definition, type, where, budget }: Selection): NodeRow[] {
  if (where === null || where === undefined) {
    const nodes = graph.nodesOfType(type.name);
    budget.spend(nodes.length);
    return nodes;
  }
  const test = nodeTest({ definition, budget }, type, where);
  const nodes =
    candidates(graph, { type, where, lookUp: byValue }) ??
    candidates(graph, { type, where, lookUp: byRange }) ??
    graph.nodesOfType(type.name);
  budget.spend(nodes.length);
  return nodes.filter((node) => test(graph, node));
}

/** How many nodes a `where` can match at most, by its ids and keys; undefined where any number. */
export function countAtMost(type: NodeType, where: unknown): number | undefined {
  if (!isMap(where)) return undefined;
  const counts = [where.id, type.key === undefined ? undefined : givenAs(where, type.key.name)]
    .filter(isMap)
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

/** The nodes whose value at an indexed field a condition admits; undefined where it names none. */
type LookUp = (graph: GraphView, condition: FieldCondition) => NodeRow[] | undefined;

interface FieldCondition {
  readonly type: NodeType;
  readonly field: ScalarField;
  readonly given: InputMap;
}

/** Every node that can match, and maybe others; undefined where no lookup narrows them. */
function candidates(graph: GraphView, { type, where, lookUp }: Search): NodeRow[] | undefined {
  const byId = isMap(where.id) ? wantedIds(where.id) : undefined;
  if (byId !== undefined) {
    return [...byId]
      .map((id) => findNode(graph, id, type.name))
      .filter((node) => node !== undefined);
  }
  const found = byField(graph, { type, fields: type.fields, where, lookUp });
  if (found !== undefined) return found;
  const parts: readonly unknown[] = Array.isArray(where.AND) ? where.AND : [];
  for (const part of parts) {
    const narrowed = isMap(part) ? candidates(graph, { type, where: part, lookUp }) : undefined;
    if (narrowed !== undefined) return narrowed;
  }
  return undefined;
}

interface FieldSearch extends Search {
  readonly fields: readonly Field[];
}

function byField(graph: GraphView, search: FieldSearch): NodeRow[] | undefined {
  const { type, fields, where, lookUp } = search;
  for (const field of fields) {
    const given = givenAs(where, field.name);
    if (!isMap(given)) continue;
    const found =
      field.kind === 'nested'
        ? byField(graph, { ...search, fields: field.fields, where: given })
        : lookUp(graph, { type, field, given });
    if (found !== undefined) return found;
  }
  return undefined;
}

function byValue(graph: GraphView, { type, field, given }: FieldCondition): NodeRow[] | undefined {
  const wanted = wantedValues(given);
  if (wanted === undefined) return undefined;
  if (field.isKey) {
    return wanted
      .map((key) => graph.nodeByKey(type.name, String(key)))
      .filter((node) => node !== undefined);
  }
  if (!isIndexed(field)) return undefined;
  return wanted
    .flatMap((value) => indexedForms(storedValue(field, value)))
    .flatMap((value) => graph.nodesByValue(type.name, field.path, value));
}

/** A comparison with a missing value is false: a range holds no node without one. */
function byRange(graph: GraphView, { type, field, given }: FieldCondition): NodeRow[] | undefined {
  const { gt, gte, lt, lte } = given;
  const bound = (included: unknown, excluded: unknown): OrderBound | undefined => {
    const value = included ?? excluded;
    if (value === undefined || value === null) return undefined;
    // With both, the one that excludes may let more in: the test decides.
    return { value: storedValue(field, value), isExcluded: included === undefined };
  };
  if (!isIndexed(field)) return undefined;
  const [lower, upper] = [bound(gte, gt), bound(lte, lt)];
  if (lower === undefined && upper === undefined) return undefined;
  return graph.nodesInOrder(type.name, field.path, { lower, upper });
}

/** Keys are found by their ids, and stand in no index. */
function isIndexed(field: ScalarField): boolean {
  return !field.isKey && (field.isUnique || field.isIndexed);
}

/** The distinct values that `eq` or `in` admit; an index does not hold missing ones. */
function wantedValues(given: InputMap): unknown[] | undefined {
  const { eq, in: among } = given;
  if (eq !== undefined && eq !== null) return [eq];
  if (!Array.isArray(among) || among.some((value) => typeof value === 'object')) return undefined;
  return [...new Set(among)];
}

/** Zeros are equal, but an index finds bytes, and imported data may hold either. */
function indexedForms(value: Value): readonly Value[] {
  return value === 0 ? [0, -0] : [value];
}

function lengthOf(list: unknown): number | undefined {
  return Array.isArray(list) ? list.length : undefined;
}

function isMap(value: unknown): value is InputMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
