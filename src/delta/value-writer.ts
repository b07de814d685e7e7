/** Writes values as payloads and lists have them (schema/commit.md). */

import { VALUE_BYTES_MAX } from '../../assembly/abi.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { IdValue, ListValue, Timestamp, type Value, valueKind } from './value.ts';

/** A list is short as a rule. */
const LIST_BYTES_FIRST = 64;

/** The kind and the content of a value. Throws LIMIT_EXCEEDED for one of too many bytes. */
export function writeValue(writer: ByteWriter, value: Value): void {
  writer.u8(valueKind(value));
  if (typeof value === 'boolean') writer.u8(value ? 1 : 0);
  else if (typeof value === 'bigint') writer.i64(value);
  else if (typeof value === 'number') writer.f64(value);
  else if (typeof value === 'string') writeBlob(writer, utf8(value));
  else if (value instanceof Uint8Array) writeBlob(writer, value);
  else if (value instanceof Timestamp) writer.i64(value.microseconds);
  else if (value instanceof IdValue) writer.ascii(value.id);
  else if (value instanceof ListValue) writeBlob(writer, listBytes(value));
}

/** The content of a list: its items. */
export function listBytes({ items }: ListValue): Uint8Array {
  const writer = new ByteWriter(LIST_BYTES_FIRST);
  for (const item of items) writeValue(writer, item);
  return writer.written();
}

function writeBlob(writer: ByteWriter, bytes: Uint8Array): void {
  if (bytes.length > VALUE_BYTES_MAX) {
    throw new DatabaseError(
      ErrorCode.LIMIT_EXCEEDED,
      `a value expected at most ${VALUE_BYTES_MAX} bytes, got ${bytes.length}`,
    );
  }
  writer.u32(bytes.length);
  writer.bytes(bytes);
}
