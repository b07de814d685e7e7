/** Ways to change bytes, from a single bit to parts of another commit. */

import { concatBytes } from '../../src/base/bytes.ts';
import {
  type Payload,
  PayloadLayout,
  readPayload,
  transactionEnd,
} from '../../src/delta/payload-reader.ts';
import { segmentPlaces } from '../../src/delta/segment-reader.ts';
import type { Seeded } from '../seeded.ts';

type Mutation = (bytes: Uint8Array, seeded: Seeded, other: Uint8Array) => Uint8Array;

const BYTES = [0, 1, 2, 7, 8, 9, 0x2e, 0x5c, 0x7f, 0x80, 0xc0, 0xf8, 0xfe, 0xff];
const NUMBERS = [0, 1, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  changeByte,
  changeByte,
  truncate,
  insert,
  remove,
  repeat,
  splice,
  swap,
  overwriteNumber,
  nudgeNumber,
  extend,
];

/** One change, or a few; never bytes that were given, whole. */
export function mutateBytes(bytes: Uint8Array, seeded: Seeded, other: Uint8Array): Uint8Array {
  let mutant = bytes;
  const rounds = seeded.chance(0.8) ? 1 : seeded.between(2, 5);
  for (let round = 0; round < rounds; round++) {
    mutant = seeded.pick(MUTATIONS)(mutant, seeded, other);
  }
  const isGiven = [bytes, other].some((given) => Buffer.compare(mutant, given) === 0);
  return isGiven ? flipBit(bytes, seeded) : mutant;
}

/** Changes a length, a count or another number that the payload's structure hangs on. */
export function mutateStructure(
  bytes: Uint8Array,
  layout: PayloadLayout,
  seeded: Seeded,
): Uint8Array {
  const mutant = Uint8Array.from(bytes);
  const [place, width] = seeded.pick(numbersOf(readPayload(bytes, layout)));
  let held = 0;
  for (let at = place + width - 1; at >= place; at--) held = held * 256 + (mutant[at] as number);
  const near = held + seeded.between(-3, 3);
  let value = seeded.chance(0.5) ? near : seeded.pick([...NUMBERS, mutant.length]);
  for (let at = place; at < place + width; at++) {
    mutant[at] = value;
    value = Math.floor(value / 256);
  }
  return Buffer.compare(mutant, bytes) === 0 ? flipBit(bytes, seeded) : mutant;
}

/** Where they stand, and in how many bytes. */
function numbersOf({ bytes, layout, transactionsStart }: Payload): (readonly [number, number])[] {
  const places: (readonly [number, number])[] = [
    [0, 4],
    [4, 2],
    [6, 2],
  ];
  for (let at = transactionsStart; at < bytes.length; ) {
    const end = transactionEnd(bytes, at);
    places.push([at, 4], [at + 4, 1], [at + 21, 2], [at + 23, 2]);
    const isPartial = layout === PayloadLayout.PARTIAL;
    const segments = bytes[at + 4] === 0 ? [] : segmentPlaces(bytes, at + 4, end, isPartial);
    for (const { start, isWithheld, deltasAt } of segments) {
      places.push([start, 2], [start + 2, 1]);
      if (!isWithheld) places.push([deltasAt - 6, 2], [deltasAt - 4, 4], [deltasAt, 1]);
    }
    at = end;
  }
  return places;
}

function flipBit(bytes: Uint8Array, seeded: Seeded): Uint8Array {
  const mutant = Uint8Array.from(bytes);
  if (mutant.length === 0) return Uint8Array.of(0);
  const place = seeded.below(mutant.length);
  mutant[place] = (mutant[place] as number) ^ (1 << seeded.below(8));
  return mutant;
}

function changeByte(bytes: Uint8Array, seeded: Seeded): Uint8Array {
  const mutant = Uint8Array.from(bytes);
  if (mutant.length === 0) return Uint8Array.of(1);
  mutant[seeded.below(mutant.length)] = seeded.chance(0.5) ? seeded.pick(BYTES) : seeded.below(256);
  return mutant;
}

function truncate(bytes: Uint8Array, seeded: Seeded): Uint8Array {
  return bytes.slice(0, seeded.below(bytes.length + 1));
}

function insert(bytes: Uint8Array, seeded: Seeded): Uint8Array {
  const at = seeded.below(bytes.length + 1);
  return concatBytes(bytes.subarray(0, at), seeded.bytes(seeded.between(1, 8)), bytes.subarray(at));
}

function remove(bytes: Uint8Array, seeded: Seeded): Uint8Array {
  const [from, to] = range(bytes, seeded);
  return concatBytes(bytes.subarray(0, from), bytes.subarray(to));
}

function repeat(bytes: Uint8Array, seeded: Seeded): Uint8Array {
  const [from, to] = range(bytes, seeded);
  return concatBytes(bytes.subarray(0, to), bytes.subarray(from));
}

/** The beginning of one and the end of another. */
function splice(bytes: Uint8Array, seeded: Seeded, other: Uint8Array): Uint8Array {
  const end = seeded.below(bytes.length + 1);
  const isAligned = seeded.chance(0.5) && end <= other.length;
  const start = isAligned ? end : seeded.below(other.length + 1);
  return concatBytes(bytes.subarray(0, end), other.subarray(start));
}

function swap(bytes: Uint8Array, seeded: Seeded): Uint8Array {
  const mutant = Uint8Array.from(bytes);
  const length = Math.min(seeded.pick([1, 2, 4, 16, 32]), mutant.length >> 1);
  if (length === 0) return mutant;
  const left = seeded.below(mutant.length - 2 * length + 1);
  const right = seeded.between(left + length, mutant.length - length);
  mutant.set(bytes.subarray(right, right + length), left);
  mutant.set(bytes.subarray(left, left + length), right);
  return mutant;
}

function overwriteNumber(bytes: Uint8Array, seeded: Seeded): Uint8Array {
  const mutant = Uint8Array.from(bytes);
  const width = seeded.pick([1, 2, 4]);
  if (mutant.length < width) return mutant;
  const place = seeded.below(mutant.length - width + 1);
  const value = seeded.pick([...NUMBERS, mutant.length]);
  for (let index = 0; index < width; index++) mutant[place + index] = value >>> (8 * index);
  return mutant;
}

function nudgeNumber(bytes: Uint8Array, seeded: Seeded): Uint8Array {
  const mutant = Uint8Array.from(bytes);
  if (mutant.length === 0) return mutant;
  const place = seeded.below(mutant.length);
  mutant[place] = (mutant[place] as number) + seeded.pick([-2, -1, 1, 2]);
  return mutant;
}

function extend(bytes: Uint8Array, seeded: Seeded): Uint8Array {
  return concatBytes(bytes, new Uint8Array(seeded.between(1, 40)).fill(seeded.pick([0, 1, 0xff])));
}

function range(bytes: Uint8Array, seeded: Seeded): [number, number] {
  const from = seeded.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + seeded.between(1, 40))];
}
