import { beforeEach, describe, expect, test } from 'vitest';
import { EMPTY_MAP, IdValue, Timestamp, type Value } from '../../src/delta/value.ts';
import type { Draft } from '../../src/space/space.ts';
import { Door } from '../fixture/door.ts';

const SDL = `
  type City @node {
    code: ID! @id
    name: String @unique
    people: BigInt
    height: Float
    isOld: Boolean
    seal: Bytes
    founded: DateTime
    place: Place
    roads: [City!]! @relationship(type: "ROAD", direction: OUT, properties: "Road")
    rivers: [River!]! @relationship(type: "AT", direction: OUT)
  }
  type River @node { name: String!  length: Int @default(value: 1) }
  type Road @relationshipProperties { length: Int!  lanes: BigInt }
  type Place { latitude: Float! longitude: Float }
`;
const NOBODY = 'AAAAAAAAAAAAAAAA';

let door: Door;

beforeEach(async () => {
  door = await Door.open({ sdl: SDL });
  await write((draft) => {
    const basel = draft.createNode('City', { key: 'BSL' });
    draft.setNodeValue(basel, 'name', 'Basel');
    const zurich = draft.createNode('City', { key: 'ZRH' });
    const road = { from: basel, type: 'ROAD', to: zurich };
    draft.createEdge(road);
    draft.setEdgeValue(road, 'length', 85n);
    draft.setNodeValue(draft.createNode('River'), 'name', 'Rhine');
  });
});

describe('what is refused, with what was expected and what came', () => {
  const cases: [string, (draft: Draft) => unknown, string, string][] = [
    [
      'an unknown node type',
      (draft) => draft.createNode('Town'),
      'INVALID_INPUT',
      'a node type expected one of City, River, got Town',
    ],
    [
      'an unknown edge type',
      (draft) => draft.createEdge({ from: city(), type: 'PATH', to: city() }),
      'INVALID_INPUT',
      'an edge type expected one of ROAD, AT, got PATH',
    ],
    [
      'an unknown field',
      (draft) => draft.setNodeValue(city(), 'mayor', 'x'),
      'INVALID_INPUT',
      'City expected a declared field, got mayor',
    ],
    [
      'a nested field as a whole',
      (draft) => draft.setNodeValue(city(), 'place', EMPTY_MAP),
      'INVALID_INPUT',
      'City expected a declared field, got place, which holds fields of its own',
    ],
    [
      'a field of another type’s edge',
      (draft) => draft.setEdgeValue(road(), 'width', 1n),
      'INVALID_INPUT',
      'Road expected a declared field, got width',
    ],
    [
      'a new value of the key',
      (draft) => draft.setNodeValue(city(), 'code', 'NEW'),
      'INVALID_INPUT',
      'City.code expected to stay as created, got a new value',
    ],
    [
      'no key',
      (draft) => draft.createNode('City'),
      'INVALID_INPUT',
      'City.code expected a value, got none',
    ],
    [
      'a key where none is',
      (draft) => draft.createNode('River', { key: 'x' }),
      'INVALID_INPUT',
      'River expected no natural key, got "x"',
    ],
    [
      'a key that is taken',
      (draft) => draft.createNode('City', { key: 'BSL' }),
      'ALREADY_EXISTS',
      'City.code expected a value that no other node has, got "BSL"',
    ],
    [
      'an empty key',
      (draft) => draft.createNode('City', { key: '' }),
      'INVALID_INPUT',
      'City.code expected 1 to 1024 bytes, got 0',
    ],
    [
      'a key too long',
      (draft) => draft.createNode('City', { key: 'é'.repeat(513) }),
      'INVALID_INPUT',
      'City.code expected 1 to 1024 bytes, got 1026',
    ],
    [
      'a key that is half a surrogate',
      (draft) => draft.createNode('City', { key: 'a\ud800' }),
      'INVALID_INPUT',
      'City.code expected',
    ],
    [
      'a required field without a value',
      (draft) => draft.createNode('River'),
      'INVALID_INPUT',
      'River.name expected a value, got none',
    ],
    [
      'a required field made null',
      (draft) => draft.setNodeValue(river(), 'name', null),
      'INVALID_INPUT',
      'River.name expected string, got null',
    ],
    [
      'a required member of a nested field',
      (draft) => {
        const id = draft.createNode('City', { key: 'NEW' });
        draft.setNodeValue(id, 'place.longitude', 7.5);
      },
      'INVALID_INPUT',
      'City.place.latitude expected a value, got none',
    ],
    [
      'a required field of an edge',
      (draft) => draft.createEdge({ from: city('ZRH'), type: 'ROAD', to: city() }),
      'INVALID_INPUT',
      'Road.length expected a value, got none',
    ],
    [
      'a node that does not exist',
      (draft) => draft.setNodeValue(NOBODY, 'name', 'x'),
      'NOT_FOUND',
      `a node expected an id that exists, got ${NOBODY}`,
    ],
    [
      'a required member of a nested field made null beside another',
      (draft) => {
        draft.setNodeValue(city(), 'place.longitude', 7.5);
        draft.setNodeValue(city(), 'place.latitude', null);
      },
      'INVALID_INPUT',
      'City.place.latitude expected a value, got none',
    ],
    [
      'an edge to a node that does not exist',
      (draft) => draft.createEdge({ from: city(), type: 'ROAD', to: NOBODY }),
      'NOT_FOUND',
      `a node expected an id that exists, got ${NOBODY}`,
    ],
    [
      'an edge that does not exist',
      (draft) => draft.setEdgeValue({ ...road(), key: 9 }, 'length', 1n),
      'NOT_FOUND',
      'an edge expected a name that exists, got',
    ],
    [
      'an edge between types that no relationship joins',
      (draft) => draft.createEdge({ from: city(), type: 'AT', to: city() }),
      'INVALID_INPUT',
      'an edge AT expected ends that a relationship declares, got City → City',
    ],
    [
      'an edge the wrong way round',
      (draft) => draft.createEdge({ from: river(), type: 'AT', to: city() }),
      'INVALID_INPUT',
      'an edge AT expected ends that a relationship declares, got River → City',
    ],
    [
      'an edge key beyond 32 bits',
      (draft) => draft.createEdge({ ...road(), key: 2 ** 32 }),
      'INVALID_INPUT',
      'an edge key expected a whole number from 0 to 2^32 - 1, got 4294967296',
    ],
    [
      'a unique value that is taken',
      (draft) => draft.setNodeValue(city('ZRH'), 'name', 'Basel'),
      'ALREADY_EXISTS',
      'City.name expected a value that no other node has',
    ],
    [
      'a unique value twice in one transaction',
      (draft) => {
        draft.setNodeValue(draft.createNode('City', { key: 'a' }), 'name', 'New');
        draft.setNodeValue(draft.createNode('City', { key: 'b' }), 'name', 'New');
      },
      'ALREADY_EXISTS',
      'City.name expected a value that no other node has',
    ],
    [
      'a key twice in one transaction',
      (draft) => {
        draft.createNode('City', { key: 'a' });
        draft.createNode('City', { key: 'a' });
      },
      'ALREADY_EXISTS',
      'City.code expected a value that no other node has, got "a"',
    ],
  ];

  test.each(cases)('%s', async (_, build, code, message) => {
    const before = [door.space.stateHash(), door.log.length];
    await expect(write(build)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect([door.space.stateHash(), door.log.length]).toEqual(before);
  });
});

describe('a value of another kind than its field is refused', () => {
  const values: [string, Value, string][] = [
    ['name', 5n, 'City.name expected string, got int64'],
    ['name', new Uint8Array(1), 'City.name expected string, got bytes'],
    [
      'name',
      'half \udc00 a surrogate',
      'City.name expected well-formed Unicode, got a lone surrogate',
    ],
    ['people', 5, 'City.people expected int64, got float64'],
    ['people', 2n ** 63n, 'City.people expected an int64, got 9223372036854775808'],
    ['people', -(2n ** 63n) - 1n, 'City.people expected an int64, got -9223372036854775809'],
    ['height', 5n, 'City.height expected float64, got int64'],
    ['height', '5', 'City.height expected float64, got string'],
    ['isOld', 0n, 'City.isOld expected bool, got int64'],
    ['seal', 'text', 'City.seal expected bytes, got string'],
    ['founded', '1999-01-01', 'City.founded expected timestamp, got string'],
    ['founded', 5n, 'City.founded expected timestamp, got int64'],
    [
      'founded',
      new Timestamp(2n ** 63n),
      'City.founded expected an int64, got 9223372036854775808',
    ],
    ['place.longitude', 7, 'City.place.latitude expected a value, got none'],
    ['isOld', EMPTY_MAP, 'City.isOld expected bool, got map'],
    ['name', new IdValue(NOBODY), 'City.name expected string, got id'],
  ];

  test.each(values)('%s: %o', async (path, value, message) => {
    const built = write((draft) => draft.setNodeValue(city(), path, value));
    await expect(built).rejects.toMatchObject({ code: 'INVALID_INPUT', message });
  });

  test.each([2n ** 63n, -(2n ** 63n) - 1n])('an amount of %s to add', async (amount) => {
    const built = write((draft) => draft.incrementNodeValue(city(), 'people', amount));
    await expect(built).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: `City.people expected an int64, got ${amount}`,
    });
  });

  test.each(['height', 'name', 'isOld'])('adding to %s', async (path) => {
    const built = write((draft) => draft.incrementNodeValue(city(), path, 1n));
    await expect(built).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test.each<[string, Value]>([
    ['people', 2n ** 63n - 1n],
    ['people', -(2n ** 63n)],
    ['height', Number.NaN],
    ['height', -0],
    ['founded', new Timestamp(-(2n ** 63n))],
    ['name', ''],
    ['name', 'é\u0000🎈'],
    ['seal', new Uint8Array()],
    ['place.longitude', null],
  ])('%s takes %o', async (path, value) => {
    await write((draft) => draft.setNodeValue(city(), path, value));
    const { graph } = door.space;
    const node = graph.nodeByKey('City', 'BSL');
    expect(node === undefined ? undefined : graph.nodeValue(node, path)).toEqual(value);
  });
});

describe('a name that only resembles one', () => {
  test('is none: characters beyond a byte are not cut to one', async () => {
    const lookalike = [...city()].map((letter) => String.fromCharCode(letter.charCodeAt(0) + 256));
    expect(door.space.graph.nodeById(lookalike.join(''))).toBeUndefined();
    const built = write((draft) => draft.setNodeValue(lookalike.join(''), 'name', 'x'));
    await expect(built).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('finds nothing by a number beyond 64 bits, or by half a surrogate', async () => {
    const { graph } = door.space;
    await write((draft) => draft.setNodeValue(city(), 'name', '\ufffd'));
    expect(graph.nodesByValue('City', 'name', '\ufffd')).toHaveLength(1);
    expect(graph.nodesByValue('City', 'name', '\ud800')).toEqual([]);
    expect(graph.nodeByKey('City', '\ud800')).toBeUndefined();
  });

  test('finds nothing of a type whose name is longer than any', async () => {
    const { graph } = door.space;
    const key = 'k'.repeat(300);
    await write((draft) => draft.createNode('City', { key }));
    expect(graph.nodeByKey('City', key)).toBeDefined();
    expect(graph.nodeByKey(`City${key.slice(44)}`, key.slice(0, 44))).toBeUndefined();
  });

  test('an actor without a name, or with one too long, fails alone', async () => {
    const build = (draft: Draft) => draft.setNodeValue(city(), 'people', 1n);
    const [empty, long, good] = await Promise.allSettled([
      door.space.write({ actor: '' }, build),
      door.space.write({ actor: 'x'.repeat(256) }, build),
      door.space.write({ actor: 'user:a' }, build),
    ]);
    expect(empty).toMatchObject({ status: 'rejected', reason: { code: 'INVALID_INPUT' } });
    expect(long).toMatchObject({ status: 'rejected', reason: { code: 'LIMIT_EXCEEDED' } });
    expect(good).toMatchObject({ status: 'fulfilled' });
  });
});

async function write<T>(build: (draft: Draft) => T): Promise<T> {
  const { result } = await door.space.write({ actor: 'user:test' }, build);
  return result;
}

function city(key = 'BSL'): string {
  const { graph } = door.space;
  const node = graph.nodeByKey('City', key);
  if (node === undefined) throw new Error(`no city ${key}`);
  return graph.nodeId(node);
}

function river(): string {
  const { graph } = door.space;
  const [node] = graph.nodesOfType('River');
  if (node === undefined) throw new Error('no river');
  return graph.nodeId(node);
}

function road(): { from: string; type: string; to: string } {
  return { from: city(), type: 'ROAD', to: city('ZRH') };
}
