/**
 * What it takes two replicas to find out in which commits they differ: bytes and round trips of the
 * frames that compare authors by ranges (schema/sync.md, Q33). The commits of an author follow one
 * another without gaps, so the last one of each tells which are held.
 */

import { KeySet } from '../../src/base/key-set.ts';
import { Seeded } from '../../src/base/seeded.ts';
import { FRAME_HEAD_BYTES } from '../../src/replication/frame.ts';
import { Reconciliation, TipRanges } from '../../src/replication/peer-ranges.ts';
import type { AuthorTip } from '../../src/space/frontier.ts';
import { expectSame } from '../engine/windows.ts';
import { type BenchRow, Better, benchRow, medianOf } from '../measure.ts';

export interface ReconciliationSize {
  readonly authors: number;
  readonly commitsOfEach: number;
  readonly differing: number;
  readonly windows: number;
}

/** Of an author in a frame that tells all of them. */
const AUTHOR_BYTES = 72;

export function reconciliationRows(size: ReconciliationSize): BenchRow[] {
  const { authors, commitsOfEach, differing, windows } = size;
  const random = new Seeded(1);
  const tips = Array.from({ length: authors }, (): AuthorTip => {
    return { author: random.bytes(32), hash: random.bytes(32), sequence: commitsOfEach };
  }).sort((left, right) => Buffer.compare(left.author, right.author));
  const behind = [...tips];
  // One commit of each is missing there.
  const step = Math.floor(authors / differing);
  for (let left = 0; left < differing; left++) {
    const at = left * step + random.below(step);
    const tip = tips[at] as AuthorTip;
    behind[at] = { ...tip, hash: random.bytes(32), sequence: tip.sequence - 1 };
  }
  const known = new KeySet();
  for (const { author } of tips) known.add(author);
  const milliseconds: number[] = [];
  let [bytes, frames] = [0, 0];
  for (let window = 0; window < windows; window++) {
    const start = performance.now();
    const found = reconcile(tips, behind, known);
    milliseconds.push(performance.now() - start);
    expectSame(countMissing(tips, found.heard), differing);
    ({ bytes, frames } = found);
  }
  const commits = (authors * commitsOfEach).toLocaleString('en');
  const name = `${commits} commits of ${authors} authors, of which ${differing} are missing`;
  const row = (part: string, value: number, unit: string) =>
    benchRow({ name: `${name}: ${part}`, value, unit, better: Better.LOWER });
  return [
    row('bytes to find out', bytes, 'B'),
    row('of what telling all authors takes', bytes / (2 * authors * AUTHOR_BYTES), 'x'),
    // The states of both sides cross in the first one.
    row('round trips', 1 + frames / 2, ''),
    row('both sides', medianOf(milliseconds), 'ms'),
  ];
}

function reconcile(tips: readonly AuthorTip[], behind: readonly AuthorTip[], known: KeySet) {
  const [one, two] = [tips, behind].map((each) => new Reconciliation(new TipRanges(each), known));
  if (one === undefined || two === undefined) throw new Error('there are two sides');
  let [bytes, frames] = [0, 0];
  let next: Uint8Array | undefined = one.begin();
  for (let to = two; next !== undefined; to = to === two ? one : two) {
    bytes += next.length + FRAME_HEAD_BYTES;
    frames += 1;
    next = to.answer(next);
  }
  return { bytes, frames, heard: one.theirs };
}

/** Commits that the other side has said not to hold. */
function countMissing(tips: readonly AuthorTip[], heard: readonly AuthorTip[]): number {
  const reached = new Map(heard.map(({ author, sequence }) => [author.toString(), sequence]));
  return tips.reduce(
    (sum, { author, sequence }) => sum + sequence - (reached.get(author.toString()) ?? 0),
    0,
  );
}
