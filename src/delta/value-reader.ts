/** Reads values as payloads and lists have them (schema/commit.md): undoes value-writer.ts. */

import * as abi from '../../assembly/abi.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { isNodeId } from './node-id.ts';
import {
  EMPTY_MAP,
  IdValue,
  isListItem,
  type ListItem,
  ListValue,
  Timestamp,
  type Value,
} from './value.ts';

/** The bits of the one NaN. */
const NAN_BITS = 0x7ff8_0000_0000_0000n;

/** Throws MALFORMED or LIMIT_EXCEEDED where the engine would refuse the bytes. */
export function readValue(reader: ByteReader): Value {
  const kind = reader.u8();
  switch (kind) {
    case abi.VALUE_NULL:
      return null;
    case abi.VALUE_BOOL: {
      const bool = reader.u8();
      if (bool > 1) throw reader.malformed('a bool of 0 or 1', bool);
      return bool === 1;
    }
    case abi.VALUE_INT64:
      return reader.i64();
    case abi.VALUE_FLOAT64:
      return readFloat(reader);
    case abi.VALUE_STRING:
      return reader.utf8(readLength(reader));
    case abi.VALUE_BYTES:
      return reader.bytes(readLength(reader));
    case abi.VALUE_TIMESTAMP:
      return new Timestamp(reader.i64());
    case abi.VALUE_ID:
      return new IdValue(readId(reader));
    case abi.VALUE_MAP:
      return EMPTY_MAP;
    case abi.VALUE_LIST:
      return readList(reader.bytes(readLength(reader)));
    default:
      throw reader.malformed('a value of kind 0 to 8, or 10', kind);
  }
}

/** A list from its content. */
export function readList(bytes: Uint8Array): ListValue {
  const reader = new ByteReader('a list', bytes);
  const items: ListItem[] = [];
  while (reader.left > 0) items.push(readItem(reader));
  return new ListValue(items);
}

/** A value that a list, or a set of values, may have. */
export function readItem(reader: ByteReader): ListItem {
  const item = readValue(reader);
  if (isListItem(item)) return item;
  throw reader.malformed('an item of kind 1 to 7', 'another');
}

export function readId(reader: ByteReader): string {
  const id = Buffer.from(reader.bytes(abi.ID_BYTES)).toString('latin1');
  if (!isNodeId(id)) throw reader.malformed('an id', JSON.stringify(id));
  return id;
}

function readFloat(reader: ByteReader): number {
  const bits = reader.u64();
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  const value = view.getFloat64(0);
  if (!Number.isNaN(value) || bits === NAN_BITS) return value;
  throw reader.malformed('the one NaN', 'another');
}

function readLength(reader: ByteReader): number {
  const bytes = reader.u32();
  if (bytes <= abi.VALUE_BYTES_MAX) return bytes;
  throw new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `a transaction expected at most ${abi.VALUE_BYTES_MAX} bytes of a value, got ${bytes}`,
  );
}
