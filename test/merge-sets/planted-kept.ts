/** The engine with a mistake in how it merges, which the kept sets must find out. */

import { findMistake, type PlantedMistake } from '../property/planted-source.ts';
import { keptSets } from './coverage.ts';
import { runKeptSet } from './orders.ts';

/** Of each set, for a mistake. */
const ORDERS = 8;
const SETS = keptSets();

export class KeptTally {
  orders = 0;
  ordersMax = 0;
}

/** The kept set of a number. */
export function runKept(number: number, tally: KeptTally): Promise<string | undefined> {
  const set = SETS[number];
  if (set === undefined) throw new RangeError(`${SETS.length} sets expected, got ${number}`);
  return runKeptSet(set, { seed: number, tally, ordersMax: ORDERS });
}

export function findInKept(mistake: PlantedMistake): Promise<string | undefined> {
  const search = { file: '../merge-sets/planted-kept.ts', run: runKept.name, tally: 'KeptTally' };
  return findMistake(mistake, { ...search, seed: 0, sequences: SETS.length });
}
