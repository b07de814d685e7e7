/** How lists are ordered, from "Order" of schema/graphql.md. */

import { type Place, type QueryContext, readValue, type Use } from './query-context.ts';
import type { ReferenceElement, ReferenceRow } from './query-data.ts';
import type {
  FieldDefinition,
  NodeTypeDefinition,
  RelationshipDefinition,
} from './query-definition.ts';
import { type ReferenceValue, scalarNamed } from './query-scalar.ts';
import { compareCodePoints } from './query-text.ts';

/** What rows are ordered by. */
export interface SortKey {
  readonly name: string;
  readonly scalar: string;
  readonly isDescending: boolean;
  readonly read: (row: ReferenceRow) => ReferenceValue | null;
}

type Sort = Readonly<Record<string, unknown>>;

/** Keys of `sort` of a list of nodes: in each of its objects in the order of the input type. */
export function nodeKeys(
  context: QueryContext,
  { fields }: Pick<NodeTypeDefinition, 'fields'>,
  sort: readonly Sort[] | null | undefined,
): SortKey[] {
  return (sort ?? []).flatMap((each) => keysOfNode(context, fields, each));
}

export function edgeKeys(
  context: QueryContext,
  {
    fields,
    properties = [],
  }: Pick<RelationshipDefinition, 'properties'> & Pick<NodeTypeDefinition, 'fields'>,
  sort: readonly { readonly node?: Sort | null; readonly edge?: Sort | null }[] | null | undefined,
): SortKey[] {
  return (sort ?? []).flatMap(({ node, edge }) => [
    ...keysOfNode(context, fields, node ?? {}),
    ...fieldKeys(context, { fields: properties, of: 'edge' }, edge ?? {}),
  ]);
}

export function placeOf(row: ReferenceRow, keys: readonly SortKey[]): Place {
  const values = keys.map(({ read }) => read(row));
  return { values, id: row.node.id, key: row.edge?.key ?? 0 };
}

/** In the order of the keys; then the id decides, and of edges to one node their keys. */
export function comparePlaces(
  context: QueryContext,
  [left, right]: readonly [Place, Place],
  keys: readonly SortKey[],
): number {
  for (const [index, { scalar, isDescending }] of keys.entries()) {
    const values = [left.values[index] ?? null, right.values[index] ?? null] as const;
    const order = compareValues(context, values, scalar);
    if (order !== 0) return isDescending ? -order : order;
  }
  const identity = compareCodePoints(left.id, right.id) || left.key - right.key;
  return context.rules.identityOrder(
    identity,
    keys.some(({ isDescending }) => isDescending),
  );
}

/** Missing values are greater than all others. */
export function compareValues(
  { rules }: QueryContext,
  [left, right]: readonly [ReferenceValue | null, ReferenceValue | null],
  scalar: string,
): number {
  if (left === null && right === null) return 0;
  if (left === null) return rules.missingOrder;
  if (right === null) return -rules.missingOrder;
  return scalarNamed(rules.scalars, scalar).compare(left, right);
}

export function inOrder(
  context: QueryContext,
  rows: readonly ReferenceRow[],
  keys: readonly SortKey[],
): ReferenceRow[] {
  const placed = rows.map((row) => ({ row, place: placeOf(row, keys) }));
  const sorted = placed.toSorted((left, right) => {
    return comparePlaces(context, [left.place, right.place], keys);
  });
  seeOrder(
    context,
    sorted.map(({ place }) => place),
    keys,
  );
  return sorted.map(({ row }) => row);
}

function keysOfNode(
  context: QueryContext,
  fields: readonly FieldDefinition[],
  sort: Sort,
): SortKey[] {
  const { id } = sort;
  const byId: SortKey[] =
    typeof id === 'string'
      ? [{ name: 'id', scalar: 'ID', isDescending: id === 'DESC', read: ({ node }) => node.id }]
      : [];
  return [...byId, ...fieldKeys(context, { fields, of: 'node' }, sort)];
}

function fieldKeys(
  context: QueryContext,
  { fields, of }: { fields: readonly FieldDefinition[]; of: 'node' | 'edge' },
  sort: Sort,
): SortKey[] {
  return fields.flatMap((field) => {
    const direction = sort[field.name];
    // By lists nothing is sorted.
    if (direction === undefined || direction === null || field.kind === 'list') return [];
    if (field.kind === 'nested') {
      return fieldKeys(context, { fields: field.fields, of }, direction as Sort);
    }
    const read = ({ node, edge }: ReferenceRow) => {
      return readRow(context, {
        element: of === 'node' ? node : edge,
        path: field.path,
        use: 'order',
      });
    };
    const name = `${of}.${field.path}`;
    return [{ name, scalar: field.scalar, isDescending: direction === 'DESC', read }];
  });
}

export function readRow(
  context: QueryContext,
  { element, ...rest }: { element: ReferenceElement | undefined; path: string; use: Use },
): ReferenceValue | null {
  return element === undefined ? null : readValue(context, { element, ...rest });
}

/** What an order had to decide. */
function seeOrder({ see }: QueryContext, places: readonly Place[], keys: readonly SortKey[]): void {
  for (const [index, { scalar, isDescending }] of keys.entries()) {
    const values = places.map((place) => place.values[index] ?? null);
    const there = values.filter((value) => value !== null);
    const different = new Set(there).size;
    const direction = isDescending ? 'DESC' : 'ASC';
    if (different > 1) see(`sort ${scalar} ${direction}`);
    if (different < there.length) see('sort with ties');
    if (there.length > 0 && there.length < values.length)
      see(`sort of missing values ${direction}`);
  }
}
