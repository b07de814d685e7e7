/** GraphQL over one kept connection, with no more of HTTP than it takes: it costs little. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;

export async function askGraphql(address: string, query: string): Promise<unknown> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return await response.json();
}

/** A subscription over SSE, of which no more is read than how many events have come. */
export class Subscription {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #events = 0;

  private constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  static async open(address: string, query: string): Promise<Subscription> {
    const response = await fetch(address, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    if (response.body === null || !response.ok) {
      throw new Error(`a subscription expected 200, got ${response.status}`);
    }
    const subscription = new Subscription(response.body.getReader());
    // The server has begun to listen once it sends anything.
    await subscription.#read();
    return subscription;
  }

  /** Waits until so many events have come; throws when the server ends it before. */
  async expectEvents(count: number): Promise<void> {
    while (this.#events < count) await this.#read();
    if (this.#events > count) throw new Error(`${count} events expected, got ${this.#events}`);
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  async #read(): Promise<void> {
    const { done, value } = await this.#reader.read();
    if (done) throw new Error(`a subscription expected to go on, got its end`);
    this.#events += Buffer.from(value).toString().split('event: next').length - 1;
  }
}

/** A request, ready to be written. */
export function graphqlRequest(address: string, query: string): Buffer {
  const { host, pathname } = new URL(address);
  const body = JSON.stringify({ query });
  return Buffer.from(
    `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

export class GraphqlClient {
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #answers = 0;
  #heard: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  static async open(address: string): Promise<GraphqlClient> {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    await once(socket, 'connect');
    return new GraphqlClient(socket);
  }

  get answers(): number {
    return this.#answers;
  }

  onAnswers(heard: () => void): void {
    this.#heard = heard;
  }

  write(request: Uint8Array): boolean {
    return this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const headEnd = this.#rest.indexOf(HEAD_END);
      if (headEnd < 0) break;
      const head = this.#rest.toString('latin1', 0, headEnd);
      const end = headEnd + HEAD_END.length + Number(CONTENT_LENGTH.exec(head)?.[1] ?? Number.NaN);
      if (!(this.#rest.length >= end)) break;
      const body = this.#rest.toString('utf8', headEnd + HEAD_END.length, end);
      if (!head.startsWith('HTTP/1.1 200') || body.includes('"errors"')) {
        throw new Error(`a mutation expected data, got ${head}\n${body}`);
      }
      this.#rest = this.#rest.subarray(end);
      this.#answers += 1;
    }
    this.#heard();
  }
}
