/** What others ask of fields and names of a definition. */

import {
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_FLOAT64,
  VALUE_INT64,
  VALUE_LIST,
  VALUE_STRING,
  VALUE_TIMESTAMP,
} from '../../assembly/abi.ts';
import { unreachable } from '../base/assert.ts';
import {
  type EnumType,
  type Field,
  Scalar,
  type ScalarField,
  type ValueType,
} from './definition.ts';
import { isDuration } from './duration.ts';
import { irregularPlural } from './irregular-plurals.ts';
import { parseJsonText } from './json-text.ts';

/** What each node has; a natural key may take its name, and then it has the other. */
export const BUILT_IN_ID = 'id';
export const NODE_ID = 'nodeId';

/** Values of an enum that an error message names. */
const SHOWN_VALUES_MAX = 8;

/** Nested types that every definition has. */
export const BUILT_IN_NESTED: ReadonlyMap<string, readonly Field[]> = new Map([
  ['Point', [requiredFloat('latitude'), requiredFloat('longitude')]],
]);

export function isScalar(typeName: string): typeName is Scalar {
  return Object.hasOwn(Scalar, typeName);
}

/** The field that is the natural key, if there is one. */
export function keyOf(fields: readonly Field[]): ScalarField | undefined {
  return fields.filter((field) => field.kind === 'scalar').find((field) => field.isKey);
}

/** Whether the natural key of a type has the name of the built-in id, and its place in the API. */
export function hasOwnId({ key }: { readonly key: ScalarField | undefined }): boolean {
  return key?.name === BUILT_IN_ID;
}

/** The name in SDL of what the values of a field are, or their items: `Int`, or that of an enum. */
export function typeNameOf({ scalar, enumType }: ValueType): string {
  return enumType?.name ?? scalar;
}

/** The type of a field in SDL, as an optional one has it. */
export function typeTextOf(type: ValueType): string {
  return type.isList ? `[${typeNameOf(type)}!]` : typeNameOf(type);
}

/** What the items of a list are. */
export function itemTypeOf<Type extends ValueType>(type: Type): Type {
  return { ...type, isList: false };
}

/** Whether lists can be sorted and grouped by values of a type. */
export function isOrdered({ scalar, isList }: ValueType): boolean {
  return !isList && scalar !== Scalar.Duration && scalar !== Scalar.JSON;
}

/** The one kind of value that a field holds: a `VALUE_` number of abi.ts. */
export function kindOfValue({ scalar, isList }: ValueType): u32 {
  return isList ? VALUE_LIST : scalarKind(scalar);
}

/** What a value of an enum is expected to be, for error messages. */
export function describeEnum({ name, names }: EnumType): string {
  const shown = names.slice(0, SHOWN_VALUES_MAX).join(', ');
  return `a value of ${name} (${shown}${names.length > SHOWN_VALUES_MAX ? ', …' : ''})`;
}

/** Whether a string is one that a field of a type holds: of some types not each is. */
export function isTextOf({ scalar, enumType }: ValueType, text: string): boolean {
  if (enumType !== undefined) return enumType.names.includes(text);
  if (scalar === Scalar.JSON) return parseJsonText(text) !== undefined;
  return scalar !== Scalar.Duration || isDuration(text);
}

/** What such a string is expected to be, for error messages. */
export function describeText({ scalar, enumType }: ValueType): string {
  if (enumType !== undefined) return describeEnum(enumType);
  if (scalar === Scalar.JSON) return 'JSON in its one form';
  return scalar === Scalar.Duration ? 'a duration in its one form, such as P1Y2M10DT2H30M' : 'text';
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
    case Scalar.Duration:
    case Scalar.JSON:
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
    enumType: undefined,
    isList: false,
    required: true,
    isKey: false,
    isUnique: false,
    isIndexed: false,
    collection: undefined,
    defaultValue: undefined,
    timestamp: undefined,
    access: undefined,
    description: undefined,
    deprecated: undefined,
  };
}
