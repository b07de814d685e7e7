/** Changes behind a point of the log: what is told of them, when it is gone, and what it takes. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { HISTORY_TURN_ENTRIES, SPACE_MEMORY_BYTES_LEAST } from '../../src/base/limits.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { SinceEnd, SincePoint, Space, TransactionChanges } from '../../src/space/space.ts';
import { CountingLog } from '../fixture/counting-log.ts';
import { CITIES } from '../fixture/door.ts';
import {
  CLIENT,
  createdApart,
  fromClient,
  MODEL,
  narrowing,
  openCities,
} from '../fixture/door-cities.ts';
import { create, remove } from '../fixture/past-cities.ts';

const DEFINITION = { source: CITIES };
const NODES = { element: 'node' } as const;

interface Heard {
  readonly end: SinceEnd;
  /** Keys of the cities that are created, and how often each changed otherwise. */
  readonly events: readonly string[];
}

/** What is told behind a point, in words; `most` transactions of it are heard. */
async function heardSince(space: Space, point: SincePoint, most = Infinity): Promise<Heard> {
  const events: string[] = [];
  const end = await space.changesSince(point, {
    interest: NODES,
    isGone: false,
    hear: (transaction) => {
      if (events.length >= most) return false;
      events.push(textOf(transaction));
      return true;
    },
  });
  return { end, events };
}

function textOf({ position, index, changes }: TransactionChanges): string {
  return `${position}.${index} ${changes.map(({ event }) => event).join(' ')}`;
}

describe('[N1] what is told behind a point', () => {
  test('is what was told when it happened, up to now', async () => {
    const { door } = await openCities();
    const live: string[] = [];
    door.space.watch((transaction) => live.push(textOf(transaction)));
    const start = door.space.position;
    await create(door.space, 'd');
    await remove(door.space, 'd');
    await create(door.space, 'd');
    const { end, events } = await heardSince(door.space, { position: start });
    expect(events).toEqual(live);
    expect(live).toHaveLength(3);
    expect(end).toEqual({ kind: 'told', position: start + 3, height: 3, heightBefore: 3 });
    const behind = await heardSince(door.space, { position: start + 3 });
    expect(behind).toEqual({ end: { ...end }, events: [] });
    const last = await heardSince(door.space, { position: start + 3, index: 0 });
    expect(last.events).toEqual(live.slice(2));
  });

  test('is told with the heights of the chain there, and at the end', async () => {
    const { door } = await openCities();
    const start = door.space.position;
    await door.space.access.installModel({ source: MODEL });
    const subject = 'user:home/eve';
    await door.space.access.grant([{ object: 'City:*', relation: 'read', subject }]);
    const { end, events } = await heardSince(door.space, { position: start });
    expect([end, events]).toEqual([
      { kind: 'told', position: start + 2, height: 5, heightBefore: 3 },
      [],
    ]);
  });

  test('ends for a listener that hears no more, and goes on for others', async () => {
    const { door } = await openCities();
    const [all, none, one] = await Promise.all([
      heardSince(door.space, { position: 0 }),
      heardSince(door.space, { position: 0 }, 0),
      heardSince(door.space, { position: 0 }, 1),
    ]);
    const left = { kind: 'left', heightBefore: 0 };
    expect([none.end, one.end, one.events.length]).toEqual([left, left, 1]);
    expect(all.events).toHaveLength(3);
  });
});

test('[N1] a listener that fails ends alone', async () => {
  const { door } = await openCities();
  const hear = () => Promise.reject(new Error('a bug'));
  const failing = { interest: NODES, isGone: false, hear };
  const [all] = await Promise.all([
    heardSince(door.space, { position: 0 }),
    expect(door.space.changesSince({ position: 0 }, failing)).rejects.toThrow('a bug'),
  ]);
  expect(all.events).toHaveLength(3);
});

describe('[N5] what is behind a point is gone', () => {
  test.each([-1, 0.5, 1_000, Number.NaN])('where the log has no position %d', async (position) => {
    const { door } = await openCities();
    const { end } = await heardSince(door.space, { position });
    expect(end).toEqual({ kind: 'gone', reason: 'UNKNOWN' });
  });

  test('before a transaction where no entry is', async () => {
    const { door } = await openCities();
    const { end } = await heardSince(door.space, { position: 0, index: 0 });
    expect(end).toEqual({ kind: 'gone', reason: 'UNKNOWN' });
  });

  test('where a record has withdrawn some of it, and not behind the record', async () => {
    const { door, times } = await openCities();
    const late = times[1]?.getTime() ?? 0;
    const start = door.space.position;
    expect(await door.answer(fromClient(door, 'x', late))).toBe('applied');
    await create(door.space, 'd');
    expect((await heardSince(door.space, { position: start })).events).toHaveLength(2);
    const revoked = { grants: [], authors: [CLIENT], members: [] };
    await door.space.receiveRecord(narrowing(door, { kind: 'revocation', ...revoked }));
    const record = door.space.position;
    await create(door.space, 'e');
    for (const position of [0, start, record - 1]) {
      const { end } = await heardSince(door.space, { position });
      expect(end).toEqual({ kind: 'gone', reason: 'WITHDRAWN' });
    }
    const [behind, both] = await Promise.all([
      heardSince(door.space, { position: record }),
      heardSince(door.space, { position: start }),
    ]);
    expect([behind.end.kind, behind.events.length, both.end.kind]).toEqual(['told', 1, 'gone']);
  });

  test('where some of it waits for a node that is told of later', async () => {
    const { door, times } = await openCities();
    const late = times[1]?.getTime() ?? 0;
    const start = door.space.position;
    expect(await door.answer(fromClient(door, 'x', late, 'set'))).toBe('applied');
    expect(await door.answer(createdApart(door, 'x', 4))).toBe('applied');
    await door.space.receiveRecord(narrowing(door, { kind: 'model', model: MODEL }));
    for (const position of [start, start + 1]) {
      const { end } = await heardSince(door.space, { position });
      expect(end).toEqual({ kind: 'gone', reason: 'WITHDRAWN' });
    }
    expect((await heardSince(door.space, { position: start + 3 })).end.kind).toBe('told');
  });

  test('while it is told, for a record that withdraws', async () => {
    const { door, times } = await openCities();
    expect(await door.answer(fromClient(door, 'x', times[1]?.getTime() ?? 0))).toBe('applied');
    const revoked = { grants: [], authors: [CLIENT], members: [] };
    const record = narrowing(door, { kind: 'revocation', ...revoked });
    const end = door.space.changesSince(
      { position: 0 },
      {
        interest: NODES,
        isGone: false,
        hear: () => door.space.receiveRecord(record).then(() => true),
      },
    );
    expect(await end).toEqual({ kind: 'gone', reason: 'WITHDRAWN' });
  });

  test('where the graph as it was is too large, and the space lives on', async () => {
    const history = { memoryBytesMax: SPACE_MEMORY_BYTES_LEAST };
    await using space = await openMemorySpace({ definition: DEFINITION, history });
    for (let count = 0; count < 45; count++) {
      await create(space, `k${count}`, `${count}`.padEnd(1_000_000, 'x'));
    }
    const { end } = await heardSince(space, { position: 0 });
    expect(end).toEqual({ kind: 'gone', reason: 'TOO_LARGE' });
    await create(space, 'z');
    expect(space.graph.nodesOfType('City')).toHaveLength(46);
  });

  test('where the space is closed', async () => {
    const space = await openMemorySpace({ definition: DEFINITION });
    await create(space, 'a');
    const waiting = heardSince(space, { position: 0 });
    await space[Symbol.asyncDispose]();
    const closed = { kind: 'gone', reason: 'CLOSED' };
    expect((await waiting).end).toEqual(closed);
    expect((await heardSince(space, { position: 0 })).end).toEqual(closed);
  });
});

describe('[N7] what it takes', () => {
  test('is one pass for all who ask at a time, and turns for others of the process', async () => {
    const log = new CountingLog();
    await using space = await openMemorySpace({ definition: DEFINITION, log });
    const groups = 8;
    const last = HISTORY_TURN_ENTRIES * groups;
    for (let count = 0; count < last; count++) await create(space, `k${count}`);
    const [{ begun, walks }, end] = [log, space.position];
    let [turns, isDone] = [0, false];
    const counting = (async () => {
      for (; !isDone; turns++) await nextTurn();
    })();
    const points = Array.from({ length: 100 }, (_, index) => end - ((index * 7) % last));
    const asked = points.map((position) => heardSince(space, { position }));
    const writes = Array.from({ length: 50 }, (_, index) => create(space, `w${index}`));
    for (const [index, { events }] of (await Promise.all(asked)).entries()) {
      expect(events.length).toBeGreaterThanOrEqual(end - (points[index] ?? 0));
    }
    isDone = true;
    await Promise.all([counting, ...writes]);
    expect(turns).toBeGreaterThanOrEqual(groups);
    expect(log.begun - begun).toBe(1);
    expect(log.walks - walks).toBeLessThanOrEqual(3);
  });

  test('is nothing for one that is gone: the pass ends with the last', async () => {
    await using space = await openMemorySpace({ definition: DEFINITION });
    for (let count = 0; count < HISTORY_TURN_ENTRIES * 4; count++) await create(space, `k${count}`);
    let heard = 0;
    const listener = {
      interest: NODES,
      isGone: false,
      hear: () => {
        heard += 1;
        listener.isGone = true;
        return true;
      },
    };
    expect(await space.changesSince({ position: 0 }, listener)).toMatchObject({ kind: 'left' });
    expect(heard).toBeLessThanOrEqual(HISTORY_TURN_ENTRIES);
  });

  test('is not a question about the graph as it was, which is answered beside', async () => {
    const { door } = await openCities();
    const [told, past] = await Promise.all([
      heardSince(door.space, { position: 0 }),
      door.space.at({ cursor: door.space.position }),
    ]);
    expect([told.events.length, past.graph.counts().nodes]).toEqual([3, 3]);
    past[Symbol.dispose]();
  });
});
