/** The values of nodes and edges as a plan writes them. */

import { Scalar, type ScalarField, type ValueType } from '../definition/definition.ts';
import { scalarFields } from '../definition/fields.ts';
import { type ElementKind, type Form, Format, type Shape } from '../engine/plan.ts';
import type { NestedPlace, PlanRequest } from './plan-field.ts';
import { readField } from './plan-where.ts';

const FORMATS = {
  [Scalar.ID]: Format.TEXT,
  [Scalar.String]: Format.TEXT,
  [Scalar.Int]: Format.INT32,
  [Scalar.BigInt]: Format.INT64_TEXT,
  [Scalar.Float]: Format.FLOAT,
  [Scalar.Boolean]: Format.BOOLEAN,
  [Scalar.DateTime]: Format.TIMESTAMP,
  [Scalar.Bytes]: Format.BYTES,
  [Scalar.Duration]: Format.DURATION,
  [Scalar.JSON]: Format.JSON,
} as const;

/** How the values of a type are written. */
export function formOf({ scalar, enumType, isList }: ValueType): Form {
  return {
    format: FORMATS[scalar],
    ...(enumType !== undefined && { among: enumType.names }),
    ...(isList && { isList }),
  };
}

export function plannedValue(field: ScalarField, of: ElementKind): Shape {
  const read = readField(field, of);
  return { kind: 'value', field: read, ...formOf(field), isRequired: field.required };
}

/** An optional nested object is there while any of its members is. */
export function plannedObject(request: PlanRequest, place: Omit<NestedPlace, 'kind'>): Shape {
  const { field, of } = place;
  const members = request.members({ kind: 'nested', ...place });
  if (field.required) return { kind: 'object', members };
  const fields = scalarFields(field.fields).map((member) => readField(member, of));
  return { kind: 'object', members, unlessAllMissing: fields };
}
