/**
 * How a field of the generated API is written by a plan: told by its extensions, beside the
 * resolver that gives the same answer. A field without it, or whose arguments a plan cannot carry
 * out, makes its whole operation run through resolvers.
 */

import type { GraphQLField, GraphQLObjectType } from 'graphql';
import type { Field, NestedField, ScalarField } from '../definition/definition.ts';
import type { GraphView } from '../engine/graph-view.ts';
import type { ElementKind, Item, Member, Rows, Shape } from '../engine/plan.ts';
import type { InputMap } from './builder.ts';

/** A nested object of an element: its type is shared by fields at other paths. */
export interface NestedPlace {
  readonly kind: 'nested';
  readonly field: NestedField;
  readonly of: ElementKind;
}

/** A connection: all of its rows, whatever the page. */
export interface ConnectionPlace {
  readonly kind: 'connection';
  readonly rows: Rows;
}

/** Figures over these fields, which share their types with other fields. */
export interface FiguresPlace {
  readonly kind: 'figures';
  readonly fields: readonly Field[];
  readonly of: ElementKind;
}

/** Figures over one field. */
export interface FigurePlace {
  readonly kind: 'figure';
  readonly field: ScalarField;
  readonly of: ElementKind;
}

/** A group of rows that have equal values in these fields. */
export interface GroupPlace {
  readonly kind: 'group';
  readonly by: readonly GroupKey[];
}

/** A field that rows are grouped by. */
export interface GroupKey {
  readonly field: ScalarField;
  readonly of: ElementKind;
}

/** A path, which has a weight or none. */
export interface PathPlace {
  readonly kind: 'path';
  readonly isWeighted: boolean;
}

/** A row whose node is of this type, where it could be of several. */
export interface RowPlace {
  readonly kind: 'row';
  readonly type: GraphQLObjectType;
}

/** What a field belongs to, as far as that is told by more than its type. */
export type PlanPlace =
  | NestedPlace
  | ConnectionPlace
  | FiguresPlace
  | FigurePlace
  | GroupPlace
  | PathPlace
  | RowPlace;

/** One mention of a field in an operation. */
export interface PlanRequest {
  readonly graph: GraphView;
  /** Coerced, with the operation's variables. */
  readonly args: InputMap;
  readonly place: PlanPlace | undefined;
  /** What is selected of the field's object. */
  members(place?: PlanPlace): readonly Member[];
  /** What is selected of each object in the field's list, or of each type that it can have. */
  item(): Item;
}

export type PlanField = (request: PlanRequest) => Shape;

/** Thrown while a plan is made where resolvers have to answer; it says nothing to callers. */
export class Unplannable extends Error {}

export interface PlanExtensions {
  readonly plan?: PlanField;
}

export function planExtensions(plan: PlanField): Record<string, unknown> {
  return { plan };
}

/** Of a field that a page or a path has under a name of the plan's own. */
export function planPart(kind: PlanPart): Record<string, unknown> {
  return planExtensions(() => ({ kind }));
}

type PlanPart =
  | 'totalCount'
  | 'hasNextPage'
  | 'hasPreviousPage'
  | 'startCursor'
  | 'endCursor'
  | 'cursor'
  | 'length';

/** The place of a field, which is one of this kind. */
export function placeWithin<Kind extends PlanPlace['kind']>(
  { place }: PlanRequest,
  kind: Kind,
): Extract<PlanPlace, { kind: Kind }> {
  if (place?.kind !== kind) throw new Unplannable();
  // The kind tells which of them it is.
  return place as Extract<PlanPlace, { kind: Kind }>;
}

/** Of a field whose object is about the same row. */
export const sameRow = planExtensions(({ members }) => ({ kind: 'object', members: members() }));

/** Of a field whose object is the node of the same row, and may be of several types. */
export const rowNode = { ...sameRow, rowNode: true };

export function isRowNode({ extensions }: GraphQLField<unknown, unknown>): boolean {
  return extensions.rowNode === true;
}

export function planOf({ extensions }: GraphQLField<unknown, unknown>): PlanField {
  const { plan }: PlanExtensions = extensions;
  if (plan === undefined) throw new Unplannable();
  return plan;
}
