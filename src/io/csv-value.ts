/** Text of a CSV field as a value of the kind that its scalar is stored as. */

import { unreachable } from '../base/assert.ts';
import { parseDateTime } from '../definition/date-time.ts';
import { Scalar } from '../definition/definition.ts';
import { parseDuration } from '../definition/duration.ts';
import { jsonText, NoJson } from '../definition/json-text.ts';
import type { Timestamp, Value } from '../delta/value.ts';
import { NarrowType } from './csv-header.ts';

const INTEGER = /^[+-]?\d{1,20}$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const INT_MAX = 2n ** 31n - 1n;
const BIG_INT_MAX = 2n ** 63n - 1n;

/**
 * The value, or undefined where the text is not of the form. An empty field never comes here.
 * Spaces around anything but text are no part of it.
 */
export function parseCsvValue(field: string, scalar: Scalar): Value | undefined {
  const text = scalar === Scalar.String || scalar === Scalar.ID ? field : field.trim();
  switch (scalar) {
    case Scalar.ID:
    case Scalar.String:
      return text;
    case Scalar.Int:
      return parseInteger(text, INT_MAX);
    case Scalar.BigInt:
      return parseInteger(text, BIG_INT_MAX);
    case Scalar.Float:
      return parseFloat64(text);
    case Scalar.Boolean:
      return parseBoolean(text);
    case Scalar.DateTime:
      return parseMoment(text);
    case Scalar.Duration:
      return parseDuration(text);
    case Scalar.JSON:
      return parseJson(text);
    case Scalar.Bytes:
      return BASE64.test(text) ? Uint8Array.from(Buffer.from(text, 'base64')) : undefined;
    default:
      return unreachable(scalar);
  }
}

/** Whether a value is one of a type that has fewer values than its scalar. */
export function isNarrowValue(value: Value, narrow: NarrowType): boolean {
  if (narrow === NarrowType.CHAR) return typeof value !== 'string' || [...value].length === 1;
  const max = narrow === NarrowType.BYTE ? 127n : 32_767n;
  return typeof value !== 'bigint' || (value <= max && value >= -max - 1n);
}

/** What a field of this type must hold, for an error message. */
export function expectedNarrowForm(narrow: NarrowType): string {
  if (narrow === NarrowType.CHAR) return 'one character';
  return narrow === NarrowType.BYTE ? 'an integer of 8 bits' : 'an integer of 16 bits';
}

/** What a field of this scalar must hold, for an error message. */
export function expectedForm(scalar: Scalar): string {
  switch (scalar) {
    case Scalar.ID:
    case Scalar.String:
      return 'text';
    case Scalar.Int:
      return 'an integer of 32 bits';
    case Scalar.BigInt:
      return 'an integer of 64 bits';
    case Scalar.Float:
      return 'a finite number';
    case Scalar.Boolean:
      return 'true or false';
    case Scalar.DateTime:
      return 'a date and time such as 2026-01-31T12:00:00.123456Z';
    case Scalar.Duration:
      return 'a duration such as P1Y2M10DT2H30M';
    case Scalar.JSON:
      return 'JSON other than null';
    case Scalar.Bytes:
      return 'base64';
    default:
      return unreachable(scalar);
  }
}

/** In its one form, whatever form it has in the file. */
function parseJson(text: string): string | undefined {
  try {
    return jsonText(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof NoJson) return undefined;
    throw error;
  }
}

function parseInteger(text: string, max: bigint): bigint | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value > max || value < -max - 1n ? undefined : value;
}

/** One zero, and no NaN or infinity, as everywhere that a value comes in: JSON has none of them. */
function parseFloat64(text: string): number | undefined {
  const value = FLOAT.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) return undefined;
  return value === 0 ? 0 : value;
}

function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  if (lower === 'true') return true;
  return lower === 'false' ? false : undefined;
}

/** A date alone is its first moment; a time without an offset is UTC, as both formats say. */
function parseMoment(text: string): Timestamp | undefined {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return parseDateTime(`${text}T00:00:00Z`);
  if (/T\d\d:\d\d$/.test(text)) return parseDateTime(`${text}:00Z`);
  return parseDateTime(/T[\d:.]+$/.test(text) ? `${text}Z` : text);
}
