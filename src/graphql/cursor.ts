/**
 * Cursors of connections: base64url of a JSON list `[1, list, identity, values…]`, where `list`
 * names the connection and its sort. Opaque to callers, and checked like any other input.
 */

import type { DatabaseError } from '../base/errors.ts';
import { CURSOR_LENGTH_MAX } from '../base/limits.ts';
import { IdValue, ListValue, MapMarker, Timestamp, type Value } from '../delta/value.ts';
import { invalidInput } from './errors.ts';
import type { Place } from './ordering.ts';
import { parseBase64 } from './scalars.ts';

const VERSION = 1;
const INTEGER = /^-?\d{1,19}$/;

/** A list, as far as its cursors say. */
export interface ListOrder {
  /** Names the list: cursors of another list are refused. */
  readonly scope: string;
  readonly keys: readonly { readonly name: string; readonly isDescending: boolean }[];
}

export function encodeCursor(order: ListOrder, place: Place): string {
  const { identity, values } = place;
  const json = JSON.stringify([VERSION, listName(order), identity, ...values.map(encodeValue)]);
  return new TextEncoder().encode(json).toBase64({ alphabet: 'base64url', omitPadding: true });
}

export function decodeCursor(order: ListOrder, cursor: string): Place {
  const parts = partsOf(cursor);
  const [version, list, identity, ...encoded] = parts;
  const values = encoded.map(decodeValue);
  const isWhole = version === VERSION && typeof identity === 'string' && typeof list === 'string';
  if (!isWhole || values.includes(undefined)) throw badCursor();
  if (list !== listName(order)) {
    throw invalidInput('a cursor expected one of this list in this order, got one of another');
  }
  if (values.length !== order.keys.length) throw badCursor();
  return { identity, values: values.filter((value) => value !== undefined) };
}

/** What a cursor says of its list: which one it is, and its order. */
export function listName({ scope, keys }: ListOrder): string {
  return [scope, ...keys.map((key) => `${key.isDescending ? '-' : '+'}${key.name}`)].join(' ');
}

function partsOf(cursor: string): unknown[] {
  if (cursor.length > CURSOR_LENGTH_MAX) throw badCursor();
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: 'base64url' });
    const parts: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (Array.isArray(parts)) return parts;
  } catch (error) {
    // Base64, UTF-8 and JSON report what they cannot read with one of these two.
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw badCursor();
}

export function badCursor(): DatabaseError {
  return invalidInput('a cursor expected one that a connection gave, got another text');
}

function encodeValue(value: Value): unknown {
  if (typeof value === 'bigint') return { i: String(value) };
  if (typeof value === 'number') return { f: String(value) };
  if (value instanceof Timestamp) return { t: String(value.microseconds) };
  if (value instanceof Uint8Array) return { b: value.toBase64() };
  if (value instanceof IdValue) return { n: value.id };
  return value instanceof MapMarker || value instanceof ListValue ? null : value;
}

function decodeValue(encoded: unknown): Value | undefined {
  if (encoded === null || typeof encoded === 'string' || typeof encoded === 'boolean') {
    return encoded;
  }
  if (typeof encoded !== 'object') return undefined;
  const [entry, ...others] = Object.entries(encoded as object);
  if (entry === undefined || others.length > 0) return undefined;
  const [kind, text]: readonly [string, unknown] = entry;
  if (typeof text !== 'string') return undefined;
  switch (kind) {
    case 'i':
      return INTEGER.test(text) ? BigInt(text) : undefined;
    case 'f':
      return String(Number(text)) === text ? Number(text) : undefined;
    case 't':
      return INTEGER.test(text) ? new Timestamp(BigInt(text)) : undefined;
    case 'b':
      return parseBase64(text);
    case 'n':
      return new IdValue(text);
    default:
      return undefined;
  }
}
