/** What graphs as they were take: memory, time, and the log; and how many ask at a time. */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  HISTORY_IDLE_MILLISECONDS,
  HISTORY_QUESTIONS_MAX,
  HISTORY_TURN_ENTRIES,
  SPACE_MEMORY_BYTES_LEAST,
} from '../../src/base/limits.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import { CountingLog } from '../fixture/counting-log.ts';
import { CITIES } from '../fixture/door.ts';
import { create, keysAt } from '../fixture/past-cities.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const DEFINITION = { source: CITIES };

describe('[V8] what it takes', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is limited in memory, and the space lives on', async () => {
    const memoryBytesMax = SPACE_MEMORY_BYTES_LEAST;
    const history = { memoryBytesMax };
    await using space = await openMemorySpace({ definition: DEFINITION, history });
    const early = await create(space, 'a');
    for (let count = 0; count < 40; count++) {
      await create(space, `k${count}`, `${count}`.padEnd(1_000_000, 'x'));
    }
    const late = { cursor: space.usage().logLength };
    for (const point of [late, late]) {
      await expect(space.at(point)).rejects.toMatchObject({
        code: 'LIMIT_EXCEEDED',
        facts: { limit: 'HISTORY_MEMORY_BYTES_MAX', max: memoryBytesMax },
      });
    }
    expect(await keysAt(space, { commit: early })).toBe('a');
    await create(space, 'z');
    expect(space.graph.nodesOfType('City')).toHaveLength(42);
  });

  test('is shared by many who ask about few points while writes go on', async () => {
    const log = new CountingLog();
    await using space = await openMemorySpace({ definition: DEFINITION, log });
    const commits: string[] = [];
    for (let count = 0; count < 200; count++) commits.push(await create(space, `k${count}`));
    const [{ begun, walks }, points] = [log, [170, 20, 99, 3, 140, 0, 77, 55, 120, 199]];
    const counts = Array.from({ length: 100 }, async (_, index) => {
      const point = points[index % points.length] ?? 0;
      using past = await space.at({ commit: commits[point] ?? '' });
      await nextTurn();
      return past.graph.counts().nodes - point;
    });
    const writes = Array.from({ length: 50 }, (_, index) => create(space, `w${index}`));
    expect(new Set(await Promise.all(counts))).toEqual(new Set([1]));
    await Promise.all(writes);
    expect(space.graph.counts().nodes).toBe(250);
    expect(log.begun - begun).toBe(1);
    expect(log.walks - walks).toBe(points.length);
  });

  test('is asked by so many at a time', async () => {
    await using space = await openMemorySpace({ definition: DEFINITION });
    const asked = Array.from({ length: HISTORY_QUESTIONS_MAX }, () => space.at({ cursor: 1 }));
    await expect(space.at({ cursor: 1 })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      facts: { limit: 'HISTORY_QUESTIONS_MAX' },
    });
    for (const past of await Promise.all(asked)) past[Symbol.dispose]();
    expect(await keysAt(space, { cursor: 1 })).toBe('');
  });

  test('[V9] leaves others of the process their turns', async () => {
    await using space = await openMemorySpace({ definition: DEFINITION });
    const groups = 12;
    for (let count = 0; count < HISTORY_TURN_ENTRIES * groups; count++) {
      await create(space, `k${count}`);
    }
    let [turns, isDone] = [0, false];
    const asked = space.at({ cursor: space.usage().logLength });
    const counting = (async () => {
      for (; !isDone; turns++) await nextTurn();
    })();
    (await asked)[Symbol.dispose]();
    isDone = true;
    await counting;
    expect(turns).toBeGreaterThanOrEqual(groups);
  });

  test('is kept for some time, and then given up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const log = new CountingLog();
    await using space = await openMemorySpace({ definition: DEFINITION, log });
    for (const key of ['a', 'b', 'c']) await create(space, key);
    const last = log.length;
    const { begun } = log;
    const lent = await space.at({ cursor: last - 1 });
    await vi.advanceTimersByTimeAsync(2 * HISTORY_IDLE_MILLISECONDS);
    lent[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(HISTORY_IDLE_MILLISECONDS - 1);
    expect([await keysAt(space, { cursor: last }), log.begun - begun]).toEqual(['abc', 1]);
    await vi.advanceTimersByTimeAsync(HISTORY_IDLE_MILLISECONDS);
    expect([await keysAt(space, { cursor: last }), log.begun - begun]).toEqual(['abc', 2]);
    expect([await keysAt(space, { cursor: last - 2 }), log.begun - begun]).toEqual(['a', 3]);
  });

  test('is kept in several memories where there may be more', async () => {
    const log = new CountingLog();
    const history = { graphsMax: 2 };
    await using space = await openMemorySpace({ definition: DEFINITION, log, history });
    for (const key of ['a', 'b', 'c']) await create(space, key);
    const [last, { begun }] = [log.length, log];
    const keys: string[] = [];
    for (const back of [0, 2, 0, 1, 0]) keys.push(await keysAt(space, { cursor: last - back }));
    expect([...keys, log.begun - begun]).toEqual(['abc', 'a', 'abc', 'ab', 'abc', 2]);
  });

  test('is answered no more once the space is closed', async () => {
    const space = await openMemorySpace({ definition: DEFINITION });
    await create(space, 'a');
    const lent = await space.at({ cursor: 1 });
    const waiting = space.at({ cursor: 2 });
    const refused = expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await space[Symbol.asyncDispose]();
    await refused;
    lent[Symbol.dispose]();
    await expect(space.at({ cursor: 1 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('[V7] where it begins', () => {
  test('is the newest snapshot that the point holds', async () => {
    const directory = await temporaryDirectory();
    const first = await openSpace({ directory, definition: DEFINITION });
    await create(first, 'a', 'the needle');
    await create(first, 'b');
    const between = first.usage().logLength;
    await first[Symbol.asyncDispose]();
    await using space = await openSpace({ directory });
    await create(space, 'c');
    await damage(directory, 'the needle');
    // Entries before the snapshot are not read, and are missed before it.
    expect(await keysAt(space, { cursor: space.usage().logLength })).toBe('abc');
    expect(await keysAt(space, { time: new Date(Date.now() + 1_000) })).toBe('abc');
    await expect(space.at({ cursor: between - 1 })).rejects.toMatchObject({ code: 'CORRUPT' });
    expect(await keysAt(space, { cursor: space.usage().logLength })).toBe('abc');
  });

  test('[V5] has the indexes of the definition in force', async () => {
    await using space = await openMemorySpace({ definition: DEFINITION });
    for (const key of ['a', 'b', 'c']) await create(space, key);
    const then = space.usage().logLength;
    expect(await keysAt(space, { cursor: then })).toBe('abc');
    const source = CITIES.replace('people: BigInt', 'people: BigInt @index');
    await space.proposeDefinition({ source });
    using past = await space.at({ cursor: then });
    expect(past.graph.nodesInOrder('City', 'people', {})).toEqual([]);
    expect(past.graph.nodesByValue('City', 'name', 'city a')).toHaveLength(1);
  });
});

/** Changes a text that the log of a directory holds once. */
async function damage(directory: string, text: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.endsWith('.segment')) continue;
    const bytes = await readFile(join(directory, name));
    const at = bytes.indexOf(text);
    if (at < 0) continue;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(join(directory, name), bytes);
    return;
  }
  throw new Error(`a log with ${text} was expected`);
}
