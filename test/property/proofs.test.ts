import { expect, test } from 'vitest';
import { checkProofs } from './check-proofs.ts';

const SEED = 5;
const COUNT = 60;

test(`[P1]–[P7] ${COUNT} random values of the demo prove and verify, seed ${SEED}`, async () => {
  const tally = await checkProofs({ seed: SEED, count: COUNT });
  for (const kind of ['node', 'node value', 'edge', 'edge value']) {
    expect(tally.proofs.get(kind), kind).toBeGreaterThan(3);
  }
  expect(tally.changedBytes).toBe(4 * COUNT);
});
