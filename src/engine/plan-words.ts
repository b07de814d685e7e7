/**
 * The words of a plan while it is written, and where it goes: bytes with addresses in them, which
 * are offsets until the plan is put into the linear memory.
 */

import * as abi from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { isIdCharacter } from '../delta/node-id.ts';
import { IdValue, Timestamp, type Value, valueKind } from '../delta/value.ts';
import type { Engine } from './engine.ts';
import type { SymbolTable } from './symbol-table.ts';

const WORD_BYTES = 4;
const BYTES_LEAST = 4_096;
const SPARE_BYTES_MAX = 1_048_576;
const NO_BYTES = new Uint8Array(0);
/** Nothing stands at 0, which names nothing; texts are read in chunks of this much. */
export const CHUNK_BYTES = 16;

export interface PlanText {
  readonly at: number;
  readonly bytes: number;
}

/** The buffer of the plan that was loaded last, all 0: memory outside of the heap costs time. */
let spare: Uint8Array<ArrayBuffer> | undefined;

/** A plan is loaded once, and then its words are gone. */
export class PlanWords {
  readonly symbols: SymbolTable;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = CHUNK_BYTES;
  /** Where words stand that are addresses. */
  readonly #addresses: number[] = [];
  #depth = 0;

  constructor(symbols: SymbolTable) {
    this.symbols = symbols;
    this.#bytes = spare ?? new Uint8Array(BYTES_LEAST);
    this.#view = new DataView(this.#bytes.buffer);
    spare = undefined;
  }

  /** Words to be filled, all 0 at first; returns their offset. */
  reserve(words: number): number {
    return this.#take(words * WORD_BYTES);
  }

  set(at: number, word: number, value: number): void {
    this.#view.setUint32(at + word * WORD_BYTES, value, true);
  }

  /** Puts the address of what stands at an offset; of nothing, for 0. */
  link(at: number, word: number, target: number): void {
    const place = at + word * WORD_BYTES;
    this.#view.setUint32(place, target, true);
    if (target !== 0) this.#addresses.push(place);
  }

  /** Puts the address of a text, and its length behind it. */
  linkText(at: number, word: number, text: PlanText): void {
    this.link(at, word, text.at);
    this.set(at, word + 1, text.bytes);
  }

  /** Text that is written as it is. */
  text(text: string): PlanText {
    const bytes = utf8(text);
    const at = this.#take(bytes.length + CHUNK_BYTES);
    this.#bytes.set(bytes, at);
    return { at, bytes: bytes.length };
  }

  /** Puts an id at an offset; of another text, and then it says so, what no node has. */
  id(at: number, id: string): boolean {
    if (id.length !== abi.ID_BYTES) return false;
    const bytes = this.#bytes;
    for (let index = 0; index < abi.ID_BYTES; index++) {
      const code = id.charCodeAt(index);
      if (!isIdCharacter(code)) return false;
      bytes[at + index] = code;
    }
    return true;
  }

  /** A value like a cell's; 0 for null. */
  value(value: Value): number {
    if (value === null) return 0;
    const at = this.reserve(abi.VALUE_WORDS);
    this.putValue(at, value);
    return at;
  }

  /** The same at a place that is reserved. */
  putValue(at: number, value: Value): void {
    this.#bytes[at + abi.CELL_KIND_OFFSET] = valueKind(value);
    const place = at + abi.CELL_VALUE_OFFSET;
    if (typeof value === 'boolean') this.#view.setUint32(place, Number(value), true);
    else if (typeof value === 'bigint') this.#view.setBigInt64(place, int64(value), true);
    else if (typeof value === 'number') this.#view.setFloat64(place, value, true);
    else if (value instanceof Timestamp) {
      this.#view.setBigInt64(place, int64(value.microseconds), true);
    } else if (typeof value === 'string') this.#putBlob(place, wellFormed(value));
    else if (value instanceof Uint8Array) this.#putBlob(place, value);
    else if (value instanceof IdValue) this.#putBlob(place, utf8(value.id));
  }

  /** The number of a name; of one that nothing has used, one that nothing has. */
  symbol(kind: number, text: string): number {
    return this.symbols.find(kind, text) || abi.SYMBOL_UNKNOWN;
  }

  /** Writes what is one level deeper. Throws LIMIT_EXCEEDED beyond PLAN_DEPTH_MAX. */
  within<T>(write: () => T): T {
    this.#depth += 1;
    if (this.#depth > abi.PLAN_DEPTH_MAX) {
      throw new DatabaseError(
        ErrorCode.LIMIT_EXCEEDED,
        `a plan expected at most ${abi.PLAN_DEPTH_MAX} levels, got more`,
        { facts: { limit: 'PLAN_DEPTH_MAX', max: abi.PLAN_DEPTH_MAX } },
      );
    }
    const written = write();
    this.#depth -= 1;
    return written;
  }

  /** Puts the plan into the input region and returns the address of what stands at an offset. */
  load(engine: Engine, offset: number): number {
    assert(this.#length > 0, 'a plan is loaded once');
    const base = engine.exports.ensureInput(this.#length + CHUNK_BYTES) >>> 0;
    if (base === 0) return 0;
    for (const place of this.#addresses) {
      this.#view.setUint32(place, this.#view.getUint32(place, true) + base, true);
    }
    engine.memory.bytes.set(this.#bytes.subarray(0, this.#length), base);
    this.#giveBack();
    return base + offset;
  }

  #giveBack(): void {
    const bytes = this.#bytes;
    if (bytes.length <= SPARE_BYTES_MAX) {
      bytes.fill(0, 0, this.#length);
      spare = bytes;
    }
    this.#bytes = NO_BYTES;
    this.#length = 0;
  }

  #putBlob(place: number, bytes: Uint8Array): void {
    const at = this.#take(WORD_BYTES + bytes.length);
    this.#view.setUint32(at, bytes.length, true);
    this.#bytes.set(bytes, at + WORD_BYTES);
    this.link(place, 0, at);
  }

  #take(bytes: number): number {
    const at = this.#length;
    this.#length = Math.ceil((at + bytes) / CHUNK_BYTES) * CHUNK_BYTES;
    if (this.#length <= this.#bytes.length) return at;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
    return at;
  }
}

function int64(value: bigint): bigint {
  if (value === BigInt.asIntN(64, value)) return value;
  throw invalidValue('an integer of 64 bits', String(value));
}

function wellFormed(text: string): Uint8Array {
  if (text.isWellFormed()) return utf8(text);
  throw invalidValue('text without lone surrogates', JSON.stringify(text.slice(0, 80)));
}

function invalidValue(expected: string, actual: string): DatabaseError {
  const message = `a value of a plan expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.INVALID_INPUT, message);
}
