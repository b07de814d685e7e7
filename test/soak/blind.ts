/** Every place that asks what a caller sees, left out alone, is found out by random callers. */

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
  const lines: string[] = [];
  for (const site of await sightSites()) {
    const place = `${site.file}:${site.line + 1} ${site.text}`;
    const found = await findBlind(site, { seed, sequences: count });
    if (found === undefined) throw new Error(`without ${place} nothing was found`);
    lines.push(`${place}: ${found.slice(0, 200)}`);
  }
  return [...lines, `${lines.length} places, each found out`];
}
