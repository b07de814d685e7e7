/** Every place that asks what a caller sees, left out alone, is found out by random callers. */

import { findEach } from '../property/planted-build.ts';
import { findBlind, sightSites } from '../property/planted-sights.ts';

/** Sequences for each place. */
export const defaultCount = 200;

export async function soak({
  seed,
  count,
}: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  return findEach(await sightSites(), (site) => findBlind(site, { seed, sequences: count }));
}
