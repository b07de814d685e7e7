/** The value of `@default(value:)`: a literal of SDL, read as the scalar of its field. */

import { type ConstValueNode, Kind } from 'graphql';
import { unreachable } from '../base/assert.ts';
import { isListItem, ListValue, type Value } from '../delta/value.ts';
import { parseDateTime } from './date-time.ts';
import { type EnumType, Scalar, type ValueType } from './definition.ts';
import { parseDuration } from './duration.ts';
import { describeEnum, itemTypeOf } from './fields.ts';
import { jsonOfLiteral, jsonText, NoJson } from './json-text.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const INT32_MAX = 2n ** 31n - 1n;
const INT64_MAX = 2n ** 63n - 1n;

/** The value that `literal` stands for, or undefined where it is of another kind or range. */
export function defaultValue(type: ValueType, literal: ConstValueNode): Value | undefined {
  if (!type.isList) return defaultItem(type, literal);
  if (literal.kind !== Kind.LIST) return undefined;
  const items = literal.values.map((item) => defaultItem(type, item));
  const held = items.filter((item) => item !== undefined).filter(isListItem);
  return held.length === items.length ? new ListValue(held) : undefined;
}

function defaultItem({ scalar, enumType }: ValueType, literal: ConstValueNode): Value | undefined {
  return enumType === undefined ? scalarDefault(scalar, literal) : enumDefault(enumType, literal);
}

function enumDefault(enumType: EnumType, literal: ConstValueNode): Value | undefined {
  if (literal.kind !== Kind.ENUM) return undefined;
  return enumType.names.includes(literal.value) ? literal.value : undefined;
}

function scalarDefault(scalar: Scalar, literal: ConstValueNode): Value | undefined {
  switch (scalar) {
    case Scalar.Int:
      return literal.kind === Kind.INT ? integer(literal.value, INT32_MAX) : undefined;
    case Scalar.BigInt:
      return literal.kind === Kind.INT ? integer(literal.value, INT64_MAX) : undefined;
    case Scalar.Float:
      return literal.kind === Kind.INT || literal.kind === Kind.FLOAT
        ? float(literal.value)
        : undefined;
    case Scalar.Boolean:
      return literal.kind === Kind.BOOLEAN ? literal.value : undefined;
    case Scalar.ID:
    case Scalar.String:
      return literal.kind === Kind.STRING ? literal.value : undefined;
    case Scalar.DateTime:
      return literal.kind === Kind.STRING ? parseDateTime(literal.value) : undefined;
    case Scalar.Bytes:
      return literal.kind === Kind.STRING ? base64(literal.value) : undefined;
    case Scalar.Duration:
      return literal.kind === Kind.STRING ? parseDuration(literal.value) : undefined;
    case Scalar.JSON:
      return jsonDefault(literal);
    default:
      return unreachable(scalar);
  }
}

/** What a default of this type looks like, for error messages. */
export function describeDefault(type: ValueType): string {
  const { scalar, enumType, isList } = type;
  if (isList) return `a list, each item ${describeDefault(itemTypeOf(type))}`;
  if (enumType !== undefined) return describeEnum(enumType);
  switch (scalar) {
    case Scalar.Int:
      return 'an integer of 32 bits';
    case Scalar.BigInt:
      return 'an integer of 64 bits';
    case Scalar.Float:
      return 'a finite number';
    case Scalar.Boolean:
      return 'true or false';
    case Scalar.ID:
    case Scalar.String:
      return 'a string';
    case Scalar.DateTime:
      return 'a string like "2026-01-31T12:00:00Z"';
    case Scalar.Bytes:
      return 'a string of base64';
    case Scalar.Duration:
      return 'a string like "P1Y2M10DT2H30M"';
    case Scalar.JSON:
      return 'JSON other than null';
    default:
      return unreachable(scalar);
  }
}

function jsonDefault(literal: ConstValueNode): Value | undefined {
  try {
    return jsonText(jsonOfLiteral(literal));
  } catch (error) {
    if (error instanceof NoJson) return undefined;
    throw error;
  }
}

function integer(text: string, max: bigint): bigint | undefined {
  const value = BigInt(text);
  return value <= max && value >= -max - 1n ? value : undefined;
}

function float(text: string): number | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  return value === 0 ? 0 : value;
}

/** Only the one canonical spelling: bits beyond the last byte are zero, as a round trip shows. */
function base64(text: string): Uint8Array | undefined {
  if (!BASE64.test(text)) return undefined;
  const binary = atob(text);
  if (btoa(binary) !== text) return undefined;
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
