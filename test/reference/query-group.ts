/** Figures of the elements of a connection, and of groups, from "Figures" of schema/graphql.md. */

import { type QueryContext, readList, type Use } from './query-context.ts';
import type { ReferenceElement, ReferenceRow } from './query-data.ts';
import {
  type FieldDefinition,
  type ListDefinition,
  type ScalarDefinition,
  scalarsOf,
} from './query-definition.ts';
import { Refused } from './query-figure.ts';
import { compareValues, readRow } from './query-order.ts';
import { type ReferenceValue, scalarNamed } from './query-scalar.ts';

/** Fields of nodes, and of edges where these led to the nodes. */
export interface RowFields {
  readonly node: readonly FieldDefinition[];
  readonly edge?: readonly FieldDefinition[] | undefined;
}

const FIELDS_MAX = 8;

type End = 'node' | 'edge';
type Answer = Readonly<Record<string, unknown>>;

export interface GroupArguments {
  readonly by?: readonly string[] | null;
  readonly byEdge?: readonly string[] | null;
}

/** Of all rows, as an object that graphql-js reads members of. */
export function figuresOf(
  context: QueryContext,
  rows: readonly ReferenceRow[],
  fields: RowFields,
): Answer {
  return {
    count: { nodes: new Set(rows.map(({ node }) => node)).size, edges: rows.length },
    node: fieldFigures(
      context,
      fields.node,
      rows.map(({ node }) => node),
    ),
    edge: fieldFigures(
      context,
      fields.edge ?? [],
      rows.map(({ edge }) => edge),
    ),
  };
}

/** One for each combination of values, in the order of these. */
export function groupsOf(
  context: QueryContext,
  rows: readonly ReferenceRow[],
  { fields, by, byEdge }: GroupArguments & { readonly fields: RowFields },
): Answer[] {
  const keys = [
    ...keysOf(context, fields, { end: 'node', by }),
    ...keysOf(context, fields, { end: 'edge', by: byEdge }),
  ];
  if (keys.length < 1 || keys.length > FIELDS_MAX) {
    throw new Refused('INVALID_INPUT', `1 to ${FIELDS_MAX} fields were expected`);
  }
  const compare = (left: ReferenceRow, right: ReferenceRow) => {
    const orders = keys.map(({ field, read }) =>
      compareValues(context, [read(left), read(right)], field.scalar),
    );
    return orders.find((order) => order !== 0) ?? 0;
  };
  const groups: [ReferenceRow, ...ReferenceRow[]][] = [];
  for (const row of rows.toSorted(compare)) {
    const last = groups.at(-1);
    if (last !== undefined && compare(last[0], row) === 0) last.push(row);
    else groups.push([row]);
  }
  if (groups.some(({ length }) => length > 1) && groups.length > 1)
    context.see('groups of several');
  if (groups.some(([row]) => keys.some(({ read }) => read(row) === null)))
    context.see('groups of missing values');
  return groups.map((group) => {
    const values = (end: End) => {
      const own = keys.filter((key) => key.end === end);
      return Object.fromEntries(
        own.map(({ field, read }) => [nameOf(field), written(context, field, read(group[0]))]),
      );
    };
    return {
      values: values('node'),
      edgeValues: values('edge'),
      ...figuresOf(context, group, fields),
    };
  });
}

interface GroupKey {
  readonly end: End;
  readonly field: ScalarDefinition;
  readonly read: (row: ReferenceRow) => ReferenceValue | null;
}

function keysOf(
  context: QueryContext,
  fields: RowFields,
  { end, by }: { end: End; by: readonly string[] | null | undefined },
): GroupKey[] {
  return (by ?? []).map((name) => {
    const field = scalarsOf(fields[end] ?? []).find((each) => nameOf(each) === name);
    if (field === undefined) throw new Error(`no field ${name}`);
    return {
      end,
      field,
      read: (row) => readRow(context, { element: row[end], path: field.path, use: 'group' }),
    };
  });
}

function fieldFigures(
  context: QueryContext,
  fields: readonly FieldDefinition[],
  elements: readonly (ReferenceElement | undefined)[],
): Answer {
  const entries = fields.map((field) => {
    return [field.name, figuresOfField(context, field, elements)] as const;
  });
  return Object.fromEntries(entries);
}

function figuresOfField(
  context: QueryContext,
  field: FieldDefinition,
  elements: readonly (ReferenceElement | undefined)[],
): Answer {
  switch (field.kind) {
    case 'nested':
      return fieldFigures(context, field.fields, elements);
    case 'list':
      return listFigures(context, field, elements);
    case 'scalar':
      return scalarFigures(context, field, elements);
  }
}

/** How many there are. */
function listFigures(
  context: QueryContext,
  { path }: ListDefinition,
  elements: readonly (ReferenceElement | undefined)[],
): Answer {
  const count = () => {
    const there = elements.filter((element) => {
      return element !== undefined && readList(context, { element, path, use: 'figure' }) !== null;
    });
    if (there.length > 1) context.see('figure count of lists');
    return there.length;
  };
  return { count };
}

/** Each is worked out where it is asked for. */
function scalarFigures(
  context: QueryContext,
  field: ScalarDefinition,
  elements: readonly (ReferenceElement | undefined)[],
): Answer {
  const { rules, see } = context;
  const use: Use = 'figure';
  const figures = Object.entries(rules.figures).map(([name, figure]) => {
    const asked = () => {
      const values = elements.map((element) =>
        readRow(context, { element, path: field.path, use }),
      );
      const there = values.filter((value) => value !== null);
      const missing = values.length - there.length;
      const answer = figure(there, scalarNamed(rules.scalars, field.scalar), missing);
      if (new Set(there).size > 1) see(`figure ${name} of ${field.scalar}`);
      if (there.length > 0 && there.length < values.length)
        see(`figure ${name} beside missing values`);
      if (name === 'sum' && isBeyondDouble(answer)) see('sum beyond 2^53');
      return answer;
    };
    return [name, asked] as const;
  });
  return Object.fromEntries(figures);
}

function isBeyondDouble(sum: unknown): boolean {
  return typeof sum === 'string' && !Number.isSafeInteger(Number(sum));
}

function written(
  { rules }: QueryContext,
  { scalar }: ScalarDefinition,
  value: ReferenceValue | null,
): unknown {
  return value === null ? null : scalarNamed(rules.scalars, scalar).write(value);
}

function nameOf({ path }: ScalarDefinition): string {
  return path.replaceAll('.', '_');
}
