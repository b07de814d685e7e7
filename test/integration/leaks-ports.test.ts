import { once } from 'node:events';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { nextClock } from '../../src/delta/clock.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { CommitFormat, encodeHeader } from '../../src/delta/header.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import {
  encodeCommitFrame,
  encodeHello,
  encodeSubscribe,
  encodeTransactionFrame,
  encodeUnsubscribe,
  FrameType,
} from '../../src/replication/frame.ts';
import { PRINCIPAL_HEADER } from '../../src/server/authentication/credential.ts';
import { envelope, onEdge, onNode, payloadFields } from '../fixture/door.ts';
import { withIds } from '../fixture/leak-channel.ts';
import {
  answerOf,
  EVE,
  type LeakWorld,
  openLeakWorld,
  ROOT,
  responseText,
  withoutHashes,
} from '../fixture/leak-world.ts';
import { subscribeBySse, subscribeBySync, subscribeByWebSocket } from '../fixture/subscribers.ts';
import { type Answer, SyncClient } from '../fixture/sync-client.ts';

const AUTHOR = new Uint8Array(32).fill(3);
const STRANGER = new Uint8Array(32).fill(4);

let worlds: readonly LeakWorld[];

beforeAll(async () => {
  worlds = [await openLeakWorld('one'), await openLeakWorld('other')];
});

afterAll(async () => {
  for (const world of worlds) await world[Symbol.asyncDispose]();
});

/** What both worlds answer, which is the same. */
async function same(ask: (world: LeakWorld) => Promise<string>): Promise<string> {
  const [one = '', other] = await Promise.all(worlds.map(ask));
  expect(other).toBe(one);
  return one;
}

function requestTo(
  path: string,
  options: RequestInit = {},
  port: 'port' | 'syncPort' | 'metricsPort' = 'port',
) {
  return async ({ server }: LeakWorld) => {
    const headers = { [PRINCIPAL_HEADER]: EVE, ...options.headers };
    const address = `http://127.0.0.1:${server[port]}${path}`;
    return await responseText(await fetch(address, { ...options, headers }));
  };
}

describe('the API, and its schema', () => {
  test('is the same for whoever asks, by any method', async () => {
    const query = getIntrospectionQuery();
    expect(await same((world) => answerOf(world, EVE, { query }))).toContain('salary');
    const asked = `/graphql?query=${encodeURIComponent('{ people { email salary } }')}`;
    expect(await same(requestTo(asked))).toContain('ann@x');
    for (const options of [
      { method: 'POST', body: '{' },
      { method: 'POST', body: '{"query":"{"}', headers: { 'content-type': 'application/json' } },
      { method: 'PUT', body: '{}' },
      { method: 'DELETE' },
    ]) {
      expect(await same(requestTo('/graphql', options))).toMatch(/^4|MALFORMED/);
    }
  });
});

describe('pages and health', () => {
  test('tell nothing of the graph', async () => {
    expect(await same(requestTo('/health'))).toContain('"status":"healthy"');
    expect(await same(requestTo('/'))).toContain('GraphiQL');
    expect(await same(requestTo('/graphql', { headers: { accept: 'text/html' } }))).toContain(
      'people(limit: 10)',
    );
    expect(await same(requestTo('/elsewhere'))).toMatch(/^404/);
  });
});

describe('metrics', () => {
  test('count what is hidden too, and are on a port of the operator alone', async () => {
    const texts = await Promise.all(worlds.map(requestTo('/metrics', {}, 'metricsPort')));
    const nodes = texts.map((text) => /^massive_graph_nodes (\d+)$/m.exec(text)?.[1]);
    expect(nodes).toEqual(['8', '13']);
    for (const port of ['port', 'syncPort'] as const) {
      expect(await same(requestTo('/metrics', {}, port))).toMatch(/^4/);
    }
  });
});

/** The ids of nodes by their keys, there or not. */
function idIn({ space }: LeakWorld, key: string, type = 'Person'): string {
  return nodeIdByKey({ space: Buffer.from(space.id, 'hex'), type, key });
}

type Make = (id: (key: string, type?: string) => string) => readonly AddressedDelta[];

const TRANSACTIONS: readonly (readonly [what: string, expected: string, make: Make])[] = [
  [
    'a node of a key that a hidden one has, made and deleted',
    'WRITTEN 0',
    (id) => [
      onNode(id('hal@x'), { operation: 'createNodeByKey', type: 'Person', key: 'hal@x' }),
      onNode(id('hal@x'), { operation: 'delete' }),
    ],
  ],
  [
    'an edge where a hidden one is, made and deleted',
    'WRITTEN 0',
    (id) => [
      onEdge(knows(id('ann@x'), id('bob@x')), { operation: 'createEdge' }),
      onEdge(knows(id('ann@x'), id('bob@x')), { operation: 'delete' }),
    ],
  ],
  [
    'a value of a hidden node',
    'REFUSED NOT_FOUND',
    (id) => [onNode(id('hal@x'), { operation: 'set', path: 'name', value: 'Hal' })],
  ],
  [
    'a hidden node, deleted',
    'REFUSED NOT_FOUND',
    (id) => [onNode(id('ida@x'), { operation: 'delete' })],
  ],
  [
    'a hidden edge, deleted',
    'REFUSED NOT_FOUND',
    (id) => [onEdge(knows(id('ann@x'), id('bob@x')), { operation: 'delete' })],
  ],
  [
    'an edge to a hidden node',
    'REFUSED NOT_FOUND',
    (id) => [onEdge(knows(id('ann@x'), id('hal@x')), { operation: 'createEdge' })],
  ],
  [
    'an increment of a hidden value',
    'REFUSED FORBIDDEN',
    (id) => [increment(id('ann@x'), 'salary')],
  ],
  [
    'a unique value that is taken where it is hidden',
    'WRITTEN',
    (id) => [onNode(id('ann@x'), { operation: 'set', path: 'badge', value: 'b2' })],
  ],
  [
    'a member of a nested value that is hidden in part',
    'WRITTEN',
    (id) => [onNode(id('bob@x'), { operation: 'set', path: 'home.street', value: 'Elm' })],
  ],
  [
    'a hidden edge, made',
    'WRITTEN',
    (id) => [onEdge(knows(id('ann@x'), id('bob@x')), { operation: 'createEdge' })],
  ],
  [
    'a hidden node, made',
    'WRITTEN',
    (id) => [
      onNode(id('hal@x'), { operation: 'createNodeByKey', type: 'Person', key: 'hal@x' }),
      onNode(id('hal@x'), { operation: 'set', path: 'name', value: 'Hal' }),
      onNode(id('hal@x'), { operation: 'set', path: 'salary', value: 1n }),
      increment(id('hal@x'), 'bonus'),
    ],
  ],
];

function knows(from: string, to: string) {
  return { from, type: 'KNOWS', to, key: 0 };
}

function increment(id: string, path: string): AddressedDelta {
  const base = { kind: 'none' } as const;
  return onNode(id, { operation: 'increment', path, base, amount: 1n });
}

function payloadFor(deltas: readonly AddressedDelta[], actor = EVE): Uint8Array {
  const writer = new PayloadWriter();
  writer.add({ id: new Uint8Array(16).fill(8), actor, deltas });
  return writer.finish();
}

/** A commit that sets a value, by an author; the same bytes in both worlds. */
function commitFor(world: LeakWorld, id: string, seed: Uint8Array): Uint8Array {
  const payload = payloadFor([onNode(id, { operation: 'set', path: 'note', value: 'x' })]);
  const header = {
    format: CommitFormat.PLAIN,
    space: Buffer.from(world.space.id, 'hex'),
    epoch: 0,
    author: publicKeyOf(seed),
    sequence: 1,
    previous: undefined,
    parents: [],
    authority: world.space.authority,
    clock: nextClock(0n, world.clock.milliseconds),
    ...payloadFields(payload),
  };
  return envelope(encodeHeader(header), payload, seed);
}

function told({ type, body }: Answer): string {
  const name = Object.entries(FrameType).find(([, each]) => each === type)?.[0] ?? type;
  const text = Buffer.from(body);
  if (type === FrameType.WRITTEN)
    return `${name} ${text.readBigUInt64LE()} ${text.toString('hex')}`;
  if (type === FrameType.REFUSED || type === FrameType.FAILED) {
    const code = text.subarray(1, 1 + (body[0] ?? 0));
    return `${name} ${code} ${text.subarray(1 + code.length)}`;
  }
  return `${name} ${text.toString('hex')}`;
}

async function exchange(
  { server }: LeakWorld,
  frames: readonly Uint8Array[],
  count = frames.length,
): Promise<string[]> {
  const client = new SyncClient(server.sync, { headers: { [PRINCIPAL_HEADER]: EVE } });
  await once(client.socket, 'open');
  client.send(...frames);
  const answers = (await client.heard(count)).map(told);
  client.socket.close();
  await client.closed;
  return answers;
}

describe('the sync socket', () => {
  test.each(TRANSACTIONS)('%s: %s', async (_, expected, make) => {
    const answer = await same(async (world) => {
      const payload = payloadFor(make((key, type) => idIn(world, key, type)));
      const frames = [encodeHello(), encodeTransactionFrame(1, payload)];
      return (await exchange(world, frames)).join('\n');
    });
    expect(answer).toMatch(/^WELCOME/);
    expect(answer.split('\n')[1]).toMatch(new RegExp(`^${expected}\\b`));
  });

  test('a transaction for another actor', async () => {
    const answer = await same(async (world) => {
      const deltas = [onNode(idIn(world, 'hal@x'), { operation: 'delete' })];
      const frame = encodeTransactionFrame(1, payloadFor(deltas, 'user:acme/root'));
      return (await exchange(world, [encodeHello(), frame])).join('\n');
    });
    expect(answer).toContain('REFUSED INVALID_INPUT');
  });

  test('commits are taken of certified authors, and tell what the log has of them', async () => {
    for (const { space } of worlds) await space.certifyAuthor(publicKeyOf(AUTHOR), 'peer');
    const answer = await same(async (world) => {
      const [ann, hal] = [idIn(world, 'ann@x'), idIn(world, 'hal@x')];
      const own = commitFor(world, ann, AUTHOR);
      const strange = commitFor(world, hal, STRANGER);
      const first = await exchange(world, [
        ...[encodeHello(), encodeCommitFrame(1, own), encodeCommitFrame(2, strange)],
        encodeCommitFrame(3, new Uint8Array(200)),
      ]);
      const again = await exchange(world, [encodeHello(), encodeCommitFrame(4, own)]);
      return [...first.slice(1).sort(), ...again].join('\n');
    });
    for (const name of ['APPLIED', 'KNOWN', 'REFUSED']) expect(answer).toContain(name);
  });

  test('what is no frame of it', async () => {
    const answer = await same(async (world) => {
      const failed = await exchange(world, [encodeHello(new Uint8Array(32).fill(1))]);
      const unknown = await exchange(world, [
        encodeHello(),
        Uint8Array.of(99, ...new Uint8Array(11)),
      ]);
      return [...failed, ...unknown].join('\n');
    });
    expect(answer).toMatch(/FAILED NOT_FOUND.*FAILED MALFORMED/s);
  });
});

const OPERATIONS: readonly (readonly [query: string, pattern: RegExp])[] = [
  ['{ people { email name salary badge home { city street } } }', /NEXT.*"relation":"read.salary"/],
  ['{ peopleConnection { totalCount edges { cursor node { email salary } } } }', /NEXT.*ann@x/],
  ['{ person(where: { email: { eq: "hal@x" } }) { email } }', /NEXT.*"person":null/],
  ['{ node(id: "«hal»") { id } }', /NEXT.*"node":null/],
  ['{ people(where: { salary: { gt: 1 } }) { email } }', /NEXT.*"people":\[\]/],
  ['{ people(where: { nobody: 1 }) { email } }', /NEXT.*INVALID_INPUT/],
  [
    `mutation { updatePeople(where: { email: { eq: "hal@x" } }, update: { name: { set: "H" } }) {
      info { nodesCreated } } }`,
    /NEXT/,
  ],
  ['{', /NEXT.*MALFORMED/],
];

const CHANGES = `subscription { nodeChanges { event id type fields transaction node { id
  ... on Person { name salary note } ... on Team { name budget } } } }`;

/** What root writes in each world: a change that Eve sees is told alike, others are not. */
const STEPS: Readonly<Record<'one' | 'other', readonly string[]>> = {
  one: [
    'updatePeople(where: { email: { eq: "ann@x" } }, update: { salary: { set: 77 } })',
    'updatePeople(where: { email: { eq: "hal@x" } }, update: { name: { set: "Q" } })',
    `updatePeople(where: { email: { eq: "ann@x" } }, update: { note: { set: "n" }
      salary: { set: 8 } })`,
  ],
  other: [
    'updatePeople(where: { email: { eq: "ida@x" } }, update: { note: { set: "Q" } })',
    `updatePeople(where: { email: { eq: "ann@x" } }, update: { note: { set: "n" }
      badge: { set: "y" } })`,
  ],
};

describe('operations on the sync socket', () => {
  async function open({ server }: LeakWorld, actor: string): Promise<SyncClient> {
    const client = new SyncClient(server.sync, { headers: { [PRINCIPAL_HEADER]: actor } });
    await once(client.socket, 'open');
    client.send(encodeHello());
    await client.heard(1);
    return client;
  }

  /** Every byte of it, but for the WELCOME, which tells the keys of a world. */
  async function heardBy(client: SyncClient): Promise<string> {
    client.socket.close();
    await client.closed;
    return withoutHashes(client.answers.slice(1).map(textOf).join('\n'));
  }

  function textOf({ type, request, body }: Answer): string {
    const [name] = Object.entries(FrameType).find(([, each]) => each === type) ?? [];
    return `${name} ${request} ${body.length} ${Buffer.from(body)}`;
  }

  async function answerTo(world: LeakWorld, actor: string, query: string): Promise<string> {
    const client = await open(world, actor);
    const body = Buffer.from(JSON.stringify({ query: withIds(query, world) }));
    client.send(encodeSubscribe(1, body));
    await client.heard(3);
    return heardBy(client);
  }

  test.each(OPERATIONS)('%s', async (query, pattern) => {
    await using one = await openLeakWorld('one');
    await using other = await openLeakWorld('other');
    const answer = await answerTo(one, EVE, query);
    expect(answer).toMatch(pattern);
    expect(await answerTo(other, EVE, query)).toBe(answer);
  });

  test('root is told what is hidden from Eve', async () => {
    const [query] = OPERATIONS[0] ?? [''];
    await using one = await openLeakWorld('one');
    await using other = await openLeakWorld('other');
    expect(await answerTo(one, ROOT, query)).not.toBe(await answerTo(other, ROOT, query));
  });

  /** What a subscriber hears of all that root writes, until it takes its subscription back. */
  async function changesIn(which: 'one' | 'other', actor: string): Promise<string> {
    await using world = await openLeakWorld(which);
    const client = await open(world, actor);
    client.send(encodeSubscribe(1, Buffer.from(JSON.stringify({ query: CHANGES }))));
    await vi.waitFor(async () => {
      const text = await (await fetch(world.server.metrics)).text();
      expect(text).toContain('massive_graph_subscriptions 1\n');
    });
    for (const step of STEPS[which]) {
      const query = `mutation { ${step} { info { nodesCreated } } }`;
      expect(await answerOf(world, ROOT, { query })).not.toContain('"errors"');
    }
    await vi.waitFor(() => expect(client.answers.map(textOf).join()).toContain('"note":"n"'));
    client.send(encodeUnsubscribe(1));
    await vi.waitFor(() => expect(client.answers.at(-1)?.type).toBe(FrameType.COMPLETE));
    return heardBy(client);
  }

  test('changes, of which Eve is told those that she sees', async () => {
    const told = await changesIn('one', EVE);
    expect(told.match(/^NEXT/gm)).toHaveLength(1);
    expect(await changesIn('other', EVE)).toBe(told);
    expect(await changesIn('one', ROOT)).not.toBe(await changesIn('other', ROOT));
  });

  test('changes tell what is held back, as they do by every other way', async () => {
    await using world = await openLeakWorld('one');
    const { graphql, sync } = world.server;
    const headers = { [PRINCIPAL_HEADER]: EVE };
    const subscribers = [
      subscribeBySync(sync, CHANGES, {}, headers),
      subscribeBySse(graphql, CHANGES, {}, headers),
      subscribeByWebSocket(graphql, CHANGES, {}, { principal: EVE }),
    ];
    await vi.waitFor(async () => {
      const text = await (await fetch(world.server.metrics)).text();
      expect(text).toContain('massive_graph_subscriptions 3\n');
    });
    const query = `mutation { ${STEPS.one[2]} { info { nodesCreated } } }`;
    expect(await answerOf(world, ROOT, { query })).not.toContain('"errors"');
    await Promise.all(subscribers.map((subscriber) => subscriber.received(1)));
    const [told, ...others] = subscribers.map(({ results }) => JSON.stringify(results));
    expect(told).toContain('"relation":"read.salary"');
    expect(others).toEqual([told, told]);
    for (const subscriber of subscribers) subscriber.stop();
  });
});
