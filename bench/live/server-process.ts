/** The server of this folder, as its parent sees it: on a core of its own where that can be had. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gaugeAt } from '../../test/fixture/gauge.ts';
import { pin } from '../pin.ts';
import type { LiveMemory, LiveQuestion, LiveServerFacts } from './live-server.ts';

const PROGRAM = fileURLToPath(new URL('./live-server.ts', import.meta.url));
const POLL_MILLISECONDS = 20;

export class LiveServer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly facts: LiveServerFacts;

  private constructor(child: ChildProcess, facts: LiveServerFacts) {
    this.#child = child;
    this.facts = facts;
  }

  /** With so many items. */
  static async start(items = 0): Promise<LiveServer> {
    const child = fork(PROGRAM, [String(items)]);
    await pin(child);
    const [facts] = (await once(child, 'message')) as [LiveServerFacts];
    return new LiveServer(child, facts);
  }

  memory(): Promise<LiveMemory> {
    return this.#ask('memory');
  }

  /** Microseconds of processor time that it has taken. */
  processorTime(): Promise<number> {
    return this.#ask('processor');
  }

  itemIds(): Promise<readonly string[]> {
    return this.#ask('ids');
  }

  /** From now on the times of applied transactions are kept. */
  async followApplied(): Promise<void> {
    await this.#ask('follow');
  }

  /** Of each transaction since, in order: nanoseconds of the machine's clock. */
  async appliedTimes(): Promise<bigint[]> {
    return (await this.#ask<readonly string[]>('times')).map(BigInt);
  }

  async #ask<Answer>(question: LiveQuestion): Promise<Answer> {
    const answer = once(this.#child, 'message');
    this.#child.send(question);
    const [told] = (await answer) as [Answer];
    return told;
  }

  gauge(name: string): Promise<number> {
    return gaugeAt(this.facts.metrics, name);
  }

  async untilGauge(name: string, value: number): Promise<void> {
    while ((await this.gauge(name)) !== value) await setTimeout(POLL_MILLISECONDS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }
}
