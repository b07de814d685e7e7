/** What random groups changed, before and after each transaction, as a reference has it. */

import { ImagesTally, runImages } from '../property/images-sequence.ts';
import { findInImages, IMAGE_MISTAKES } from '../property/planted-images.ts';

export const defaultCount = 10_000;
/** Sequences in which a planted mistake has to be found out. */
const SEQUENCES_TO_BITE = 400;

/** Sequence i has the seed `seed` + i. */
export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const { seed, count } = options;
  const tally = new ImagesTally();
  for (let index = 0; index < count; index++) {
    const own = (seed + index) % 2 ** 32;
    const difference = await runImages(own, tally);
    if (difference === undefined) continue;
    throw new Error(`again: npm run soak -- images --seed ${own} --count 1\n${difference}`);
  }
  const lines = Object.entries(tally).map(([name, met]) => `  ${String(met).padStart(9)}  ${name}`);
  for (const site of IMAGE_MISTAKES) {
    const found = await findInImages(site, { seed, sequences: SEQUENCES_TO_BITE });
    if (found === undefined) throw new Error(`${site.name} nothing was found`);
    lines.push(`${site.name}: ${found.slice(0, 120)}`);
  }
  return [`${count} sequences, the same images in the engine and the reference`, ...lines];
}
