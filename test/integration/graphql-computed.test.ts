/** Computed fields: what their functions are given, what they may answer, and what goes wrong. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { defineResolvers, type Resolvers } from '../../src/graphql/resolvers.ts';
import { PRINCIPAL_HEADER } from '../../src/server/authentication/credential.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';
import { subscribeBySse, subscribeBySync, subscribeByWebSocket } from '../fixture/subscribers.ts';

const SDL = `
  type Person @node(plural: "people") {
    email: ID! @id
    first: String!
    last: String
    home: Home
    tags: [String!]
    big: BigInt
    born: DateTime
    seal: Bytes
    state: State
    knows: [Person!]! @relationship(type: "KNOWS", direction: OUT, properties: "Knows")
    full: String! @customResolver(requires: "first last")
    given: JSON
      @customResolver(requires: "email home { at { latitude } city } tags big born seal state")
  }
  type Home { city: String at: Point street: String }
  type Knows @relationshipProperties {
    since: Int
    age: Int @customResolver(requires: "since")
  }
  enum State { OPEN CLOSED }
`;

const RESOLVERS = defineResolvers({
  Person: {
    full: ({ first, last }: { first: string; last: string | null }) =>
      last === null ? first : `${first} ${last}`,
    given: (source) => source,
  },
  Knows: { age: async ({ since }: { since: number }) => 2026 - since },
});

const ANN = `mutation { createPeople(input: [{
  email: "ann@x", first: "Ann", last: "Bell", big: 9007199254740993, state: OPEN
  born: "2000-01-01T12:00:00+01:00", seal: "AAE=", tags: ["a", "b"]
  home: { at: { latitude: 1.5, longitude: 2 }, street: "Elm" }
  knows: { create: [{ node: { email: "bob@x", first: "Bob" }, edge: { since: 2000 } }] }
}]) { people { full knowsConnection { edges { properties { age } node { full } } } } } }`;

async function serve(sdl: string, resolvers?: Resolvers): Promise<Api> {
  const api = await serveTestSpace(parseDefinition(sdl), { resolvers });
  onTestFinished(() => api[Symbol.asyncDispose]());
  return api;
}

describe('a computed field', () => {
  test('is made of what it requires, which need not be asked for', async () => {
    const api = await serve(SDL, RESOLVERS);
    const related = { edges: [{ properties: { age: 26 }, node: { full: 'Bob' } }] };
    expect(await api.data(ANN)).toEqual({
      createPeople: { people: [{ full: 'Ann Bell', knowsConnection: related }] },
    });
    expect(await api.data('{ people(limit: 9) { full knows { f: full full } } }')).toEqual({
      people: expect.arrayContaining([
        { full: 'Ann Bell', knows: [{ f: 'Bob', full: 'Bob' }] },
        { full: 'Bob', knows: [] },
      ]),
    });
  });

  test('is given what answers have, and the id', async () => {
    const api = await serve(SDL, RESOLVERS);
    await api.data(ANN);
    const fields = 'id email home { at { latitude } city } tags big born seal state';
    const { people, given } = await api.data(`{ people { ${fields} } given: people { given } }`);
    expect((given as { given: unknown }[]).map((person) => person.given)).toEqual(people);
    expect(people).toContainEqual(expect.objectContaining({ big: '9007199254740993' }));
    expect(people).toContainEqual(expect.objectContaining({ home: null, tags: null }));
  });

  test('is a field of answers alone', async () => {
    const api = await serve(SDL, RESOLVERS);
    for (const wrong of [
      '{ people(where: { full: { eq: "a" } }) { id } }',
      '{ people(sort: [{ full: ASC }]) { id } }',
      '{ peopleConnection { aggregate { node { full { count } } } } }',
      '{ peopleConnection { groups(by: [full]) { count { nodes } } } }',
      'mutation { createPeople(input: [{ email: "a", first: "a", full: "b" }]) { people { id } } }',
      'mutation { updatePeople(update: { full: { set: "b" } }) { people { id } } }',
      'subscription { personChanges(fields: [full]) { id } }',
      '{ people { full(a: 1) } }',
    ]) {
      const { message } = await api.error(wrong);
      expect(message, wrong).toMatch(/"full"|"a" on field "Person.full"/);
    }
  });

  test('is of the node as it is when a change of it is delivered', async () => {
    const api = await serve(SDL, RESOLVERS);
    const query = 'subscription { personChanges { event fields person { full } } }';
    const subscriber = subscribeByWebSocket(api.server.graphql, query);
    onTestFinished(subscriber.stop);
    const isHeard = async () =>
      (await (await fetch(api.server.metrics)).text()).includes('massive_graph_subscriptions 1');
    while (!(await isHeard()));
    await api.data(ANN);
    await subscriber.received(2);
    const people = subscriber.results.map(({ data }) => data?.personChanges);
    expect(people).toMatchObject([{ person: { full: 'Ann Bell' } }, { person: { full: 'Bob' } }]);
    await api.data(
      'mutation { updatePeople(update: { last: { set: "Hill" } }) { info { nodesCreated } } }',
    );
    await subscriber.received(4);
    expect(subscriber.results[2]?.data).toEqual({
      personChanges: { event: 'UPDATED', fields: ['last'], person: { full: 'Ann Hill' } },
    });
  });

  test('that fails in a change tells nobody why, by whatever way', async () => {
    const fail = () => {
      throw new Error('a secret');
    };
    const resolvers = { Person: { full: fail, given: fail }, Knows: { age: fail } };
    const api = await serve(SDL, defineResolvers(resolvers));
    const query = 'subscription { personChanges { event person { first full } } }';
    const { graphql, sync } = api.server;
    const subscribers = [
      subscribeByWebSocket(graphql, query),
      subscribeBySse(graphql, query),
      subscribeBySync(sync, query),
    ];
    for (const subscriber of subscribers) onTestFinished(subscriber.stop);
    const areHeard = async () =>
      (await (await fetch(api.server.metrics)).text()).includes('massive_graph_subscriptions 3');
    while (!(await areHeard()));
    await api.data(`mutation { createPeople(input: [{ email: "a@x", first: "Ann" }]) {
      info { nodesCreated } } }`);
    await Promise.all(subscribers.map((subscriber) => subscriber.received(1)));
    const [told, ...others] = subscribers.map(({ results }) => JSON.stringify(results));
    expect(told).toMatch(/Unexpected error\..*INTERNAL_SERVER_ERROR/);
    expect(told).not.toContain('secret');
    expect(others).toEqual([told, told]);
    expect(api.internalErrors).toHaveLength(3);
  });

  test('costs as much as what it requires', async () => {
    const api = await serve(SDL, RESOLVERS);
    await api.data(ANN);
    const response = await fetch(api.server.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: '{ people(limit: 10) { email full } }',
        extensions: { explain: true },
      }),
    });
    const { extensions } = (await response.json()) as { extensions: unknown };
    const reason = 'a field or an argument of it has no plan';
    const explain = { answeredBy: 'RESOLVERS', reason, cost: 10 * (1 + 1 + 3) };
    expect(extensions).toMatchObject({ explain });
  });
});

describe('a function', () => {
  const TYPES = `
    type Thing @node {
      n: Int
      int: Int @customResolver
      text: String! @customResolver
      key: ID @customResolver
      big: BigInt @customResolver
      ratio: Float @customResolver
      flag: Boolean @customResolver
      at: DateTime @customResolver
      bytes: Bytes @customResolver
      took: Duration @customResolver
      json: JSON @customResolver
      state: State @customResolver
      states: [State!] @customResolver
      times: [DateTime!]! @customResolver
    }
    enum State { OPEN CLOSED }
  `;
  const VALUES = {
    ...{ int: 1, text: 'é', key: 7, big: 2n ** 60n, ratio: -1.5, flag: false, state: 'OPEN' },
    ...{ at: new Date(0), bytes: new Uint8Array([0, 1]), took: 'P14M', json: { b: [null], a: 1 } },
    ...{ states: [], times: ['2026-01-01T00:00:00+01:00', new Date(0)] },
  };
  const SHOWN = {
    ...{ int: 1, text: 'é', key: '7', big: '1152921504606846976', ratio: -1.5, flag: false },
    ...{ at: '1970-01-01T00:00:00.000Z', bytes: 'AAE=', took: 'P1Y2M', json: { a: 1, b: [null] } },
    ...{
      state: 'OPEN',
      states: [],
      times: ['2025-12-31T23:00:00.000Z', '1970-01-01T00:00:00.000Z'],
    },
  };
  const NAMES = Object.keys(VALUES);

  /** One thing, whose fields are as these say. */
  async function thing(answers: Readonly<Record<string, () => unknown>>): Promise<Api> {
    const fields = NAMES.map((name) => [name, answers[name] ?? (() => null)]);
    const api = await serve(TYPES, { Thing: Object.fromEntries(fields) });
    await api.data('mutation { createThings(input: [{ n: 1 }]) { info { nodesCreated } } }');
    return api;
  }

  test('answers values as callers or JavaScript write them, at once or later', async () => {
    const entries = Object.entries(VALUES);
    for (const later of [false, true]) {
      const api = await thing(
        Object.fromEntries(
          entries.map(([name, value]) => [name, () => (later ? Promise.resolve(value) : value)]),
        ),
      );
      expect(await api.data(`{ things { ${NAMES.join(' ')} } }`)).toEqual({ things: [SHOWN] });
      expect(api.internalErrors).toEqual([]);
    }
  });

  test('may answer nothing where the field may be null', async () => {
    const api = await thing({ text: () => '', times: () => [], json: () => undefined });
    const nothing = NAMES.map((name) => [name, name === 'text' ? '' : null]);
    const things = [{ ...Object.fromEntries(nothing), times: [] }];
    expect(await api.data(`{ things { ${NAMES.join(' ')} } }`)).toEqual({ things });
  });

  test.each([
    ['int', 1.5, 'Int, got a value of type number'],
    ['int', '1', 'Int, got a value of type string'],
    ['int', 2n, 'Int, got a value of type bigint'],
    ['int', [1], 'Int, got a list'],
    ['text', 1, 'String!, got a value of type number'],
    ['text', null, 'String!, got none'],
    ['text', '\ud800', 'String!, got a value of type string'],
    ['big', 2n ** 63n, 'BigInt, got a value of type bigint'],
    ['ratio', Number.NaN, 'Float, got a value of type number'],
    ['at', new Date(Number.NaN), 'DateTime, got a value of type object'],
    ['at', 0, 'DateTime, got a value of type number'],
    ['json', { f: () => 1 }, 'JSON, got a value of type object'],
    ['state', 'SHUT', 'State, got a value of type string'],
    ['states', ['OPEN', null], '[State!], got none'],
    ['states', 'OPEN', '[State!], got a value of type string'],
    ['times', undefined, '[DateTime!]!, got none'],
  ])('of %s that answers %s is a bug, which callers are not told of', async (name, value, text) => {
    const api = await thing({ [name]: () => value });
    const error = await api.error(`{ things { ${name} } }`);
    const path = ['things', 0, name];
    const extensions = { code: 'INTERNAL_SERVER_ERROR' };
    expect(error).toMatchObject({ message: 'Unexpected error.', path, extensions });
    expect(String(api.internalErrors[0])).toContain(`resolver of Thing.${name} expected ${text}`);
  });

  test('that throws is one too, whatever it throws, at once or later', async () => {
    const { GraphQLError } = await import('graphql');
    for (const thrown of [new Error('secret'), new GraphQLError('secret'), 'secret', undefined]) {
      const api = await thing({
        int: () => {
          throw thrown;
        },
        json: () => Promise.reject(thrown),
      });
      const { data, errors } = await api.send('{ things { n int json } }');
      expect(data).toEqual({ things: [{ n: 1, int: null, json: null }] });
      expect(errors?.map(({ message }) => message)).toEqual(Array(2).fill('Unexpected error.'));
      expect(errors?.map(({ path }) => path?.[2]).sort()).toEqual(['int', 'json']);
      expect(api.internalErrors).toMatchObject([{ cause: thrown }, { cause: thrown }]);
    }
  });

  test('is missing where a definition comes while the server runs', async () => {
    const api = await serve('type A @node { n: Int }');
    await api.data('mutation { createAs(input: [{ n: 1 }]) { info { nodesCreated } } }');
    const source = 'type A @node { n: Int twice: Int @customResolver(requires: "n") }';
    await (api.space as OpenSpace).proposeDefinition({ source });
    const { data, errors } = await api.send('{ as { n twice } }');
    expect(data).toEqual({ as: [{ n: 1, twice: null }] });
    expect(errors).toMatchObject([
      {
        message: 'A.twice expected a function of this server, got none',
        path: ['as', 0, 'twice'],
        extensions: { code: 'UNAVAILABLE' },
      },
    ]);
    expect(api.internalErrors).toEqual([]);
  });
});

describe('a server expects', () => {
  test.each([
    ['a function for each', undefined, 'got none for Person.full, Person.given, Knows.age'],
    ['those of edges too', { Person: RESOLVERS.Person }, 'got none for Knows.age'],
    [
      'none for what is stored',
      { ...RESOLVERS, Person: { ...RESOLVERS.Person, last: () => 1 } },
      'expected computed fields of the definition, got Person.last',
    ],
    [
      'none for another type',
      { ...RESOLVERS, Place: { name: () => '' } },
      'expected computed fields of the definition, got Place.name',
    ],
    ['none that is inherited', { ...RESOLVERS, Knows: {} }, 'got none for Knows.age'],
  ])('%s', async (_name, resolvers, message) => {
    await expect(serve(SDL, resolvers as Resolvers | undefined)).rejects.toThrow(message);
  });
});

describe('under permissions', () => {
  const MODEL = [
    'model',
    '  schema 1.1',
    'type user',
    'type Person',
    '  relations',
    ...['read', 'write', 'read.last', 'read.home.street', 'read.given'].map(
      (relation) => `    define ${relation}: [user, user:*]`,
    ),
    'type KNOWS',
    '  relations',
    ...['read', 'write', 'read.since'].map((name) => `    define ${name}: [user, user:*]`),
  ].join('\n');

  async function guarded() {
    const asked: unknown[] = [];
    const seen: Resolvers = {
      Person: {
        full: (source) => {
          asked.push(source);
          return 'full';
        },
        given: (source) => {
          asked.push(source);
          return source;
        },
      },
      Knows: {
        age: (source) => {
          asked.push(source);
          return 1;
        },
      },
    };
    const api = await serve(SDL, seen);
    await api.data(ANN);
    await (api.space as OpenSpace).access.installModel({ source: MODEL });
    const all = ['Person:*', 'KNOWS:*'].map((object) => {
      return { object, relation: 'read', subject: 'user:*' };
    });
    await (api.space as OpenSpace).access.grant([
      ...all,
      { object: 'Person:*', relation: 'read.last', subject: 'user:acme/ann' },
      { object: 'Person:*', relation: 'read.given', subject: 'user:acme/bob' },
      { object: 'KNOWS:*', relation: 'read.since', subject: 'user:acme/ann' },
    ]);
    asked.length = 0;
    const ask = async (caller: string, query: string) => {
      const headers = { 'content-type': 'application/json', [PRINCIPAL_HEADER]: caller };
      const body = JSON.stringify({ query });
      const response = await fetch(api.server.graphql, { method: 'POST', headers, body });
      return await response.json();
    };
    return { asked, ask };
  }

  const QUERY = `{ person(where: { email: { eq: "ann@x" } }) {
    full knowsConnection { edges { properties { age } } }
  } }`;

  test('what a hidden field would go into is hidden as well, and not computed', async () => {
    const { asked, ask } = await guarded();
    const edges = (age: number | null) => ({ edges: [{ properties: { age } }] });
    const age = ['person', 'knowsConnection', 'edges', 0, 'properties', 'age'];
    expect(await ask('user:acme/eve', QUERY)).toEqual({
      data: { person: { full: null, knowsConnection: edges(null) } },
      extensions: {
        hidden: [
          { path: ['person', 'full'], code: 'NOT_GRANTED', relation: 'read.last' },
          { path: age, code: 'NOT_GRANTED', relation: 'read.since' },
        ],
      },
    });
    expect(asked).toEqual([]);
    expect(await ask('user:acme/ann', QUERY)).toEqual({
      data: { person: { full: 'full', knowsConnection: edges(1) } },
    });
    expect(asked).toMatchObject([{ first: 'Ann', last: 'Bell' }, { since: 2000 }]);
  });

  test('a rule of its own name hides it as well', async () => {
    const { asked, ask } = await guarded();
    const query = '{ person(where: { email: { eq: "ann@x" } }) { given } }';
    expect(await ask('user:acme/ann', query)).toEqual({
      data: { person: { given: null } },
      extensions: {
        hidden: [{ path: ['person', 'given'], code: 'NOT_GRANTED', relation: 'read.given' }],
      },
    });
    expect(asked).toEqual([]);
    expect(await ask('user:acme/bob', query)).toMatchObject({
      data: { person: { given: { email: 'ann@x', home: { at: { latitude: 1.5 } } } } },
    });
  });

  test('it may be null in the schema where one of its fields may be hidden', async () => {
    const { ask } = await guarded();
    const query = '{ __type(name: "Person") { fields { name type { kind } } } }';
    const { data } = (await ask('user:acme/eve', query)) as { data: unknown };
    const fields = expect.arrayContaining([{ name: 'full', type: { kind: 'SCALAR' } }]);
    expect(data).toEqual({ __type: { fields } });
  });
});
