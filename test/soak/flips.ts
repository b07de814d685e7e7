/** Every single-bit flip of 50 valid commits is refused for the right reason. */

import { checkFlips } from '../property/flips.ts';
import { flippedCommits } from '../vectors/commit-corpus.ts';

export const defaultCount = 50;

/** The commits are the same in every run; `count` takes the first of them. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  return checkFlips({ commits: flippedCommits().slice(0, options.count) }).lines();
}
