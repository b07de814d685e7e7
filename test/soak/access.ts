/**
 * Random permission models, grants and questions: the engine answers as the obvious evaluator, and
 * what it answers is explained step by step, and another model is previewed as it then answers.
 */

import { AccessCoverage } from '../property/access-coverage.ts';
import { runAccessSequence } from '../property/access-sequence.ts';
import { ExplanationCoverage } from '../property/explanation-coverage.ts';
import { runExplanationSequence } from '../property/explanation-sequence.ts';
import { beginTally, previewLine, runPreview } from '../property/preview-sequence.ts';

/** Of questions. */
export const defaultCount = 100_000;

/** Sequence i has the seed `seed` + i, so that one alone can be run again. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const coverage = new AccessCoverage();
  const explained = new ExplanationCoverage();
  const previewed = beginTally();
  for (let index = 0; coverage.questions < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const difference =
      (await runAccessSequence(own, coverage).catch(stackOf)) ??
      (await runExplanationSequence(own, explained).catch(stackOf)) ??
      (await runPreview(own, previewed).catch(stackOf));
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- access --seed ${own} --count 1\n${difference}`);
  }
  const rare = [...coverage.rare(), ...explained.rare()];
  if (rare.length > 0) throw new Error(rare.join('\n'));
  return [...coverage.lines(), ...explained.lines(), previewLine(previewed)];
}

/** What is thrown, such as a trap of the engine, is reported with its seed too. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
