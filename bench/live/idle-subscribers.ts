/** What subscribers cost a server while nothing happens that concerns them. */

import { utf8 } from '../../src/base/bytes.ts';
import { encodeHello, encodeSubscribe } from '../../src/replication/frame.ts';
import { GRAPHQL_PATH } from '../../src/server/graphql-endpoint.ts';
import type { LiveMemory, LiveServerFacts } from './live-server.ts';
import { RawClient } from './raw-client.ts';
import { LiveServer } from './server-process.ts';

const QUERY = 'subscription ($id: ID) { itemChanges(id: $id) { event item { key name } } }';
/** Their code is compiled then, and what is kept for all of them is there. */
const WARM_UP = 500;
const OPENED_TOGETHER = 100;

/** What is asked, as GraphQL over HTTP has it. */
export interface AskedOperation {
  readonly query: string;
  readonly variables?: object;
}

/** How a client subscribes: one connection, and one subscription. */
export type Subscribe = (facts: LiveServerFacts, asked: AskedOperation) => Promise<RawClient>;

export async function subscribeBySync({ syncPort }: LiveServerFacts, asked: AskedOperation) {
  const client = await RawClient.open({ port: syncPort, path: '/', subprotocol: 'massive-graph' });
  client.send(encodeHello(), encodeSubscribe(1, utf8(JSON.stringify(asked))));
  return client;
}

export async function subscribeByGraphqlWs({ port }: LiveServerFacts, asked: AskedOperation) {
  const subprotocol = 'graphql-transport-ws';
  const client = await RawClient.open({ port, path: GRAPHQL_PATH, subprotocol });
  client.keepTelling();
  client.sendText('{"type":"connection_init"}');
  await client.heard('connection_ack');
  client.sendText(JSON.stringify({ id: '1', type: 'subscribe', payload: asked }));
  return client;
}

/** Bytes of each of so many. */
export async function idleMemory(subscribe: Subscribe, count: number): Promise<LiveMemory> {
  await using server = await LiveServer.start();
  const before = await warmUp(server, subscribe);
  const clients = await openAll(server, subscribe, count);
  const after = await server.memory();
  for (const client of clients) client.close();
  return {
    resident: (after.resident - before.resident) / count,
    heap: (after.heap - before.heap) / count,
  };
}

/** Each asks for a node of its own. */
function changesOf(id: string): AskedOperation {
  return { query: QUERY, variables: { id } };
}

async function warmUp(server: LiveServer, subscribe: Subscribe): Promise<LiveMemory> {
  for (const client of await openAll(server, subscribe, WARM_UP)) client.close();
  await server.untilGauge('subscriptions', 0);
  return await server.memory();
}

/** Resolves when all of them are subscribed. */
export async function openAll(
  server: LiveServer,
  subscribe: Subscribe,
  count: number,
): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  while (clients.length < count) {
    const length = Math.min(OPENED_TOGETHER, count - clients.length);
    const each = Array.from({ length }, (_, index) => {
      return subscribe(server.facts, changesOf(String(clients.length + index).padStart(16, 'A')));
    });
    clients.push(...(await Promise.all(each)));
  }
  await server.untilGauge('subscriptions', count);
  return clients;
}
