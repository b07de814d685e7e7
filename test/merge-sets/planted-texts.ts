/** How a text is made, with a mistake that kept sets of texts must find out. */

import { findMistake, type PlantedMistake } from '../property/planted-source.ts';
import { textSets } from './text-coverage.ts';
import { runTextSet, TextTally } from './texts.ts';

export { TextTally };

const ORDERS = 4;
const SETS = textSets();
const UPDATES = 'src/text/yjs-updates.ts';

export const TEXT_MISTAKES: readonly PlantedMistake[] = [
  {
    name: 'that leaves out the last update',
    file: UPDATES,
    from: 'for (const update of updates) if',
    to: 'for (const update of updates.slice(0, -1)) if',
  },
  {
    name: 'that takes the first of those to be merged for all of them',
    file: UPDATES,
    from: 'mergeUpdates(level.slice(from, from + MERGED_AT_ONCE))',
    to: 'mergeUpdates(level.slice(from, from + 1))',
  },
];

/** The kept set of a number. */
export function runTexts(number: number, tally: TextTally): Promise<string | undefined> {
  const set = SETS[number];
  if (set === undefined) throw new RangeError(`${SETS.length} sets expected, got ${number}`);
  return runTextSet(set, { seed: number, tally, ordersMax: ORDERS });
}

export function findInTexts(mistake: PlantedMistake): Promise<string | undefined> {
  const search = { file: '../merge-sets/planted-texts.ts', run: runTexts.name };
  const tally = TextTally.name;
  return findMistake(mistake, { ...search, tally, seed: 0, sequences: SETS.length });
}
