/**
 * The scalars beyond GraphQL's own five, and the way between stored values and what resolvers take
 * and give. A 64-bit integer leaves as text, because JSON readers round numbers above 2^53.
 */

import {
  GraphQLBoolean,
  GraphQLError,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import type { DatabaseError } from '../base/errors.ts';
import { parseDateTime } from '../definition/date-time.ts';
import { Scalar, type ScalarField, type ValueType } from '../definition/definition.ts';
import { parseDuration } from '../definition/duration.ts';
import { describeText, isTextOf } from '../definition/fields.ts';
import { jsonOfLiteral, jsonText, NoJson, parseJsonText } from '../definition/json-text.ts';
import {
  IdValue,
  isListItem,
  type ListItem,
  ListValue,
  MapMarker,
  type Timestamp,
  type Value,
} from '../delta/value.ts';
import type { Builder } from './builder.ts';
import { formatDateTime } from './date-time.ts';
import { invalidInput, scalarError } from './errors.ts';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const INTEGER = /^-?\d{1,19}$/;
/** Characters of a caller's value that an error repeats. */
const SHOWN_LENGTH_MAX = 80;

export type ShownItem = Exclude<Value, null | IdValue | MapMarker | ListValue> | object;
export type ShownValue = ShownItem | readonly ShownItem[];

export function addScalars(builder: Builder): void {
  builder.scalarType('BigInt', {
    description: 'An integer of 64 bits: text in answers; text or a number as input.',
    serialize: (value) => String(value),
    parseValue: parseBigInt,
    parseLiteral: (node: ValueNode) =>
      parseBigInt(node.kind === 'IntValue' ? node.value : valueFromASTUntyped(node)),
  });
  builder.scalarType('DateTime', {
    description: 'A point in time as RFC 3339 text, to the microsecond.',
    serialize: (value) => formatDateTime(value as Timestamp),
    parseValue: readDateTime,
  });
  builder.scalarType('Bytes', {
    description: 'Bytes as base64 text with padding.',
    serialize: (value) => (value as Uint8Array).toBase64(),
    parseValue: readBytes,
  });
  addTextScalars(builder);
}

function addTextScalars(builder: Builder): void {
  builder.scalarType('Duration', {
    description: 'ISO 8601, such as "P1Y2M10DT2H30M": months, days and seconds kept apart.',
    serialize: (value) => value as string,
    parseValue: reading(parseDuration, 'Duration expected ISO 8601 text such as "P1Y2M10DT2H30M"'),
  });
  builder.scalarType('JSON', {
    description: 'Any JSON: text, numbers, true, false, null, lists and objects.',
    serialize: (value) => value,
    parseValue: (value) => readJson(() => value),
    parseLiteral: (node: ValueNode, variables) =>
      readJson(() => jsonOfLiteral(node, variables ?? {})),
  });
}

/** Reads text, where `parse` makes something of it; `expectation` begins the error. */
function reading<Read>(
  parse: (text: string) => Read | undefined,
  expectation: string,
): (value: unknown) => Read {
  return (value) => {
    const read = typeof value === 'string' ? parse(value) : undefined;
    if (read !== undefined) return read;
    throw scalarError(`${expectation}, got ${shown(value)}`);
  };
}

const readDateTime = reading(
  parseDateTime,
  'DateTime expected RFC 3339 text such as "2026-01-31T12:00:00Z"',
);
const readBytes = reading(parseBase64, 'Bytes expected base64 text with padding');

/** How values of scalars that have an order are read, as JSON has them. */
const READERS: Readonly<Partial<Record<Scalar, (value: unknown) => unknown>>> = {
  [Scalar.ID]: (value) => GraphQLID.parseValue(value),
  [Scalar.String]: (value) => GraphQLString.parseValue(value),
  [Scalar.Int]: (value) => GraphQLInt.parseValue(value),
  [Scalar.Float]: (value) => GraphQLFloat.parseValue(value),
  [Scalar.Boolean]: (value) => GraphQLBoolean.parseValue(value),
  [Scalar.BigInt]: parseBigInt,
  [Scalar.DateTime]: readDateTime,
  [Scalar.Bytes]: readBytes,
};

/** Reads a value that came as JSON, as GraphQL coerces it; throws where it is none of the type. */
export function parseOrdered({ scalar, enumType }: ValueType, value: unknown): unknown {
  const isText = enumType === undefined && (scalar === Scalar.ID || scalar === Scalar.String);
  if (isText && typeof value === 'string') return value;
  if (enumType === undefined) return READERS[scalar]?.(value);
  if (typeof value === 'string' && enumType.names.includes(value)) return value;
  throw scalarError(`${enumType.name} expected one of its values, got ${shown(value)}`);
}

/** A value of a list, from its text, or from its JSON where it is no text; undefined for others. */
export function itemOfText(field: ScalarField, text: string): ListItem | undefined {
  try {
    const { scalar } = field;
    if (scalar === Scalar.JSON) return jsonText(JSON.parse(text));
    if (scalar === Scalar.Duration) return parseDuration(text);
    const isText = !BY_JSON.has(scalar);
    const read = storedItem(field, parseOrdered(field, isText ? text : JSON.parse(text)));
    return isListItem(read) ? read : undefined;
  } catch (error) {
    if (error instanceof GraphQLError || error instanceof SyntaxError || error instanceof NoJson) {
      return undefined;
    }
    throw error;
  }
}

const BY_JSON: ReadonlySet<Scalar> = new Set([Scalar.Int, Scalar.Float, Scalar.Boolean]);

/** Its one form, which is what is stored. */
function readJson(read: () => unknown): string {
  try {
    return jsonText(read());
  } catch (error) {
    if (!(error instanceof NoJson)) throw error;
    throw scalarError(`JSON expected ${error.message}, got another value`);
  }
}

/** What is stored for an input that GraphQL has coerced to the field's scalar. */
export function storedValue(field: ScalarField, input: unknown): Value {
  if (!field.isList || input === null) return storedItem(field, input);
  // GraphQL coerced it to a list.
  return storedList(field, input as readonly unknown[]);
}

export function storedList(field: ScalarField, inputs: readonly unknown[]): ListValue {
  return new ListValue(inputs.map((input) => storedItem(field, input)).filter(isListItem));
}

/** One value, or an item of a list. */
export function storedItem(field: ScalarField, input: unknown): Value {
  if (typeof input === 'number') {
    return field.scalar === Scalar.Int ? BigInt(input) : storedFloat(field, input);
  }
  if (typeof input === 'string') return storedText(field, input);
  // GraphQL has checked the input against the scalar, whose parser gives one kind of value.
  return input as Value;
}

/** One zero, as JSON has one; a literal such as 1e999 is no number that could be answered again. */
function storedFloat(field: ScalarField, input: number): number {
  if (Number.isFinite(input)) return input === 0 ? 0 : input;
  throw invalidInput(`${field.path} expected a finite number, got ${input}`);
}

/** Half a pair of surrogates is no text: it would be stored, and found, as another one. */
function storedText(field: ScalarField, input: string): string {
  if (input.isWellFormed()) return input;
  throw invalidInput(`${field.path} expected well-formed Unicode, got a lone surrogate`);
}

/** What a resolver answers for a stored value. */
export function shownValue(field: ScalarField, value: Value): ShownValue | null {
  if (!field.isList || value === null || value instanceof MapMarker) return shownItem(field, value);
  if (!(value instanceof ListValue)) throw otherKind(field, 'a list');
  return value.items.map((item) => shownItem(field, item)).filter((item) => item !== null);
}

/** Whether a resolver answers a stored value by more than null; a map is none of its own. */
export function isShown(value: Value): boolean {
  return value !== null && !(value instanceof MapMarker);
}

/** Of one value, or of an item of a list. */
export function shownItem(field: ScalarField, value: Value): ShownItem | null {
  if (value instanceof MapMarker) return null;
  if (value instanceof ListValue) throw otherKind(field, 'one value');
  if (field.scalar === Scalar.JSON || field.scalar === Scalar.Duration) {
    return shownText(field, value);
  }
  if (value instanceof IdValue) return value.id;
  return field.scalar === Scalar.Int && value !== null ? Number(value) : value;
}

/** JSON is answered as what it is. */
function shownText(field: ScalarField, value: Value): ShownItem | null {
  if (value === null) return null;
  const isText = typeof value === 'string';
  if (!isText || !isTextOf(field, value)) throw otherKind(field, describeText(field));
  return field.scalar === Scalar.JSON ? (parseJsonText(value) as object) : value;
}

/** Another replica may write any kind of value anywhere. */
function otherKind({ path }: ScalarField, expected: string): DatabaseError {
  return invalidInput(`${path} expected ${expected}, got a value of another kind`);
}

function parseBigInt(value: unknown): bigint {
  const isExact = typeof value === 'number' && Number.isSafeInteger(value);
  const text = isExact ? String(value) : value;
  if (typeof text === 'string' && INTEGER.test(text)) {
    const integer = BigInt(text);
    if (integer >= INT64_MIN && integer <= INT64_MAX) return integer;
  }
  throw scalarError(
    `BigInt expected an integer of 64 bits, as text above 2^53, got ${shown(value)}`,
  );
}

export function parseBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value;
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`;
}
