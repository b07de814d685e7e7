/** Changes of a sequence by position; `npm run soak -- positions` makes more. */

import { expect, test } from 'vitest';
import { type ArrayRule, applyTo, type PositionTally, runPositions } from './position-sequence.ts';

test('[D51] a change is that of the list that shows', async () => {
  const tally: PositionTally = new Map();
  for (const seed of [1, 2]) await runPositions({ seed, tally });
  for (const what of ['append', 'insert', 'remove', 'pop', 'move', 'shared commit'] as const) {
    expect(tally.get(what) ?? 0, what).toBeGreaterThan(40);
  }
  expect(tally.get('long when met') ?? 0).toBeGreaterThan(6);
});

const WRONG: Readonly<Record<string, ArrayRule>> = {
  'an insert comes behind its position': (items, change) => {
    if (change.operation !== 'insert') applyTo(items, change);
    else items.splice(change.at + 1, 0, ...change.values);
  },
  'a value moves before it has left its place': (items, change) => {
    const isBehind = change.operation === 'move' && change.to > change.from;
    applyTo(items, isBehind ? { ...change, to: change.to - 1 } : change);
  },
};

test.each(Object.entries(WRONG))('[D51] that %s is found out', async (_, rule) => {
  await expect(runPositions({ seed: 1, tally: new Map(), rule })).rejects.toThrow('deep');
});
