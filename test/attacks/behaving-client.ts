/** Clients that behave: how long they wait while a server is attacked is what counts. */

import { once } from 'node:events';
import { Agent } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import WebSocket from 'ws';
import type { AttackedServer } from './attacked-server.ts';
import { queryOf, type Sent, send } from './http-attacks.ts';

/** Between two requests. */
const PAUSE_MILLISECONDS = 3;
/** How long a change may be on its way. */
const PATIENCE_MILLISECONDS = 20_000;
const CITIES = 100;
/** Of what a change sets: so much that who does not read it fills what systems hold for it. */
const TEXT_LENGTH = 20_000;
const CHANGE = `mutation ($code: String!, $n: Int!, $text: String!) {
  updateCities(where: { code: { eq: $code } }, update: { n: { set: $n }, text: { set: $text } }) {
    info { nodesCreated }
  }
}`;
const CHANGES = 'subscription { cityChanges(fields: [n]) { city { n } } }';

export interface BehavingClient {
  /** The 99th percentile of how long it waits, in milliseconds, in so many. */
  measure(milliseconds: number): Promise<number>;
  close(): void;
}

abstract class PacedClient implements BehavingClient {
  protected readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #server: AttackedServer;
  #round = 0;

  constructor(server: AttackedServer) {
    this.#server = server;
  }

  async measure(milliseconds: number): Promise<number> {
    const took: number[] = [];
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      const began = performance.now();
      await this.act(this.#round++);
      took.push(performance.now() - began);
      await setTimeout(PAUSE_MILLISECONDS);
    }
    return took.sort((left, right) => left - right)[Math.floor(took.length * 0.99)] ?? Infinity;
  }

  close(): void {
    this.agent.destroy();
  }

  protected abstract act(round: number): Promise<void>;

  protected async ask(sent: Sent): Promise<void> {
    const { target, apiKey } = this.#server;
    const headers = { authorization: `Bearer ${apiKey}` };
    const answer = await send(target, this.agent, { ...sent, headers });
    if (answer !== '200 OK') throw new Error(`a client that behaves expected data, got ${answer}`);
  }
}

/** Asks for a node and its roads, again and again. */
export class AskingClient extends PacedClient {
  protected async act(round: number): Promise<void> {
    const where = `{ code: { eq: "c${round % CITIES}" } }`;
    await this.ask(queryOf(`{ city(where: ${where}) { n roads(limit: 5) { code } } }`));
  }
}

/** Changes a node, and waits until it is told of it. */
export class FollowingClient extends PacedClient {
  readonly #socket: WebSocket;
  #heard: (n: number) => void = () => undefined;

  private constructor(server: AttackedServer, socket: WebSocket) {
    super(server);
    this.#socket = socket;
    socket.on('message', (text) => {
      const n = /"n":(\d+)/.exec(String(text))?.[1];
      if (n !== undefined) this.#heard(Number(n));
    });
  }

  static async open(server: AttackedServer): Promise<FollowingClient> {
    const { target, apiKey } = server;
    const url = `ws://${target.host}:${target.port}/graphql`;
    const socket = new WebSocket(url, 'graphql-transport-ws');
    await once(socket, 'open');
    const payload = { authorization: `Bearer ${apiKey}` };
    socket.send(JSON.stringify({ type: 'connection_init', payload }));
    await once(socket, 'message');
    const client = new FollowingClient(server, socket);
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: CHANGES } }));
    let refusal: string | undefined;
    socket.once('message', (text) => {
      refusal = String(text);
    });
    while ((await server.gauge('subscriptions')) === 0) {
      if (refusal !== undefined) throw new Error(`a subscription was refused: ${refusal}`);
      await setTimeout(1);
    }
    return client;
  }

  override close(): void {
    super.close();
    this.#socket.terminate();
  }

  protected async act(round: number): Promise<void> {
    const told = Promise.withResolvers<void>();
    this.#heard = (n) => n === round && told.resolve();
    const late = new AbortController();
    const text = String.fromCharCode(97 + (round % 26)).repeat(TEXT_LENGTH);
    await this.ask(queryOf(CHANGE, { code: `c${round % CITIES}`, n: round, text }));
    const patience = setTimeout(PATIENCE_MILLISECONDS, 'late', { signal: late.signal });
    patience.catch(() => undefined);
    const outcome = await Promise.race([told.promise, patience]);
    late.abort();
    if (outcome === 'late') throw new Error(`a change of n to ${round} expected to be told of`);
  }
}
