import { expect, test } from 'vitest';
import { ImagesTally, runImages } from './images-sequence.ts';
import { findInImages, IMAGE_MISTAKES } from './planted-images.ts';

const SEED = 20_261_127;
const SEQUENCES = 400;
const SEQUENCES_TO_BITE = 200;
/** Each takes an engine of its own, which takes seconds to compile; the soak builds all of them. */
const MISTAKES = 2;

test(`what shows before and after each transaction of a group, from seed ${SEED} on`, async () => {
  const tally = new ImagesTally();
  for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
    expect(await runImages(seed, tally), `seed ${seed}`).toBeUndefined();
  }
  expect(Math.min(...Object.values(tally)), JSON.stringify(tally)).toBeGreaterThan(100);
});

test.each(IMAGE_MISTAKES.slice(0, MISTAKES))('are found wrong $name', async (mistake) => {
  const found = await findInImages(mistake, { seed: SEED, sequences: SEQUENCES_TO_BITE });
  expect(found).toMatch(/^seed \d+: /);
});
