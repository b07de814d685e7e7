/** Values as a plan has them in the linear memory: a word each, or bytes that it points to. */

import { utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { IdValue, ListValue, Timestamp, type Value } from '../delta/value.ts';
import { listBytes } from '../delta/value-writer.ts';

const LOOPED_LENGTH_MAX = 24;
const ASCII_MAX = 0x7f;

/** The bytes that a value points to; undefined for one that is a word itself. */
export function blobOf(value: Value): Uint8Array | undefined {
  if (typeof value === 'string') return utf8(wellFormed(value));
  if (value instanceof Uint8Array) return value;
  if (value instanceof ListValue) return checkedList(value);
  return value instanceof IdValue ? utf8(value.id) : undefined;
}

export function putWord(view: DataView, at: number, value: Value): void {
  if (typeof value === 'boolean') view.setUint32(at, Number(value), true);
  else if (typeof value === 'bigint') view.setBigInt64(at, int64(value), true);
  else if (typeof value === 'number') view.setFloat64(at, value, true);
  else if (value instanceof Timestamp) view.setBigInt64(at, int64(value.microseconds), true);
}

function int64(value: bigint): bigint {
  if (value === BigInt.asIntN(64, value)) return value;
  throw invalidValue('an integer of 64 bits', String(value));
}

/** What no node can hold would be written as another value. */
function checkedList(list: ListValue): Uint8Array {
  for (const item of list.items) {
    if (typeof item === 'string') wellFormed(item);
    else if (typeof item === 'bigint') int64(item);
    else if (item instanceof Timestamp) int64(item.microseconds);
  }
  return listBytes(list);
}

export function wellFormed(text: string): string {
  if (text.isWellFormed()) return text;
  throw invalidValue('text without lone surrogates', JSON.stringify(text.slice(0, 80)));
}

function invalidValue(expected: string, actual: string): DatabaseError {
  const message = `a value of a plan expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.INVALID_INPUT, message);
}

/** Answers how many bytes it takes. */
export function putBlob(bytes: Buffer, at: number, blob: Uint8Array | string): number {
  if (typeof blob === 'string') return putText(bytes, at, blob);
  bytes.set(blob, at);
  return blob.length;
}

/** To call out for a short text, as most keys are, takes longer than to write it. */
function putText(bytes: Buffer, at: number, text: string): number {
  if (text.length > LOOPED_LENGTH_MAX) return bytes.write(text, at);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > ASCII_MAX) return bytes.write(text, at);
    bytes[at + index] = unit;
  }
  return text.length;
}
