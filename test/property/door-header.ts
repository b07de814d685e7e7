/** Headers with one field changed, to something that another replica could have signed. */

import type { CommitHeader } from '../../src/delta/header.ts';
import type { Seeded } from '../seeded.ts';

/** What a change can be made from. */
export interface HeaderParts {
  readonly commits: readonly Uint8Array[];
  readonly records: readonly Uint8Array[];
  readonly stranger: Uint8Array;
  readonly clocks: readonly bigint[];
}

type Change = (header: CommitHeader, seeded: Seeded, parts: HeaderParts) => Partial<CommitHeader>;

const CHANGES: readonly Change[] = [
  (_, seeded, parts) => ({ space: hash(seeded, [...parts.records, ...parts.commits]) }),
  (_, seeded) => ({ epoch: seeded.pick([1, 2, 2 ** 32, Number.MAX_SAFE_INTEGER]) }),
  (_, seeded, parts) => ({ author: seeded.chance(0.5) ? parts.stranger : seeded.bytes(32) }),
  (header, seeded) => ({
    sequence: Math.max(1, header.sequence + seeded.pick([-9, -1, 1, 2, 99])),
  }),
  (_, seeded) => ({ sequence: seeded.pick([1, 2 ** 32, Number.MAX_SAFE_INTEGER]) }),
  () => ({ previous: undefined }),
  (_, seeded, parts) => ({ previous: hash(seeded, parts.commits) }),
  (_, seeded, parts) => ({ parents: sorted([hash(seeded, parts.commits)]) }),
  (_, seeded, parts) => ({ parents: sorted(some(seeded, parts.commits)) }),
  (_, seeded, parts) => ({ authority: hash(seeded, [...parts.records, ...parts.commits]) }),
  (header, seeded) => ({ clock: positive(header.clock + BigInt(seeded.between(-9, 9))) }),
  (_, seeded, parts) => ({ clock: seeded.pick(parts.clocks) }),
  (header, seeded) => ({ clock: header.clock + (BigInt(seeded.below(200_000)) << 16n) }),
  (_, seeded) => ({ clock: seeded.pick([1n, 2n ** 53n, 2n ** 62n, 2n ** 63n - 1n]) }),
  (header, seeded) => ({
    transactionCount: header.transactionCount + seeded.pick([-1, 1, 65_535]),
  }),
  (header, seeded) => ({ payloadBytes: header.payloadBytes + seeded.pick([-1, 1, 2 ** 32]) }),
  (_, seeded) => ({ root: seeded.bytes(32) }),
  (header, seeded) =>
    seeded.chance(0.5) ? { dictionary: header.root } : { root: header.dictionary },
  (header) => ({ space: header.author, author: header.space }),
  (header) => ({ authority: header.previous ?? header.space, previous: header.authority }),
];

export function changeHeader(
  header: CommitHeader,
  seeded: Seeded,
  parts: HeaderParts,
): CommitHeader {
  const changed = { ...header, ...seeded.pick(CHANGES)(header, seeded, parts) };
  return {
    ...changed,
    transactionCount: Math.max(1, changed.transactionCount),
    payloadBytes: Math.max(1, changed.payloadBytes),
  };
}

/** One that is held, mostly, or any. */
function hash(seeded: Seeded, held: readonly Uint8Array[]): Uint8Array {
  return seeded.chance(0.6) ? seeded.pick(held) : seeded.bytes(32);
}

function some(seeded: Seeded, held: readonly Uint8Array[]): Uint8Array[] {
  return held.filter(() => seeded.chance(0.2)).slice(0, 64);
}

function sorted(hashes: readonly Uint8Array[]): Uint8Array[] {
  return hashes.toSorted(Buffer.compare);
}

function positive(clock: bigint): bigint {
  return clock > 0n ? clock : 1n;
}
