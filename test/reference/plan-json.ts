/** Values as JSON and in cursors, from E16, E23 and E24 of schema/plan.md and the formats. */

import { IdValue, ListValue, MapMarker, Timestamp, type Value } from '../../src/delta/value.ts';
import type { Form, Place } from '../../src/engine/plan.ts';
import type { PlanContext } from './plan-context.ts';
import { isDuration, isJson } from './plan-one-form.ts';

const INT32_MIN = -(2n ** 31n);
const INT32_MAX = 2n ** 31n - 1n;
/** 0000-01-01T00:00:00Z and the last microsecond of 9999. */
const YEAR_0_MICROSECONDS = -62_167_219_200_000_000n;
const YEAR_9999_MICROSECONDS = 253_402_300_799_999_999n;

export function text(text: string): string {
  return JSON.stringify(text);
}

/** Of a value that is there; undefined where the form cannot write it. */
export function format(context: PlanContext, value: Value, form: Form): string | undefined {
  const { isList, ...ofItem } = form;
  if (isList !== true && !(value instanceof ListValue && form.format === 'any')) {
    return formatOne(context, value, ofItem);
  }
  if (!(value instanceof ListValue)) return undefined;
  const items = value.items.map((item) => context.rules.format(context, item, ofItem));
  return items.includes(undefined) ? undefined : `[${items.join(',')}]`;
}

function formatOne(
  { rules }: PlanContext,
  value: Value,
  { format, among }: Form,
): string | undefined {
  if (value instanceof ListValue) return undefined;
  if (among !== undefined) {
    const text = value instanceof IdValue ? value.id : value;
    return among.some((each) => each === text) ? rules.text(String(text)) : undefined;
  }
  switch (format) {
    case 'any':
      return anything(rules.text, value);
    case 'int32':
      if (typeof value !== 'bigint') return undefined;
      return value < INT32_MIN || value > INT32_MAX ? undefined : String(value);
    case 'int64Text':
      return typeof value === 'bigint' ? `"${value}"` : undefined;
    case 'float':
      return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
    case 'text':
      if (value instanceof IdValue) return rules.text(value.id);
      return typeof value === 'string' ? rules.text(value) : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : undefined;
    case 'timestamp':
      return value instanceof Timestamp ? moment(value.microseconds) : undefined;
    case 'json':
      return typeof value === 'string' && isJson(value) ? value : undefined;
    case 'duration':
      return typeof value === 'string' && isDuration(value) ? rules.text(value) : undefined;
    case 'bytes':
      return value instanceof Uint8Array ? `"${base64(value)}"` : undefined;
  }
}

function anything(text: (text: string) => string, value: Exclude<Value, ListValue>): string {
  if (value instanceof Timestamp) return String(value.microseconds);
  if (value instanceof Uint8Array) return `"${base64(value)}"`;
  if (value instanceof IdValue) return text(value.id);
  if (value instanceof MapMarker) return '{}';
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return number(value);
  return String(value);
}

/** Null where it is not finite. */
export function number(value: number): string {
  return Number.isFinite(value) ? String(value) : 'null';
}

function moment(microseconds: bigint): string | undefined {
  const { rest, milliseconds } = split(microseconds);
  if (microseconds < YEAR_0_MICROSECONDS || microseconds > YEAR_9999_MICROSECONDS) {
    return undefined;
  }
  const shown = new Date(Number(milliseconds)).toISOString();
  if (rest === 0n) return `"${shown}"`;
  return `"${shown.replace('Z', `${String(rest).padStart(3, '0')}Z`)}"`;
}

function split(microseconds: bigint): { readonly rest: bigint; readonly milliseconds: bigint } {
  const rest = ((microseconds % 1000n) + 1000n) % 1000n;
  return { rest, milliseconds: (microseconds - rest) / 1000n };
}

export function cursor({ rules }: PlanContext, scope: string, place: Place): string {
  const { id, edgeKey = 0, values } = place;
  const identity = edgeKey === 0 ? id : `${id}:${String(edgeKey).padStart(10, '0')}`;
  const parts = ['1', rules.text(scope), rules.text(identity)];
  const json = `[${[...parts, ...values.map((value) => placed(rules.text, value))].join(',')}]`;
  return Buffer.from(json).toString('base64url');
}

/** A sort key's value in a cursor. */
function placed(text: (text: string) => string, value: Value): string {
  if (value === null || value instanceof MapMarker || value instanceof ListValue) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return text(value);
  if (typeof value === 'bigint') return `{"i":"${value}"}`;
  if (typeof value === 'number') return `{"f":"${value}"}`;
  if (value instanceof Timestamp) return `{"t":"${value.microseconds}"}`;
  if (value instanceof IdValue) return `{"n":${text(value.id)}}`;
  return `{"b":"${base64(value)}"}`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
