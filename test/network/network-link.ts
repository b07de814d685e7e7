/**
 * Two network namespaces, and between them a link that delays and loses packets and can be cut
 * (tun-link.py). Needs root, iproute2 and python3.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Of the namespaces. */
export const ADDRESSES = ['10.77.0.1', '10.77.0.2'] as const;
const LINK = fileURLToPath(new URL('tun-link.py', import.meta.url));

export interface LinkQuality {
  /** One way. */
  readonly delayMilliseconds: number;
  /** Share of the packets that are lost. */
  readonly loss: number;
  readonly seed: number;
}

/** Root, network namespaces, TUN devices, and python3, which opens these. */
export function canMakeNetworks(): boolean {
  if (process.getuid?.() !== 0 || spawnSync('python3', ['--version']).status !== 0) return false;
  const name = `mgtry${process.pid}`;
  const isMade = spawnSync('ip', ['tuntap', 'add', 'dev', name, 'mode', 'tun']).status === 0;
  spawnSync('ip', ['link', 'delete', name]);
  const isApart = spawnSync('ip', ['netns', 'add', name]).status === 0;
  spawnSync('ip', ['netns', 'delete', name]);
  return isMade && isApart;
}

export class NetworkLink implements AsyncDisposable {
  readonly #names: readonly string[];
  readonly #link: ChildProcess;
  readonly #said: Interface;

  private constructor(names: readonly string[], link: ChildProcess, said: Interface) {
    this.#names = names;
    this.#link = link;
    this.#said = said;
  }

  /** Devices are attached to before they move: the one process then stands in both namespaces. */
  static async open({ delayMilliseconds, loss, seed }: LinkQuality): Promise<NetworkLink> {
    const names = ['red', 'blue'].map((name) => `mg${process.pid % 10_000}${name}`);
    for (const name of names) {
      await run('ip', 'netns', 'add', name);
      await run('ip', 'tuntap', 'add', 'dev', name, 'mode', 'tun');
    }
    const words = [LINK, ...names, `${delayMilliseconds}`, `${loss}`, `${seed}`];
    const link = spawn('python3', words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const said = createInterface({ input: link.stdout });
    await once(said, 'line');
    for (const [index, name] of names.entries()) {
      const inside = (...more: readonly string[]) => run('ip', '-n', name, ...more);
      await run('ip', 'link', 'set', name, 'netns', name);
      await inside('address', 'add', `${ADDRESSES[index]}/24`, 'dev', name);
      await inside('link', 'set', name, 'up');
      await inside('link', 'set', 'lo', 'up');
    }
    return new NetworkLink(names, link, said);
  }

  /** A program of Node in one of the namespaces, with a channel to it. */
  start(index: 0 | 1, words: readonly string[]): ChildProcess {
    const inside = ['netns', 'exec', this.#names[index] ?? '', process.execPath];
    return spawn('ip', [...inside, ...words], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  /** Nothing comes through any more; what is on its way is lost. */
  async cut(): Promise<void> {
    await this.#tell('cut');
  }

  async heal(): Promise<void> {
    await this.#tell('heal');
  }

  /** What was started in the namespaces has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#link.kill('SIGKILL');
    for (const name of this.#names) await run('ip', 'netns', 'delete', name);
  }

  async #tell(word: string): Promise<void> {
    const answered = once(this.#said, 'line');
    this.#link.stdin?.write(`${word}\n`);
    await answered;
  }
}

async function run(command: string, ...words: readonly string[]): Promise<void> {
  const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${[command, ...words].join(' ')}: ${said}`);
}
