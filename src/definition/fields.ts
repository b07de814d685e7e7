/** What others ask of fields and names of a definition. */

import {
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_FLOAT64,
  VALUE_INT64,
  VALUE_STRING,
  VALUE_TIMESTAMP,
} from '../../assembly/abi.ts';
import { unreachable } from '../base/assert.ts';
import { type Field, Scalar, type ScalarField } from './definition.ts';
import { irregularPlural } from './irregular-plurals.ts';

/** Nested types that every definition has. */
export const BUILT_IN_NESTED: ReadonlyMap<string, readonly Field[]> = new Map([
  ['Point', [requiredFloat('latitude'), requiredFloat('longitude')]],
]);

export function isScalar(typeName: string): typeName is Scalar {
  return Object.hasOwn(Scalar, typeName);
}

/** Every field that holds a value, those of nested fields included, in declared order. */
export function scalarFields(fields: readonly Field[]): ScalarField[] {
  return fields.flatMap((field) =>
    field.kind === 'scalar' ? [field] : scalarFields(field.fields),
  );
}

/** The field at a path of a node type or of edge properties: a scalar or a nested one. */
export function fieldAtPath(
  type: { readonly fields: readonly Field[] },
  path: string,
): Field | undefined {
  let fields = type.fields;
  for (;;) {
    const found = fields.find((field) => path === field.path || path.startsWith(`${field.path}.`));
    if (found === undefined || found.path === path) return found;
    if (found.kind === 'scalar') return undefined;
    fields = found.fields;
  }
}

/** The one kind of value that a scalar is stored as: a `VALUE_` number of abi.ts. */
export function scalarKind(scalar: Scalar): u32 {
  switch (scalar) {
    case Scalar.ID:
    case Scalar.String:
      return VALUE_STRING;
    case Scalar.Int:
    case Scalar.BigInt:
      return VALUE_INT64;
    case Scalar.Float:
      return VALUE_FLOAT64;
    case Scalar.Boolean:
      return VALUE_BOOL;
    case Scalar.DateTime:
      return VALUE_TIMESTAMP;
    case Scalar.Bytes:
      return VALUE_BYTES;
    default:
      return unreachable(scalar);
  }
}

/** A type's name in lower camel case, as its single query is called: `usState` of `USState`. */
export function singularOf(typeName: string): string {
  return typeName.replace(/^_*(?:[A-Z]+(?![a-z])|[A-Z])/, (start) => start.toLowerCase());
}

/** The name of a type's list: `explicit`, or by simple English rules `airports` of `Airport`. */
export function pluralOf(typeName: string, explicit?: string): string {
  if (explicit !== undefined) return explicit;
  const singular = singularOf(typeName);
  const irregular = irregularPlural(singular);
  if (irregular !== undefined) return irregular;
  if (/[^aeiou_]y$/i.test(singular)) return `${singular.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/i.test(singular) ? `${singular}es` : `${singular}s`;
}

function requiredFloat(name: string): ScalarField {
  return {
    kind: 'scalar',
    name,
    path: name,
    scalar: Scalar.Float,
    required: true,
    isKey: false,
    isUnique: false,
    isIndexed: false,
    defaultValue: undefined,
    timestamp: undefined,
    access: undefined,
    description: undefined,
    deprecated: undefined,
  };
}
