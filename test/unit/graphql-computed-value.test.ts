/** A function of a computed field that does not come to an end. */

import { GraphQLInt } from 'graphql';
import { expect, onTestFinished, test, vi } from 'vitest';
import { RESOLVER_MILLISECONDS_MAX } from '../../src/base/limits.ts';
import type { ComputedField } from '../../src/definition/definition.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { Budget } from '../../src/graphql/budget.ts';
import { computedValue } from '../../src/graphql/computed-value.ts';
import { Deadline } from '../../src/graphql/deadline.ts';

const { nodeTypes } = parseDefinition('type A @node { n: Int c: Int @customResolver }');
const field = nodeTypes.get('A')?.computed[0] as ComputedField;

function computing(run: () => unknown) {
  const now = 0;
  const deadline = new Deadline({
    clock: { now: () => now },
    milliseconds: 1000,
    isGone: () => false,
    space: { authority: new Uint8Array() },
  });
  const computation = { name: 'A.c', field, type: GraphQLInt, run };
  return computedValue(computation, { budget: new Budget(), deadline });
}

test('its caller waits for it only so long', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { promise, reject } = Promise.withResolvers<never>();
  const late = computing(() => promise);
  vi.advanceTimersByTime(RESOLVER_MILLISECONDS_MAX - 1);
  expect(await Promise.race([late, 'it waits'])).toBe('it waits');
  vi.advanceTimersByTime(1);
  const facts = { limit: 'RESOLVER_MILLISECONDS_MAX' };
  await expect(late).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', facts });
  // Nobody hears of what it still comes to.
  reject(new Error('too late'));
  await expect(computing(() => Promise.resolve(3))).resolves.toBe(3);
  expect(vi.getTimerCount()).toBe(0);
});

test('one that answers at once is not waited for', () => {
  expect(computing(() => 3)).toBe(3);
});
