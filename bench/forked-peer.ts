/** A program of bench in a process of its own, which answers one question after the other. */

import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('./', import.meta.url);

export interface PeerProgram extends Pick<ForkOptions, 'execArgv' | 'serialization'> {
  /** From this folder on. */
  readonly file: string;
  readonly args: readonly string[];
}

export class ForkedPeer<Question extends object, Reply> implements AsyncDisposable {
  readonly #name: string;
  readonly #child: ChildProcess;

  private constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
  }

  /** The program says anything once it is ready. */
  static async start<Question extends object, Reply>({
    file,
    args,
    ...options
  }: PeerProgram): Promise<ForkedPeer<Question, Reply>> {
    const child = fork(fileURLToPath(new URL(file, FOLDER)), args, options);
    const peer = new ForkedPeer<Question, Reply>([file, ...args].join(' '), child);
    await peer.#message();
    return peer;
  }

  async ask(question: Question): Promise<Reply> {
    const reply = this.#message();
    this.#child.send(question);
    return (await reply) as Reply;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#child.connected) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  async #message(): Promise<unknown> {
    const ended = new AbortController();
    const stop = () => ended.abort(new Error(`${this.#name} expected to answer, got its end`));
    this.#child.once('exit', stop);
    const [message] = await once(this.#child, 'message', { signal: ended.signal });
    this.#child.off('exit', stop);
    return message;
  }
}
