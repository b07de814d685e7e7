import { expect, test } from 'vitest';
import { CALM } from '../../src/simulation/settings.ts';
import { simulate } from '../../src/simulation/simulate.ts';

test('[Z1] two runs of one seed are the same, event for event', async () => {
  const once = await simulate({ ...CALM, seed: 1 });
  const again = await simulate({ ...CALM, seed: 1 });
  expect(again).toEqual(once);
  expect(once.isSound).toBe(true);
  const other = await simulate({ ...CALM, seed: 2 });
  expect(other.trace).not.toBe(once.trace);
});
