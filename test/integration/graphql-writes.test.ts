import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';

let api: Api;

beforeEach(async () => {
  api = await serveTestSpace(
    parseDefinition(`
      type Person @node {
        email: String! @id  nick: String @unique  age: Int  rating: Float @unique
        place: Place  seen: DateTime @index  photo: Bytes
        friends: [Person!]! @relationship(type: "FRIEND", direction: OUT, properties: "Friend")
        friendOf: [Person!]! @relationship(type: "FRIEND", direction: IN, properties: "Friend")
      }
      type Place { name: String!  floor: Int }
      type Friend @relationshipProperties { since: Int }
    `),
  );
  await api.data(`mutation { createPeople(input: [
    { email: "a", nick: "a", friends: { create: { node: { email: "b", nick: "b" } } } }
    { email: "c", nick: "c" }
  ]) { info { nodesCreated } } }`);
});

afterEach(async () => {
  expect(api.internalErrors).toEqual([]);
  await api[Symbol.asyncDispose]();
});

const update = (email: string, change: string, answer = 'people { email }') =>
  `mutation { updatePeople(where: { email: { eq: "${email}" } }, update: { ${change} }) {
    ${answer}
  } }`;

describe('in one mutation', () => {
  test('two nodes may change unique values with each other, in either order', async () => {
    const swap = (first: string, second: string) =>
      `nick: { set: "${second}" }, friends: { update: { node: { nick: { set: "${first}" } } } }`;
    for (const [first, second] of [['a', 'b'] as const, ['b', 'a'] as const]) {
      await api.data(update('a', swap(first, second)));
      const found = `{ person(where: { nick: { eq: "${second}" } }) { email } }`;
      expect(await api.data(found)).toEqual({ person: { email: 'a' } });
    }
  });

  test('a unique value that stays doubled is refused, wherever it came from', async () => {
    const hash = api.space.stateHash();
    const changes = [
      'nick: { set: "b" }',
      'nick: { set: "x" }, friends: { update: { node: { nick: { set: "x" } } } }',
      'friends: { create: { node: { email: "d", nick: "c" } } }',
    ];
    for (const change of changes) {
      const { extensions } = await api.error(update('a', change));
      expect(extensions?.code).toBe('ALREADY_EXISTS');
    }
    expect(api.space.stateHash()).toBe(hash);
  });

  test('an edge is replaced by disconnect and connect, with new properties only', async () => {
    const change = `friends: {
      disconnect: { where: { node: { email: { eq: "b" } } } }
      connect: { where: { node: { email: { eq: "b" } } }, edge: { since: 9 } }
    }`;
    const answer = `info { relationshipsCreated relationshipsDeleted }
      people { friendsConnection { edges { properties { since } } } }`;
    expect(await api.data(update('a', change, answer))).toEqual({
      updatePeople: {
        info: { relationshipsCreated: 1, relationshipsDeleted: 1 },
        people: [{ friendsConnection: { edges: [{ properties: { since: 9 } }] } }],
      },
    });
  });

  test('a node that is deleted and made again has what the mutation gives it alone', async () => {
    const change = `friends: {
      delete: { where: { node: { email: { eq: "b" } } } }
      create: { node: { email: "b", age: 3 }, edge: { since: 1 } }
    }`;
    const answer = `info { nodesCreated nodesDeleted }
      people { friends { email nick age friendOf { email } } }`;
    expect(await api.data(update('a', change, answer))).toEqual({
      updatePeople: {
        info: { nodesCreated: 1, nodesDeleted: 1 },
        people: [{ friends: [{ email: 'b', nick: null, age: 3, friendOf: [{ email: 'a' }] }] }],
      },
    });
  });

  test('thousands of nodes are deleted with their edges in one go', async () => {
    const input = Array.from({ length: 3_000 }, (_, index) => ({
      email: `p${index}`,
      friends: { connect: [{ where: { node: { email: { eq: 'a' } } } }] },
    }));
    const create = `mutation ($input: [PersonCreateInput!]!) {
      createPeople(input: $input) { info { relationshipsCreated } }
    }`;
    await api.data(create, { input });
    const started = performance.now();
    expect(
      await api.data('mutation { deletePeople { nodesDeleted relationshipsDeleted } }'),
    ).toEqual({ deletePeople: { nodesDeleted: 3_003, relationshipsDeleted: 3_001 } });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(api.space.graph.counts()).toEqual({ nodes: 0, edges: 0 });
  });
});

test('the edges of a deleted node are gone for good, also when its key comes again', async () => {
  const remove =
    'mutation { deletePeople(where: { email: { eq: "b" } }) { relationshipsDeleted } }';
  expect(await api.data(remove)).toEqual({ deletePeople: { relationshipsDeleted: 1 } });
  const again =
    'mutation { createPeople(input: [{ email: "b" }]) { people { friendOf { email } } } }';
  expect(await api.data(again)).toEqual({ createPeople: { people: [{ friendOf: [] }] } });
});

test('an increment in a nested object that is absent does not leave it half there', async () => {
  const { message, extensions } = await api.error(update('a', 'place: { floor: { add: 1 } }'));
  expect(extensions?.code).toBe('INVALID_INPUT');
  expect(message).toContain('place.name expected a value');
  const whole = update('a', 'place: { name: { set: "x" }, floor: { add: 1 } }');
  await api.data(whole);
  expect(
    await api.data('{ person(where: { email: { eq: "a" } }) { place { name floor } } }'),
  ).toEqual({ person: { place: { name: 'x', floor: 1 } } });
});

test('one bad item in a batch leaves nothing, and one of many wins a unique value', async () => {
  const hash = api.space.stateHash();
  await api.error(
    'mutation { createPeople(input: [{ email: "n" }, { email: "a" }]) { info { nodesCreated } } }',
  );
  expect(api.space.stateHash()).toBe(hash);
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      api.send(
        `mutation { createPeople(input: [{ email: "n${index}", nick: "one" }]) {
          info { nodesCreated }
        } }`,
      ),
    ),
  );
  const codes = results.map(({ errors }) => errors?.[0]?.extensions?.code);
  expect(codes.filter((code) => code === undefined)).toHaveLength(1);
  expect(codes.filter((code) => code === 'ALREADY_EXISTS')).toHaveLength(19);
});

describe('values', () => {
  test('zero is one value, whatever its sign', async () => {
    await api.data(update('a', 'rating: { set: -0.0 }'));
    const found = (zero: string) => `{ people(where: { rating: { eq: ${zero} } }) { email } }`;
    for (const zero of ['0', '-0.0']) {
      expect(await api.data(found(zero))).toEqual({ people: [{ email: 'a' }] });
    }
    const { extensions } = await api.error(update('b', 'rating: { set: 0 }'));
    expect(extensions?.code).toBe('ALREADY_EXISTS');
  });

  test('a literal that is no finite number is refused', async () => {
    const { message } = await api.error(update('a', 'rating: { set: 1e999 }'));
    expect(message).toBe('rating expected a finite number, got Infinity');
    await api.error('{ people(where: { rating: { lt: -1e999 } }) { email } }');
  });

  test.each(['9999-12-31T23:59:59-00:01', '0000-01-01T00:00:00+00:01'])(
    'the moment %s is in a year that four digits do not write, and is refused',
    async (text) => {
      const { message } = await api.error(update('a', `seen: { set: "${text}" }`));
      expect(message).toContain('DateTime expected RFC 3339 text');
    },
  );

  test('moments and bytes are found among many', async () => {
    await api.data(
      update('a', 'seen: { set: "2026-01-31T13:00:00+01:00" }, photo: { set: "AAE=" }'),
    );
    for (const where of [
      'seen: { in: ["2020-01-01T00:00:00Z", "2026-01-31T12:00:00Z"] }',
      'photo: { in: ["AAA=", "AAE="] }',
    ]) {
      expect(await api.data(`{ people(where: { ${where} }) { email } }`)).toEqual({
        people: [{ email: 'a' }],
      });
    }
  });
});
