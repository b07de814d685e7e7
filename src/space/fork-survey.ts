/**
 * Looks through a log for authors who have signed numbers twice, and for what seals leave out that
 * name one of several branches. It is read twice where there are such authors, and once where not.
 */

import type { AuthorityChain } from '../authority/chain.ts';
import { toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { LOG_READ_BYTES } from '../base/limits.ts';
import type { Turn } from '../base/turn.ts';
import { type Commit, decodeCommit } from '../delta/commit.ts';
import { EntryKind, type Log } from '../log/log.ts';
import { type Fork, Forks } from './forks.ts';
import { outlinedForks } from './outlined-forks.ts';

/** Entries that are looked at before others of the process run. */
const TURN_ENTRIES = 4_096;

export interface SurveyParts {
  readonly log: Pick<Log, 'entries' | 'authority' | 'length' | 'first' | 'outline'>;
  /** As far as the log has it, and perhaps a record that comes behind it. */
  readonly ahead: AuthorityChain;
  /** Commits that come behind the log. */
  readonly coming?: readonly Commit[];
  readonly turn?: Turn;
}

interface Node {
  readonly hash: string;
  readonly previous: string | undefined;
  readonly sequence: number;
  readonly position: number;
}

/** A commit that counts by its number, where it stands, and the seal that it comes behind. */
interface Counted {
  readonly author: string;
  readonly behind: number;
  readonly node: Node;
}

/**
 * The forks of a log. Throws CORRUPT where a commit of one follows none of its author's, which no
 * replica takes.
 */
export async function surveyForks(parts: SurveyParts): Promise<Forks> {
  const last = sealedLasts(parts);
  const forked = new Set<string>();
  for await (const { author, node } of countedIn(parts)) {
    const before = last.get(author);
    const isNext = node.previous === before?.hash;
    if (!isNext || node.sequence !== (before?.sequence ?? 0) + 1) forked.add(author);
    last.set(author, node);
  }
  const before = sealedForks(parts);
  if (forked.size === 0) return new Forks(before, { isWhole: true });
  const branches = new Map<string, Map<number, Node[]>>();
  for await (const { author, behind, node } of countedIn(parts)) {
    if (!forked.has(author)) continue;
    const intervals = branches.get(author) ?? new Map<number, Node[]>();
    branches.set(author, intervals);
    const nodes = intervals.get(behind);
    if (nodes === undefined) intervals.set(behind, [node]);
    else nodes.push(node);
  }
  const places = [...parts.log.authority()].map(({ position }) => position);
  const placeOf = (height: number) => places[height] ?? parts.log.length + 1;
  const forks: Fork[] = [...before];
  const leftOut = new Set<number>();
  for (const [author, intervals] of branches) {
    for (const [behind, nodes] of intervals) {
      const found = forkOf({ author, behind, nodes }, parts.ahead, placeOf);
      if (found === undefined) continue;
      forks.push(found.fork);
      for (const position of found.leftOut) leftOut.add(position);
    }
  }
  return new Forks(forks, { leftOut, isWhole: true });
}

/**
 * Replays a log in the knowledge of its forks. Where they were not looked for, and it cannot be
 * replayed, they may be why.
 */
export async function knowingForks<T>(
  known: Forks,
  survey: () => Promise<Forks>,
  replay: (forks: Forks) => Promise<T>,
): Promise<T> {
  try {
    return await replay(known);
  } catch (error) {
    if (known.isWhole) throw error;
    const found = await survey().catch((cause: unknown) => {
      // A log that cannot be read is not wrong for a fork.
      if (cause instanceof DatabaseError) return undefined;
      throw cause;
    });
    if (found === undefined || found.isEmpty) throw error;
    return await replay(found);
  }
}

/** What the first commits that are here follow, where the log begins with a base. */
function sealedLasts({ log, ahead }: SurveyParts): Map<string, Node> {
  const lasts = new Map<string, Node>();
  if (log.first === 1 || log.outline === undefined) return lasts;
  const height = log.outline.authorityPositions.length - 1;
  for (const author of ahead.seals.newest.keys()) {
    const tip = ahead.seals.lastAt(author, height);
    if (tip === undefined) continue;
    const { hash, sequence } = tip;
    lasts.set(author, { hash: toHex(hash), previous: undefined, sequence, position: 0 });
  }
  return lasts;
}

/** Forks within a base whose commits are not all here: of these a seal covers all branches. */
function sealedForks({ log, ahead }: SurveyParts): readonly Fork[] {
  return log.first === 1 || log.outline === undefined ? [] : outlinedForks(log.outline, ahead);
}

/** Commits but those that a seal leaves out by their numbers, in the order of the log. */
async function* countedIn(parts: SurveyParts): AsyncGenerator<Counted> {
  const { log, ahead, coming = [], turn } = parts;
  let looks = 0;
  for (const entry of log.entries(log.first, new Uint8Array(LOG_READ_BYTES))) {
    looks += 1;
    if (looks % TURN_ENTRIES === 0) await turn?.();
    if (entry.kind !== EntryKind.COMMIT) continue;
    const counted = countedOf(decodeCommit(entry.bytes), entry.position, ahead);
    if (counted !== undefined) yield counted;
  }
  for (const [index, commit] of coming.entries()) {
    const counted = countedOf(commit, log.length + 1 + index, ahead);
    if (counted !== undefined) yield counted;
  }
}

function countedOf(
  { header, hash }: Commit,
  position: number,
  ahead: AuthorityChain,
): Counted | undefined {
  if (ahead.leavesOut(header)) return undefined;
  const { author, authority, previous, sequence } = header;
  const behind = ahead.seals.upTo(ahead.heightOf(authority) ?? 0);
  const link = previous === undefined ? undefined : toHex(previous);
  const node = { hash: toHex(hash), previous: link, sequence, position };
  return { author: toHex(author), behind, node };
}

interface Interval {
  readonly author: string;
  readonly behind: number;
  readonly nodes: readonly Node[];
}

function forkOf(
  { author, behind, nodes }: Interval,
  { seals }: AuthorityChain,
  placeOf: (height: number) => number,
): { readonly fork: Fork; readonly leftOut: readonly number[] } | undefined {
  const base = behind === 0 ? undefined : seals.lastAt(author, behind);
  const byHash = new Map(nodes.map((node) => [node.hash, node]));
  if (byHash.size < nodes.length) throw corrupt('each commit once', 'one twice');
  for (const node of nodes) expectPrevious(node, byHash, base && { ...base, at: toHex(base.hash) });
  const first = firstDoubled(nodes);
  if (first === undefined) return undefined;
  const firstPosition = positionsAt(nodes, first)[0] ?? 0;
  const sealedAt = seals.above(behind);
  if (sealedAt === undefined) {
    const known = positionsAt(nodes, first)[1] ?? 0;
    return { fork: { author, behind, from: first, first: firstPosition, known }, leftOut: [] };
  }
  const covered = new Set<Node>();
  for (const { hash } of seals.tipsAt(author, sealedAt)) {
    for (let at = byHash.get(toHex(hash)); at !== undefined && !covered.has(at); ) {
      covered.add(at);
      at = at.previous === undefined ? undefined : byHash.get(at.previous);
    }
  }
  const from = firstDoubled([...covered]);
  const facts = { author, behind, sealedAt, first: firstPosition, known: placeOf(sealedAt) };
  const leftOut = nodes.filter((node) => !covered.has(node)).map(({ position }) => position);
  return { fork: { ...facts, ...(from !== undefined && { from }) }, leftOut };
}

/** The least number that several have. */
function firstDoubled(nodes: readonly Node[]): number | undefined {
  const met = new Set<number>();
  let least: number | undefined;
  for (const { sequence } of nodes) {
    if (met.has(sequence) && (least === undefined || sequence < least)) least = sequence;
    met.add(sequence);
  }
  return least;
}

/** Ascending. */
function positionsAt(nodes: readonly Node[], sequence: number): readonly number[] {
  return nodes.filter((node) => node.sequence === sequence).map(({ position }) => position);
}

function expectPrevious(
  { previous, sequence, position }: Node,
  nodes: ReadonlyMap<string, Node>,
  base: { readonly at: string; readonly sequence: number } | undefined,
): void {
  const before = previous === base?.at ? base : nodes.get(previous ?? '');
  const number = previous === undefined ? 0 : before?.sequence;
  if (number === sequence - 1 && (previous !== undefined || base === undefined)) return;
  throw corrupt(`entry ${position} to follow commit ${sequence - 1} of its author`, 'another');
}

function corrupt(expected: string, actual: string): DatabaseError {
  return new DatabaseError(ErrorCode.CORRUPT, `the log expected ${expected}, got ${actual}`);
}
