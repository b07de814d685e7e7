/** Reads the fields of a JSON object whose form is known; anything else is MALFORMED. */

import { DatabaseError, ErrorCode } from '../base/errors.ts';

const UINT64_MAX = 2n ** 64n - 1n;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const INTEGER = /^(?:0|-?[1-9]\d{0,19})$/;
/** Characters of a wrong value that an error repeats. */
const SHOWN_LENGTH_MAX = 80;

export class JsonFields {
  readonly #what: string;
  readonly #object: Readonly<Record<string, unknown>>;

  private constructor(what: string, value: unknown) {
    this.#what = what;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.malformed('an object', value);
    }
    this.#object = value as Readonly<Record<string, unknown>>;
  }

  static parse(what: string, text: string): JsonFields {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw malformed(what, 'JSON', 'another text', cause);
    }
    return new JsonFields(what, value);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  object(name: string): JsonFields {
    return new JsonFields(`${name} of ${this.#what}`, this.value(name));
  }

  objects(name: string, countMax: number): JsonFields[] {
    const value = this.value(name);
    if (!Array.isArray(value) || value.length > countMax) {
      throw this.malformed(`${name} to be a list of at most ${countMax}`, value);
    }
    return value.map((item: unknown) => new JsonFields(`an item of ${this.#what}`, item));
  }

  value(name: string): unknown {
    return this.has(name) ? this.#object[name] : undefined;
  }

  nullable<T>(name: string, read: () => T): T | undefined {
    return this.value(name) === null ? undefined : read();
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value === 'string' && value.isWellFormed()) return value;
    throw this.malformed(`${name} to be a text`, value);
  }

  /** A whole number from 0. */
  index(name: string): number {
    const value = this.value(name);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.malformed(`${name} to be a whole number`, value);
  }

  /** Lower-case hex of so many bytes. */
  hex(name: string, bytes: number): string {
    const text = this.text(name);
    if (text.length === 2 * bytes && /^[0-9a-f]*$/.test(text)) return text;
    throw this.malformed(`${name} to be ${bytes} bytes of hex`, text);
  }

  int64(name: string): bigint {
    return this.#integer(name, { least: INT64_MIN, most: INT64_MAX });
  }

  uint64(name: string): bigint {
    return this.#integer(name, { least: 0n, most: UINT64_MAX });
  }

  bytes(name: string): Uint8Array {
    return this.#decode(name, this.text(name));
  }

  bytesList(name: string, countMax: number, bytesMax: number): Uint8Array[] {
    const value = this.value(name);
    if (!Array.isArray(value) || value.length > countMax) {
      throw this.malformed(`${name} to be a list of at most ${countMax}`, value);
    }
    return value.map((item: unknown) => {
      if (typeof item !== 'string') throw this.malformed(`${name} to hold texts`, item);
      const bytes = this.#decode(name, item);
      if (bytes.length > bytesMax) throw this.malformed(`${name} of at most ${bytesMax} B`, item);
      return bytes;
    });
  }

  malformed(expected: string, actual: unknown): DatabaseError {
    return malformed(this.#what, expected, shown(actual));
  }

  #integer(name: string, { least, most }: { least: bigint; most: bigint }): bigint {
    const text = this.text(name);
    const integer = INTEGER.test(text) ? BigInt(text) : undefined;
    if (integer !== undefined && integer >= least && integer <= most) return integer;
    throw this.malformed(`${name} to be an integer from ${least} to ${most}`, text);
  }

  /** Padded, in the common alphabet, and without bits that nothing reads. */
  #decode(name: string, text: string): Uint8Array {
    const isLike = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
    const bytes = isLike ? new Uint8Array(Buffer.from(text, 'base64')) : undefined;
    if (bytes?.toBase64() === text) return bytes;
    throw this.malformed(`${name} to be base64 in its canonical form`, text);
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'none';
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`;
}

function malformed(what: string, expected: string, actual: string, cause?: unknown): DatabaseError {
  const message = `${what} expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.MALFORMED, message, { cause });
}
