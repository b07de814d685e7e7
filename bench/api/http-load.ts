/**
 * Requests over kept connections, each on its own, as fast as they are answered. It writes bytes
 * that are ready and reads no more of HTTP than it needs, so as to cost the servers no processor.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export function postRequest(address: string, body: object): Buffer {
  const { host, pathname } = new URL(address);
  const text = JSON.stringify(body);
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    'content-type: application/json',
    'accept: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`);
}

/** A connection that asks and waits for the answer. */
export class HttpConnection implements Disposable {
  readonly #socket: Socket;
  #received: Buffer[] = [];
  #length = 0;
  /** Bytes of the whole answer, once its head is there. */
  #wanted: number | undefined;
  #bodyAt = 0;
  #answered: ((answer: { readonly body: Buffer } | { readonly error: Error }) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay();
    socket.on('data', (part: Buffer) => this.#take(part));
    socket.on('close', () => this.#answered?.({ error: new Error('a connection was closed') }));
    socket.on('error', (error) => this.#answered?.({ error }));
  }

  static async open(address: string): Promise<HttpConnection> {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new HttpConnection(socket);
  }

  /** The body of the answer. */
  async send(request: Buffer): Promise<Buffer> {
    const { promise, resolve } = Promise.withResolvers<
      { readonly body: Buffer } | { readonly error: Error }
    >();
    this.#answered = resolve;
    this.#socket.write(request);
    const answer = await promise;
    if ('error' in answer) throw answer.error;
    return answer.body;
  }

  [Symbol.dispose](): void {
    this.#answered = undefined;
    this.#socket.destroy();
  }

  #take(part: Buffer): void {
    this.#received.push(part);
    this.#length += part.length;
    this.#wanted ??= this.#wholeLength();
    if (this.#wanted === undefined || this.#length < this.#wanted) return;
    const [first] = this.#received;
    const whole =
      this.#received.length === 1 && first !== undefined ? first : Buffer.concat(this.#received);
    this.#received = [];
    this.#length = 0;
    this.#wanted = undefined;
    this.#answered?.({ body: whole.subarray(this.#bodyAt) });
  }

  #wholeLength(): number | undefined {
    const bytes = Buffer.concat(this.#received);
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const head = bytes.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (!head.startsWith('HTTP/1.1 200') || length === undefined) {
      this.#answered?.({ error: new Error(`an answer expected 200 and a length, got ${head}`) });
      return undefined;
    }
    this.#bodyAt = end + 4;
    return this.#bodyAt + Number(length);
  }
}
