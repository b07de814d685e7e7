import { describe, expect, test } from 'vitest';
import { Reason } from '../../src/delta/reason.ts';
import { withhold } from '../../src/delta/withhold.ts';
import { reasonOf, verifyBytes } from './flips.ts';
import { checkWithholding, type WithholdingOptions } from './withholding.ts';

const SEED = 20_261_125;
const COUNT = 40;

describe('[C35] a commit verifies with every subset of its segments withheld', () => {
  test(`under one hash, in ${COUNT} random commits from seed ${SEED} on`, () => {
    const tally = checkWithholding({ seed: SEED, count: COUNT });
    expect(tally.commits).toBe(COUNT);
    expect(tally.whole).toBeGreaterThan(COUNT / 2);
    expect(tally.subsets).toBeGreaterThan(500);
    for (const kind of ['wrong salt', 'swapped segments', 'altered relation', 'moved hash']) {
      expect(tally.tampered.get(kind), kind).toBeGreaterThan(100);
    }
  }, 120_000);

  test.each<[string, Partial<WithholdingOptions>, RegExp]>([
    ['a reader that does not look at the root', { verify: rootless }, /expected root.mismatch/],
    ['a maker that withholds nothing', { withhold: open }, /expected to be withheld, got 0/],
    ['a maker that withholds too much', { withhold: shut }, /expected to be withheld, got/],
  ])('%s is found out', (_, planted, message) => {
    expect(() => checkWithholding({ seed: SEED, count: COUNT, ...planted })).toThrow(message);
  });
});

function rootless(bytes: Uint8Array): void {
  if (reasonOf(bytes) !== Reason.ROOT_MISMATCH) verifyBytes(bytes);
}

function open(...[commit]: Parameters<typeof withhold>): ReturnType<typeof withhold> {
  return withhold(commit, () => false);
}

function shut(...[commit]: Parameters<typeof withhold>): ReturnType<typeof withhold> {
  return withhold(commit, () => true);
}
