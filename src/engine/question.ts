import { VALUE_BYTES_MAX } from '../../assembly/abi.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { utf8 } from '../base/bytes.ts';
import { IdValue, MapMarker, Timestamp, type Value, valueKind } from '../delta/value.ts';

/**
 * A value in the form that the engine's lookups take: the kind, then 8 bytes, or the length and
 * the bytes. Undefined for what no index holds.
 */
export function encodeQuestion(value: Value): Uint8Array | undefined {
  if (value === null || value instanceof MapMarker) return undefined;
  const number = value instanceof Timestamp ? value.microseconds : value;
  if (typeof number === 'bigint' && number !== BigInt.asIntN(64, number)) return undefined;
  if (typeof value === 'string' && !value.isWellFormed()) return undefined;
  const writer = new ByteWriter(32);
  writer.u8(valueKind(value));
  if (typeof value === 'boolean') writer.i64(value ? 1n : 0n);
  else if (typeof value === 'bigint') writer.i64(value);
  else if (typeof value === 'number') writer.f64(value);
  else if (value instanceof Timestamp) writer.i64(value.microseconds);
  else {
    const bytes = value instanceof IdValue ? utf8(value.id) : blobBytes(value);
    if (bytes.length > VALUE_BYTES_MAX) return undefined;
    writer.u32(bytes.length);
    writer.bytes(bytes);
  }
  return writer.written();
}

function blobBytes(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? utf8(value) : value;
}
