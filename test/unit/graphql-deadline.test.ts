import { expect, test } from 'vitest';
import { GRAPHQL_HELD_MILLISECONDS_MAX, GRAPHQL_TURN_MILLISECONDS } from '../../src/base/limits.ts';
import { Budget } from '../../src/graphql/budget.ts';
import { Deadline } from '../../src/graphql/deadline.ts';
import { nextTurn } from '../../src/graphql/next-turn.ts';
import { OPERATION_LIMITS } from '../../src/graphql/operation-limits.ts';

const MILLISECONDS = 100;

/** A deadline whose clock, client and authority are the test's. */
function deadlineOf(milliseconds = MILLISECONDS) {
  const world = { now: 0, isGone: false, authority: new Uint8Array([1]) };
  const deadline = new Deadline({
    clock: { now: () => world.now },
    milliseconds,
    isGone: () => world.isGone,
    space: world,
  });
  return { world, deadline };
}

function failureOf(deadline: Deadline): unknown {
  try {
    deadline.check();
    return undefined;
  } catch (error) {
    return error;
  }
}

const limited = (limit: string) => ({ code: 'LIMIT_EXCEEDED', facts: { limit } });

test('an operation runs as long as it may, and no longer', () => {
  const { world, deadline } = deadlineOf();
  world.now = MILLISECONDS;
  expect(failureOf(deadline)).toBeUndefined();
  world.now += 1;
  expect(failureOf(deadline)).toMatchObject(limited('GRAPHQL_OPERATION_MILLISECONDS_MAX'));
  expect(deadline.failure).toMatchObject({ facts: { max: MILLISECONDS, actual: 101 } });
});

test('its rests do not count, nor what it waits for', async () => {
  const { world, deadline } = deadlineOf();
  world.now = 60;
  const rest = deadline.rest();
  world.now = 100_000;
  await rest;
  expect(failureOf(deadline)).toBeUndefined();
  world.now = 200_000;
  deadline.resume();
  world.now += 40;
  expect(failureOf(deadline)).toBeUndefined();
  world.now += 1;
  expect(failureOf(deadline)).toMatchObject(limited('GRAPHQL_OPERATION_MILLISECONDS_MAX'));
});

test('what cannot rest holds the thread for a bounded time', () => {
  const { world, deadline } = deadlineOf(GRAPHQL_HELD_MILLISECONDS_MAX * 10);
  world.now = GRAPHQL_HELD_MILLISECONDS_MAX + 1;
  expect(failureOf(deadline)).toMatchObject(limited('GRAPHQL_HELD_MILLISECONDS_MAX'));
});

test('parts that rest together go on one turn after the other', async () => {
  const { world, deadline } = deadlineOf(1_000);
  world.now = GRAPHQL_TURN_MILLISECONDS;
  const turns: number[] = [];
  const part = async () => {
    while (deadline.isTurnOver) await deadline.rest();
    turns.push(world.now);
    world.now += GRAPHQL_TURN_MILLISECONDS;
  };
  let others = 0;
  const tick = () => {
    others += 1;
    if (turns.length < 5) setImmediate(tick);
  };
  setImmediate(tick);
  await Promise.all(Array.from({ length: 5 }, part));
  expect(turns).toEqual([10, 20, 30, 40, 50]);
  expect(others).toBeGreaterThanOrEqual(5);
});

test('an operation whose client has gone ends at its next look', async () => {
  const { world, deadline } = deadlineOf();
  world.isGone = true;
  await expect(deadline.rest()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const budget = new Budget(OPERATION_LIMITS, deadline);
  expect(() => budget.spend(1_000)).toThrow('a client that waits');
  expect(budget.isUsedUp).toBe(true);
});

test('an operation over which authority changes is to be asked again', async () => {
  const { world, deadline } = deadlineOf();
  const rest = deadline.rest();
  world.authority = new Uint8Array([2]);
  await expect(rest).rejects.toMatchObject({ code: 'CONFLICT' });
  // All that still runs of it ends alike.
  await expect(deadline.rest()).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a long list comes in turns, whole and in order; a short one at once', async () => {
  const { deadline } = deadlineOf();
  const items = Array.from({ length: 1_000 }, (_, index) => index);
  expect(deadline.inTurns(items.slice(0, 256)).every((item) => typeof item === 'number')).toBe(
    true,
  );
  expect(await Promise.all(deadline.inTurns(items))).toEqual(items);
});

test('of many operations that wait one goes on in each round of the event loop', async () => {
  const rounds: number[] = [];
  let round = 0;
  const tick = () => {
    round += 1;
    if (rounds.length < 5) setImmediate(tick);
  };
  setImmediate(tick);
  const operation = async () => {
    await nextTurn();
    rounds.push(round);
  };
  await Promise.all(Array.from({ length: 5 }, operation));
  expect(new Set(rounds).size).toBe(5);
  await nextTurn();
});
