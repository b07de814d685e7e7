/** A program of this folder in a process of its own, which says where it listens. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(file: string, words: readonly string[] = []): Promise<Program> {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = spawn(process.execPath, [path, ...words], {
      env: { ...process.env, NO_COLOR: '1', APOLLO_TELEMETRY_DISABLED: 'true' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let told = '';
    child.stderr.on('data', (text: Buffer) => {
      told += text.toString();
    });
    const ended = once(child, 'close').then(() => undefined);
    const line = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      ended,
    ]);
    if (line === undefined) throw new Error(`${file} expected to start, got ${told}`);
    const { url } = JSON.parse(String(line[0])) as { readonly url: string };
    return new Program(child, url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.stdin?.end();
    await ended;
  }
}
