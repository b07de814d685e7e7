/** Kept sets whose sequences hold updates of texts, in every order that respects causes [M28]. */

import { keptSets } from '../merge-sets/coverage.ts';
import { modelsWithout } from '../merge-sets/models.ts';
import { findInTexts, TEXT_MISTAKES } from '../merge-sets/planted-texts.ts';
import { textProblems, textSets } from '../merge-sets/text-coverage.ts';
import { expectEnoughTexts, runTextSet, TextTally } from '../merge-sets/texts.ts';

/** Rounds, which differ in how commits are grouped. */
export const defaultCount = 1;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const problems = textProblems(textSets(), await modelsWithout());
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const tally = new TextTally();
  for (let round = 0; round < options.count; round++) {
    // Those that are kept for other rules have some texts, too.
    for (const set of [...textSets(), ...keptSets()]) {
      const difference = await runTextSet(set, { seed: options.seed + round, tally });
      if (difference !== undefined) throw new Error(difference);
    }
  }
  expectEnoughTexts(tally);
  const found: string[] = [];
  for (const mistake of TEXT_MISTAKES) {
    const told = await findInTexts(mistake);
    if (told === undefined) throw new Error(`not found out: a text ${mistake.name}`);
    found.push(`a text ${mistake.name}: ${told}`);
  }
  const { sets, orders, texts, hidden, waiting, merged } = tally;
  return [
    `${sets} sets with texts of several authors, ${orders} orders of arrival`,
    `${texts} texts; in ${hidden} not all shows that was written, in ${waiting} an update waits`,
    `${merged} texts are the same with updates merged and without`,
    ...found,
  ];
}
