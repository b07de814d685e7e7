import { toHex, utf8 } from '../base/bytes.ts';
import { IdValue, ListValue, Timestamp, type Value, valueKind } from '../delta/value.ts';
import { listBytes } from '../delta/value-writer.ts';

/** A text that is equal for equal values and differs for others: kind, then content. */
export function valueName(value: Value): string {
  return `${valueKind(value)} ${content(value)}`;
}

function content(value: Value): string {
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof Timestamp) return String(value.microseconds);
  if (value instanceof IdValue) return value.id;
  if (value instanceof ListValue) return toHex(listBytes(value));
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  return typeof value === 'string' ? toHex(utf8(value)) : String(value);
}
