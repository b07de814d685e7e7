/**
 * Which authors two replicas differ in, where there are too many to tell them all (schema/sync.md,
 * Q33): ranges of keys are compared by fingerprints, and parted where these differ, until what is
 * left is short enough to be told. A state machine without a network: each side answers a frame of
 * the other by one of its own, as long as the other has asked something.
 *
 *     ranges := (bound 32 B, mode u8, content) ...
 *
 * A range begins where the one before it ends, and ends before its bound.
 */

import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { compareBytes, concatBytes, sameBytes, toHex } from '../base/bytes.ts';
import {
  PEER_RANGE_AUTHORS_TOLD,
  PEER_RANGE_PARTS,
  PEER_RANGE_ROUNDS_MAX,
  PEER_RANGES_MAX,
} from '../base/connection-limits.ts';
import { type DatabaseError, ErrorCode } from '../base/errors.ts';
import { firstIndex } from '../base/first-index.ts';
import type { KeySet } from '../base/key-set.ts';
import { sha256 } from '../crypto/hash.ts';
import type { AuthorTip } from '../space/frontier.ts';
import { FINGERPRINT_BYTES } from './peer-frame.ts';
import { failure } from './peer-rules.ts';

const KEY_BYTES = 32;
const LANES = 8;
/** Behind all keys: no point of the curve has it. */
const END = new Uint8Array(KEY_BYTES).fill(0xff);

const Mode = {
  /** Nothing is said of it: both sides know what they hold there. */
  SKIP: 0,
  /** fingerprint 16 B: is it the same there? */
  FINGERPRINT: 1,
  /** count u32, authors: what stands there? */
  LIST: 2,
  /** The same, as an answer. */
  ANSWER: 3,
} as const;

/** The last commits of authors, ascending by their keys, and fingerprints of any range of them. */
export class TipRanges {
  readonly tips: readonly AuthorTip[];
  /** Sums of the hashes before each tip, of eight words each, modulo 2^256. */
  readonly #sums: Uint32Array;

  constructor(tips: readonly AuthorTip[]) {
    this.tips = tips;
    const sums = new Uint32Array((tips.length + 1) * LANES);
    for (const [index, { hash }] of tips.entries()) {
      const view = new DataView(hash.buffer, hash.byteOffset);
      const at = index * LANES;
      let carry = 0;
      for (let lane = 0; lane < LANES; lane++) {
        carry += (sums[at + lane] as number) + view.getUint32(4 * lane, true);
        sums[at + LANES + lane] = carry;
        carry = Math.floor(carry / 2 ** 32);
      }
    }
    this.#sums = sums;
  }

  /** Of the tips from one index to another. */
  fingerprint(from = 0, to = this.tips.length): Uint8Array {
    const summed = new ByteWriter(LANES * 4 + 4);
    let borrow = 0;
    for (let lane = 0; lane < LANES; lane++) {
      const [end, begin] = [this.#sums[to * LANES + lane], this.#sums[from * LANES + lane]];
      const difference = (end as number) - (begin as number) - borrow;
      borrow = difference < 0 ? 1 : 0;
      summed.u32(difference >>> 0);
    }
    summed.u32(to - from);
    return sha256(summed.written()).slice(0, FINGERPRINT_BYTES);
  }

  /** Index behind the last tip of the author of the one at an index. */
  endOf(index: number): number {
    const tip = this.tips[index];
    if (tip === undefined) return index;
    return firstIndex(this.tips.length, (at) => {
      return compareBytes((this.tips[at] as AuthorTip).author, tip.author) > 0;
    });
  }

  /** Index of the first tip whose key is not before a bound. */
  indexOf(bound: Uint8Array): number {
    const { tips } = this;
    return firstIndex(tips.length, (at) => {
      return compareBytes((tips[at] as AuthorTip).author, bound) >= 0;
    });
  }
}

export class Reconciliation {
  readonly #own: TipRanges;
  readonly #known: KeySet;
  /** What the other side holds, by author in hex: at first what this one holds. */
  readonly #theirs: Map<string, readonly AuthorTip[]>;
  #rounds = 0;
  #isOver = false;

  /** Authors that are not `known` are passed over: nothing of them is here. */
  constructor(own: TipRanges, known: KeySet) {
    this.#own = own;
    this.#known = known;
    this.#theirs = Map.groupBy(own.tips, ({ author }) => toHex(author));
  }

  /** Whether all is known, and no further frame comes or goes. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What the other side holds, once it is over. */
  get theirs(): readonly AuthorTip[] {
    return [...this.#theirs.values()].flat();
  }

  /** What the side that begins sends first. */
  begin(): Uint8Array {
    const answer = new RangeWriter();
    this.#part(answer, 0, this.#own.tips.length, END);
    return answer.finish();
  }

  /**
   * What is sent for a frame of the other side; undefined where nothing is. Throws MALFORMED for
   * ranges that do not ascend, LIMIT_EXCEEDED for too many of them, or too many frames.
   */
  answer(body: Uint8Array): Uint8Array | undefined {
    this.#rounds += 1;
    if (this.#rounds > PEER_RANGE_ROUNDS_MAX) {
      throw exceeded(PEER_RANGE_ROUNDS_MAX, 'frames of ranges');
    }
    const reader = new ByteReader('ranges of authors', body);
    const answer = new RangeWriter();
    let hasAsked = false;
    let from: Uint8Array = new Uint8Array(KEY_BYTES);
    for (let count = 0; reader.left > 0; count++) {
      if (count >= PEER_RANGES_MAX) throw exceeded(PEER_RANGES_MAX, 'ranges');
      const bound = reader.bytes(KEY_BYTES);
      if (compareBytes(from, bound) >= 0) throw reader.malformed('bounds that ascend', 'others');
      const mode = reader.u8();
      if (mode === Mode.FINGERPRINT) this.#compare(reader, answer, from, bound);
      else if (mode === Mode.LIST || mode === Mode.ANSWER) {
        this.#hear(reader, from, bound);
        if (mode === Mode.LIST) this.#tell(answer, Mode.ANSWER, from, bound);
      } else if (mode !== Mode.SKIP) throw reader.malformed('a mode of 0 to 3', mode);
      hasAsked ||= mode === Mode.FINGERPRINT || mode === Mode.LIST;
      from = bound;
    }
    this.#isOver = !answer.hasAsked;
    return hasAsked ? answer.finish() : undefined;
  }

  #compare(reader: ByteReader, answer: RangeWriter, from: Uint8Array, bound: Uint8Array): void {
    const theirs = reader.bytes(FINGERPRINT_BYTES);
    const [first, end] = [this.#own.indexOf(from), this.#indexOfBound(bound)];
    if (sameBytes(this.#own.fingerprint(first, end), theirs)) return;
    answer.skipTo(from);
    const isOfOne = this.#own.endOf(first) >= end;
    if (isOfOne || end - first <= PEER_RANGE_AUTHORS_TOLD)
      this.#tell(answer, Mode.LIST, from, bound);
    else this.#part(answer, first, end, bound);
  }

  /** Asks for the parts of a range. */
  #part(answer: RangeWriter, first: number, end: number, bound: Uint8Array): void {
    const { tips } = this.#own;
    const step = Math.max(1, Math.ceil((end - first) / PEER_RANGE_PARTS));
    for (let at = first; ; ) {
      // Branches of one author stay together.
      const next = at === end ? end : this.#own.endOf(Math.min(end, at + step) - 1);
      const isLast = next === end;
      const limit = isLast ? bound : (tips[next] as AuthorTip).author;
      answer.fingerprint(limit, this.#own.fingerprint(at, next));
      if (isLast) break;
      at = next;
    }
  }

  /** Replaces what was known of a range. */
  #hear(reader: ByteReader, from: Uint8Array, bound: Uint8Array): void {
    const [first, end] = [this.#own.indexOf(from), this.#indexOfBound(bound)];
    for (const { author } of this.#own.tips.slice(first, end)) this.#theirs.delete(toHex(author));
    let last: Uint8Array | undefined;
    const heard: AuthorTip[] = [];
    for (let left = reader.u32(); left > 0; left--) {
      const author = reader.bytes(KEY_BYTES);
      const isIn = compareBytes(from, author) <= 0 && compareBytes(author, bound) < 0;
      const hash = reader.bytes(KEY_BYTES);
      const name = concatBytes(author, hash);
      const isNext = last === undefined || compareBytes(last, name) < 0;
      if (!isIn || !isNext) throw reader.malformed('authors of the range, ascending', 'others');
      last = name;
      const sequence = reader.u64();
      if (sequence > Number.MAX_SAFE_INTEGER) throw reader.malformed('a number', `${sequence}`);
      if (!this.#known.has(author, 0)) continue;
      heard.push({ author: author.slice(), hash: hash.slice(), sequence: Number(sequence) });
    }
    for (const [author, tips] of Map.groupBy(heard, (tip) => toHex(tip.author))) {
      this.#theirs.set(author, tips);
    }
  }

  #tell(
    answer: RangeWriter,
    mode: typeof Mode.LIST | typeof Mode.ANSWER,
    from: Uint8Array,
    bound: Uint8Array,
  ): void {
    const tips = this.#own.tips.slice(this.#own.indexOf(from), this.#indexOfBound(bound));
    answer.skipTo(from);
    answer.list(mode, bound, tips);
  }

  #indexOfBound(bound: Uint8Array): number {
    return sameBytes(bound, END) ? this.#own.tips.length : this.#own.indexOf(bound);
  }
}

class RangeWriter {
  readonly #bytes = new ByteWriter();
  #bound: Uint8Array = new Uint8Array(KEY_BYTES);
  /** Whether something in it asks for an answer. */
  hasAsked = false;

  /** Nothing is said of what is before a bound and was not told of. */
  skipTo(bound: Uint8Array): void {
    if (sameBytes(this.#bound, bound)) return;
    this.#begin(bound, Mode.SKIP);
  }

  fingerprint(bound: Uint8Array, fingerprint: Uint8Array): void {
    this.#begin(bound, Mode.FINGERPRINT);
    this.#bytes.bytes(fingerprint);
    this.hasAsked = true;
  }

  list(
    mode: typeof Mode.LIST | typeof Mode.ANSWER,
    bound: Uint8Array,
    tips: readonly AuthorTip[],
  ): void {
    this.#begin(bound, mode);
    this.#bytes.u32(tips.length);
    for (const { author, hash, sequence } of tips) {
      this.#bytes.bytes(author);
      this.#bytes.bytes(hash);
      this.#bytes.i64(BigInt(sequence));
    }
    if (mode === Mode.LIST) this.hasAsked = true;
  }

  finish(): Uint8Array {
    return this.#bytes.written();
  }

  #begin(bound: Uint8Array, mode: number): void {
    this.#bytes.bytes(bound);
    this.#bytes.u8(mode);
    this.#bound = bound;
  }
}

function exceeded(most: number, what: string): DatabaseError {
  return failure(ErrorCode.LIMIT_EXCEEDED, `at most ${most} ${what}`, 'one more');
}
