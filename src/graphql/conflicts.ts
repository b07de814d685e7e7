/**
 * Conflicts: unique values that several nodes have, which were written apart. They are in the order
 * of type and field by their names, and then of the values, as the index of each field has them.
 */

import { PAGE_ITEMS_MAX } from '../base/limits.ts';
import type { Definition, NodeType, ScalarField } from '../definition/definition.ts';
import { scalarKind } from '../definition/fields.ts';
import { type Value, valueKind } from '../delta/value.ts';
import type { Doubles, DoublesQuery, NodeRow } from '../engine/graph-view.ts';
import type { Context } from './context.ts';
import { badCursor, decodeCursor, encodeCursor, type ListOrder } from './cursor.ts';
import { type ConnectionArgs, type ConnectionEdge, countArgument, type PageInfo } from './page.ts';

/** An `@unique` field of a node type. */
export interface UniqueField {
  readonly type: NodeType;
  readonly field: ScalarField;
  /** Its place among all: `Airport.name`. */
  readonly name: string;
}

export interface Conflict extends UniqueField {
  readonly value: Value;
  /** Who took it first comes first. */
  readonly nodes: readonly NodeRow[];
}

/** What is searched: the conflicts of all types, or of one. */
export interface ConflictSearch {
  readonly context: Pick<Context, 'graph' | 'budget'>;
  readonly fields: readonly UniqueField[];
  /** The one type that is asked for. */
  readonly type: string | undefined;
}

export interface ConflictPage {
  readonly search: ConflictSearch;
  readonly edges: readonly ConnectionEdge<Conflict>[];
  readonly pageInfo: PageInfo;
}

/** Natural keys are none of them: no two nodes have one. */
export function uniqueFields({ nodeTypes }: Pick<Definition, 'nodeTypes'>): UniqueField[] {
  return [...nodeTypes.values()]
    .flatMap((type) =>
      type.fields.flatMap((field) => {
        const isUnique = field.kind === 'scalar' && field.isUnique;
        return isUnique ? [{ type, field, name: `${type.name}.${field.path}` }] : [];
      }),
    )
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

export function conflictPage(
  search: ConflictSearch,
  args: Pick<ConnectionArgs, 'first' | 'after'>,
): ConflictPage {
  const first = countArgument('first', args.first) ?? PAGE_ITEMS_MAX;
  const order = orderOf(search);
  const after = typeof args.after === 'string' ? placeOf(order, args.after) : undefined;
  const conflicts: Conflict[] = [];
  let found = 0;
  for (const unique of search.fields) {
    if (found > first) break;
    if (after !== undefined && unique.name < after.name) continue;
    const doubles = doublesOf(search, unique, {
      after: after?.name === unique.name ? after.value : undefined,
      listed: first - found,
      // One more tells whether others follow.
      most: first + 1 - found,
    });
    found += doubles.found;
    conflicts.push(...conflictsOf(search, unique, doubles));
  }
  const edges = conflicts.map((conflict) => ({
    cursor: encodeCursor(order, { identity: conflict.name, values: [conflict.value] }),
    element: conflict,
  }));
  return {
    search,
    edges,
    pageInfo: {
      hasNextPage: found > first,
      hasPreviousPage: after !== undefined && isAnyUpTo(search, after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

export function countConflicts(search: ConflictSearch): number {
  return search.fields.reduce(
    (sum, unique) => sum + doublesOf(search, unique, { listed: 0 }).found,
    0,
  );
}

/** Where a cursor stands. */
interface ConflictPlace {
  /** Of the field. */
  readonly name: string;
  readonly value: Value;
}

function orderOf({ type }: ConflictSearch): ListOrder {
  const scope = type === undefined ? 'conflicts' : `conflicts ${type}`;
  return { scope, keys: [{ name: 'value', isDescending: false }] };
}

function placeOf(order: ListOrder, cursor: string): ConflictPlace {
  const { identity, values } = decodeCursor(order, cursor);
  return { name: identity, value: values[0] ?? null };
}

/** Whether a conflict stands at a place, or before it. */
function isAnyUpTo(search: ConflictSearch, { name, value }: ConflictPlace): boolean {
  return search.fields.some((unique) => {
    if (unique.name > name) return false;
    const upTo = unique.name === name ? value : undefined;
    return doublesOf(search, unique, { upTo, listed: 0, most: 1 }).found > 0;
  });
}

type Part = Pick<DoublesQuery, 'after' | 'upTo' | 'listed' | 'most'>;

function doublesOf({ context }: ConflictSearch, { type, field }: UniqueField, part: Part): Doubles {
  const { graph, budget } = context;
  const kind = scalarKind(field.scalar);
  const bound = part.after ?? part.upTo;
  if (bound !== undefined && valueKind(bound) !== kind) throw badCursor();
  const query = { ...part, type: type.name, path: field.path, kind, rows: budget.rowsLeft };
  const doubles = graph.doubles(query);
  if (doubles === 'no such value') throw badCursor();
  if (doubles === 'too many rows') throw budget.end();
  budget.spend(doubles.rows);
  return doubles;
}

function conflictsOf(
  { context }: ConflictSearch,
  unique: UniqueField,
  { nodes }: Doubles,
): Conflict[] {
  return nodes.flatMap((each) => {
    const [earliest] = each;
    if (earliest === undefined) return [];
    const value = context.graph.nodeValue(earliest, unique.field.path);
    return [{ ...unique, value, nodes: each }];
  });
}
