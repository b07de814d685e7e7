/**
 * Random commits with segments, and subsets of their segments withheld: all of them for commits
 * of few segments, random ones for others. Every partial form verifies under the same hash, root
 * and signature; one that is tampered with does not.
 */

import { toHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import {
  type Commit,
  decodeCommit,
  envelopeOf,
  signCommit,
  verifyCommit,
} from '../../src/delta/commit.ts';
import { CommitFormat } from '../../src/delta/header.ts';
import { PayloadLayout, readPayload, transactionEnd } from '../../src/delta/payload-reader.ts';
import { Reason } from '../../src/delta/reason.ts';
import { type SegmentPlace, segmentPlaces } from '../../src/delta/segment-reader.ts';
import { flatten, type SegmentName, withhold } from '../../src/delta/withhold.ts';
import { readCommit } from '../reference/commit-reader.ts';
import { Seeded } from '../seeded.ts';
import { randomSegmentedPayload } from './door-payload.ts';
import { reasonOf, verifyBytes } from './flips.ts';

const AUTHOR = new Uint8Array(32).fill(9);
const KNOWN = [new Uint8Array(32).fill(4)];
const ALL_SUBSETS_MAX = 8;
const RANDOM_SUBSETS = 24;

export interface WithholdingOptions {
  readonly seed: number;
  readonly count: number;
  /** Other makers and readers show that the check bites. */
  readonly withhold?: typeof withhold;
  readonly verify?: (bytes: Uint8Array) => void;
}

export class WithholdingTally {
  commits = 0;
  /** Commits of which every subset was withheld. */
  whole = 0;
  subsets = 0;
  readonly tampered = new Map<string, number>();

  lines(): string[] {
    const tampered = [...this.tampered].map(([kind, count]) => `${kind} ${count}`).join(', ');
    return [
      `${this.subsets} subsets of the segments of ${this.commits} commits verify`,
      `of ${this.whole} commits every subset`,
      `refused where tampered with: ${tampered}`,
    ];
  }
}

/** Throws at the first partial form with a wrong answer. */
export function checkWithholding(options: WithholdingOptions): WithholdingTally {
  const seeded = new Seeded(options.seed);
  const tally = new WithholdingTally();
  for (let index = 0; index < options.count; index++) {
    const commit = randomCommit(seeded);
    try {
      checkCommit(commit, seeded, tally, options);
    } catch (error) {
      const shown = toHex(commit.bytes.subarray(0, 4_096));
      throw new Error(`commit ${index}: ${String(error)}\n${shown}`, { cause: error });
    }
  }
  return tally;
}

function checkCommit(
  full: Commit,
  seeded: Seeded,
  tally: WithholdingTally,
  options: WithholdingOptions,
): void {
  const names: string[] = [];
  withhold(full, (name) => names.push(nameOf(name)) < 0);
  const isSmall = names.length <= ALL_SUBSETS_MAX;
  const subsets = isSmall ? 2 ** names.length : RANDOM_SUBSETS;
  for (let subset = 0; subset < subsets; subset++) {
    const withheld = new Set(
      names.filter((_, index) => (isSmall ? ((subset >> index) & 1) === 1 : seeded.chance(0.5))),
    );
    const partial = checkSubset(full, withheld, options);
    tamper(partial, seeded, tally, options.verify);
    tally.subsets += 1;
  }
  tally.commits += 1;
  if (isSmall) tally.whole += 1;
}

function checkSubset(
  full: Commit,
  withheld: ReadonlySet<string>,
  options: WithholdingOptions,
): Commit {
  const { withhold: hide = withhold } = options;
  const made = hide(full, (name) => withheld.has(nameOf(name)));
  const commit = verifyCommit(decodeCommit(Uint8Array.from(made.bytes)));
  const facts = (one: Commit) => [one.hash, one.signature, one.header.root].map(toHex).join();
  if (facts(commit) !== facts(full)) throw new Error('another hash, signature or root');
  const read = readCommit(commit.bytes);
  if (typeof read === 'string') throw new Error(`the reference says ${read}`);
  if (read.withheld !== withheld.size) {
    throw new Error(`${withheld.size} segments expected to be withheld, got ${read.withheld}`);
  }
  if (read.flat.toString('hex') !== toHex(flatten(commit))) throw new Error('another flat payload');
  // Withheld in two steps, by two holders one after the other, it is the same.
  const [first] = withheld;
  const once = withhold(full, (name) => nameOf(name) === first);
  const twice = withhold(once, (name) => withheld.has(nameOf(name)));
  if (toHex(twice.bytes) !== toHex(made.bytes)) throw new Error('other bytes in two steps');
  return commit;
}

/** One change of each kind that the commit has place for; each must be refused by its root. */
function tamper(
  commit: Commit,
  seeded: Seeded,
  tally: WithholdingTally,
  verify: WithholdingOptions['verify'] = verifyBytes,
): void {
  const { payloadBytes } = commit;
  const places = seeded.pick(placesOf(commit));
  const disclosed = places.filter(({ isWithheld }) => !isWithheld);
  const withheld = places.filter(({ isWithheld }) => isWithheld);
  const changes: [string, Uint8Array | undefined][] = [
    ['wrong salt', salted(payloadBytes, disclosed, seeded)],
    ['swapped segments', swapped(payloadBytes, places, 0)],
    ['altered relation', related(payloadBytes, seeded.pick(places))],
    ['moved hash', swapped(payloadBytes, withheld, 3)],
  ];
  for (const [kind, payload] of changes) {
    if (payload === undefined || toHex(payload) === toHex(payloadBytes)) continue;
    const { headerBytes: header, signature } = commit;
    const reason = reasonOf(envelopeOf(1, { header, signature, payload }), verify);
    if (reason !== Reason.ROOT_MISMATCH) {
      throw new Error(`${kind} expected ${Reason.ROOT_MISMATCH}, got ${reason}`);
    }
    tally.tampered.set(kind, (tally.tampered.get(kind) ?? 0) + 1);
  }
}

/** The segments of each segmented transaction of a partial form. */
function placesOf({ payloadBytes }: Commit): SegmentPlace[][] {
  const payload = readPayload(payloadBytes, PayloadLayout.PARTIAL);
  const all: SegmentPlace[][] = [];
  for (let at = payload.transactionsStart; at < payloadBytes.length; ) {
    const end = transactionEnd(payloadBytes, at);
    if (payloadBytes[at + 4] === 1) all.push(segmentPlaces(payloadBytes, at + 4, end, true));
    at = end;
  }
  return all;
}

function salted(
  bytes: Uint8Array,
  disclosed: readonly SegmentPlace[],
  seeded: Seeded,
): Uint8Array | undefined {
  if (disclosed.length === 0) return undefined;
  return changed(bytes, seeded.pick(disclosed).proofAt + seeded.below(32), 1 << seeded.below(8));
}

function related(bytes: Uint8Array, place: SegmentPlace): Uint8Array {
  return changed(bytes, place.start, 1);
}

/** The first two change places, whole or from an offset on. */
function swapped(
  bytes: Uint8Array,
  places: readonly SegmentPlace[],
  offset: number,
): Uint8Array | undefined {
  const [left, right] = places;
  if (left === undefined || right === undefined) return undefined;
  const part = ({ start, end }: SegmentPlace) => bytes.subarray(start + offset, end);
  return Buffer.concat([
    bytes.subarray(0, left.start + offset),
    part(right),
    bytes.subarray(left.end, right.start + offset),
    part(left),
    bytes.subarray(right.end),
  ]);
}

function changed(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] as number) ^ mask;
  return copy;
}

function randomCommit(seeded: Seeded): Commit {
  const counts = seeded.chance(0.8)
    ? { transactionsMax: 2, segmentsMax: 4 }
    : { transactionsMax: 6, segmentsMax: 40 };
  const payload = randomSegmentedPayload(seeded, KNOWN, counts);
  const header = {
    format: CommitFormat.SEGMENTED,
    space: seeded.bytes(32),
    epoch: 0,
    author: publicKeyOf(AUTHOR),
    sequence: seeded.between(1, 9),
    previous: undefined,
    parents: [],
    authority: seeded.bytes(32),
    clock: BigInt(seeded.between(1, 2 ** 31)),
  };
  return signCommit(header, payload, AUTHOR);
}

function nameOf({ transaction, segment }: SegmentName): string {
  return `${transaction}.${segment}`;
}
