/**
 * The words of a plan: bytes with addresses in them, which are offsets until the plan is put into
 * the linear memory, and places for what is told when it runs.
 */

import * as abi from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { UTF8_BYTES_PER_UNIT, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { isNodeId } from '../delta/node-id.ts';
import { type Value, valueKind } from '../delta/value.ts';
import { compareText } from '../delta/value-order.ts';
import type { Engine } from './engine.ts';
import { type GivenLookups, type KeyWords, putLookups, roomForLookups } from './lookup-words.ts';
import { type Inputs, Parameter } from './parameter.ts';
import type { Lookups, Operand } from './plan.ts';
import type { SymbolTable } from './symbol-table.ts';
import { blobOf, putBlob, putWord, wellFormed } from './value-words.ts';

const WORD_BYTES = 4;
const BYTES_LEAST = 4_096;
const SPARE_BYTES_MAX = 1_048_576;
const NO_BYTES = new Uint8Array(0);
/** Of text that is written where it is to stand: that takes room for the longest UTF-8. */
const SHORT_TEXT_LENGTH = 1_024;
/** Nothing stands at 0, which names nothing; texts are read in chunks of this much. */
export const CHUNK_BYTES = 16;

export interface PlanText {
  readonly at: number;
  readonly bytes: number;
}

/** The buffer of the plan that was written last, all 0: memory outside of the heap costs time. */
let spare: Uint8Array<ArrayBuffer> | undefined;

/** Where a parameter of a plan stands. */
type ParameterPlace =
  | { readonly at: number; readonly kind: 'value'; readonly parameter: Parameter<Value> }
  | { readonly at: number; readonly kind: 'id'; readonly parameter: Parameter<string> }
  | {
      readonly at: number;
      readonly kind: 'lookups';
      readonly keys: readonly KeyWords[];
      readonly parameter: Parameter<Lookups>;
    };

/** Written in whole, then loaded once or more often, and released at last. */
export class PlanWords {
  readonly #symbols: SymbolTable;
  /** Of the names that were asked for: those that nothing has used. */
  readonly #unknown: { readonly kind: number; readonly text: string }[] = [];
  readonly #places: ParameterPlace[] = [];
  /** What the addresses in the bytes are relative to. */
  #base = 0;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = CHUNK_BYTES;
  /** Where words stand that are addresses. */
  readonly #addresses: number[] = [];
  #depth = 0;
  readonly #texts = new Map<readonly string[], number>();

  constructor(symbols: SymbolTable) {
    this.#symbols = symbols;
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
  id(at: number, id: string | Parameter<string>): boolean {
    if (!(id instanceof Parameter)) return putId(this.#bytes, at, id);
    this.#places.push({ at, kind: 'id', parameter: id });
    return true;
  }

  /** A value like a cell's; 0 for null, which no parameter comes to. */
  value(value: Operand): number {
    if (value === null) return 0;
    const at = this.reserve(abi.VALUE_WORDS);
    this.putValue(at, value);
    return at;
  }

  /** Puts how many lookups there are, and the address of the first: they stand behind the plan. */
  lookups(at: number, keys: readonly KeyWords[], lookups: Lookups | Parameter<Lookups>): void {
    const parameter = lookups instanceof Parameter ? lookups : new Parameter(() => lookups);
    this.#places.push({ at, kind: 'lookups', keys, parameter });
  }

  /** The same at a place that is reserved. */
  putValue(at: number, value: Operand): void {
    if (value instanceof Parameter) {
      this.#places.push({ at, kind: 'value', parameter: value });
      return;
    }
    this.#bytes[at + abi.CELL_KIND_OFFSET] = valueKind(value);
    const place = at + abi.CELL_VALUE_OFFSET;
    const blob = blobOf(value);
    if (blob === undefined) putWord(this.#view, place, value);
    else this.link(place, 0, this.#takeBlob(blob));
  }

  /** A table of texts in the order of their bytes; one for all places that name the same. */
  texts(all: readonly string[]): number {
    const known = this.#texts.get(all);
    if (known !== undefined) return known;
    const sorted = all.toSorted(compareText);
    const at = this.reserve(1 + sorted.length);
    this.set(at, 0, sorted.length);
    for (const [index, text] of sorted.entries()) {
      this.link(at, 1 + index, this.#takeBlob(utf8(wellFormed(text))));
    }
    this.#texts.set(all, at);
    return at;
  }

  /** The number of a name; of one that nothing has used, one that nothing has. */
  symbol(kind: number, text: string): number {
    return this.find(kind, text) || abi.SYMBOL_UNKNOWN;
  }

  /** The number of a name, 0 while nothing has used it. */
  find(kind: number, text: string): number {
    const symbol = this.#symbols.find(kind, text);
    if (symbol === 0) this.#unknown.push({ kind, text });
    return symbol;
  }

  /** The number of a path, or of the nearest one above it that something has used; 0 for none. */
  nearestPath(path: string): number {
    return this.#symbols.nearestPath(path, (above) => this.find(abi.SYMBOL_PATH, above));
  }

  get bytes(): number {
    return this.#length;
  }

  /** Whether names that nothing had used still are unused. */
  get isCurrent(): boolean {
    return this.#unknown.every(({ kind, text }) => this.#symbols.find(kind, text) === 0);
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

  /**
   * Puts the plan into the input region and returns the address of what stands at an offset, or 0
   * where there is no room. Throws what the parameters throw, and INVALID_INPUT for a value that no
   * node can hold.
   */
  load(engine: Engine, offset: number, inputs: Inputs = NO_INPUTS): number {
    assert(this.#length > 0, 'a plan is loaded before it is released');
    const given: Given[] = [];
    let room = 0;
    for (const place of this.#places) {
      const each = givenAt(place, inputs);
      given.push(each);
      room += roomFor(each);
    }
    const base = engine.exports.ensureInput(this.#length + CHUNK_BYTES + room) >>> 0;
    if (base === 0) return 0;
    this.#moveTo(base);
    const { bytes, view } = engine.memory;
    const isWhole = this.#bytes.length === this.#length;
    bytes.set(isWhole ? this.#bytes : this.#bytes.subarray(0, this.#length), base);
    let free = base + this.#length;
    for (const { at, id, value, blob, lookups } of given) {
      const place = base + at;
      if (lookups !== undefined) {
        view.setUint32(place, lookups.all.length, true);
        view.setUint32(place + WORD_BYTES, free, true);
        free = putLookups({ bytes, view, plan: base, at: free }, lookups);
      }
      // What is no id leaves zeros, which no node has.
      if (id !== undefined) putId(bytes, place, id);
      if (value === undefined) continue;
      bytes[place + abi.CELL_KIND_OFFSET] = valueKind(value);
      if (blob === undefined) putWord(view, place + abi.CELL_VALUE_OFFSET, value);
      else {
        view.setUint32(place + abi.CELL_VALUE_OFFSET, free, true);
        const length = putBlob(bytes, free + WORD_BYTES, blob);
        view.setUint32(free, length, true);
        free += roomOf(length);
      }
    }
    return base + offset;
  }

  /** The words are not needed any more. */
  release(): void {
    const bytes = this.#bytes;
    if (bytes.length <= SPARE_BYTES_MAX) {
      bytes.fill(0, 0, this.#length);
      spare = bytes;
    }
    this.#bytes = NO_BYTES;
    this.#length = 0;
  }

  /** The words are kept: in a buffer of their own, which takes no more than they do. */
  keep(): void {
    const kept = this.#bytes.slice(0, this.#length);
    const length = this.#length;
    this.release();
    this.#bytes = kept;
    this.#view = new DataView(kept.buffer);
    this.#length = length;
  }

  #moveTo(base: number): void {
    const way = base - this.#base;
    if (way === 0) return;
    for (const place of this.#addresses) {
      this.#view.setUint32(place, this.#view.getUint32(place, true) + way, true);
    }
    this.#base = base;
  }

  #takeBlob(bytes: Uint8Array): number {
    const at = this.#take(WORD_BYTES + bytes.length);
    this.#view.setUint32(at, bytes.length, true);
    this.#bytes.set(bytes, at + WORD_BYTES);
    return at;
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

const NO_INPUTS: Inputs = {};

/** What a parameter comes to: an id, lookups, or a value with its bytes where it has some. */
interface Given {
  readonly at: number;
  readonly id?: string;
  readonly value?: Value;
  /** Text is written as UTF-8. */
  readonly blob?: Uint8Array | string | undefined;
  readonly lookups?: GivenLookups;
}

function givenAt(place: ParameterPlace, inputs: Inputs): Given {
  const { at } = place;
  if (place.kind === 'id') return { at, id: place.parameter.read(inputs) };
  if (place.kind === 'lookups') {
    return { at, lookups: { keys: place.keys, all: place.parameter.read(inputs) } };
  }
  const value = place.parameter.read(inputs);
  const isShortText = typeof value === 'string' && value.length <= SHORT_TEXT_LENGTH;
  return { at, value, blob: isShortText ? wellFormed(value) : blobOf(value) };
}

/** At most. */
function roomFor({ blob, lookups }: Given): number {
  if (lookups !== undefined) return roomForLookups(lookups) + CHUNK_BYTES;
  if (blob === undefined) return 0;
  return roomOf(typeof blob === 'string' ? blob.length * UTF8_BYTES_PER_UNIT : blob.length);
}

function roomOf(length: number): number {
  return Math.ceil((WORD_BYTES + length) / CHUNK_BYTES) * CHUNK_BYTES;
}

/** False for a text that is no id. */
function putId(bytes: Uint8Array, at: number, id: string): boolean {
  if (!isNodeId(id)) return false;
  for (let index = 0; index < abi.ID_BYTES; index++) bytes[at + index] = id.charCodeAt(index);
  return true;
}
