import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SUBSCRIBER_QUEUE_CHANGES_MAX } from '../../src/base/limits.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import type { NodeEvent } from '../../src/graphql/seen-changes.ts';
import { type Api, FIVE_AIRPORTS, renameAirport, serveTestSpace } from '../fixture/api.ts';
import {
  type Subscriber,
  subscribeBySse,
  subscribeBySync,
  subscribeByWebSocket,
  subscribed,
} from '../fixture/subscribers.ts';
import { flightsDefinition, librariesDefinition, openTestSpace } from '../fixture/test-space.ts';

const CLIENTS = [
  ['a graphql-ws client', subscribeByWebSocket],
  ['an SSE client', subscribeBySse],
  ['a sync client', bySync],
] as const;

let api: Api;
const open: Subscriber[] = [];

beforeEach(async () => {
  api = await serveTestSpace(flightsDefinition());
  await api.data(FIVE_AIRPORTS);
});

afterEach(async () => {
  for (const subscriber of open.splice(0)) subscriber.stop();
  await api[Symbol.asyncDispose]();
});

function bySync(_url: string, ...asked: [query: string, variables?: object]): Subscriber {
  return subscribeBySync(api.server.sync, ...asked);
}

async function subscribe(
  client: typeof subscribeByWebSocket,
  query: string,
  variables: object = {},
): Promise<Subscriber> {
  const subscriber = await subscribed(api.server, query, { variables, client });
  open.push(subscriber);
  return subscriber;
}

const rename = (code: string, name: string) => renameAirport(api, code, name);

async function idOf(code: string): Promise<string> {
  const { airport } = await api.data(`{ airport(where: { code: { eq: "${code}" } }) { id } }`);
  return (airport as { id: string }).id;
}

describe.each(CLIENTS)('%s', (_name, client) => {
  test('receives every change in order, each exactly once, while writes go on', async () => {
    const count = 300;
    const query =
      'subscription { airportChanges { event fields transaction cursor airport { code } } }';
    const first = await subscribe(client, query);
    const writes = Array.from({ length: count }, (_, index) => rename('JFK', `name ${index}`));
    const second = await subscribe(client, query);
    await Promise.all(writes);
    await rename('LAX', 'last');
    await first.received(count + 1);
    await setTimeout(50);

    const written: string[] = [];
    expect(first.results).toHaveLength(count + 1);
    for (const { data, errors } of first.results) {
      expect(errors).toBeUndefined();
      const change = data?.airportChanges as { transaction: string; cursor: string };
      expect(change).toMatchObject({ event: 'UPDATED', fields: ['name'] });
      written.push(change.cursor);
    }
    expect(new Set(written).size).toBe(count + 1);
    const positions = written.map((cursor) =>
      Buffer.from(cursor, 'base64url').toString().split('.').slice(1).map(Number),
    );
    const inOrder = positions.toSorted((a, b) =>
      a.reduce((order, part, index) => order || part - (b[index] ?? 0), 0),
    );
    expect(positions).toEqual(inOrder);
    expect(first.results.at(-1)?.data?.airportChanges).toMatchObject({ airport: { code: 'LAX' } });
    // One that came later has the same, from where it began.
    const later = second.results.map(
      ({ data }) => (data?.airportChanges as { cursor: string } | undefined)?.cursor,
    );
    expect(later.length).toBeGreaterThan(0);
    expect(later).toEqual(written.slice(-later.length));
  });

  test('receives what it asked for by type, by node and by field', async () => {
    const id = await idOf('JFK');
    const byNode = await subscribe(
      client,
      `subscription ($id: ID) { airportChanges(id: $id) { event id airport { name } } }`,
      { id },
    );
    const byField = await subscribe(
      client,
      'subscription { airportChanges(fields: [city, location]) { event fields airport { code } } }',
    );
    const anyNode = await subscribe(
      client,
      `subscription ($id: ID) { nodeChanges(id: $id, types: [Airport]) {
        event type fields actor node { id ... on Airport { name } }
      } }`,
      { id },
    );
    await rename('LAX', 'unseen');
    await rename('JFK', 'seen');
    await api.data(`mutation {
      updateAirports(where: { code: { eq: "LHR" } }, update: {
        location: { latitude: { set: 1 } }
      }) { info { nodesCreated } }
      deleteAirports(where: { code: { eq: "JFK" } }) { nodesDeleted }
    }`);
    await Promise.all([byNode.received(2), byField.received(2), anyNode.received(2)]);
    await setTimeout(50);
    expect(byNode.results).toEqual([
      { data: { airportChanges: { event: 'UPDATED', id, airport: { name: 'seen' } } } },
      { data: { airportChanges: { event: 'DELETED', id, airport: null } } },
    ]);
    expect(byField.results).toEqual([
      {
        data: {
          airportChanges: { event: 'UPDATED', fields: ['location'], airport: { code: 'LHR' } },
        },
      },
      { data: { airportChanges: { event: 'DELETED', fields: [], airport: null } } },
    ]);
    const change = { type: 'Airport', actor: 'user:*' };
    expect(anyNode.results).toEqual([
      {
        data: {
          nodeChanges: {
            ...change,
            event: 'UPDATED',
            fields: ['name'],
            node: { id, name: 'seen' },
          },
        },
      },
      { data: { nodeChanges: { ...change, event: 'DELETED', fields: [], node: null } } },
    ]);
  });

  test('receives changes of edges', async () => {
    const [from, to] = [await idOf('ZRH'), await idOf('BSL')];
    const query = `subscription ($node: ID, $to: ID) {
      relationshipChanges(node: $node, to: $to, types: [ROUTE]) {
        event type from to fields fromNode { ... on Airport { code } }
      }
    }`;
    const seen = await subscribe(client, query, { node: from });
    const unseen = await subscribe(client, query, { node: from, to: from });
    const update = (routes: string) =>
      api.data(`mutation { updateAirports(where: { code: { eq: "ZRH" } }, update: {
        routes: ${routes}
      }) { info { nodesCreated } } }`);
    const where = 'where: { node: { code: { eq: "BSL" } } }';
    await update(`{ connect: { ${where}, edge: { flights: 1 } } }`);
    await update(`{ update: { ${where}, edge: { flights: { add: 1 } } } }`);
    await update(`{ disconnect: { ${where} } }`);
    await seen.received(3);
    const edge = { type: 'ROUTE', from, to, fromNode: { code: 'ZRH' } };
    expect(seen.results.map(({ data }) => data?.relationshipChanges)).toEqual([
      { ...edge, event: 'CREATED', fields: ['flights'] },
      { ...edge, event: 'UPDATED', fields: ['flights'] },
      { ...edge, event: 'DELETED', fields: [] },
    ]);
    expect(unseen.results).toEqual([]);
  });

  test('is told of a new node with its key', async () => {
    const seen = await subscribe(
      client,
      'subscription { airportChanges(fields: [code]) { event fields airport { code name } } }',
    );
    await rename('JFK', 'unseen');
    await api.data(`mutation { createAirports(input: [
      { code: "AAA", name: "a", country: "b" }, { code: "BBB", name: "b", country: "c" }
    ]) { info { nodesCreated } } }`);
    await seen.received(2);
    expect(seen.results[0]?.data?.airportChanges).toEqual({
      event: 'CREATED',
      fields: ['code', 'name', 'country'],
      airport: { code: 'AAA', name: 'a' },
    });
  });

  test('sees its subscription complete when the server closes', async () => {
    const seen = await subscribe(client, 'subscription { airportChanges { event } }');
    await rename('JFK', 'last words');
    await api.server[Symbol.asyncDispose]();
    await seen.ended;
    expect(seen.results).toEqual([{ data: { airportChanges: { event: 'UPDATED' } } }]);
  });

  test('is refused what is too deep, unknown or costly', async () => {
    const deep = `${'routes(limit: 1) { '.repeat(16)} id ${'}'.repeat(16)}`;
    const refused = [
      [`subscription { airportChanges { airport { ${deep} } } }`, 'LIMIT_EXCEEDED'],
      [
        `subscription { airportChanges { airport {
          routes(limit: 10000) { routes(limit: 1000) { id } }
        } } }`,
        'LIMIT_EXCEEDED',
      ],
      ['subscription { airportChanges { nothing } }', 'INVALID_INPUT'],
      ['subscription { airportChanges { ', 'MALFORMED'],
    ] as const;
    for (const [query, code] of refused) {
      const subscriber = client(api.server.graphql, query);
      open.push(subscriber);
      const failure = await subscriber.ended.then(
        () => subscriber.results,
        (error: unknown) => error,
      );
      expect(JSON.stringify(failure)).toContain(code);
      expect(JSON.stringify(failure)).not.toMatch(/"http"|stack|node_modules/);
    }
  });
});

test.each([CLIENTS[0], CLIENTS[2]])(
  'one operation of %s may be a query or a mutation',
  async (_, client) => {
    const { graphql } = api.server;
    const query = client(graphql, '{ airport(where: { code: { eq: "LHR" } }) { name } }');
    const mutation = client(
      graphql,
      'mutation { deleteAirports(where: { code: { eq: "LAX" } }) { nodesDeleted } }',
    );
    open.push(query, mutation);
    await Promise.all([query.ended, mutation.ended]);
    expect(query.results).toEqual([{ data: { airport: { name: 'Heathrow' } } }]);
    expect(mutation.results).toEqual([{ data: { deleteAirports: { nodesDeleted: 1 } } }]);
  },
);

describe('the change feed', () => {
  test('[K9] joins what waits for a subscriber that is too slow, and for no other', async () => {
    await using space = await openTestSpace(librariesDefinition());
    const feed = openChangeFeed(space);
    const nodes = { element: 'node' } as const;
    const wants = (entry: { element: string }): entry is NodeEvent => entry.element === 'node';
    const slow = feed.subscribe({ interest: nodes, wants });
    const brisk = feed.subscribe({ interest: nodes, wants });
    const count = SUBSCRIBER_QUEUE_CHANGES_MAX + 10;
    const people: string[] = [];
    for (let index = 0; index < count; index++) {
      await space.write({ actor: 'user:test' }, (draft) => {
        const person = people[index % 5] ?? draft.createNode('Person');
        people[index % 5] = person;
        draft.setNodeValue(person, 'name', `name ${index}`);
      });
      const { value } = await brisk.next();
      expect(value).toMatchObject({ coalesced: 1, entry: { element: 'node' } });
    }
    const told = await Promise.all(people.map(() => slow.next()));
    // All were created in it; each stands where its last change did.
    const last = (count - 1) % 5;
    const order = people.map((_, index) => people[(last + 1 + index) % 5]);
    expect(told.map(({ value }) => value.entry.id)).toEqual(order);
    expect(told.map(({ value }) => value.entry.event)).toEqual(people.map(() => 'CREATED'));
    const stoodFor = told.reduce((sum, { value }) => sum + value.coalesced, 0);
    expect(stoodFor).toBe(count);
    await space.write({ actor: 'user:test' }, (draft) =>
      draft.setNodeValue(draft.createNode('Person'), 'name', 'last'),
    );
    expect((await slow.next()).value).toMatchObject({ coalesced: 1, entry: { event: 'CREATED' } });
    feed.close();
    await brisk.next();
    expect(await brisk.next()).toEqual({ done: true, value: undefined });
    const late = feed.subscribe({ interest: nodes, wants });
    expect(await late.next()).toEqual({ done: true, value: undefined });
  });

  test('[K11] tells a subscriber for whom too much waits to ask anew, and goes on', async () => {
    await using space = await openTestSpace(librariesDefinition());
    const feed = openChangeFeed(space);
    const wants = (entry: { element: string }): entry is NodeEvent => entry.element === 'node';
    const slow = feed.subscribe({ interest: { element: 'node' }, wants });
    const create = (count: number) =>
      space.write({ actor: 'user:test' }, (draft) => {
        for (let index = 0; index < count; index++) {
          draft.setNodeValue(draft.createNode('Person'), 'name', `name ${index}`);
        }
      });
    await create(SUBSCRIBER_QUEUE_CHANGES_MAX + 1);
    await create(2);
    const resync = { event: 'RESYNC', element: 'sight' };
    expect((await slow.next()).value).toMatchObject({
      entry: resync,
      coalesced: SUBSCRIBER_QUEUE_CHANGES_MAX + 1,
      membership: undefined,
    });
    for (let index = 0; index < 2; index++) {
      const { value } = await slow.next();
      expect(value).toMatchObject({ entry: { event: 'CREATED' }, coalesced: 1 });
    }
    expect(feed.subscribers).toBe(1);
    feed.close();
  });

  test('lets go of a subscriber that leaves, also while it waits', async () => {
    await using space = await openTestSpace(librariesDefinition());
    const feed = openChangeFeed(space);
    const subscriber = feed.subscribe({
      interest: { element: 'node' },
      wants: (entry): entry is NodeEvent => entry.element === 'node',
    });
    const waiting = subscriber.next();
    await subscriber.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(feed.subscribers).toBe(0);
  });
});
