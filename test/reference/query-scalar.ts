/**
 * The scalars of the API: how each is given, ordered and answered, from "What is generated",
 * "Filters" and "Order" of schema/graphql.md. A new scalar is a new row of the table.
 */

import { compareCodePoints } from './query-text.ts';

/** A DateTime is its microseconds, Bytes are their hex text, an Int is a bigint. */
export type ReferenceValue = string | bigint | number | boolean;
/** What a field holds: a value, or a list of them. */
export type StoredValue = ReferenceValue | readonly ReferenceValue[];

export interface ReferenceScalar {
  /** From what a caller gives, after graphql-js has coerced the scalars of GraphQL. */
  readonly parse: (input: unknown) => ReferenceValue;
  /** What an answer has. */
  readonly write: (value: ReferenceValue) => unknown;
  /** Below 0 where the left one is less. */
  readonly compare: (left: ReferenceValue, right: ReferenceValue) => number;
}

const TEXT: ReferenceScalar = {
  parse: String,
  write: (value) => value,
  compare: (left, right) => compareCodePoints(String(left), String(right)),
};

export const REFERENCE_SCALARS: Readonly<Record<string, ReferenceScalar>> = {
  ID: TEXT,
  String: TEXT,
  // By its name, wherever that is declared.
  Enum: TEXT,
  Int: { parse: (input) => BigInt(Number(input)), write: Number, compare: byValue },
  BigInt: { parse: (input) => BigInt(String(input)), write: String, compare: byValue },
  // There is one zero.
  Float: { parse: (input) => Number(input) + 0, write: (value) => value, compare: byValue },
  Boolean: { parse: Boolean, write: (value) => value, compare: byValue },
  DateTime: { parse: microsecondsOf, write: momentText, compare: byValue },
  Bytes: {
    parse: (input) => Buffer.from(String(input), 'base64').toString('hex'),
    write: (value) => Buffer.from(String(value), 'hex').toString('base64'),
    compare: byValue,
  },
};

export function scalarNamed(
  scalars: Readonly<Record<string, ReferenceScalar>>,
  name: string,
): ReferenceScalar {
  const scalar = scalars[name];
  if (scalar === undefined) throw new Error(`no scalar ${name}`);
  return scalar;
}

/** Of values of one kind. */
function byValue(left: ReferenceValue, right: ReferenceValue): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

const MOMENT = /^(.{19})(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)$/;

function microsecondsOf(input: unknown): bigint {
  const [, seconds, decimals = '', offset] = MOMENT.exec(String(input)) ?? [];
  const milliseconds = Date.parse(`${seconds}${offset}`);
  if (Number.isNaN(milliseconds)) throw new Error(`a DateTime was expected, got ${input}`);
  return BigInt(milliseconds) * 1000n + BigInt(decimals.padEnd(6, '0'));
}

/** Six decimals where three do not tell all. */
function momentText(value: ReferenceValue): string {
  const microseconds = BigInt(value);
  const rest = ((microseconds % 1000n) + 1000n) % 1000n;
  const text = new Date(Number((microseconds - rest) / 1000n)).toISOString();
  return rest === 0n ? text : text.replace('Z', `${String(rest).padStart(3, '0')}Z`);
}

export function isList(value: StoredValue | null): value is readonly ReferenceValue[] {
  return Array.isArray(value);
}
