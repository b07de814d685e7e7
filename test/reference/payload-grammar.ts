/**
 * The grammar of payloads once more, in plain TypeScript and from schema/commit.md alone: what is
 * read here and what the engine's prepare reads must get one verdict. Rule numbers are those of
 * the specification.
 */

import { ErrorCode } from '../../src/base/errors.ts';

/** Why a payload is none, with the code and the reason that the engine's refusal has. */
export interface Fault {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly what: string;
}

/** Whether a commit with this hash, as hex, is held already. */
export type Holds = (hash: string) => boolean;

const LIMITS = {
  payloadBytes: 8_388_608,
  references: 65_533,
  transactions: 65_535,
  keyBytes: 1_024,
  valueBytes: 1_048_576,
  removedAdds: 256,
  removedRuns: 128,
};
const REFERENCE_BYTES = 32;
const TRANSACTION_HEAD_BYTES = 21;

const NODE_TYPE = 1;
const EDGE_TYPE = 2;
const PATH = 3;
const ACTOR = 4;
const RELATION = 6;

const LIST = 10;

const OWN = 65_535;
const NONE = 65_534;

const ID = /^[0-9A-Za-z]{16}$/;
/** Up to 16 segments; in one, '\' stands only before '.' or '\'. */
const PATH_TEXT = /^(?:[^.\\]|\\[.\\])+(?:\.(?:[^.\\]|\\[.\\])+){0,15}$/s;

/** The first fault of a payload, or undefined when it is well-formed. */
export function checkPayload(
  payload: Uint8Array,
  held: readonly string[] | Holds,
  transactionCount?: number,
): Fault | undefined {
  const holds = typeof held === 'function' ? held : (hash: string) => held.includes(hash);
  try {
    new Grammar(payload, holds).payload(transactionCount);
    return undefined;
  } catch (error) {
    if (error instanceof FaultError) return error.fault;
    throw error;
  }
}

class FaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, cause?: unknown) {
    super(fault.what, { cause });
    this.fault = fault;
  }
}

class Grammar {
  readonly #bytes: Buffer;
  readonly #holds: Holds;
  /** Kinds of the symbols, by number. */
  readonly #symbols: number[] = [];
  #referenceCount = 0;
  #at = 0;
  #end = 0;

  constructor(payload: Uint8Array, holds: Holds) {
    this.#bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    this.#holds = holds;
  }

  payload(transactionCount: number | undefined): void {
    const { length } = this.#bytes;
    if (length > LIMITS.payloadBytes) throw tooLong(`${length} bytes of payload`);
    this.#end = length;
    this.#dictionary();
    let count = 0;
    while (this.#at < length) {
      if (count === LIMITS.transactions) throw tooLong(`${count + 1} transactions`);
      this.#end = length;
      this.#transaction(count);
      count += 1;
    }
    if (count === 0) throw malformed('none.given', 'no transaction');
    if (transactionCount !== undefined && count !== transactionCount) {
      throw malformed('count.mismatch', `${count} transactions instead of ${transactionCount}`);
    }
  }

  #dictionary(): void {
    const bytes = this.#number(4, 'dictionary length');
    this.#end = this.#at + bytes;
    if (this.#end > this.#bytes.length)
      throw malformed('bytes.missing', 'a dictionary beyond the payload');
    const symbols = this.#number(2, 'symbol count');
    this.#referenceCount = this.#number(2, 'reference count');
    if (this.#referenceCount > LIMITS.references) throw tooLong('references');
    for (let number = 0; number < symbols; number++) this.#symbol();
    if (this.#end - this.#at !== this.#referenceCount * REFERENCE_BYTES) {
      throw malformed('bytes.missing', 'a dictionary that does not end with its references');
    }
    for (let number = 0; number < this.#referenceCount; number++) {
      const hash = this.#take(REFERENCE_BYTES, 'reference').toString('hex');
      if (!this.#holds(hash)) throw unknownReference(hash);
    }
  }

  #symbol(): void {
    const kind = this.#number(1, 'symbol kind');
    const text = this.#take(this.#number(1, 'symbol length'), 'symbol text');
    const isKind = (kind >= NODE_TYPE && kind <= ACTOR) || kind === RELATION;
    if (!isKind) throw malformed('symbol.wrong', `symbol kind ${kind}`);
    if (text.length === 0) throw malformed('symbol.wrong', 'an empty symbol');
    const name = utf8(text);
    if (kind === PATH && !PATH_TEXT.test(name))
      throw malformed('path.form', `path ${JSON.stringify(name)}`);
    this.#symbols.push(kind);
  }

  #transaction(position: number): void {
    const bytes = this.#number(4, 'transaction length');
    const end = this.#at + bytes;
    if (end > this.#end) throw malformed('bytes.missing', 'a transaction beyond the payload');
    this.#end = end;
    if (bytes < TRANSACTION_HEAD_BYTES)
      throw malformed('bytes.missing', 'a transaction without a head');
    const leaf = this.#number(1, 'leaf');
    if (leaf > 1) throw malformed('leaf.kind', `leaf ${leaf}`);
    this.#take(16, 'transaction id');
    this.#name(ACTOR);
    const deltas = this.#number(2, 'delta count');
    if (deltas === 0 && leaf === 0) throw malformed('none.given', 'no delta');
    let hasSubject = false;
    for (let delta = 0; delta < deltas; delta++) hasSubject = this.#delta(hasSubject, position);
    if (this.#at !== end) throw malformed('bytes.trailing', 'bytes after the last delta');
  }

  /** Answers whether there is a subject after it. */
  #delta(hasSubject: boolean, position: number): boolean {
    const opcode = this.#number(1, 'opcode');
    if (opcode < 1 || opcode > 13) throw malformed('opcode.unknown', `opcode ${opcode}`);
    if (opcode >= 6 && !hasSubject)
      throw malformed('subject.missing', `opcode ${opcode} without a subject`);
    if (opcode === 1) this.#id();
    if (opcode === 2 || opcode === 5) this.#edge();
    if (opcode === 3) this.#create();
    if (opcode === 4) this.#createByKey();
    if (opcode === 7) this.#set();
    if (opcode === 8) this.#increment(position);
    if (opcode === 9) this.#add();
    if (opcode === 10) this.#remove(position);
    if (opcode === 11) this.#insert(position);
    if (opcode === 12) this.#removeItems(position);
    if (opcode === 13) this.#move(position);
    return true;
  }

  #edge(): void {
    // A fixed length is there or not as a whole.
    this.#expect(38, 'edge name');
    this.#id();
    this.#id();
    this.#name(EDGE_TYPE);
    this.#number(4, 'edge key');
  }

  #create(): void {
    this.#expect(10, 'create');
    this.#name(NODE_TYPE);
    this.#take(8, 'number');
  }

  #createByKey(): void {
    this.#expect(4, 'create by key');
    this.#name(NODE_TYPE);
    const bytes = this.#number(2, 'key length');
    if (bytes === 0) throw malformed('none.given', 'an empty key');
    if (bytes > LIMITS.keyBytes) throw tooLong(`a key of ${bytes} bytes`);
    utf8(this.#take(bytes, 'key'));
  }

  #set(): void {
    this.#name(PATH);
    const kind = this.#number(1, 'value kind');
    if (kind === LIST) this.#list();
    else if (kind !== 0 && kind !== 8) this.#content(kind);
  }

  #list(): void {
    const length = this.#number(4, 'list length');
    if (length > LIMITS.valueBytes) throw tooLong(`a list of ${length} bytes`);
    this.#expect(length, 'a list');
    const outer = this.#end;
    this.#end = this.#at + length;
    while (this.#at < this.#end) this.#content(this.#number(1, 'kind of an item'));
    this.#end = outer;
  }

  /** Of a value that an item of a list can be, too. */
  #content(kind: number): void {
    if (kind === 1) this.#bool();
    else if (kind === 3) this.#float();
    else if (kind === 4 || kind === 5) this.#text(kind === 4);
    else if (kind === 7) this.#id();
    else if (kind === 2 || kind === 6) this.#take(8, 'int64');
    else throw malformed('value.kind', `value kind ${kind}`);
  }

  #bool(): void {
    const bool = this.#number(1, 'bool');
    if (bool > 1) throw malformed('bool.form', `bool ${bool}`);
  }

  #float(): void {
    const bytes = this.#take(8, 'float64');
    if (!Number.isNaN(bytes.readDoubleLE())) return;
    if (bytes.toString('hex') !== '000000000000f87f')
      throw malformed('float.form', 'a second form of NaN');
  }

  #text(isString: boolean): void {
    const length = this.#number(4, 'value length');
    if (length > LIMITS.valueBytes) throw tooLong(`a value of ${length} bytes`);
    const bytes = this.#take(length, 'value');
    if (isString) utf8(bytes);
  }

  #increment(position: number): void {
    this.#expect(14, 'increment');
    this.#name(PATH);
    const reference = this.#number(2, 'reference');
    const base = this.#number(2, 'position');
    if (reference !== NONE) this.#named(reference, base, position);
    this.#take(8, 'amount');
  }

  #add(): void {
    // An opcode and a path are there or not as a whole.
    this.#expect(2, 'a path');
    this.#name(PATH);
    this.#content(this.#number(1, 'value kind'));
  }

  #remove(position: number): void {
    this.#add();
    const count = this.#number(2, 'count of adds');
    if (count === 0) throw malformed('none.given', 'no add');
    if (count > LIMITS.removedAdds) throw tooLong(`${count} adds of a removal`);
    this.#expect(4 * count, 'adds');
    for (let left = count; left > 0; left--) {
      const reference = this.#number(2, 'reference');
      this.#named(reference, this.#number(2, 'position'), position);
    }
  }

  #insert(position: number): void {
    this.#expect(4, 'insert');
    this.#name(PATH);
    const first = this.#number(2, 'number');
    this.#place(position);
    const count = this.#number(2, 'count of items');
    expectNumbers(first, count);
    for (let left = count; left > 0; left--) this.#content(this.#number(1, 'value kind'));
  }

  #removeItems(position: number): void {
    this.#expect(4, 'removal of items');
    this.#name(PATH);
    const count = this.#number(2, 'count of runs');
    if (count === 0) throw malformed('none.given', 'no run');
    if (count > LIMITS.removedRuns) throw tooLong(`${count} runs of a removal`);
    this.#expect(8 * count, 'runs');
    for (let left = count; left > 0; left--) {
      const first = this.#itemName(position);
      expectNumbers(first, this.#number(2, 'count of items'));
    }
  }

  #move(position: number): void {
    this.#expect(10, 'move');
    this.#name(PATH);
    this.#number(2, 'number');
    this.#itemName(position);
    this.#place(position);
  }

  #place(position: number): void {
    const side = this.#number(1, 'side');
    if (side === 0) return;
    if (side > 2) throw malformed('place.form', `side ${side}`);
    this.#expect(6, 'name of a place');
    this.#itemName(position);
  }

  /** Answers the number. */
  #itemName(position: number): number {
    const reference = this.#number(2, 'reference');
    this.#named(reference, this.#number(2, 'position'), position);
    return this.#number(2, 'number');
  }

  /** A transaction in a commit that is held, or one of its own that is not later. */
  #named(reference: number, named: number, position: number): void {
    if (reference === OWN) {
      if (named > position) throw malformed('reference.number', 'a later transaction');
    } else if (reference >= this.#referenceCount) {
      throw malformed('reference.number', `reference number ${reference}`);
    }
  }

  #id(): void {
    const id = this.#take(16, 'id').toString('latin1');
    if (!ID.test(id)) throw malformed('id.form', `id ${JSON.stringify(id)}`);
  }

  #name(kind: number): void {
    const number = this.#number(2, 'name');
    if (this.#symbols[number] !== kind)
      throw malformed('symbol.wrong', `name ${number} for kind ${kind}`);
  }

  #number(bytes: 1 | 2 | 4, what: string): number {
    return this.#take(bytes, what).readUIntLE(0, bytes);
  }

  #take(bytes: number, what: string): Buffer {
    this.#expect(bytes, what);
    this.#at += bytes;
    return this.#bytes.subarray(this.#at - bytes, this.#at);
  }

  #expect(bytes: number, what: string): void {
    if (this.#at + bytes > this.#end) throw malformed('bytes.missing', `no room for ${what}`);
  }
}

/** So many numbers from one on, none of them above 65,535. */
function expectNumbers(first: number, count: number): void {
  if (count === 0) throw malformed('none.given', 'no item');
  if (first + count > 65_536) throw tooLong(`${count} items from number ${first} on`);
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformed('text.utf8', 'bytes that are not UTF-8', cause);
  }
}

function malformed(reason: string, what: string, cause?: unknown): FaultError {
  return new FaultError({ code: ErrorCode.MALFORMED, reason, what }, cause);
}

function tooLong(what: string): FaultError {
  return new FaultError({ code: ErrorCode.LIMIT_EXCEEDED, reason: 'limit.passed', what });
}

function unknownReference(what: string): FaultError {
  return new FaultError({ code: ErrorCode.CONFLICT, reason: 'reference.unknown', what });
}
