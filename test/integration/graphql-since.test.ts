/** Subscriptions that go on behind a cursor, over the network and in the feed. */

import { cp } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SUBSCRIBER_QUEUE_CHANGES_MAX } from '../../src/base/limits.ts';
import { cursorOf, readCursor, readPlace } from '../../src/graphql/change-cursor.ts';
import type { ChangeEntry, Delivery } from '../../src/graphql/change-delivery.ts';
import { type ChangeFeed, openChangeFeed } from '../../src/graphql/change-feed.ts';
import { Overflow } from '../../src/graphql/change-queue.ts';
import { serveSpace } from '../../src/server/serve.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import type { NodeChange, Space } from '../../src/space/space.ts';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { spaceWith } from '../fixture/space-with.ts';
import { type Subscriber, subscribeBySse, subscribeByWebSocket } from '../fixture/subscribers.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { flightsDefinition, librariesDefinition, openTestSpace } from '../fixture/test-space.ts';

const CLIENTS = [
  ['a graphql-ws client', subscribeByWebSocket],
  ['an SSE client', subscribeBySse],
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

interface Change {
  readonly event: string;
  readonly cursor: string;
}

function changesOf({ results }: Subscriber): Change[] {
  return results.map(({ data }) => Object.values(data ?? {})[0] as Change);
}

function opened(subscriber: Subscriber): Subscriber {
  open.push(subscriber);
  return subscriber;
}

function rename(name: string, where = 'code: { eq: "JFK" }'): Promise<unknown> {
  return api.data(
    `mutation ($name: String) { updateAirports(where: { ${where} }, update: {
      name: { set: $name }
    }) { info { nodesCreated } } }`,
    { name },
  );
}

describe.each(CLIENTS)('[N2] %s', (_name, client) => {
  const FIELDS = ['airportChanges', 'nodeChanges', 'relationshipChanges'] as const;

  test.each(FIELDS)('that comes back to %s is told what it missed, and goes on', async (field) => {
    const subscribe = (since: string | undefined) => {
      const query = `subscription ($since: String) { ${field}(since: $since) {
        event fields cursor time commit } }`;
      return opened(client(api.server.graphql, query, { since }));
    };
    const start = cursorOf(api.space, `${api.space.position}`);
    const element = field === 'relationshipChanges' ? 'edge' : 'node';
    let count = 0;
    api.space.watch(({ changes }) => {
      count += changes.filter((change) => change.element === element).length;
    });
    const all = subscribe(start);
    await rename('one');
    await rename('all', '');
    await api.data(`mutation { updateAirports(where: { code: { eq: "LHR" } }, update: {
      routes: [{ disconnect: [{ where: { node: { code: { eq: "BSL" } } } }] }]
    }) { info { nodesCreated } } }`);
    await api.data('mutation { deleteAirports(where: { code: { eq: "ZRH" } }) { nodesDeleted } }');
    await api.data(`mutation { updateAirports(where: { code: { eq: "LHR" } }, update: {
      routes: [{ connect: [{ where: { node: { code: { eq: "BSL" } } }, edge: { flights: 1 } }] }]
    }) { info { nodesCreated } } }`);
    expect(count).toBeGreaterThan(2);
    await all.received(count);
    for (const [index, { cursor }] of changesOf(all).entries()) {
      const back = subscribe(cursor);
      await back.received(count - index - 1);
      expect(back.results).toEqual(all.results.slice(index + 1));
    }
    await rename('last');
    await api.data(`mutation { updateAirports(where: { code: { eq: "LHR" } }, update: {
      routes: [{ disconnect: [{}] }] }) { info { nodesCreated } } }`);
    await all.received(count);
    for (const [index, back] of open.slice(1).entries()) {
      await back.received(count - index - 1);
      expect(back.results).toEqual(all.results.slice(index + 1));
    }
  });

  test('[N5] is told to ask anew with a cursor of another log', async () => {
    const author = new Uint8Array(32);
    const since = cursorOf({ author }, `${api.space.position}`);
    const query = 'subscription ($since: String) { nodeChanges(since: $since) { event cursor } }';
    const back = opened(client(api.server.graphql, query, { since }));
    await back.received(1);
    const cursor = cursorOf(api.space, `${api.space.position}`);
    expect(changesOf(back)).toEqual([{ event: 'RESYNC', cursor }]);
  });

  test('[N5] is told to ask anew where the log has no such place, and goes on', async () => {
    const query = `subscription ($since: String) { relationshipChanges(since: $since) {
      event type from to fields fromNode { id } commit author actor time transaction cursor } }`;
    const since = cursorOf(api.space, '9999');
    const back = opened(client(api.server.graphql, query, { since }));
    await back.received(1);
    const [first] = changesOf(back);
    const place = cursorOf(api.space, `${api.space.position}`);
    const nothing = { type: null, from: null, to: null, fields: [], fromNode: null, commit: null };
    const nobody = { author: null, actor: null, time: null, transaction: null };
    expect(first).toEqual({ event: 'RESYNC', cursor: place, ...nothing, ...nobody });
    await api.data(`mutation { updateAirports(where: { code: { eq: "LHR" } }, update: {
      routes: [{ disconnect: [{ where: { node: { code: { eq: "BSL" } } } }] }]
    }) { info { nodesCreated } } }`);
    await back.received(2);
    const again = opened(client(api.server.graphql, query, { since: place }));
    await again.received(1);
    expect(again.results).toEqual(back.results.slice(1));
    expect(changesOf(again)[0]).toMatchObject({ event: 'DELETED', type: 'ROUTE' });
  });

  test('[N4] is refused a cursor of no change', async () => {
    const texts = ['', 'x', 'ä', Buffer.from('4.0.x').toString('base64url'), 'A'.repeat(10_000)];
    const places = [
      '',
      '1.2',
      '-1',
      '1.2.',
      '1.authority.a.b',
      '99999999999',
      '1.authority',
      'authority.4.a.SHOWN',
    ];
    const cursors = places.map((place) => cursorOf(api.space, place));
    for (const since of [...texts, ...cursors]) {
      const query = 'subscription ($since: String) { nodeChanges(since: $since) { event } }';
      const refused = opened(client(api.server.graphql, query, { since }));
      const failure = await refused.ended.then(
        () => refused.results,
        (error: unknown) => error,
      );
      const text = JSON.stringify(failure);
      expect(text).toContain('since expected a cursor that this API gave, got another text');
      expect(text).toContain('INVALID_INPUT');
    }
  });
});

type Told = AsyncIterableIterator<Delivery | Overflow>;

function subscribe(feed: ChangeFeed, place: string): Told {
  return feed.subscribe({
    interest: { element: 'node' },
    wants: (entry): entry is ChangeEntry => entry.element !== 'edge',
    since: readPlace(place),
  });
}

/** Places of the next entries. */
async function take(told: Told, count: number): Promise<string[]> {
  const places: string[] = [];
  while (places.length < count) {
    const { value, done } = await told.next();
    if (done === true || value instanceof Overflow) throw new Error('expected more entries');
    places.push(value.origin.place);
  }
  return places;
}

async function createPeople(space: Space, count: number): Promise<void> {
  await space.write({ actor: 'user:test' }, (draft) => {
    for (let index = 0; index < count; index++) {
      draft.setNodeValue(draft.createNode('Person'), 'name', `name ${index}`);
    }
  });
}

describe('[N6] the change feed', () => {
  test('tells a transaction that is longer than a queue, to one that reads slowly', async () => {
    await using space = await openTestSpace(librariesDefinition());
    const live: string[] = [];
    space.watch(({ position, index, changes }) => {
      live.push(...(changes as NodeChange[]).map(({ id }) => `${position}.${index}.${id}`));
    });
    const start = `${space.position}`;
    await createPeople(space, 2.5 * SUBSCRIBER_QUEUE_CHANGES_MAX);
    await createPeople(space, 10);
    const feed = openChangeFeed(space);
    const slow = subscribe(feed, start);
    for (let turns = 0; turns < 100; turns++) await nextTurn();
    const first = await take(slow, 100);
    for (let turns = 0; turns < 100; turns++) await nextTurn();
    const told = [...first, ...(await take(slow, live.length - 100))];
    expect(told).toEqual(live);
    await createPeople(space, 1);
    expect(await take(slow, 1)).toEqual(live.slice(-1));
    feed.close();
    expect(await slow.next()).toEqual({ done: true, value: undefined });
  });

  test('loses nothing where more happens than can be held back', async () => {
    await using space = await openTestSpace(librariesDefinition());
    const live: string[] = [];
    space.watch(({ position, index, changes }) => {
      live.push(...(changes as NodeChange[]).map(({ id }) => `${position}.${index}.${id}`));
    });
    const start = `${space.position}`;
    await createPeople(space, SUBSCRIBER_QUEUE_CHANGES_MAX);
    await createPeople(space, 100);
    const feed = openChangeFeed(space);
    // Neither reads while the log is told to it, and more is written than a queue holds.
    const [slow, brisk] = [subscribe(feed, start), subscribe(feed, start)];
    const first = await take(brisk, 1);
    for (let count = 0; count < 3; count++) {
      await createPeople(space, 0.75 * SUBSCRIBER_QUEUE_CHANGES_MAX);
    }
    expect([...first, ...(await take(brisk, live.length - 1))]).toEqual(live);
    expect(await take(slow, live.length)).toEqual(live);
    await createPeople(space, 2);
    for (const told of [slow, brisk]) expect(await take(told, 2)).toEqual(live.slice(-2));
    expect(feed.subscribers).toBe(2);
    feed.close();
  });

  test('lets go of a subscriber that leaves while it is told', async () => {
    await using space = await openTestSpace(librariesDefinition());
    const start = `${space.position}`;
    await createPeople(space, 2 * SUBSCRIBER_QUEUE_CHANGES_MAX);
    const feed = openChangeFeed(space);
    const [early, late] = [subscribe(feed, start), subscribe(feed, start)];
    const waiting = early.next();
    await early.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await take(late, 1);
    await late.return?.();
    expect(feed.subscribers).toBe(0);
    feed.close();
  });

  test('fails for one alone where telling it fails', async () => {
    await using space = await openTestSpace(librariesDefinition());
    const broken = spaceWith(space, { changesSince: () => Promise.reject(new Error('a bug')) });
    const feed = openChangeFeed(broken);
    const [waiting, asking] = [subscribe(feed, '1'), subscribe(feed, '1')];
    await expect(waiting.next()).rejects.toThrow('a bug');
    await expect(asking.next()).rejects.toThrow('a bug');
    expect(await asking.next()).toEqual({ done: true, value: undefined });
    expect(feed.subscribers).toBe(0);
    feed.close();
  });

  test('says so where a name is none of what the transaction tells', async () => {
    await using space = await openTestSpace(librariesDefinition());
    await createPeople(space, 2);
    const { position } = space;
    await createPeople(space, 1);
    const feed = openChangeFeed(space);
    for (const name of ['0000000000000000', 'a-b-0-C', 'x']) {
      for (const place of [`${position}.0`, `${position}.7`, `${position + 1}.1`, '1.0']) {
        const told = subscribe(feed, `${place}.${name}`);
        const { value } = await told.next();
        expect(value).toEqual({
          origin: { place: `${position + 1}` },
          entry: { element: 'sight', event: 'RESYNC', node: undefined, paths: [] },
        });
      }
    }
    feed.close();
  });
});

test('[N4] a cursor is of a log that goes on, and of no copy of it', async () => {
  const [directory, copy] = [await temporaryDirectory(), await temporaryDirectory()];
  const cursors: string[] = [];
  const readIn = async (from: string) => {
    const definition = { source: 'type City @node { name: String }' };
    await using space = await openSpace({ directory: from, definition });
    cursors.push(cursorOf(space, `${space.position}`));
    return cursors.map((cursor) => readCursor(space, cursor).point.position);
  };
  const [first = 0] = await readIn(directory);
  expect(first).toBeGreaterThan(0);
  await cp(directory, copy, { recursive: true });
  expect(await readIn(directory)).toEqual([first, first]);
  // A new author of the copy is certified.
  expect(await readIn(copy)).toEqual([-1, -1, first + 1]);
});

test('[N1] what was told of types and fields that were retired since is not', async () => {
  const before = `type City @node { code: ID! @id name: String old: Int }
    type Street @node { name: String }`;
  const after = 'type City @node { code: ID! @id name: String }';
  await using space = await openMemorySpace({ definition: { source: before } });
  const start = cursorOf(space, `${space.position}`);
  await space.write({ actor: 'user:test' }, (draft) => {
    const id = draft.createNode('City', { key: 'a' });
    draft.setNodeValue(id, 'old', 1n);
    draft.setNodeValue(id, 'name', 'A');
    draft.setNodeValue(draft.createNode('Street'), 'name', 'S');
  });
  await space.proposeDefinition({ source: after });
  await using server = await serveSpace(space, { port: 0, metricsPort: 0, syncPort: 0 });
  for (const field of ['nodeChanges', 'cityChanges']) {
    const query = `subscription ($since: String) { ${field}(since: $since) { event fields } }`;
    const back = opened(subscribeBySse(server.graphql, query, { since: start }));
    await back.received(1);
    await space.write({ actor: 'user:test' }, (draft) => {
      draft.setNodeValue(draft.nodeByKey('City', 'a') ?? '', 'name', field);
    });
    await back.received(2);
    const created = { event: 'CREATED', fields: ['code', 'name'] };
    const updated = { event: 'UPDATED', fields: ['name'] };
    expect(back.results.slice(0, 2).map(({ data }) => data?.[field])).toEqual([created, updated]);
  }
});
