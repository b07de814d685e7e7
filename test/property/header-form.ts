/**
 * Random headers and mutants of them, read by the template of the source and by a general codec
 * with the field rules (test/reference/header-oracle.ts): one verdict, one reason, the same
 * fields, and the same bytes when they are written again.
 */

import { fromHex, toHex } from '../../src/base/bytes.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { type CommitHeader, decodeHeader, encodeHeader } from '../../src/delta/header.ts';
import {
  type Loose,
  looseFloat,
  looseLink,
  looseMap,
  wideBytes,
  wideNumber,
} from '../fixture/loose-cbor.ts';
import { type HeaderFields, readHeader } from '../reference/header-oracle.ts';
import { Seeded } from '../seeded.ts';
import { mutateBytes } from './door-mutations.ts';

const WHOLE = [0, 1, 23, 24, 255, 256, 65_535, 65_536, 8_388_608, 8_388_609, 2 ** 32 - 1, 2 ** 32];
const WIDTHS = [0, 1, 2, 4, 8] as const;
/** A number of the loose writer that cannot be told in fewer bytes is written wider. */
const LIMITS = [24n, 256n, 65_536n, 2n ** 32n, 2n ** 64n];

export interface HeaderOptions {
  readonly seed: number;
  readonly count: number;
  /** The reader to try; another shows that the check bites. */
  readonly decode?: (bytes: Uint8Array) => CommitHeader;
}

export interface HeaderTally {
  accepted: number;
  readonly reasons: Map<string, number>;
}

/** Throws at the first header on which the two differ. */
export function checkHeaders({ seed, count, decode = decodeHeader }: HeaderOptions): HeaderTally {
  const seeded = new Seeded(seed);
  const tally: HeaderTally = { accepted: 0, reasons: new Map() };
  let other = looseMap(randomFields(seeded));
  for (let index = 0; index < count; index++) {
    const bytes = randomHeader(seeded, other);
    const verdict = compare(bytes, decode);
    if (verdict === undefined) tally.accepted += 1;
    else tally.reasons.set(verdict, (tally.reasons.get(verdict) ?? 0) + 1);
    if (verdict === undefined) other = bytes;
  }
  return tally;
}

function compare(bytes: Uint8Array, decode: (bytes: Uint8Array) => CommitHeader) {
  const oracle = readHeader(bytes);
  const header = verdictOf(bytes, decode);
  if (typeof oracle === 'string' || typeof header === 'string') {
    if (oracle === header) return header;
    const [left, right] = [oracle, header].map((one) => (typeof one === 'string' ? one : 'taken'));
    throw new Error(`a header expected ${left}, got ${right}: ${toHex(bytes)}`);
  }
  if (textOf(oracle) !== textOf(fieldsOf(header))) throw new Error(`fields: ${toHex(bytes)}`);
  if (toHex(encodeHeader(header)) !== toHex(bytes)) throw new Error(`bytes: ${toHex(bytes)}`);
  return undefined;
}

function verdictOf(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => CommitHeader,
): CommitHeader | string {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof DatabaseError) return String(error.facts.reason);
    throw error;
  }
}

/** Canonical and right, or with one item in another form, or with bytes changed. */
function randomHeader(seeded: Seeded, other: Uint8Array): Uint8Array {
  const fields = randomFields(seeded);
  const choice = seeded.below(4);
  if (choice === 0) return looseMap(fields);
  if (choice === 1) return mutateBytes(looseMap(fields), seeded, other);
  if (choice === 2) {
    const place = seeded.below(fields.length);
    return looseMap(
      fields.map(([name, value], index) => [
        name,
        index === place ? otherForm(seeded, value) : value,
      ]),
    );
  }
  const entries = [...fields];
  const [left, right] = [seeded.below(entries.length), seeded.below(entries.length)];
  const [one, another] = [entries[left], entries[right]];
  if (one !== undefined && another !== undefined) {
    entries[left] = another;
    if (seeded.chance(0.8)) entries[right] = one;
  }
  return looseMap(entries);
}

/** In canonical order; numbers at and beyond the limits of the rules among them. */
function randomFields(seeded: Seeded): (readonly [string, Loose])[] {
  const hash = () => seeded.bytes(32);
  const whole = (common: number) => (seeded.chance(0.9) ? common : randomNumber(seeded));
  const parents = Array.from({ length: seeded.chance(0.9) ? seeded.below(4) : seeded.below(90) });
  const links = parents.map(() => toHex(hash()));
  const ordered = seeded.chance(0.95) ? links.sort() : links;
  return [
    ['root', hash()],
    ['clock', seeded.chance(0.9) ? wideNumber(randomClock(seeded), 8) : randomNumber(seeded)],
    ['epoch', whole(seeded.below(30))],
    ['space', hash()],
    ['author', hash()],
    ['format', whole(seeded.between(1, 2))],
    ['parents', ordered.map((text) => looseLink(fromHex(text)))],
    ['payload', whole(seeded.between(1, 100_000))],
    ['version', seeded.chance(0.97) ? 1 : randomNumber(seeded)],
    ['previous', seeded.chance(0.3) ? null : looseLink(hash())],
    ['sequence', whole(seeded.between(1, 2 ** 31))],
    ['algorithm', seeded.chance(0.97) ? 1 : randomNumber(seeded)],
    ['authority', looseLink(hash())],
    ['dictionary', hash()],
    ['transactions', whole(seeded.between(1, 4_096))],
  ];
}

function randomClock(seeded: Seeded): bigint {
  const high = BigInt(seeded.between(1, 2 ** 31 - 1));
  return (high << 32n) | BigInt(seeded.below(2 ** 32));
}

/** Mostly in its shortest form. */
function randomNumber(seeded: Seeded): Loose {
  const great = [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n];
  const value = seeded.chance(0.6)
    ? BigInt(seeded.pick(WHOLE))
    : seeded.pick([...great, 2n ** 64n - 1n]);
  const shortest = LIMITS.findIndex((limit) => value < limit);
  const place = seeded.chance(0.9) ? shortest : seeded.between(shortest, 4);
  return wideNumber(value, WIDTHS[place] ?? 8);
}

function otherForm(seeded: Seeded, value: Loose): Loose {
  const hash = seeded.bytes(32);
  if (value instanceof Uint8Array) {
    return seeded.pick<Loose>([wideBytes(value, 2), value.subarray(1), 'text', null, hash]);
  }
  const link = seeded.pick([
    looseLink(hash, 0x55),
    looseLink(hash, 0x71, 0x13),
    looseLink(hash.subarray(1)),
    looseLink(hash),
  ]);
  const number = Math.floor(seeded.below(2 ** 32) / 2 ** seeded.below(32));
  return seeded.pick<Loose>([link, [link], number, -1 - number, looseFloat(number), null, hash]);
}

function fieldsOf(header: CommitHeader): HeaderFields {
  const hash = (bytes: Uint8Array) => Buffer.from(bytes);
  return {
    hashes: new Map([
      ['root', hash(header.root)],
      ['space', hash(header.space)],
      ['author', hash(header.author)],
      ['dictionary', hash(header.dictionary)],
    ]),
    numbers: new Map([
      ['clock', header.clock],
      ['epoch', BigInt(header.epoch)],
      ['format', BigInt(header.format)],
      ['payload', BigInt(header.payloadBytes)],
      ['version', 1n],
      ['sequence', BigInt(header.sequence)],
      ['algorithm', 1n],
      ['transactions', BigInt(header.transactionCount)],
    ]),
    authority: hash(header.authority),
    previous: header.previous === undefined ? null : hash(header.previous),
    parents: header.parents.map(hash),
  };
}

function textOf({ hashes, numbers, authority, previous, parents }: HeaderFields): string {
  const hex = (bytes: Buffer | null) => bytes?.toString('hex') ?? 'none';
  return [
    ...[...hashes].map(([name, hash]) => `${name} ${hex(hash)}`),
    ...[...numbers].map(([name, number]) => `${name} ${number}`),
    ...[authority, previous, ...parents].map(hex),
  ].join('\n');
}
