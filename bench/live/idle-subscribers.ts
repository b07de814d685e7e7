/** What subscribers cost a server while nothing happens that concerns them. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { utf8 } from '../../src/base/bytes.ts';
import { encodeHello, encodeSubscribe } from '../../src/replication/frame.ts';
import { GRAPHQL_PATH } from '../../src/server/graphql-endpoint.ts';
import type { LiveMemory, LiveServerFacts } from './live-server.ts';
import { RawClient } from './raw-client.ts';

const QUERY = 'subscription ($id: ID) { itemChanges(id: $id) { event item { key name } } }';
/** Their code is compiled then, and what is kept for all of them is there. */
const WARM_UP = 500;
const OPENED_TOGETHER = 100;
const POLL_MILLISECONDS = 20;

/** How a client subscribes: one connection, and one subscription. */
export type Subscribe = (facts: LiveServerFacts, id: string) => Promise<RawClient>;

export async function subscribeBySync({ syncPort }: LiveServerFacts, id: string) {
  const client = await RawClient.open({ port: syncPort, path: '/', subprotocol: 'massive-graph' });
  client.send(encodeHello(), encodeSubscribe(1, utf8(JSON.stringify(asked(id)))));
  return client;
}

export async function subscribeByGraphqlWs({ port }: LiveServerFacts, id: string) {
  const subprotocol = 'graphql-transport-ws';
  const client = await RawClient.open({ port, path: GRAPHQL_PATH, subprotocol });
  client.sendText('{"type":"connection_init"}');
  await client.heard('connection_ack');
  client.sendText(JSON.stringify({ id: '1', type: 'subscribe', payload: asked(id) }));
  return client;
}

/** Bytes of each of so many. */
export async function idleMemory(subscribe: Subscribe, count: number): Promise<LiveMemory> {
  await using server = await LiveServer.start();
  const before = await server.warmUp(subscribe);
  const clients = await server.open(subscribe, count);
  const after = await server.memory();
  for (const client of clients) client.close();
  return {
    resident: (after.resident - before.resident) / count,
    heap: (after.heap - before.heap) / count,
  };
}

/** Each asks for a node of its own. */
function asked(id: string) {
  return { query: QUERY, variables: { id } };
}

const PROGRAM = fileURLToPath(new URL('./live-server.ts', import.meta.url));

class LiveServer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #facts: LiveServerFacts;

  private constructor(child: ChildProcess, facts: LiveServerFacts) {
    this.#child = child;
    this.#facts = facts;
  }

  static async start(): Promise<LiveServer> {
    const child = fork(PROGRAM);
    const [facts] = (await once(child, 'message')) as [LiveServerFacts];
    return new LiveServer(child, facts);
  }

  async warmUp(subscribe: Subscribe): Promise<LiveMemory> {
    const clients = await this.open(subscribe, WARM_UP);
    for (const client of clients) client.close();
    await this.#untilSubscribed(0);
    return await this.memory();
  }

  /** Resolves when all of them are subscribed. */
  async open(subscribe: Subscribe, count: number): Promise<RawClient[]> {
    const clients: RawClient[] = [];
    while (clients.length < count) {
      const length = Math.min(OPENED_TOGETHER, count - clients.length);
      const each = Array.from({ length }, (_, index) => {
        return subscribe(this.#facts, String(clients.length + index).padStart(16, 'A'));
      });
      clients.push(...(await Promise.all(each)));
    }
    await this.#untilSubscribed(count);
    return clients;
  }

  async memory(): Promise<LiveMemory> {
    const answer = once(this.#child, 'message');
    this.#child.send('memory');
    const [memory] = (await answer) as [LiveMemory];
    return memory;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }

  async #untilSubscribed(count: number): Promise<void> {
    for (;;) {
      const text = await (await fetch(this.#facts.metrics)).text();
      if (text.includes(`massive_graph_subscriptions ${count}\n`)) return;
      await setTimeout(POLL_MILLISECONDS);
    }
  }
}
