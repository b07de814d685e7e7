/** Every place of the write barrier, left out alone, is found out by random snapshots. */

import { findEach } from '../property/planted-build.ts';
import { findWithout, guardSites } from '../property/planted-guards.ts';

/** Sequences for each place. */
export const defaultCount = 200;

export async function soak({
  seed,
  count,
}: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  return findEach(await guardSites(), (site) => findWithout(site, { seed, sequences: count }));
}
