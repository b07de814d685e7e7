/**
 * Values of a condition's parameters: from what JSON can say to what CEL computes with, as OpenFGA
 * converts them. A number may be written as text, since JSON's numbers are too narrow for 64 bits.
 */

import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { CONTEXT_BYTES_MAX, CONTEXT_DEPTH_MAX, CONTEXT_VALUES_MAX } from '../base/limits.ts';
import { parseDateTime } from '../definition/date-time.ts';
import { AccessError, AccessReason } from './access-error.ts';
import { parseIpAddress } from './ip-address.ts';
import type { ParameterType } from './model.ts';

const UTF8 = new TextEncoder();
const INT_MIN = -(2n ** 63n);
const INT_MAX = 2n ** 63n - 1n;
const UINT_MAX = 2n ** 64n - 1n;
const NUMBER_LENGTH_MAX = 64;
const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?$/;
const INTEGER = /^[+-]?[0-9]+$/;
const DURATION_LENGTH_MAX = 128;
const DURATION_PART = /([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)/y;
const UNIT_NANOSECONDS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);
const NANOSECONDS = 1_000_000_000n;

export function formatParameterType(type: ParameterType): string {
  return 'element' in type ? `${type.kind}<${formatParameterType(type.element)}>` : type.kind;
}

/** Converts the values of one context and measures them, so that what is computed is bounded. */
export class ParameterConverter {
  #values = 0;
  #bytes = 0;
  #itemsMax = 1;
  #textMax = 0;

  /** Items of the longest list or map met so far; one where none was. */
  get itemsMax(): number {
    return this.#itemsMax;
  }

  /** Characters of the longest text. */
  get textMax(): number {
    return this.#textMax;
  }

  /** Undefined where the value is not of the type. */
  convert(type: ParameterType, value: unknown, depth = 0): unknown {
    this.#count(depth);
    switch (type.kind) {
      case 'any':
        return this.#convertAny(value, depth);
      case 'list':
        return Array.isArray(value) ? this.#convertList(type.element, value, depth) : undefined;
      case 'map': {
        const entries = mapEntries(value);
        return entries && this.#convertMap(type.element, entries, depth);
      }
      case 'bool':
        return typeof value === 'boolean' ? value : undefined;
      case 'string':
        return typeof value === 'string' ? this.#text(value) : undefined;
      case 'double':
        return parseDouble(value);
      case 'int':
        return parseInteger(value, INT_MIN, INT_MAX);
      case 'uint': {
        const integer = parseInteger(value, 0n, UINT_MAX);
        return integer === undefined ? undefined : new UnsignedInt(integer);
      }
      case 'duration':
        return typeof value === 'string' ? parseDuration(value) : undefined;
      case 'timestamp':
        return typeof value === 'string' ? parseTimestamp(value) : undefined;
      case 'ipaddress':
        return typeof value === 'string' ? parseIpAddress(value) : undefined;
    }
  }

  /** Whatever JSON can say; its numbers are doubles. */
  #convertAny(value: unknown, depth: number): unknown {
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
    if (Array.isArray(value)) return this.#convertList({ kind: 'any' }, value, depth);
    const entries = mapEntries(value);
    return entries && this.#convertMap({ kind: 'any' }, entries, depth);
  }

  #convertList(element: ParameterType, list: readonly unknown[], depth: number): unknown {
    this.#itemsMax = Math.max(this.#itemsMax, list.length);
    const converted: unknown[] = [];
    for (const item of list) {
      const value = this.convert(element, item, depth + 1);
      if (value === undefined) return undefined;
      converted.push(value);
    }
    return converted;
  }

  #convertMap(
    element: ParameterType,
    entries: readonly (readonly [string, unknown])[],
    depth: number,
  ): unknown {
    const converted = new Map<string, unknown>();
    for (const [key, item] of entries) {
      const value = this.convert(element, item, depth + 1);
      if (value === undefined) return undefined;
      converted.set(this.#text(key), value);
    }
    this.#itemsMax = Math.max(this.#itemsMax, converted.size);
    return converted;
  }

  #text(text: string): string {
    this.#textMax = Math.max(this.#textMax, text.length);
    this.#bytes += text.length > CONTEXT_BYTES_MAX ? text.length : UTF8.encode(text).length;
    if (this.#bytes > CONTEXT_BYTES_MAX) exceeded('bytes', CONTEXT_BYTES_MAX);
    return text;
  }

  #count(depth: number): void {
    this.#values++;
    if (this.#values > CONTEXT_VALUES_MAX) exceeded('values', CONTEXT_VALUES_MAX);
    if (depth > CONTEXT_DEPTH_MAX) exceeded('values within one another', CONTEXT_DEPTH_MAX);
  }
}

/** A moment of RFC 3339, to the millisecond: more is not compared. */
export function parseTimestamp(text: string): Date | undefined {
  const microseconds = text.replace(/(\.[0-9]{6})[0-9]{1,3}(?=[Z+-])/, '$1');
  const moment = parseDateTime(microseconds);
  if (moment === undefined) return undefined;
  const milliseconds = moment.microseconds / 1000n;
  const isRoundedUp = moment.microseconds < 0n && moment.microseconds % 1000n !== 0n;
  return new Date(Number(isRoundedUp ? milliseconds - 1n : milliseconds));
}

/** A duration as Go writes it: `1h30m`, `-1.5s`, `0`. */
export function parseDuration(text: string): Duration | undefined {
  if (text.length > DURATION_LENGTH_MAX) return undefined;
  const [, sign, parts = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (parts === '0') return new Duration(0n, 0);
  let nanoseconds = 0n;
  let at = 0;
  while (at < parts.length || at === 0) {
    DURATION_PART.lastIndex = at;
    const [whole = '', amount = '', unit = ''] = DURATION_PART.exec(parts) ?? [];
    if (whole === '') return undefined;
    const [integer = '', fraction = ''] = amount.split('.');
    const unitNanoseconds = UNIT_NANOSECONDS.get(unit) ?? 0n;
    nanoseconds += BigInt(integer) * unitNanoseconds;
    nanoseconds += (BigInt(fraction) * unitNanoseconds) / 10n ** BigInt(fraction.length);
    at += whole.length;
  }
  if (nanoseconds > INT_MAX) return undefined;
  const signed = sign === '-' ? -nanoseconds : nanoseconds;
  return new Duration(signed / NANOSECONDS, Number(signed % NANOSECONDS));
}

function parseDouble(value: unknown): number | undefined {
  const isText = typeof value === 'string' && value.length <= NUMBER_LENGTH_MAX;
  const number = isText && NUMBER.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** An integer, or a number without a fraction such as `1e3`. */
function parseInteger(value: unknown, least: bigint, most: bigint): bigint | undefined {
  let integer: bigint | undefined;
  if (typeof value === 'string' && value.length <= NUMBER_LENGTH_MAX && INTEGER.test(value)) {
    integer = BigInt(value.replace(/^\+/, ''));
  } else {
    const number = parseDouble(value);
    if (number !== undefined && Number.isInteger(number)) integer = BigInt(number);
  }
  return integer === undefined || integer < least || integer > most ? undefined : integer;
}

/** Of a plain object, which is JSON's map; undefined for every other value. */
export function mapEntries(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  return isPlain ? Object.entries(value) : undefined;
}

function exceeded(what: string, limit: number): never {
  const message = `context expected at most ${limit} ${what}, got more`;
  throw new AccessError(AccessReason.CONDITION, message);
}
