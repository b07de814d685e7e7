/**
 * Reads YAML whose form is known; anything else is MALFORMED, with the place. Maps are read as Maps
 * and no key is looked up in a plain object. Aliases are not taken: a few of them can stand for
 * very many values.
 */

import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { DatabaseError, ErrorCode, type SourcePosition } from '../base/errors.ts';
import { ACCESS_TESTS_BYTES_MAX, ACCESS_TESTS_DEPTH_MAX } from '../base/limits.ts';
import { quoteShort } from '../definition/syntax.ts';

export interface YamlOptions {
  /** What the text is, in errors. */
  readonly what: string;
  /** Named in the position of an error. */
  readonly file?: string | undefined;
}

export class YamlFields {
  readonly #source: YamlSource;
  readonly #path: string;
  readonly #map: ReadonlyMap<string, unknown>;

  constructor(source: YamlSource, path: string, value: unknown) {
    this.#source = source;
    this.#path = path;
    if (!(value instanceof Map)) throw source.malformed(path, 'a map', value);
    this.#map = value;
  }

  /** Throws at a field that has no meaning here, which is mostly a mistake in writing. */
  expectOnly(...names: readonly string[]): this {
    for (const name of this.#map.keys()) {
      if (!names.includes(name)) throw this.malformed(`no field but ${names.join(', ')}`, name);
    }
    return this;
  }

  has(name: string): boolean {
    return this.#map.has(name);
  }

  /** Undefined where the field is absent or empty. */
  value(name: string): unknown {
    return this.#map.get(name) ?? undefined;
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value === 'string') return value;
    throw this.#wrong(name, 'text', value);
  }

  optionalText(name: string): string | undefined {
    return this.value(name) === undefined ? undefined : this.text(name);
  }

  /** No text where the field is absent. */
  texts(name: string): string[] {
    return this.list(name).map((value, index) => {
      if (typeof value === 'string') return value;
      throw this.#wrong(`${name}[${index}]`, 'text', value);
    });
  }

  integer(name: string): number {
    const value = this.value(name);
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw this.#wrong(name, 'a whole number', value);
  }

  boolean(name: string): boolean {
    const value = this.value(name);
    if (typeof value === 'boolean') return value;
    throw this.#wrong(name, 'true or false', value);
  }

  /** No item where the field is absent. */
  list(name: string): readonly unknown[] {
    const value = this.value(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    throw this.#wrong(name, 'a list', value);
  }

  fields(name: string): YamlFields {
    return new YamlFields(this.#source, this.#join(name), this.value(name));
  }

  fieldsList(name: string): YamlFields[] {
    return this.list(name).map(
      (item, index) => new YamlFields(this.#source, this.#join(`${name}[${index}]`), item),
    );
  }

  names(): string[] {
    return [...this.#map.keys()];
  }

  /** Values by name, as JSON has them; none where the field is absent. */
  values(name: string): ReadonlyMap<string, unknown> {
    const value = this.value(name);
    if (value === undefined) return new Map();
    if (value instanceof Map) return new Map(value.entries().map(([key, of]) => [key, json(of)]));
    throw this.#wrong(name, 'a map', value);
  }

  malformed(expected: string, got: unknown): DatabaseError {
    return this.#source.malformed(this.#path, expected, got, this.#map);
  }

  #wrong(name: string, expected: string, got: unknown): DatabaseError {
    return this.#source.malformed(this.#join(name), expected, got, this.#map);
  }

  #join(name: string): string {
    return this.#path === this.#source.what ? name : `${this.#path}.${name}`;
  }
}

export class YamlSource {
  readonly what: string;
  readonly #file: string | undefined;
  readonly #lines = new LineCounter();
  readonly #places = new Map<object, number>();
  readonly #value: unknown;

  constructor(text: string, { what, file }: YamlOptions) {
    this.what = what;
    this.#file = file;
    // A character is a byte at least, so a huge text is refused before it is encoded.
    const isLong = text.length > ACCESS_TESTS_BYTES_MAX;
    const bytes = isLong ? text.length : new TextEncoder().encode(text).length;
    if (bytes > ACCESS_TESTS_BYTES_MAX) {
      const message = `${what} expected at most ${ACCESS_TESTS_BYTES_MAX} bytes, got ${bytes}`;
      throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
    }
    // Keys are compared here: the library compares each with each.
    const options = { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: false };
    const document = parseDocument(text, options);
    const [error] = document.errors;
    if (error !== undefined) throw this.#error('YAML', error.message, error.pos[0]);
    this.#value = this.#read(document.contents, 0);
  }

  fields(): YamlFields {
    return new YamlFields(this, this.what, this.#value);
  }

  /** As of a map with one field, for a text that is a list. */
  listAs(name: string): YamlFields {
    return new YamlFields(this, this.what, new Map([[name, this.#value]]));
  }

  get isList(): boolean {
    return Array.isArray(this.#value);
  }

  malformed(path: string, expected: string, got: unknown, near?: object): DatabaseError {
    const at = typeof got === 'object' && got !== null ? this.#places.get(got) : undefined;
    const offset = at ?? (near === undefined ? undefined : this.#places.get(near)) ?? 0;
    return this.#error(expected, describe(got), offset, path);
  }

  #read(node: unknown, depth: number): unknown {
    if (node === null) return null;
    if (isScalar(node)) return node.value;
    const offset = placeOf(node);
    if (depth >= ACCESS_TESTS_DEPTH_MAX) {
      throw this.#error(`at most ${ACCESS_TESTS_DEPTH_MAX} levels`, 'more', offset);
    }
    if (isSeq(node)) {
      const list = node.items.map((item) => this.#read(item, depth + 1));
      this.#places.set(list, offset);
      return list;
    }
    if (!isMap(node)) {
      throw this.#error('no aliases', isAlias(node) ? `*${node.source}` : 'another value', offset);
    }
    const map = new Map<string, unknown>();
    this.#places.set(map, offset);
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? key.value : undefined;
      if (typeof name !== 'string') throw this.#error('names of fields', 'another key', offset);
      if (map.has(name)) throw this.#error(`one field ${quoteShort(name)}`, 'another', offset);
      map.set(name, this.#read(value, depth + 1));
    }
    return map;
  }

  #error(expected: string, got: string, offset: number, path = this.what): DatabaseError {
    const { line, col } = this.#lines.linePos(offset);
    const at = { line: Math.max(line, 1), column: Math.max(col, 1) };
    const position: SourcePosition = this.#file === undefined ? at : { file: this.#file, ...at };
    const message = `${path} expected ${expected}, got ${quoteShort(got)}`;
    return new DatabaseError(ErrorCode.MALFORMED, message, { position });
  }
}

/** With maps as plain objects; a key such as `__proto__` is a key of the object's own. */
function json(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(json);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries(value.entries().map(([key, of]) => [key, json(of)]));
}

function placeOf(node: unknown): number {
  if (typeof node !== 'object' || node === null || !('range' in node)) return 0;
  return Array.isArray(node.range) ? Number(node.range[0]) : 0;
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (value instanceof Map) return 'a map';
  return Array.isArray(value) ? 'a list' : String(value);
}
