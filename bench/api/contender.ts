/** A server in a child process, on a core of its own where that can be had, and requests to it. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pin } from '../pin.ts';
import { HttpConnection, postRequest } from './http-load.ts';
import type { Report } from './report.ts';

/** Requests on their way at once, each on a connection of its own. */
const CONNECTIONS = 16;
const HEAP_MEBIBYTES = 8_192;

/** A body, and the text that is expected as its answer. */
export interface Question {
  readonly body: object;
  readonly expected: string;
}

export interface Program {
  /** Relative to this folder. */
  readonly file: string;
  readonly args?: readonly string[];
  /** What it waits for, if anything. */
  readonly message?: object;
}

export class Contender implements Disposable {
  readonly #child: ChildProcess;
  readonly #address: string;
  /** Requests of all windows, so that one goes on where the last one ended. */
  #asked = 0;

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.#address = address;
  }

  static async start({ file, args = [], message }: Program): Promise<Contender> {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = fork(path, args, { execArgv: [`--max-old-space-size=${HEAP_MEBIBYTES}`] });
    await pin(child);
    const ready = Promise.race([once(child, 'message'), once(child, 'exit')]);
    if (message !== undefined) child.send(message);
    const [report] = (await ready) as [Report | number | null];
    const { address, failed } =
      typeof report === 'object' && report !== null ? report : { failed: `its end, ${report}` };
    if (address === undefined) {
      child.disconnect();
      throw new Error(`${file} ${args.join(' ')} expected to listen, got ${failed}`);
    }
    return new Contender(child, address);
  }

  /** Requests per second of the server's processor time, over `count` requests in turns. */
  async rate(questions: readonly Question[], count: number): Promise<number> {
    const exchanges = questions.map(({ body, expected }) => ({
      request: postRequest(this.#address, body),
      expected: Buffer.from(expected),
    }));
    using _awake = new Awake();
    const before = await this.#processorSeconds();
    const end = this.#asked + count;
    // Servers close connections that were idle since the last window.
    const run = async (): Promise<void> => {
      using connection = await HttpConnection.open(this.#address);
      while (this.#asked < end) {
        const exchange = exchanges[this.#asked % exchanges.length];
        this.#asked += 1;
        if (exchange === undefined) return;
        const answer = await connection.send(exchange.request);
        if (isSame(answer, exchange.expected)) continue;
        throw new Error(`an answer expected ${begin(exchange.expected)}, got ${begin(answer)}`);
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, run));
    return count / ((await this.#processorSeconds()) - before);
  }

  /** The body of one answer. */
  async send(body: object): Promise<string> {
    using connection = await HttpConnection.open(this.#address);
    return (await connection.send(postRequest(this.#address, body))).toString();
  }

  [Symbol.dispose](): void {
    this.#child.disconnect();
  }

  async #processorSeconds(): Promise<number> {
    const reply = once(this.#child, 'message');
    this.#child.send('time');
    const [{ seconds = 0 }] = (await reply) as [Report];
    return seconds;
  }
}

/** Keeps this process from sleeping: to wake it would cost the server processor time. */
class Awake implements Disposable {
  #turn = setImmediate(() => this.#next());

  [Symbol.dispose](): void {
    clearImmediate(this.#turn);
  }

  #next(): void {
    this.#turn = setImmediate(() => this.#next());
  }
}

/** Whether an answer is the expected one, a line feed at its end aside. */
function isSame(answer: Buffer, expected: Buffer): boolean {
  const isLonger = answer.length === expected.length + 1 && answer.at(-1) === LINE_FEED;
  return (isLonger ? answer.subarray(0, -1) : answer).equals(expected);
}

const LINE_FEED = 0x0a;
const SHOWN_BYTES = 200;

function begin(answer: Buffer): string {
  return answer.toString('utf8', 0, SHOWN_BYTES);
}
