/** What a plan writes that holds nothing else: values, figures, numbers and cursors. */

import { assert } from '../../src/base/assert.ts';
import { MapMarker, type Value } from '../../src/delta/value.ts';
import type { Form, Shape } from '../../src/engine/plan.ts';
import type { CutPage, PlanContext, ReadField, Row } from './plan-context.ts';
import { isHidden, readField } from './plan-field.ts';
import { number } from './plan-json.ts';

/** What a shape is about: each part is there where the shape stands in one. */
export interface Scope {
  readonly row?: Row;
  /** The cursor of the item of a page. */
  readonly cursor?: string;
  readonly page?: ShownPage;
  /** Of an aggregate, or one group. */
  readonly figures?: { readonly rows: readonly Row[]; readonly by: readonly ReadField[] };
}

export interface ShownPage extends CutPage {
  readonly totalCount: number;
  readonly cursors: readonly string[];
}

export type ShapeOf<K extends Shape['kind']> = Extract<Shape, { kind: K }>;

const LEAVES = [
  'literal',
  'value',
  'version',
  'totalCount',
  'hasNextPage',
  'hasPreviousPage',
  'startCursor',
  'endCursor',
  'cursor',
  'countOf',
  'countNodes',
  'figure',
  'groupValue',
  'length',
  'weight',
] as const;
export type Leaf = ShapeOf<(typeof LEAVES)[number]>;

export function isLeaf(shape: Shape): shape is Leaf {
  return LEAVES.some((kind) => kind === shape.kind);
}

export function leafText(context: PlanContext, shape: Leaf, scope: Scope): string {
  switch (shape.kind) {
    case 'literal':
      return shape.json;
    case 'value':
      return valueText(context, shape, rowIn(scope));
    case 'version':
      return quoted(context.rules.version(context.graph, rowIn(scope).node, shape.paths));
    case 'countOf':
    case 'countNodes':
    case 'figure':
    case 'groupValue':
      return figureText(context, shape, scope);
    case 'cursor':
      return quoted(scope.cursor);
    case 'startCursor':
      return quoted(pageIn(scope).cursors[0]);
    case 'endCursor':
      return quoted(pageIn(scope).cursors.at(-1));
    case 'totalCount':
    case 'hasNextPage':
    case 'hasPreviousPage':
      return String(pageIn(scope)[shape.kind]);
    case 'length':
    case 'weight': {
      const figure = rowIn(scope)[shape.kind];
      assert(figure !== undefined, 'a length or a weight is of a path');
      return number(figure);
    }
  }
}

function valueText(context: PlanContext, shape: ShapeOf<'value'>, row: Row): string {
  const value = readField(context.graph, shape.field, row);
  if (isHidden(context.graph, shape.field, row)) context.hide(context.place);
  if (value === null && shape.isRequired === true) context.fail('missing');
  return formatted(context, value, shape);
}

function figureText(
  context: PlanContext,
  shape: ShapeOf<'countOf' | 'countNodes' | 'figure' | 'groupValue'>,
  { figures }: Scope,
): string {
  assert(figures !== undefined, 'a figure is of an aggregate or a group');
  const { rows, by } = figures;
  if (shape.kind === 'groupValue') {
    const [first, read] = [rows[0], by[shape.index]];
    assert(first !== undefined && read !== undefined, 'a group has rows and values');
    return formatted(context, read(first), shape);
  }
  if (shape.kind === 'countNodes') return String(new Set(rows.map(({ node }) => node)).size);
  const { field } = shape;
  if (field === undefined) return String(rows.length);
  const values = rows
    .map((row) => readField(context.graph, field, row))
    .filter((value) => value !== null);
  if (shape.kind === 'countOf') return String(values.length);
  const json = formatted(context, context.rules.figure(context, shape.figure, values), shape);
  if (json !== 'null') context.see(`figure ${shape.figure}`);
  return json;
}

/** Undefined is a figure that no value can hold. */
function formatted(context: PlanContext, value: Value | undefined, form: Form): string {
  if (value === null) return 'null';
  const json = value === undefined ? undefined : context.rules.format(context, value, form);
  if (json === undefined) context.fail('unrepresentable');
  else context.see(`format ${formName(form)}`);
  return json ?? 'null';
}

function formName({ format, among, isList }: Form): string {
  if (isList === true) return 'list';
  return among === undefined ? format : 'text among';
}

/** A map is no value of its own. */
export function isLacking(value: Value): boolean {
  return value === null || value instanceof MapMarker;
}

function quoted(cursor: string | undefined): string {
  return cursor === undefined ? 'null' : `"${cursor}"`;
}

function pageIn({ page }: Scope): ShownPage {
  assert(page !== undefined, 'what is of a page stands in one');
  return page;
}

export function rowIn({ row }: Scope): Row {
  assert(row !== undefined, 'a field is of a row');
  return row;
}
