/** The graph as it was: which commits are of a point, who sees what of it, and what it may take. */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ModelBody, RevocationBody } from '../../src/authority/permission-body.ts';
import { decodeRecord, signRecord } from '../../src/authority/record.ts';
import { toHex } from '../../src/base/bytes.ts';
import {
  HISTORY_IDLE_MILLISECONDS,
  HISTORY_QUESTIONS_MAX,
  HISTORY_TURN_ENTRIES,
  SPACE_MEMORY_BYTES_LEAST,
} from '../../src/base/limits.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import type { Delta } from '../../src/delta/delta.ts';
import { encodeHeader } from '../../src/delta/header.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import type { LogEntry } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { verifyProof } from '../../src/proof/verify.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import type { PastPoint, ReadableSpace, Space } from '../../src/space/space.ts';
import { CITIES, Door, envelope, onNode, payloadOf, recordHash } from '../fixture/door.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { Seeded } from '../seeded.ts';

const DEFINITION = { source: CITIES };
const ACTOR = { actor: 'user:a' };
const CLIENT_SEED = new Uint8Array(32).fill(3);
const CLIENT = publicKeyOf(CLIENT_SEED);
const SET: Delta = { operation: 'set', path: 'people', value: 1n };
const EVE = 'user:home/eve';
const MODEL = `model
  schema 1.1
type user
type City
  relations
    define read: [user]
    define read.people: [user]
    define write: [user, user:*]
    define delete: [user, user:*]`;

/** Counts how often it is read from its begin. */
class CountingLog extends MemoryLog {
  begun = 0;
  walks = 0;

  override *authority(): Iterable<LogEntry> {
    this.begun += 1;
    yield* super.authority();
  }

  override entries(from: number): Iterable<LogEntry> {
    this.walks += 1;
    return super.entries(from);
  }
}

async function create(space: Space, key: string, name = `city ${key}`): Promise<string> {
  const { commit } = await space.write(ACTOR, (draft) => {
    const id = draft.createNode('City', { key });
    draft.setNodeValue(id, 'name', name);
  });
  return commit ?? '';
}

async function remove(space: Space, key: string, actor = 'user:a'): Promise<string> {
  const { commit } = await space.write({ actor }, (draft) => {
    draft.deleteNode(draft.nodeByKey('City', key) ?? '');
  });
  return commit ?? '';
}

function keysOf({ graph }: Pick<ReadableSpace, 'graph'>): string {
  const keys = graph.nodesOfType('City').map((node) => graph.nodeKey(node));
  return keys.sort().join('');
}

async function keysAt(space: Space, point: PastPoint): Promise<string> {
  using past = await space.at(point);
  return keysOf(past);
}

function idOf(door: Door, key: string): string {
  return nodeIdByKey({ space: recordHash(door.records()[0]), type: 'City', key });
}

function byKey(key: string): Delta {
  return { operation: 'createNodeByKey', type: 'City', key };
}

/** A commit of an author who has seen nothing else, of a clock in milliseconds. */
function fromClient(
  door: Door,
  key: string,
  milliseconds: number,
  operation: 'create' | 'set' = 'create',
): Uint8Array {
  const delta = operation === 'create' ? byKey(key) : SET;
  const payload = payloadOf([onNode(idOf(door, key), delta)]);
  const clock = BigInt(milliseconds) << 16n;
  const own = { author: CLIENT, sequence: 1, previous: undefined, clock };
  return envelope(encodeHeader(door.header(payload, own)), payload, CLIENT_SEED);
}

/** Cities a, b and c, a second apart, and the times of their commits. */
async function openCities(): Promise<{ door: Door; times: Date[] }> {
  const door = await Door.open();
  await door.space.certifyAuthor(CLIENT, 'client');
  const times: Date[] = [];
  for (const key of ['a', 'b', 'c']) {
    door.clock.milliseconds += 1_000;
    times.push(new Date(door.clock.milliseconds));
    await create(door.space, key);
  }
  return { door, times };
}

describe('[V1] a point', () => {
  test('is a commit in the order of this log, or a position of it', async () => {
    const { door } = await openCities();
    const { space, log } = door;
    const gone = await remove(space, 'b');
    const last = await create(space, 'd');
    expect(await keysAt(space, { commit: gone })).toBe('ac');
    expect(await keysAt(space, { commit: last })).toBe('acd');
    expect(await keysAt(space, { cursor: log.length - 2 })).toBe('abc');
    expect(await keysAt(space, { cursor: log.length })).toBe('acd');
    expect(await keysAt(space, { cursor: 0 })).toBe('');
    expect(keysOf(space)).toBe('acd');
  });

  test('[V2] is a time, up to which all commits count, however late they come', async () => {
    const { door, times } = await openCities();
    const { space } = door;
    const [a, b, c] = times.map((time) => time.getTime()) as [number, number, number];
    const at = (time: number) => keysAt(space, { time: new Date(time) });
    expect([await at(a - 1), await at(a), await at(b), await at(c - 1)]).toEqual([
      ...['', 'a', 'ab', 'ab'],
    ]);
    expect([await at(0), await at(-1), await at(c + 1_000_000_000)]).toEqual(['', '', 'abc']);
    const before = door.log.length;
    expect(await door.answer(fromClient(door, 'x', a + 500))).toBe('applied');
    expect([await at(a), await at(a + 499), await at(a + 500), await at(b), await at(c)]).toEqual([
      ...['a', 'a', 'ax', 'abx', 'abcx'],
    ]);
    expect(await keysAt(space, { cursor: before })).toBe('abc');
    expect(await keysAt(space, { cursor: before + 1 })).toBe('abcx');
    // From a time to a position that holds more, and on to a time that holds all of these.
    expect([await at(a), await at(b)]).toEqual(['a', 'abx']);
  });

  test.each<[string, PastPoint, string]>([
    ['no CID', { commit: 'x' }, 'INVALID_INPUT'],
    [
      'an unknown commit',
      { commit: 'bafyreichlr7fgfb6k4nwgdl7trc22jlxpmir3o7i2p52p44w6c4ukc474a' },
      'NOT_FOUND',
    ],
    ['a negative cursor', { cursor: -1 }, 'INVALID_INPUT'],
    ['half a cursor', { cursor: 1.5 }, 'INVALID_INPUT'],
    ['a cursor ahead', { cursor: 1_000 }, 'NOT_FOUND'],
  ])('[V3] of %s is refused', async (_, point, code) => {
    const { door } = await openCities();
    await expect(door.space.at(point)).rejects.toMatchObject({ code });
    expect(await keysAt(door.space, { cursor: door.log.length })).toBe('abc');
  });

  test('before a seal is there after it, with lineage and proofs', async () => {
    const { door } = await openCities();
    const { space } = door;
    const gone = await remove(space, 'b');
    await space.seal();
    await create(space, 'd');
    await space.seal();
    expect(await keysAt(space, { commit: gone })).toBe('ac');
    using past = await space.at({ cursor: door.log.length - 4 });
    expect(keysOf(past)).toBe('abc');
    const node = past.graph.nodeByKey('City', 'b');
    if (node === undefined) throw new Error('a city was expected');
    const lineage = await past.nodeLineage(node, 'name');
    expect(lineage?.position).toBe(door.log.length - 4 - 1);
    const proof = verifyProof((await past.nodeProof(node, 'name')) ?? '');
    expect(proof).toMatchObject({ valid: true, claim: { value: 'city b' } });
  });

  test('is of a log that was started again, too', async () => {
    const { door } = await openCities();
    const { log, clock } = door;
    const gone = await remove(door.space, 'b');
    await create(door.space, 'd');
    await using space = await openMemorySpace({
      ...{ definition: DEFINITION, log, clock, isReadOnly: true },
    });
    expect(await keysAt(space, { commit: gone })).toBe('ac');
  });
});

describe('[V6] who asks', () => {
  async function openGuarded(): Promise<Door> {
    const door = await Door.open();
    await create(door.space, 'a');
    await create(door.space, 'b');
    await door.space.access.installModel({ source: MODEL });
    return door;
  }

  const at = async (door: Door, cursor: number) => {
    using past = await door.space.at({ cursor });
    return keysOf({ graph: past.graphOf(EVE) });
  };

  test('[R40] sees the past by the rights of now', async () => {
    const door = await openGuarded();
    const then = door.log.length;
    const named = (key: string, relation = 'read') => ({
      object: `City:${idOf(door, key)}`,
      relation,
      subject: EVE,
    });
    expect(await at(door, then)).toBe('');
    await door.space.access.grant([named('a'), named('b')]);
    expect(await at(door, then)).toBe('ab');
    await door.space.access.revoke({ grants: [named('b')] });
    expect(await at(door, then)).toBe('a');
    await door.space.access.grant([named('a', 'delete')]);
    await remove(door.space, 'a', EVE);
    expect(await at(door, then)).toBe('a');
    expect(await at(door, door.log.length)).toBe('');
    using past = await door.space.at({ cursor: then });
    const graph = past.graphOf(EVE);
    expect(keysOf({ graph })).toBe('a');
    // What is lent follows the chain as well.
    await door.space.access.revoke({ grants: [named('a')] });
    expect(keysOf({ graph })).toBe('');
  });

  test('[V4] is shown nowhere what was withdrawn since', async () => {
    const { door, times } = await openCities();
    const late = times[1]?.getTime() ?? 0;
    expect(await door.answer(fromClient(door, 'x', late))).toBe('applied');
    const then = door.log.length;
    await create(door.space, 'd');
    expect(await keysAt(door.space, { cursor: then })).toBe('abcx');
    // Its frontier has no commit of the client.
    const revoked = { grants: [], authors: [CLIENT], members: [] };
    await door.space.receiveRecord(narrowing(door, { kind: 'revocation', ...revoked }));
    expect(keysOf(door.space)).toBe('abcd');
    expect(await keysAt(door.space, { cursor: then })).toBe('abc');
    expect(await keysAt(door.space, { time: new Date(late) })).toBe('ab');
  });

  test('[V4] is shown nothing of what waits for a node that is told of later', async () => {
    const { door, times } = await openCities();
    const late = times[1]?.getTime() ?? 0;
    expect(await door.answer(fromClient(door, 'x', late, 'set'))).toBe('applied');
    const then = door.log.length;
    // As of a replica of the same author that has not seen the other.
    const own = door.commits().at(-2);
    const payload = payloadOf([onNode(idOf(door, 'x'), byKey('x'))]);
    const part = { sequence: 4, previous: own?.hash, clock: (own?.header.clock ?? 0n) + 1n };
    expect(await door.answer(door.sign(payload, part))).toBe('applied');
    // The commit of the client is judged by it, once it is known what a city is.
    await door.space.receiveRecord(narrowing(door, { kind: 'model', model: MODEL }));
    for (const point of [{ cursor: then }, { time: new Date(late) }]) {
      expect(await keysAt(door.space, point)).toBe('cursor' in point ? 'abc' : 'ab');
    }
    expect(await keysAt(door.space, { cursor: then + 1 })).toBe('abcx');
    // It stands behind others in the memory, and before them in the log.
    const node = door.space.graph.nodeByKey('City', 'x');
    if (node === undefined) throw new Error('a city was expected');
    expect((await door.space.nodeLineage(node))?.position).toBe(then + 1);
  });
});

/** By the organisation of a door: a record that keeps the door's own commits alone. */
function narrowing(door: Door, what: NarrowingPart): Uint8Array {
  const draws = new Seeded(1);
  draws.bytes(32);
  const records = door.records().map((bytes) => decodeRecord(bytes));
  const own = door.commits().filter(({ header }) => toHex(header.author) === toHex(door.key));
  const body = {
    space: recordHash(door.records()[0]),
    height: records.length,
    previous: records.at(-1)?.hash ?? new Uint8Array(32),
    frontier: [{ key: door.key, sequence: own.length }],
    ...what,
  };
  return signRecord(body, draws.bytes(32)).bytes;
}

type NarrowingPart =
  | Pick<RevocationBody, 'kind' | 'grants' | 'authors' | 'members'>
  | Pick<ModelBody, 'kind' | 'model'>;

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
    const { door } = await openCities();
    const then = door.log.length;
    expect(await keysAt(door.space, { cursor: then })).toBe('abc');
    const source = CITIES.replace('people: BigInt', 'people: BigInt @index');
    await door.space.proposeDefinition({ source });
    using past = await door.space.at({ cursor: then });
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
