/**
 * Commits once more, from schema/commit.md alone: what is read here and what the source reads must
 * get one verdict, with one reason. Plain on purpose: every part is copied out and looked at by
 * itself, and the Merkle root is the recursion of RFC 6962.
 */

import { createHash, createHmac, createPublicKey, verify } from 'node:crypto';
import { type HeaderFields, readHeader } from './header-oracle.ts';

/** What a commit says once it has verified. */
export interface ReadCommit {
  readonly hash: string;
  readonly form: 'full' | 'partial';
  readonly segments: number;
  readonly withheld: number;
  /** What the engine is given. */
  readonly flat: Buffer;
}

interface Segment {
  readonly relation: number;
  readonly hash: Buffer;
  /** Undefined where they are withheld. */
  readonly deltas: Buffer | undefined;
  readonly deltaCount: number;
}

interface Transaction {
  readonly leaf: Buffer;
  /** Undefined in a plain one. */
  readonly segments: readonly Segment[] | undefined;
  readonly bytes: Buffer;
}

interface PayloadParts {
  readonly dictionary: Buffer;
  readonly transactions: readonly Transaction[];
}

class Refusal extends Error {}

/** The commit, or the reason why it is none. */
export function readCommit(bytes: Uint8Array): ReadCommit | string {
  try {
    return read(Buffer.from(bytes));
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

function read(bytes: Buffer): ReadCommit {
  if (bytes.length < 4 || bytes.length > 8_392_772) refuse('envelope.length');
  if (bytes[0] !== 1) refuse('envelope.unsupported');
  if (bytes.readUInt8(1) > 1) refuse('form.unsupported');
  const isPartial = bytes[1] === 1;
  const headerLength = bytes.readUInt16LE(2);
  if (headerLength > 4096 || bytes.length < 4 + headerLength + 64) refuse('header.length');
  const headerBytes = bytes.subarray(4, 4 + headerLength);
  const header = readHeader(headerBytes);
  if (typeof header === 'string') return refuse(header);
  const isSegmented = header.numbers.get('format') === 2n;
  if (isPartial && !isSegmented) refuse('form.mismatch');
  const payload = bytes.subarray(4 + headerLength + 64);
  const claimed = Number(header.numbers.get('payload'));
  if (isPartial ? payload.length > 8_388_608 : payload.length !== claimed) {
    refuse('payload.length');
  }
  const hash = sha256(headerBytes);
  const signature = bytes.subarray(4 + headerLength, 4 + headerLength + 64);
  if (!isSigned(header.hashes.get('author') as Buffer, hash, signature)) {
    refuse('signature.invalid');
  }
  const parts = new PayloadReader(payload, { isSegmented, isPartial }).read();
  compareHashes(header, parts);
  const segments = parts.transactions.flatMap((one) => one.segments ?? []);
  if (isSegmented) checkContent({ parts, segments, isPartial, claimed, length: payload.length });
  return {
    hash: hash.toString('hex'),
    form: isPartial ? 'partial' : 'full',
    segments: segments.length,
    withheld: segments.filter(({ deltas }) => deltas === undefined).length,
    flat: Buffer.concat([parts.dictionary, ...parts.transactions.map(flatten)]),
  };
}

class PayloadReader {
  readonly #payload: Buffer;
  readonly #isSegmented: boolean;
  readonly #isPartial: boolean;
  #secret: Buffer = Buffer.alloc(0);

  constructor(payload: Buffer, options: { isSegmented: boolean; isPartial: boolean }) {
    this.#payload = payload;
    this.#isSegmented = options.isSegmented;
    this.#isPartial = options.isPartial;
  }

  read(): PayloadParts {
    const payload = this.#payload;
    if (payload.length < 8) refuse('dictionary.length');
    let at = 4 + payload.readUInt32LE(0);
    if (at < 8 || at > payload.length) refuse('dictionary.length');
    const dictionary = payload.subarray(0, at);
    if (this.#isSegmented && !this.#isPartial) {
      this.#secret = payload.subarray(at, at + 32);
      if (this.#secret.length < 32) refuse('dictionary.length');
      at += 32;
    }
    const transactions: Transaction[] = [];
    while (at < payload.length) {
      if (payload.length - at < 25) refuse('transaction.length');
      const end = at + 4 + payload.readUInt32LE(at);
      if (end < at + 25 || end > payload.length) refuse('transaction.length');
      transactions.push(this.#transaction(payload.subarray(at + 4, end), transactions.length));
      at = end;
    }
    return { dictionary, transactions };
  }

  #transaction(bytes: Buffer, position: number): Transaction {
    if (bytes[0] === 0) return { leaf: bytes, segments: undefined, bytes };
    if (bytes[0] !== 1 || !this.#isSegmented) refuse('leaf.kind');
    const count = bytes.readUInt16LE(19);
    if (count < 1 || count > 4096) refuse('segment.count');
    const segments: Segment[] = [];
    let at = 21;
    for (let index = 0; index < count; index++) {
      const { segment, end } = this.#segment(bytes, at, { transaction: position, segment: index });
      segments.push(segment);
      at = end;
    }
    if (at !== bytes.length) refuse('segment.length');
    const entries = segments.map(({ relation, hash }) => Buffer.concat([u16(relation), hash]));
    return { leaf: Buffer.concat([bytes.subarray(0, 21), ...entries]), segments, bytes };
  }

  #segment(
    bytes: Buffer,
    at: number,
    position: { transaction: number; segment: number },
  ): { segment: Segment; end: number } {
    if (bytes.length < at + 3) refuse('segment.length');
    const relation = bytes.readUInt16LE(at);
    const state = bytes.readUInt8(at + 2);
    if (state > (this.#isPartial ? 1 : 0)) refuse('segment.state');
    if (state === 1) {
      const hash = bytes.subarray(at + 3, at + 35);
      if (hash.length < 32) refuse('segment.length');
      return { segment: { relation, hash, deltas: undefined, deltaCount: 0 }, end: at + 35 };
    }
    const lengthAt = at + 3 + (this.#isPartial ? 32 : 0);
    if (bytes.length < lengthAt + 6) refuse('segment.length');
    const deltaCount = bytes.readUInt16LE(lengthAt);
    const end = lengthAt + 6 + bytes.readUInt32LE(lengthAt + 2);
    if (end > bytes.length) refuse('segment.length');
    const salt = this.#isPartial ? bytes.subarray(at + 3, at + 35) : this.#salt(position);
    const full = [bytes.subarray(at, at + 3), bytes.subarray(lengthAt, end)];
    const hash = sha256(Buffer.concat([Buffer.of(2), salt, ...full]));
    const deltas = bytes.subarray(lengthAt + 6, end);
    return { segment: { relation, hash, deltas, deltaCount }, end };
  }

  #salt({ transaction, segment }: { transaction: number; segment: number }): Buffer {
    const place = Buffer.concat([u16(transaction & 0xffff), u16(transaction >>> 16), u16(segment)]);
    const hmac = createHmac('sha256', this.#secret);
    return hmac.update('massive-graph/salt/v1\0').update(place).digest();
  }
}

function compareHashes(header: HeaderFields, parts: PayloadParts): void {
  const { dictionary, transactions } = parts;
  if (BigInt(transactions.length) !== header.numbers.get('transactions')) refuse('count.mismatch');
  const hash = (name: string) => header.hashes.get(name) as Buffer;
  if (!sha256(dictionary).equals(hash('dictionary'))) refuse('dictionary.mismatch');
  if (!rootOf(transactions.map(({ leaf }) => leaf)).equals(hash('root'))) refuse('root.mismatch');
}

function checkContent(commit: {
  readonly parts: PayloadParts;
  readonly segments: readonly Segment[];
  readonly isPartial: boolean;
  readonly claimed: number;
  readonly length: number;
}): void {
  const { parts, segments, claimed } = commit;
  if (segments.length === 0) refuse('segment.none');
  if (claimed + 32 * segments.length > 8_388_608) refuse('payload.limit');
  const withheld = segments.filter(({ deltas }) => deltas === undefined).length;
  if (commit.isPartial) {
    const withoutWithheld = commit.length - 35 * withheld - 32 * (segments.length - withheld) + 32;
    if (withheld === 0 && claimed !== withoutWithheld) refuse('payload.total');
    if (claimed < withoutWithheld + 14 * withheld) refuse('payload.total');
  }
  const kinds = symbolKinds(parts.dictionary);
  for (const { segments: own = [] } of parts.transactions) {
    for (const segment of own) {
      if (kinds[segment.relation] !== 6) refuse('segment.relation');
      if (segment.deltas !== undefined) checkDeltas(segment.deltas, segment.deltaCount);
    }
    const deltas = own.reduce((sum, { deltaCount }) => sum + deltaCount, 0);
    if (deltas > 65_535) refuse('deltas.limit');
  }
}

/** As many as can be read. */
function symbolKinds(dictionary: Buffer): number[] {
  const kinds: number[] = [];
  let at = 8;
  for (let left = dictionary.readUInt16LE(4); left > 0 && at + 2 <= dictionary.length; left--) {
    const end = at + 2 + dictionary.readUInt8(at + 1);
    if (end > dictionary.length) break;
    kinds.push(dictionary.readUInt8(at));
    at = end;
  }
  return kinds;
}

function checkDeltas(deltas: Buffer, count: number): void {
  let rest = deltas;
  for (let index = 0; index < count; index++) {
    if (rest.length === 0) refuse('segment.deltas');
    const opcode = rest.readUInt8(0);
    const isName = opcode >= 1 && opcode <= 5;
    if (isName !== (index === 0)) refuse('segment.subject');
    const length = deltaLength(rest);
    if (length === undefined || length > rest.length) return refuse('segment.deltas');
    rest = rest.subarray(length);
  }
  if (rest.length > 0 || count === 0) refuse('segment.deltas');
}

function deltaLength(delta: Buffer): number | undefined {
  const fixed = [undefined, 17, 39, 11, undefined, 39, 1, undefined, 15][delta.readUInt8(0)];
  if (fixed !== undefined) return fixed;
  if (delta[0] === 4) return delta.length < 5 ? undefined : 5 + delta.readUInt16LE(3);
  if (delta[0] === 11) return insertLength(delta);
  if (delta[0] === 12) return delta.length < 5 ? undefined : 5 + 8 * delta.readUInt16LE(3);
  if (delta[0] === 13) return placeEnd(delta, 11);
  if (delta[0] !== 7 && delta[0] !== 9 && delta[0] !== 10) return undefined;
  const value = delta.length < 4 ? undefined : valueEnd(delta, 3);
  if (value === undefined || delta[0] !== 10) return value;
  return delta.length < value + 2 ? undefined : value + 2 + 4 * delta.readUInt16LE(value);
}

function insertLength(delta: Buffer): number | undefined {
  const countAt = placeEnd(delta, 5);
  if (countAt === undefined || delta.length < countAt + 2) return undefined;
  let end = countAt + 2;
  for (let left = delta.readUInt16LE(countAt); left > 0; left--) {
    const next = end < delta.length ? valueEnd(delta, end) : undefined;
    if (next === undefined) return undefined;
    end = next;
  }
  return end;
}

/** A side, and the name of a place unless that is the root. */
function placeEnd(delta: Buffer, at: number): number | undefined {
  if (delta.length <= at) return undefined;
  return delta[at] === 0 ? at + 1 : at + 7;
}

function valueEnd(delta: Buffer, at: number): number | undefined {
  const kind = delta.readUInt8(at);
  const content = [0, 1, 8, 8, undefined, undefined, 8, 16, 0][kind];
  if (content !== undefined) return at + 1 + content;
  const isText = kind === 4 || kind === 5 || kind === 10;
  return isText && delta.length >= at + 5 ? at + 5 + delta.readUInt32LE(at + 1) : undefined;
}

function flatten({ bytes, segments }: Transaction): Buffer {
  if (segments === undefined) return Buffer.concat([u32(bytes.length), bytes]);
  const count = segments.reduce((sum, { deltaCount }) => sum + deltaCount, 0);
  const deltas = segments.map((segment) => segment.deltas ?? Buffer.alloc(0));
  const flat = Buffer.concat([bytes.subarray(0, 19), u16(count), ...deltas]);
  return Buffer.concat([u32(flat.length), flat]);
}

/** MTH of RFC 6962, section 2.1. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  const [leaf] = leaves;
  if (leaf === undefined) return sha256(Buffer.alloc(0));
  if (leaves.length === 1) return sha256(Buffer.concat([Buffer.of(0), leaf]));
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  const sides = [rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half))];
  return sha256(Buffer.concat([Buffer.of(1), ...sides]));
}

function isSigned(author: Buffer, hash: Buffer, signature: Buffer): boolean {
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), author]);
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const signed = Buffer.concat([Buffer.from('massive-graph/commit/v1\0'), hash]);
  return verify(null, signed, key, signature);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function u16(value: number): Buffer {
  return Buffer.of(value & 0xff, value >> 8);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function refuse(reason: string): never {
  throw new Refusal(reason);
}
