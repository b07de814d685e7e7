/** A client of one live query over graphql-ws, which keeps the answer that its patches come to. */

import { WebSocket } from 'ws';
import { applyPatch } from '../../test/reference/apply-patch.ts';

type Patch = Parameters<typeof applyPatch>[1];
type Data = Parameters<typeof applyPatch>[0];

interface Message {
  readonly type: string;
  readonly payload?: {
    readonly data?: Data;
    readonly patch?: Patch;
    readonly errors?: readonly { readonly message: string }[];
  };
}

export class LiveBenchClient {
  readonly query: string;
  readonly #socket: WebSocket;
  #data: Data = null;
  #messages = 0;
  readonly #begun = Promise.withResolvers<void>();

  constructor(graphql: string, query: string) {
    this.query = query;
    this.#socket = new WebSocket(graphql.replace('http:', 'ws:'), 'graphql-transport-ws');
    this.#socket.on('open', () => this.#send({ type: 'connection_init' }));
    this.#socket.on('message', (text) => this.#take(JSON.parse(String(text)) as Message));
    this.#socket.on('error', this.#begun.reject);
  }

  get data(): unknown {
    return this.#data;
  }

  /** The first answer and patches, so far. */
  get messages(): number {
    return this.#messages;
  }

  /** Resolves with the first answer. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  close(): void {
    this.#socket.terminate();
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  #take({ type, payload = {} }: Message): void {
    if (type === 'connection_ack') {
      this.#send({ id: '1', type: 'subscribe', payload: { query: `query @live ${this.query}` } });
    }
    if (type !== 'next') return;
    const { data, patch, errors } = payload;
    if (errors !== undefined) throw new Error(errors[0]?.message);
    if (patch === undefined) this.#data = data ?? null;
    else this.#data = applyPatch(this.#data, patch);
    this.#messages += 1;
    this.#begun.resolve();
  }
}
