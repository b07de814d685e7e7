/** Values as plain JSON for comparison: the kind by name, the content as text. */

import { IdValue, ListValue, Timestamp, type Value } from '../../src/delta/value.ts';

/** One JSON form per value; numbers by their 8 bytes, with one NaN. */
export function canonicalValue(value: Value): Record<string, string> | null {
  if (value === null) return null;
  switch (typeof value) {
    case 'boolean':
      return { bool: String(value) };
    case 'bigint':
      return { int64: String(value) };
    case 'number':
      return { float64: floatHex(value) };
    case 'string':
      return { string: value };
    default:
      if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') };
      if (value instanceof ListValue) {
        return { list: JSON.stringify(value.items.map(canonicalValue)) };
      }
      if (value instanceof Timestamp) return { timestamp: String(value.microseconds) };
      return value instanceof IdValue ? { id: value.id } : { map: '' };
  }
}

function floatHex(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}
