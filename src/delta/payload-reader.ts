/**
 * What the host reads from a payload: where its dictionary and transactions stand, for whom each
 * was done, and how its segments are cut. Deltas are the engine's business. All of it is read by
 * offsets: nothing is copied, and the payload may stand in shared memory.
 */

import { LEAF_PLAIN, LEAF_SEGMENTED, SYMBOL_ACTOR } from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { u16At, u32At } from '../base/little-endian.ts';
import { commitError, Reason } from './reason.ts';
import { expectSegments } from './segment-reader.ts';

export const SECRET_BYTES = 32;
/** Length word, counts of symbols and references. */
const DICTIONARY_HEADER_BYTES = 8;
/** After its length word: leaf, id, actor, count of deltas or segments. */
export const TRANSACTION_HEADER_BYTES = 21;
const ACTOR_OFFSET = 17;

const TEXT = new TextDecoder('utf-8', { fatal: true });

/** How the bytes after the dictionary are laid out. */
export const PayloadLayout = {
  /** Plain transactions. */
  PLAIN: 'plain',
  /** The commit's secret, then transactions that are plain or segmented. */
  FULL: 'full',
  /** Transactions whose segments carry their salt, or are withheld. */
  PARTIAL: 'partial',
} as const;
export type PayloadLayout = (typeof PayloadLayout)[keyof typeof PayloadLayout];

/** A payload that is cut into its parts. Made here alone. */
export class Payload {
  readonly bytes: Uint8Array;
  readonly layout: PayloadLayout;
  readonly transactionCount: number;
  /** First byte after the dictionary. */
  readonly dictionaryEnd: number;
  /** The length word of the first transaction. */
  readonly transactionsStart: number;
  #transactions: readonly Uint8Array[] | undefined;

  constructor(
    parts: Pick<Payload, 'bytes' | 'layout' | 'dictionaryEnd'> & { transactionCount: number },
  ) {
    this.bytes = parts.bytes;
    this.layout = parts.layout;
    this.transactionCount = parts.transactionCount;
    this.dictionaryEnd = parts.dictionaryEnd;
    this.transactionsStart = transactionsStart(parts.dictionaryEnd, parts.layout);
  }

  get dictionary(): Uint8Array {
    return this.bytes.subarray(0, this.dictionaryEnd);
  }

  /** Only in the full form of a commit with segments. */
  get secret(): Uint8Array | undefined {
    if (this.layout !== PayloadLayout.FULL) return undefined;
    return this.bytes.subarray(this.dictionaryEnd, this.dictionaryEnd + SECRET_BYTES);
  }

  /** Each transaction without its length word, in order; the list is made when it is asked for. */
  get transactions(): readonly Uint8Array[] {
    this.#transactions ??= this.#cut();
    return this.#transactions;
  }

  /** One transaction without its length word; walks over those before it. */
  transaction(position: number): Uint8Array {
    assert(position < this.transactionCount, 'a transaction has its place in the payload');
    let at = this.transactionsStart;
    for (let left = position; left > 0; left--) at = transactionEnd(this.bytes, at);
    return this.bytes.subarray(at + 4, transactionEnd(this.bytes, at));
  }

  #cut(): Uint8Array[] {
    const cut: Uint8Array[] = [];
    for (let at = this.transactionsStart; at < this.bytes.length; ) {
      const end = transactionEnd(this.bytes, at);
      cut.push(this.bytes.subarray(at + 4, end));
      at = end;
    }
    return cut;
  }
}

/** Cuts a payload into its parts; throws MALFORMED when a length or a leaf does not fit. */
export function readPayload(
  bytes: Uint8Array,
  layout: PayloadLayout = PayloadLayout.PLAIN,
): Payload {
  const dictionaryEnd = readDictionaryEnd(bytes, layout);
  let transactionCount = 0;
  for (let at = transactionsStart(dictionaryEnd, layout); at < bytes.length; ) {
    at = checkedEnd(bytes, at, layout);
    transactionCount += 1;
  }
  return new Payload({ bytes, layout, dictionaryEnd, transactionCount });
}

/** The parts of a payload whose lengths were checked, and which has so many transactions. */
export function checkedPayload(
  bytes: Uint8Array,
  layout: PayloadLayout,
  transactionCount: number,
): Payload {
  return new Payload({
    bytes,
    layout,
    dictionaryEnd: readDictionaryEnd(bytes, layout),
    transactionCount,
  });
}

/** The length word after the transaction whose length word stands at `at`. */
export function transactionEnd(bytes: Uint8Array, at: number): number {
  return at + 4 + u32At(bytes, at);
}

/** Hex of a transaction's id. */
export function transactionId(transaction: Uint8Array): string {
  return toHex(transaction.subarray(1, ACTOR_OFFSET));
}

/** The actor's name, once the engine has accepted the payload. */
export function transactionActor(payload: Payload, transaction: Uint8Array): string {
  const name = symbolAt(payload, u16At(transaction, ACTOR_OFFSET));
  if (name?.kind === SYMBOL_ACTOR) return TEXT.decode(name.text);
  throw new DatabaseError(ErrorCode.CORRUPT, 'a transaction expected an actor, got another name');
}

export interface DictionarySymbol {
  readonly number: number;
  readonly kind: number;
  readonly name: string;
}

/** The names of actors in the dictionary, with their numbers. */
export function actorNames(payload: Payload): readonly DictionarySymbol[] {
  return dictionarySymbols(payload, SYMBOL_ACTOR);
}

/** The names in the dictionary, of one kind or of all. */
export function dictionarySymbols(payload: Payload, wanted?: number): DictionarySymbol[] {
  const { bytes, dictionaryEnd } = payload;
  const symbols: DictionarySymbol[] = [];
  const count = u16At(bytes, 4);
  let at = DICTIONARY_HEADER_BYTES;
  for (let number = 0; number < count && at + 2 <= dictionaryEnd; number++) {
    const end = at + 2 + (bytes[at + 1] as number);
    const kind = bytes[at] as number;
    if (wanted === undefined || kind === wanted) {
      symbols.push({ number, kind, name: TEXT.decode(bytes.slice(at + 2, end)) });
    }
    at = end;
  }
  return symbols;
}

/** A symbol of the dictionary by its number; undefined where the dictionary ends before it. */
export function symbolAt(
  payload: Payload,
  number: number,
): { readonly kind: number; readonly text: Uint8Array } | undefined {
  const { bytes, dictionaryEnd } = payload;
  if (number >= u16At(bytes, 4)) return undefined;
  let at = DICTIONARY_HEADER_BYTES;
  for (let left = number; at + 2 <= dictionaryEnd; left--) {
    const end = at + 2 + (bytes[at + 1] as number);
    if (end > dictionaryEnd) return undefined;
    if (left === 0) return { kind: bytes[at] as number, text: bytes.subarray(at + 2, end) };
    at = end;
  }
  return undefined;
}

function transactionsStart(dictionaryEnd: number, layout: PayloadLayout): number {
  return dictionaryEnd + (layout === PayloadLayout.FULL ? SECRET_BYTES : 0);
}

function readDictionaryEnd(bytes: Uint8Array, layout: PayloadLayout): number {
  const expect = (end: number, length: number) => {
    if (length < end) throw cutShort('a dictionary', Reason.DICTIONARY_LENGTH, end, length);
  };
  expect(DICTIONARY_HEADER_BYTES, bytes.length);
  const end = 4 + u32At(bytes, 0);
  expect(DICTIONARY_HEADER_BYTES, end);
  expect(transactionsStart(end, layout), bytes.length);
  return end;
}

function checkedEnd(bytes: Uint8Array, at: number, layout: PayloadLayout): number {
  const expect = (end: number, length: number) => {
    if (length < end) throw cutShort('a transaction', Reason.TRANSACTION_LENGTH, end, length);
  };
  const least = at + 4 + TRANSACTION_HEADER_BYTES;
  expect(least, bytes.length);
  const end = transactionEnd(bytes, at);
  expect(end, bytes.length);
  expect(least, end);
  const leaf = bytes[at + 4] as number;
  if (leaf === LEAF_PLAIN) return end;
  if (leaf !== LEAF_SEGMENTED || layout === PayloadLayout.PLAIN) {
    const expected = layout === PayloadLayout.PLAIN ? `leaf ${LEAF_PLAIN}` : 'leaf 0 or 1';
    throw commitError(Reason.LEAF_KIND, { expected, actual: `${leaf}` });
  }
  expectSegments(bytes, at + 4, end, layout === PayloadLayout.PARTIAL);
  return end;
}

function cutShort(what: string, reason: Reason, end: number, length: number): DatabaseError {
  return commitError(reason, {
    what,
    expected: `to end by byte ${end}`,
    actual: `${length} bytes`,
  });
}
