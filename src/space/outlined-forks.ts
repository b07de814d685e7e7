/** Authors who have signed numbers twice among the commits that a log's base stands for. */

import type { AuthorityChain } from '../authority/chain.ts';
import { toHex } from '../base/bytes.ts';
import type { Outline } from '../log/outline.ts';
import type { Fork } from './forks.ts';

/** Of commits of an author behind one seal. */
interface Numbers {
  /** Positions by number: the first that has it. */
  readonly firsts: Map<number, number>;
  /** The least number that several have. */
  from: number | undefined;
}

/** All commits of an outline are covered by seals, both of two with one number among them. */
export function outlinedForks(outline: Outline, { seals }: AuthorityChain): readonly Fork[] {
  const forked = outOfOrder(outline);
  if (forked.size === 0) return [];
  const intervals = new Map<string, Map<number, Numbers>>();
  for (const { position, author: key, sequence } of outline.commits()) {
    const author = toHex(key);
    if (!forked.has(author)) continue;
    const behind = seals.upTo(outline.recordsUpTo(position) - 1);
    const ofAuthor = intervals.get(author) ?? new Map<number, Numbers>();
    intervals.set(author, ofAuthor);
    const numbers = ofAuthor.get(behind) ?? { firsts: new Map<number, number>(), from: undefined };
    ofAuthor.set(behind, numbers);
    if (!numbers.firsts.has(sequence)) numbers.firsts.set(sequence, position);
    else numbers.from = Math.min(sequence, numbers.from ?? sequence);
  }
  return [...intervals].flatMap(([author, ofAuthor]) => {
    return [...ofAuthor].flatMap(([behind, { firsts, from }]): Fork[] => {
      const sealedAt = seals.above(behind);
      if (from === undefined || sealedAt === undefined) return [];
      const known = outline.authorityPositions[sealedAt] ?? outline.length;
      return [{ author, behind, sealedAt, from, first: firsts.get(from) ?? 0, known }];
    });
  });
}

/** Authors, in hex, whose numbers do not ascend one by one. */
function outOfOrder(outline: Outline): ReadonlySet<string> {
  const lasts = new Map<string, number>();
  const found = new Set<string>();
  for (const { author: key, sequence } of outline.commits()) {
    const author = toHex(key);
    if (sequence !== (lasts.get(author) ?? 0) + 1) found.add(author);
    lasts.set(author, sequence);
  }
  return found;
}
