/** The graph as it was: which commits are of a point, who sees what of it, and what it may take. */

import { describe, expect, test } from 'vitest';
import { verifyProof } from '../../src/proof/verify.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { Draft, PastPoint, ReadableSpace, TransactionChanges } from '../../src/space/space.ts';
import { CITIES, Door } from '../fixture/door.ts';
import {
  CLIENT,
  createdApart,
  fromClient,
  idOf,
  MODEL,
  narrowing,
  openCities,
} from '../fixture/door-cities.ts';
import { create, keysAt, keysOf, remove } from '../fixture/past-cities.ts';

const DEFINITION = { source: CITIES };
const EVE = 'user:home/eve';
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

  test('is behind seals, and what these forgot [M14] is forgotten', async () => {
    const { door } = await openCities();
    const { space } = door;
    const id = idOf(door, 'a');
    const people = ({ graph }: Pick<ReadableSpace, 'graph'>) => {
      const node = graph.nodeById(id);
      return node === undefined ? undefined : graph.nodeValue(node, 'people');
    };
    const start = space.position;
    const write = (act: (draft: Draft) => void) => space.write({ actor: 'user:a' }, act);
    await write((draft) => draft.setNodeValue(id, 'people', 5n));
    await space.seal();
    await write((draft) => draft.setNodeValue(id, 'people', null));
    await space.seal();
    // No set is named: none is there any more.
    await write((draft) => draft.incrementNodeValue(id, 'people', 3n));
    expect(people(space)).toBe(3n);
    using past = await space.at({ cursor: space.position });
    expect(people(past)).toBe(3n);
    const paths: unknown[] = [];
    const hear = ({ changes }: TransactionChanges) => paths.push(changes[0]?.paths) > 0;
    await space.changesSince(
      { position: start },
      { interest: { element: 'node' }, isGone: false, hear },
    );
    expect(paths).toEqual([['people'], ['people'], ['people']]);
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
    expect(await door.answer(createdApart(door, 'x', 4))).toBe('applied');
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
