/** A server in a child process, and requests to it over kept connections. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';

/** Requests on their way at once, each on a connection of its own. */
const CONNECTIONS = 16;
const REQUEST_MILLISECONDS_MAX = 10_000;

export class Contender implements Disposable {
  readonly #child: ChildProcess;
  readonly #address: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.#address = address;
  }

  /** Starts a server of this folder; `message` is what it waits for, if anything. */
  static async start(file: string, message?: unknown): Promise<Contender> {
    const child = fork(fileURLToPath(new URL(file, import.meta.url)));
    const ready = once(child, 'message');
    if (message !== undefined) child.send(message as object);
    const [address] = await ready;
    return new Contender(child, String(address));
  }

  /** Requests per second of the server's processor time, over `count` equal requests. */
  async rate(query: string, count: number, expected: string): Promise<number> {
    const before = await this.#processorSeconds();
    let left = count;
    const connection = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const answer = await this.send(query);
        if (answer.length !== expected.length) {
          throw new Error(`an answer expected ${expected.length} characters, got ${answer.length}`);
        }
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, connection));
    return count / ((await this.#processorSeconds()) - before);
  }

  /** The body of one answer. */
  async send(query: string): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const options = { method: 'POST', headers, agent: this.#agent };
    const call = request(this.#address, { ...options, timeout: REQUEST_MILLISECONDS_MAX });
    call.end(JSON.stringify({ query }));
    const [response] = await once(call, 'response');
    response.setEncoding('utf8');
    let text = '';
    for await (const part of response) text += part;
    return text;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
    this.#child.disconnect();
  }

  async #processorSeconds(): Promise<number> {
    const reply = once(this.#child, 'message');
    this.#child.send('time');
    const [seconds] = await reply;
    return Number(seconds);
  }
}
