/** What the answers of a live query hold, one after the other. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { LiveState } from '../../src/graphql/live/live-state.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function stateOf(number: number): LiveState {
  return new LiveState({ content: `{"data":{"n":${number}}}`, errors: undefined });
}

/** The newest of so many states, each of which was told after the one before it. */
function newestOf(count: number, references: WeakRef<LiveState>[]): LiveState {
  let state = stateOf(0);
  for (let number = 1; number < count; number++) {
    const next = stateOf(number);
    expect(next.patchFrom(state)).toEqual([{ op: 'replace', path: '/n', value: number }]);
    references.push(new WeakRef(state));
    state = next;
  }
  return state;
}

test('a state holds none of those before the one that it was told after', async () => {
  const references: WeakRef<LiveState>[] = [];
  const newest = newestOf(10, references);
  await nextTurn();
  collect();
  const held = references.filter((reference) => reference.deref() !== undefined);
  expect(held.length).toBeLessThanOrEqual(1);
  newest.forgetDifference();
  await nextTurn();
  collect();
  expect(references.filter((reference) => reference.deref() !== undefined)).toEqual([]);
  expect(newest.data).toEqual({ n: 9 });
});
