import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { LiveClient } from '../fixture/live-client.ts';
import { subscribeBySse, subscribeByWebSocket } from '../fixture/subscribers.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

const CLIENTS = [
  ['a graphql-ws client', subscribeByWebSocket],
  ['an SSE client', subscribeBySse],
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

function rename(code: string, name: string): Promise<unknown> {
  return api.data(
    `mutation ($name: String) { updateAirports(where: { code: { eq: "${code}" } }, update: {
      name: { set: $name }
    }) { info { nodesCreated } } }`,
    { name },
  );
}

describe.each(CLIENTS)('%s', (_name, subscribe) => {
  function live(query: string, variables?: object): LiveClient {
    const client = new LiveClient(
      (text) => subscribe(api.server.graphql, text, { ...variables }),
      query,
    );
    open.push(client);
    return client;
  }

  test('gets the answer first, then patches', async () => {
    const client = live(
      'query @live { airports(where: { country: { eq: "CHE" } }, sort: [{ code: ASC }]) { code name } }',
    );
    await client.revision(1);
    expect(client.data).toEqual({
      airports: [
        { code: 'BSL', name: 'Basel' },
        { code: 'ZRH', name: 'Zürich' },
      ],
    });
    await rename('ZRH', 'Kloten');
    await client.revision(2);
    expect(client.messages.at(-1)).toMatchObject({
      patch: [{ op: 'replace', path: '/airports/1/name', value: 'Kloten' }],
      revision: 2,
    });
    await rename('JFK', 'Idlewild');
    await api.data(
      `mutation { updateAirports(where: { code: { eq: "BSL" } }, update: { country: { set: "FRA" } }) { info { nodesCreated } } }`,
    );
    await client.revision(3);
    expect(client.messages.at(-1)).toMatchObject({
      patch: [{ op: 'remove', path: '/airports/0' }],
    });
    expect(client.data).toEqual({ airports: [{ code: 'ZRH', name: 'Kloten' }] });
    await setTimeout(1);
  });
});
