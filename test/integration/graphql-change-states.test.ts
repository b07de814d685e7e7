import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SUBSCRIPTION_CONDITIONS_MAX } from '../../src/base/limits.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import type { NodeEvent } from '../../src/graphql/seen-changes.ts';
import { serveSpace } from '../../src/server/serve.ts';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { spaceWith } from '../fixture/space-with.ts';
import {
  countSubscriptions,
  type Subscriber,
  subscribeByWebSocket,
  subscribed,
} from '../fixture/subscribers.ts';
import { flightsDefinition, librariesDefinition, openTestSpace } from '../fixture/test-space.ts';

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

async function subscribe(
  query: string,
  variables: object = {},
  server = api.server,
): Promise<Subscriber> {
  const subscriber = await subscribed(server, query, { variables });
  open.push(subscriber);
  return subscriber;
}

function update(code: string, values: string): Promise<unknown> {
  return api.data(`mutation { updateAirports(where: { code: { eq: "${code}" } }, update: {
    ${values}
  }) { info { nodesCreated } } }`);
}

const STATES = 'event membership coalesced before { code city } after { code city }';

describe('a change of a node', () => {
  test('[K2] tells what showed before and after', async () => {
    const seen = await subscribe(`subscription { airportChanges { event fields
      before { code name location { latitude } } after { code name location { latitude } } } }`);
    await api.data(`mutation { createAirports(input: [{ code: "AAA", name: "a", country: "c",
      location: { latitude: 1, longitude: 2 } }]) { info { nodesCreated } } }`);
    await update('AAA', 'name: { set: "b" }, location: { latitude: { set: 3 } }');
    await update('AAA', 'location: { set: null }');
    await api.data('mutation { deleteAirports(where: { code: { eq: "AAA" } }) { nodesDeleted } }');
    await seen.received(4);
    const [first, second, third] = [
      { code: 'AAA', name: 'a', location: { latitude: 1 } },
      { code: 'AAA', name: 'b', location: { latitude: 3 } },
      { code: 'AAA', name: 'b', location: null },
    ];
    expect(seen.results.map(({ data }) => data?.airportChanges)).toMatchObject([
      { event: 'CREATED', before: null, after: first },
      { event: 'UPDATED', before: first, after: second },
      { event: 'UPDATED', before: second, after: third },
      { event: 'DELETED', before: third, after: null },
    ]);
  });

  test('[K2] is of each transaction of a commit, whatever those behind it wrote', async () => {
    const seen = await subscribe(
      'subscription { airportChanges { before { name } after { name } } }',
    );
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => update('JFK', `name: { set: "name ${index}" }`)),
    );
    await seen.received(40);
    const told = seen.results.map(({ data }) => data?.airportChanges) as {
      before: { name: string };
      after: { name: string };
    }[];
    for (const [index, { before }] of told.slice(1).entries()) {
      expect(before).toEqual(told[index]?.after);
    }
  });

  test('[K2] is told behind a cursor as it was when it happened', async () => {
    const query = `subscription ($since: String) {
      airportChanges(since: $since, where: { city: { startsWith: "B" } }) { cursor ${STATES} } }`;
    const live = await subscribe(query);
    for (const city of ['Bern', 'Basel', 'Chur', 'Brig', 'Chur', 'Baden']) {
      await update('JFK', `city: { set: "${city}" }`);
    }
    await live.received(6);
    const told = live.results.map(({ data }) => data?.airportChanges) as { cursor: string }[];
    const back = await subscribe(query, { since: told[1]?.cursor });
    await back.received(4);
    expect(back.results.map(({ data }) => data?.airportChanges)).toEqual(told.slice(2));
  });

  test('[K5] says how the node stands to a filter', async () => {
    const seen = await subscribe(
      `subscription ($where: AirportChangeWhere) { airportChanges(where: $where) { ${STATES} } }`,
      { where: { OR: [{ city: { startsWith: 'B' } }, { location: { latitude: { gt: 80 } } }] } },
    );
    const city = (name: string) => update('JFK', `city: { set: ${name} }`);
    await city('"Bern"');
    await city('"Basel"');
    await city('"Chur"');
    await city('null');
    await city('"Brig"');
    await api.data('mutation { deleteAirports(where: { code: { eq: "JFK" } }) { nodesDeleted } }');
    await seen.received(5);
    const state = (name: string | null) => ({ code: 'JFK', city: name });
    const told = { coalesced: 1, event: 'UPDATED' };
    expect(seen.results.map(({ data }) => data?.airportChanges)).toEqual([
      { ...told, membership: 'ENTERED', before: state('New York'), after: state('Bern') },
      { ...told, membership: 'STAYED', before: state('Bern'), after: state('Basel') },
      { ...told, membership: 'LEFT', before: state('Basel'), after: state('Chur') },
      { ...told, membership: 'ENTERED', before: state(null), after: state('Brig') },
      { ...told, event: 'DELETED', membership: 'LEFT', before: state('Brig'), after: null },
    ]);
  });

  test('is refused a filter that is none, or too much', async () => {
    const refused = [
      [{ city: { startsWith: null } }, 'INVALID_INPUT'],
      [{ nothing: {} }, 'INVALID_INPUT'],
      [
        {
          OR: Array.from({ length: SUBSCRIPTION_CONDITIONS_MAX + 1 }, () => ({ city: { eq: '' } })),
        },
        'LIMIT_EXCEEDED',
      ],
    ] as const;
    for (const [where, code] of refused) {
      const subscriber = subscribeByWebSocket(
        api.server.graphql,
        'subscription ($where: AirportChangeWhere) { airportChanges(where: $where) { event } }',
        { where },
      );
      open.push(subscriber);
      const failure = await subscriber.ended.then(
        () => subscriber.results,
        (error: unknown) => error,
      );
      expect(JSON.stringify(failure)).toContain(code);
    }
  });
});

test('[K2] a change of an edge tells its properties before and after', async () => {
  const seen = await subscribe(`subscription { relationshipChanges { event coalesced
    before { ... on RouteChangeState { flights } }
    after { ... on RouteChangeState { flights } } } }`);
  const where = 'where: { node: { code: { eq: "BSL" } } }';
  await update('ZRH', `routes: { connect: { ${where}, edge: { flights: 1 } } }`);
  await update('ZRH', `routes: { update: { ${where}, edge: { flights: { add: 1 } } } }`);
  await update('ZRH', `routes: { disconnect: { ${where} } }`);
  await seen.received(3);
  expect(seen.results.map(({ data }) => data?.relationshipChanges)).toEqual([
    { event: 'CREATED', coalesced: 1, before: null, after: { flights: 1 } },
    { event: 'UPDATED', coalesced: 1, before: { flights: 1 }, after: { flights: 2 } },
    { event: 'DELETED', coalesced: 1, before: { flights: 2 }, after: null },
  ]);
});

test('[K13] images are kept while a subscription selects them, or filters', async () => {
  let kept = 0;
  const counted = spaceWith(api.space, {
    keepImages: () => {
      const stop = api.space.keepImages();
      kept += 1;
      return () => {
        kept -= 1;
        stop();
      };
    },
  });
  await using server = await serveSpace(counted, { port: 0, metricsPort: 0, syncPort: 0 });
  const countDuring = async (query: string) => {
    const subscriber = await subscribe(query, {}, server);
    const during = kept;
    subscriber.stop();
    await expect.poll(() => kept).toBe(0);
    await expect.poll(() => countSubscriptions(server.metrics)).toBe('0');
    return during;
  };
  const states = 'fragment States on AirportChange { before { code } }';
  const expected = [
    ['subscription { airportChanges { event membership } }', 0],
    [`subscription { airportChanges { ...States } } ${states}`, 1],
    ['subscription { airportChanges { ... { after { code } } } }', 1],
    ['subscription { airportChanges(where: {}) { event } }', 1],
    ['subscription { airportChanges { after @skip(if: true) { code } event } }', 0],
    ['subscription { relationshipChanges { event } }', 0],
    ['subscription { relationshipChanges { after { __typename } } }', 1],
  ] as const;
  for (const [query, count] of expected) expect(await countDuring(query), query).toBe(count);
});

test('[K11] where there was no room for images, a subscriber is told to ask anew', async () => {
  await using space = await openTestSpace(librariesDefinition());
  const feed = openChangeFeed(spaceWith(space, { keepImages: () => () => undefined }));
  const wants = (entry: { element: string }): entry is NodeEvent => entry.element === 'node';
  const pictured = feed.subscribe({ interest: { element: 'node', images: true }, wants });
  const plain = feed.subscribe({ interest: { element: 'node' }, wants });
  await space.write({ actor: 'user:test' }, (draft) =>
    draft.setNodeValue(draft.createNode('Person'), 'name', 'a'),
  );
  expect((await pictured.next()).value).toMatchObject({ entry: { event: 'RESYNC' }, coalesced: 1 });
  expect((await plain.next()).value).toMatchObject({ entry: { event: 'CREATED' } });
  feed.close();
});
