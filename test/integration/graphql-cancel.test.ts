/** What still runs of an operation ends when nobody waits for it any more, or its time is over. */

import { once } from 'node:events';
import { execute, parse } from 'graphql';
import { describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { ANONYMOUS } from '../../src/access/principal.ts';
import { systemClock } from '../../src/base/clock.ts';
import { GRAPHQL_ANSWER_BYTES_MAX } from '../../src/base/limits.ts';
import { systemRandom } from '../../src/base/random.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { type AskedBy, createContext } from '../../src/graphql/context.ts';
import { OPERATION_LIMITS } from '../../src/graphql/operation-limits.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { serveSpace } from '../../src/server/serve.ts';
import { serveTestSpace } from '../fixture/api.ts';
import { heldWrites } from '../fixture/space-with.ts';
import { openTestSpace } from '../fixture/test-space.ts';

const DEFINITION = parseDefinition(`type City @node {
  code: String! @id
  n: Int
  text: String
  roads: [City!]! @relationship(type: "ROAD", direction: OUT)
}`);
const CREATE = `mutation ($input: [CityCreateInput!]!) {
  createCities(input: $input) { info { nodesCreated } }
}`;
const CITIES = 3_000;
/** By resolvers, far longer than a turn. */
const LONG = `{ ${Array.from(
  { length: 30 },
  (_, index) => `a${index}: cities(where: {
  roads: { none: { n: { eq: -1 } } } n: { gte: -${index} } }) { n }`,
).join(' ')} }`;

async function cities() {
  const space = await openTestSpace(DEFINITION);
  await space.write({ actor: 'user:test' }, (draft) => {
    for (let index = 0; index < CITIES; index++) {
      const id = draft.createNode('City', { key: `c${index}` });
      draft.setNodeValue(id, 'n', BigInt(index));
    }
  });
  const feed = openChangeFeed(space);
  const services = { space, feed, clock: systemClock, random: systemRandom };
  /** Answers by resolvers alone. */
  const run = async (query: string, asked: Partial<AskedBy> = {}) => {
    const contextValue = createContext(services, { caller: ANONYMOUS, ...asked });
    const schema = buildSchema(DEFINITION);
    const result = await execute({ schema, document: parse(query), contextValue });
    return { result, spent: contextValue.budget.spent };
  };
  return { space, run };
}

describe('resolvers', () => {
  test('stop where they are when the client has gone', async () => {
    const { space, run } = await cities();
    await using _space = space;
    const whole = await run(LONG);
    expect(whole.result.errors).toBeUndefined();
    let looks = 0;
    const { result, spent } = await run(LONG, { isGone: () => ++looks > 3 });
    expect(result.errors?.[0]?.originalError).toMatchObject({ code: 'UNAVAILABLE' });
    expect(spent).toBeLessThan(whole.spent / 2);
  });

  test('stop when the time of their operation is over', async () => {
    const { space, run } = await cities();
    await using _space = space;
    const limits = { ...OPERATION_LIMITS, milliseconds: 1 };
    const { result, spent } = await run(LONG, { limits });
    expect(result.errors?.[0]?.originalError).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      facts: { limit: 'GRAPHQL_OPERATION_MILLISECONDS_MAX', max: 1 },
    });
    expect(spent).toBeLessThan((await run(LONG)).spent / 2);
  });

  test('let others run meanwhile, and give the same answer', async () => {
    const { space, run } = await cities();
    await using _space = space;
    let [others, isOver] = [0, false];
    const tick = () => {
      others += 1;
      if (!isOver) setImmediate(tick);
    };
    setImmediate(tick);
    const { result } = await run(LONG);
    isOver = true;
    expect(result.errors).toBeUndefined();
    expect(result.data?.a0).toHaveLength(CITIES);
    expect(others).toBeGreaterThan(3);
  });
});

describe('a mutation that waits to be written', () => {
  /** A server whose writes wait until they are let go. */
  async function heldServer() {
    const space = await openTestSpace(DEFINITION);
    const writes = heldWrites(space);
    const server = await serveSpace(writes.held, { port: 0, metricsPort: 0, syncPort: 0 });
    const hasArrived = () => expect(writes.arrived()).toBe(1);
    return { space, server, open: writes.open, hasArrived };
  }

  const body = { query: CREATE, variables: { input: [{ code: 'a' }] } };

  test('is not written when its request is given up', async () => {
    const { space, server, open, hasArrived } = await heldServer();
    const abort = new AbortController();
    const answer = fetch(server.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: abort.signal,
    });
    await vi.waitFor(hasArrived);
    abort.abort();
    await expect(answer).rejects.toThrow();
    await vi.waitFor(async () => expect(await openConnections(server.health)).toBe(true));
    open();
    await server[Symbol.asyncDispose]();
    expect(space.graph.counts().nodes).toBe(0);
    await space[Symbol.asyncDispose]();
  });

  test('is not written when it is completed by its WebSocket', async () => {
    const { space, server, open, hasArrived } = await heldServer();
    const socket = new WebSocket(server.graphql.replace('http', 'ws'), 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await once(socket, 'message');
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: body }));
    await vi.waitFor(hasArrived);
    socket.send('{"type":"complete","id":"1"}');
    const pong = once(socket, 'message');
    socket.send('{"type":"ping"}');
    await pong;
    open();
    await server[Symbol.asyncDispose]();
    expect(space.graph.counts().nodes).toBe(0);
    await space[Symbol.asyncDispose]();
  });

  test('is written when its client stays', async () => {
    const { space, server, open, hasArrived } = await heldServer();
    const answer = fetch(server.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await vi.waitFor(hasArrived);
    open();
    expect(await (await answer).json()).toMatchObject({ data: { createCities: {} } });
    expect(space.graph.counts().nodes).toBe(1);
    await server[Symbol.asyncDispose]();
    await space[Symbol.asyncDispose]();
  });
});

/** One more round trip: what the server was told before, it has heard. */
async function openConnections(health: string): Promise<boolean> {
  return (await fetch(health)).ok;
}

describe('an answer', () => {
  test('of very many bytes is refused, by plans and by resolvers', async () => {
    await using api = await serveTestSpace(DEFINITION);
    const text = 'x'.repeat(1_000_000);
    const count = Math.ceil(GRAPHQL_ANSWER_BYTES_MAX / text.length) + 1;
    const input = Array.from({ length: count }, (_, index) => ({ code: `c${index}` }));
    await api.data(CREATE, { input: [{ code: 'hub', text }, ...input] });
    await api.data(`mutation { updateCities(where: { n: { eq: null } }, update: {
      roads: { connect: { where: { node: { code: { eq: "hub" } } } } }
    }) { info { relationshipsCreated } } }`);
    const large = '{ cities(where: { text: { eq: null } }) { roads { text } } }';
    const few = large.replace('cities(', 'cities(limit: 2, ');
    for (const query of [large, large.replace('{', '{ checkpoint ')]) {
      const { extensions } = await api.error(query);
      const facts = { limit: 'GRAPHQL_ANSWER_BYTES_MAX', max: GRAPHQL_ANSWER_BYTES_MAX };
      expect(extensions).toEqual({ code: 'LIMIT_EXCEEDED', facts });
    }
    const { cities: two } = await api.data(few);
    expect(JSON.stringify(two).length).toBeGreaterThan(2 * text.length);
  });
});
