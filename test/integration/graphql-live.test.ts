import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Api, FIVE_AIRPORTS, gaugeOf, renameAirport, serveTestSpace } from '../fixture/api.ts';
import { LiveClient } from '../fixture/live-client.ts';
import {
  type Subscriber,
  subscribeBySse,
  subscribeBySync,
  subscribeByWebSocket,
} from '../fixture/subscribers.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

const CLIENTS = [
  ['a graphql-ws client', subscribeByWebSocket],
  ['an SSE client', subscribeBySse],
  ['a sync client', bySync],
] as const;

let api: Api;
const open: LiveClient[] = [];

beforeEach(async () => {
  api = await serveTestSpace(flightsDefinition());
  await api.data(FIVE_AIRPORTS);
});

afterEach(async () => {
  for (const client of open.splice(0)) client.stop();
  await api[Symbol.asyncDispose]();
});

function bySync(_url: string, ...asked: [query: string, variables?: object]): Subscriber {
  return subscribeBySync(api.server.sync, ...asked);
}

const rename = (code: string, name: string) => renameAirport(api, code, name);

const SWISS = 'airports(where: { country: { eq: "CHE" } }, sort: [{ code: ASC }]) { code name }';

function move(code: string, country: string): Promise<unknown> {
  return api.data(`mutation { updateAirports(where: { code: { eq: "${code}" } }, update: {
    country: { set: "${country}" } }) { info { nodesCreated } } }`);
}

const gauge = (name: string) => gaugeOf(api, name);

describe.each(CLIENTS)('%s', (_name, subscribe) => {
  function live(query: string, variables?: object): LiveClient {
    const url = api.server.graphql;
    const client = new LiveClient((text) => subscribe(url, text, { ...variables }), query);
    open.push(client);
    return client;
  }

  test('gets the answer first, then what changes it, and nothing of what does not', async () => {
    const client = live(`query @live { ${SWISS} }`);
    await client.revision(1);
    const [basel, zurich] = [
      { code: 'BSL', name: 'Basel' },
      { code: 'ZRH', name: 'Zürich' },
    ];
    expect(client.data).toEqual({ airports: [basel, zurich] });
    await rename('JFK', 'Idlewild');
    await rename('ZRH', 'Kloten');
    await client.revision(2);
    expect(client.messages.at(-1)).toMatchObject({
      patch: [{ op: 'replace', path: '/airports/1/name', value: 'Kloten' }],
      revision: 2,
    });
    await move('BSL', 'FRA');
    await client.revision(3);
    expect(client.messages.at(-1)?.patch).toEqual([{ op: 'remove', path: '/airports/0' }]);
    await move('LHR', 'CHE');
    await client.revision(4);
    expect(client.messages.at(-1)?.patch).toEqual([
      { op: 'add', path: '/airports/0', value: { code: 'LHR', name: 'Heathrow' } },
    ]);
    expect(client.data).toEqual({
      airports: [
        { code: 'LHR', name: 'Heathrow' },
        { code: 'ZRH', name: 'Kloten' },
      ],
    });
    expect(api.internalErrors).toEqual([]);
  });

  test('follows windows, edges, their properties and figures', async () => {
    const client = live(`query @live {
      airports(sort: [{ code: ASC }], limit: 2, offset: 1) { code }
      airport(where: { code: { eq: "LHR" } }) {
        routesConnection { totalCount edges { properties { flights } node { code } } }
      }
      airportsConnection { aggregate { node { name { longest } } } }
    }`);
    await client.revision(1);
    await api.data(`mutation { createAirports(input: [{ code: "AAA", name: "A long name of a place",
      country: "PYF" }]) { info { nodesCreated } } }`);
    await client.revision(2);
    await api.data(`mutation { updateAirports(where: { code: { eq: "LHR" } }, update: { routes: [
      { update: [{ edge: { flights: { set: 77 } } }] }] }) { info { nodesCreated } } }`);
    await client.revision(3);
    await api.data('mutation { deleteAirports(where: { code: { eq: "ZRH" } }) { nodesDeleted } }');
    await client.revision(4);
    const query = client.query.replace('@live', '');
    expect(client.data).toEqual(await api.data(query));
    expect(client.messages.map(({ patch }) => patch?.length)).not.toContain(0);
  });

  test('that comes back with a cursor is told the answer where it is another one', async () => {
    const client = live(`query @live { ${SWISS} }`);
    await client.revision(1);
    await rename('ZRH', 'Kloten');
    await client.revision(2);
    client.putAll();
    const { cursor } = client.mirror;
    client.stop();
    const again = 'query ($since: String) @live(since: $since) { airports(sort: [{ code: ASC }], ';
    const query = `${again} where: { country: { eq: "CHE" } }) { code name } }`;
    const same = live(query, { since: cursor });
    await same.revision(1);
    expect(same.messages[0]).toMatchObject({ patch: [], revision: 1 });
    await move('BSL', 'FRA');
    await same.revision(2);
    expect(same.messages[1]?.patch).toEqual([{ op: 'remove', path: '/airports/0' }]);
    const other = live(query, { since: cursor });
    await other.revision(1);
    expect(other.messages[0]?.data).toEqual({ airports: [{ code: 'ZRH', name: 'Kloten' }] });
  });

  test('is told of errors while there are any', async () => {
    const one = 'airport(where: { name: { contains: "h" } }) { code }';
    const client = live(`query @live { ${one} }`);
    await client.revision(1);
    expect(client.messages[0]).toMatchObject({
      data: { airport: null },
      errors: [{ path: ['airport'], extensions: { code: 'INVALID_INPUT' } }],
    });
    await rename('ZRH', 'Kloten');
    await rename('LHR', 'London');
    await client.revision(2);
    expect(client.messages.at(-1)).toMatchObject({ patch: [{ op: 'replace', path: '/airport' }] });
    expect(client.messages.at(-1)).not.toHaveProperty('errors');
  });

  test('shares the work with others who ask the same', async () => {
    const [one, other] = [live(`query @live { ${SWISS} }`), live(`query @live { ${SWISS} }`)];
    await Promise.all([one.revision(1), other.revision(1)]);
    expect([await gauge('live_subscribers'), await gauge('live_queries')]).toEqual([2, 1]);
    await rename('BSL', 'Mulhouse');
    await Promise.all([one.revision(2), other.revision(2)]);
    expect(one.messages).toEqual(other.messages);
    one.stop();
    other.stop();
    while ((await gauge('live_queries')) > 0) {}
    expect(await gauge('live_subscribers')).toBe(0);
  });

  test('is told once that the server closes', async () => {
    const client = live(`query @live { ${SWISS} }`);
    await client.revision(1);
    await api.server[Symbol.asyncDispose]();
    await client.ended.catch(() => undefined);
    expect(client.messages).toHaveLength(1);
  });

  test('gets one answer where a query is not to be live, and none about the past', async () => {
    const plain = live('query @live(if: false) { airports(limit: 1) { code } }');
    await plain.ended;
    expect(plain.messages).toEqual([{ data: { airports: [{ code: expect.any(String) }] } }]);
    const past = live('query @live @at(cursor: 1) { airports { code } }');
    await past.ended.catch(() => undefined);
    expect(past.messages).toMatchObject([{ errors: [{ extensions: { code: 'INVALID_INPUT' } }] }]);
  });
});

test('a client that takes no stream is answered 406', async () => {
  const response = await fetch(api.server.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: `query @live { ${SWISS} }` }),
  });
  expect(response.status).toBe(406);
  expect(await gauge('live_subscribers')).toBe(0);
});
