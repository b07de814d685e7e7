/** Kept sets whose sequences hold updates of texts. */

import { expect, test } from 'vitest';
import { textSets } from '../merge-sets/text-coverage.ts';
import { expectEnoughTexts, runTextSet, TextTally } from '../merge-sets/texts.ts';

const SEED = 20_261_128;
/** Of each set; `npm run soak -- merge-texts` runs all that respect causes. */
const ORDERS = 2;

test('[M28] texts that meet other rules are one in all orders, that of the model', async () => {
  const tally = new TextTally();
  for (const [index, set] of textSets().entries()) {
    const options = { seed: SEED + index, tally, ordersMax: ORDERS };
    expect(await runTextSet(set, options)).toBeUndefined();
  }
  expectEnoughTexts(tally);
});

test('[M28] an update that does not wait for what it needs is found out', async () => {
  let found = 0;
  for (const set of textSets()) {
    const options = { seed: SEED, tally: new TextTally(), ordersMax: 1, waitsForNothing: true };
    if ((await runTextSet(set, options)) !== undefined) found += 1;
  }
  expect(found).toBeGreaterThan(3);
});
