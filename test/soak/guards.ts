/** Every place of the write barrier, left out alone, is found out by random snapshots. */

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
  const lines: string[] = [];
  for (const site of await guardSites()) {
    const place = `${site.file}:${site.line + 1} ${site.text}`;
    const found = await findWithout(site, { seed, sequences: count });
    if (found === undefined) throw new Error(`without ${place} nothing was found`);
    lines.push(`${place}: ${found}`);
  }
  return [...lines, `${lines.length} places, each found out`];
}
