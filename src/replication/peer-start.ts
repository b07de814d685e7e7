/**
 * What another replica lacks, by what it says of authors (schema/sync.md, Q19): the last commit of
 * each, or of each branch of one who has signed a number twice.
 */

import { compareBytes, fromHex, sameBytes, toHex } from '../base/bytes.ts';
import type { AuthorTip } from '../space/frontier.ts';
import type { ReplicatedSpace } from '../space/replicated-space.ts';

/** How far an author has come, by its key in hex. */
export type Reaches = Map<string, number>;

export interface PeerStart {
  /** The position behind which everything stands that it lacks. */
  readonly position: number;
  readonly reaches: Reaches;
  /** Authors, in hex, of whom it holds just what is here, all branches included. */
  readonly even: ReadonlySet<string>;
  /** Authors of whom it holds another commit in the place of one that is here. */
  readonly others: readonly Uint8Array[];
}

interface Told {
  /** Records of the authority chain that it holds. */
  readonly height: number;
  readonly tips: readonly AuthorTip[];
}

export function startFor(space: ReplicatedSpace, { height, tips }: Told): PeerStart {
  const theirs = Map.groupBy(tips, ({ author }) => toHex(author));
  const reaches: Reaches = new Map();
  for (const [author, told] of theirs) reaches.set(author, furthest(told));
  const even = new Set<string>();
  const others: Uint8Array[] = [];
  let position = space.position;
  for (const [author, own] of Map.groupBy(space.tips, (tip) => toHex(tip.author))) {
    const told = theirs.get(author) ?? [];
    if (areSame(own, told) && !hasSealedFork(space, author, height)) {
      even.add(author);
      continue;
    }
    const lacking = lackingOf(space, { height, own, told });
    position = Math.min(position, lacking.position);
    if (lacking.reach === undefined) continue;
    reaches.set(author, lacking.reach);
    others.push(fromHex(author));
  }
  return { position, reaches, even, others };
}

/**
 * From where on a replica is sent commits of an author of whom it holds others than are here; how
 * far they are the same is only known of what is sealed.
 */
export function doubtFrom(
  space: ReplicatedSpace,
  author: Uint8Array,
  height: number,
): { readonly position: number; readonly reach: number } {
  const sealed = space.sealedTip(author, height);
  if (sealed === undefined) return { position: 0, reach: 0 };
  return { position: space.positionOf(sealed.hash) ?? 0, reach: sealed.sequence };
}

/** Whether a commit that a replica tells of stands in the place of another one here. */
export function isOther(space: ReplicatedSpace, { author, hash, sequence }: AuthorTip): boolean {
  return space.positionOf(hash) === undefined && sequence <= space.sequenceOf(author);
}

interface Compared {
  readonly height: number;
  readonly own: readonly AuthorTip[];
  readonly told: readonly AuthorTip[];
}

function lackingOf(
  space: ReplicatedSpace,
  { height, own, told }: Compared,
): { readonly position: number; readonly reach?: number } {
  const [first] = own;
  if (first === undefined || told.length === 0) return { position: 0 };
  const { author } = first;
  const other = told.find((tip) => isOther(space, tip));
  const doubt = other && doubtFrom(space, author, height);
  // Those that a seal which it lacks has ended are to be sent to it whole, too.
  const forks = space.forksOf(toHex(author)).filter(({ sealedAt = height }) => sealedAt >= height);
  const positions = [
    ...forks.map(({ first: position }) => position - 1),
    ...told.map(({ hash, sequence }) => {
      return sequence < furthest(own) ? (space.positionOf(hash) ?? space.position) : space.position;
    }),
    doubt?.position ?? space.position,
  ];
  const position = Math.min(...positions);
  return doubt === undefined ? { position } : { position, reach: doubt.reach };
}

/** Whether a seal that it lacks covers branches, of which one alone is told of since. */
function hasSealedFork(space: ReplicatedSpace, author: string, height: number): boolean {
  return space.forksOf(author).some(({ sealedAt = 0 }) => sealedAt >= height);
}

function furthest(tips: readonly AuthorTip[]): number {
  return tips.reduce((most, { sequence }) => Math.max(most, sequence), 0);
}

function areSame(own: readonly AuthorTip[], told: readonly AuthorTip[]): boolean {
  if (own.length !== told.length) return false;
  const sorted = [...told].sort((one, other) => compareBytes(one.hash, other.hash));
  return own.every(({ hash }, at) => sameBytes(hash, sorted[at]?.hash ?? hash));
}
