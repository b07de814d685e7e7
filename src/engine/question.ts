import * as abi from '../../assembly/abi.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { utf8 } from '../base/bytes.ts';
import { IdValue, ListValue, MapMarker, Timestamp, type Value, valueKind } from '../delta/value.ts';
import { listBytes } from '../delta/value-writer.ts';
import type { OrderRange } from './graph-view.ts';

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
    const bytes = blobBytes(value);
    if (bytes.length > abi.VALUE_BYTES_MAX) return undefined;
    writer.u32(bytes.length);
    writer.bytes(bytes);
  }
  return writer.written();
}

function blobBytes(value: string | Uint8Array | IdValue | ListValue): Uint8Array {
  if (value instanceof IdValue) return utf8(value.id);
  if (value instanceof ListValue) return listBytes(value);
  return typeof value === 'string' ? utf8(value) : value;
}

export interface RangeQuestion {
  /** ORDER_... */
  readonly flags: number;
  /** For the input region. */
  readonly bytes: Uint8Array;
}

/** A range in the form that `listInOrder` takes; undefined for a bound that no node can hold. */
export function encodeRange(range: OrderRange): RangeQuestion | undefined {
  const { lower, upper, afterId } = range;
  const lowerBytes = lower === undefined ? NO_BYTES : encodeQuestion(lower.value);
  const upperBytes = upper === undefined ? NO_BYTES : encodeQuestion(upper.value);
  if (lowerBytes === undefined || upperBytes === undefined) return undefined;
  const upperAt = abi.ORDER_VALUES + lowerBytes.length;
  const bytes = new Uint8Array(upperAt + upperBytes.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, abi.ORDER_VALUES, true);
  view.setUint32(abi.ORDER_UPPER_OFFSET, upperAt, true);
  if (afterId !== undefined) bytes.set(utf8(afterId), abi.ORDER_ID);
  bytes.set(lowerBytes, abi.ORDER_VALUES);
  bytes.set(upperBytes, upperAt);
  const flags = [
    range.isDescending === true ? abi.ORDER_DESCENDING : 0,
    lower === undefined ? 0 : abi.ORDER_LOWER,
    lower?.isExcluded === true ? abi.ORDER_LOWER_EXCLUDED : 0,
    upper === undefined ? 0 : abi.ORDER_UPPER,
    upper?.isExcluded === true ? abi.ORDER_UPPER_EXCLUDED : 0,
    afterId === undefined ? 0 : abi.ORDER_AFTER_ID,
  ];
  return { flags: flags.reduce((sum, flag) => sum + flag, 0), bytes };
}

const NO_BYTES = new Uint8Array();
