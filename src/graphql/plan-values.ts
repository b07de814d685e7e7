/** The values of nodes and edges as a plan writes them. */

import { Scalar, type ScalarField } from '../definition/definition.ts';
import { scalarFields } from '../definition/fields.ts';
import { type ElementKind, Format, type Shape } from '../engine/plan.ts';
import type { NestedPlace, PlanRequest } from './plan-field.ts';
import { readField } from './plan-where.ts';

/** How the values of each scalar are written. */
export const FORMATS = {
  [Scalar.ID]: Format.TEXT,
  [Scalar.String]: Format.TEXT,
  [Scalar.Int]: Format.INT32,
  [Scalar.BigInt]: Format.INT64_TEXT,
  [Scalar.Float]: Format.FLOAT,
  [Scalar.Boolean]: Format.BOOLEAN,
  [Scalar.DateTime]: Format.TIMESTAMP,
  [Scalar.Bytes]: Format.BYTES,
} as const;

export function plannedValue(field: ScalarField, of: ElementKind): Shape {
  const format = FORMATS[field.scalar];
  return { kind: 'value', field: readField(field, of), format, isRequired: field.required };
}

/** An optional nested object is there while any of its members is. */
export function plannedObject(request: PlanRequest, place: Omit<NestedPlace, 'kind'>): Shape {
  const { field, of } = place;
  const members = request.members({ kind: 'nested', ...place });
  if (field.required) return { kind: 'object', members };
  const fields = scalarFields(field.fields).map((member) => readField(member, of));
  return { kind: 'object', members, unlessAllMissing: fields };
}
