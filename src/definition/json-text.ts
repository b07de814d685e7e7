/**
 * JSON as text in its one form: what JSON.stringify writes of a value whose keys are in order. Keys
 * that are whole numbers come first, by their size, as JavaScript lists them whatever was written
 * first; then the others by code points. assembly/query/json-check.ts reads the same form.
 */

import { type ConstValueNode, Kind, type ValueNode } from 'graphql';
import { JSON_BYTES_MAX, JSON_DEPTH_MAX } from '../../assembly/abi-texts.ts';
import { fitsUtf8 } from '../base/bytes.ts';
import { compareText } from '../delta/value-order.ts';

const INDEX = /^(?:0|[1-9]\d{0,9})$/;
const INDEX_MAX = 4_294_967_294;

/** What cannot be written, in the words of an error: `JSON expected …`. */
export class NoJson extends Error {}

/** The text of a value. Throws NoJson for what is no JSON, is null, or passes a limit. */
export function jsonText(value: unknown): string {
  if (value === null) throw new NoJson('a value other than null alone');
  const text = textOf(value, 0);
  if (fitsUtf8(text, JSON_BYTES_MAX)) return text;
  throw new NoJson(`at most ${JSON_BYTES_MAX} bytes of text`);
}

/** The value of a text in its one form; undefined of another. */
export function parseJsonText(text: string): unknown {
  if (!fitsUtf8(text, JSON_BYTES_MAX)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return jsonText(value) === text ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof NoJson) return undefined;
    throw error;
  }
}

/** The value of a literal of GraphQL; `__proto__` is a name like others. Throws NoJson. */
export function jsonOfLiteral(
  node: ValueNode | ConstValueNode,
  variables: Readonly<Record<string, unknown>> = {},
): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.LIST:
      return node.values.map((item) => jsonOfLiteral(item, variables));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map(({ name, value }) => [name.value, jsonOfLiteral(value, variables)]),
      );
    case Kind.VARIABLE:
      return variables[node.name.value] ?? null;
    case Kind.ENUM:
      throw new NoJson('text in quotes');
  }
}

function textOf(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') {
    if (value.isWellFormed()) return JSON.stringify(value);
    throw new NoJson('text without lone surrogates');
  }
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return JSON.stringify(value);
    throw new NoJson('finite numbers');
  }
  if (typeof value !== 'object' || !(Array.isArray(value) || isPlain(value))) {
    throw new NoJson('text, numbers, true, false, null, lists and objects of these');
  }
  if (depth === JSON_DEPTH_MAX) {
    throw new NoJson(`at most ${JSON_DEPTH_MAX} lists and objects within one another`);
  }
  if (!Array.isArray(value)) return objectText(value, depth);
  return `[${value.map((item: unknown) => textOf(item, depth + 1)).join(',')}]`;
}

function objectText(value: Readonly<Record<string, unknown>>, depth: number): string {
  const keys = Object.keys(value).toSorted(compareKeys);
  const members = keys.map((key) => {
    const member = textOf(value[key], depth + 1);
    return `${textOf(key, depth)}:${member}`;
  });
  return `{${members.join(',')}}`;
}

/** No value of ours, which a variable can hold. */
function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function compareKeys(left: string, right: string): number {
  const [isLeft, isRight] = [isIndex(left), isIndex(right)];
  if (isLeft !== isRight) return isLeft ? -1 : 1;
  return isLeft ? Number(left) - Number(right) : compareText(left, right);
}

function isIndex(key: string): boolean {
  return INDEX.test(key) && Number(key) <= INDEX_MAX;
}
