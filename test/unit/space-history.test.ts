/** The graph as it was: which commits are of a point, who sees what of it, and what it may take. */

import { describe, expect, test } from 'vitest';
import type { ModelBody, RevocationBody } from '../../src/authority/permission-body.ts';
import { decodeRecord, signRecord } from '../../src/authority/record.ts';
import { toHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import type { Delta } from '../../src/delta/delta.ts';
import { encodeHeader } from '../../src/delta/header.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { verifyProof } from '../../src/proof/verify.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { PastPoint } from '../../src/space/space.ts';
import { CITIES, Door, envelope, onNode, payloadOf, recordHash } from '../fixture/door.ts';
import { create, keysAt, keysOf, remove } from '../fixture/past-cities.ts';
import { Seeded } from '../seeded.ts';

const DEFINITION = { source: CITIES };
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
