/**
 * Two replicas, each a process in a network namespace of its own, and between them a link that
 * delays and loses packets and can be cut (tun-link.py). Needs root, iproute2 and python3.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { toHex } from '../../src/base/bytes.ts';
import { writeKnownPeers } from '../../src/replication/known-peers.ts';
import { authorKeyIn, joinDirectory } from '../../src/space/join-directory.ts';
import { openSpace } from '../../src/space/open.ts';

const PORT = 18_081;
const ADDRESSES = ['10.77.0.1', '10.77.0.2'] as const;
const SDL = 'type Place @node { code: ID! @id name: String }';
const LINK = fileURLToPath(new URL('tun-link.py', import.meta.url));
const SITE = fileURLToPath(new URL('site.ts', import.meta.url));

export type SiteRequest =
  | { readonly kind: 'know' }
  | { readonly kind: 'write'; readonly prefix: string; readonly count: number }
  | { readonly kind: 'state' };

export interface SiteState {
  readonly position: number;
  readonly hash: string;
  /** Open connections to other replicas. */
  readonly open: number;
}

export type SiteAnswer = Partial<SiteState> & { readonly error?: string };

export interface LinkQuality {
  readonly delayMilliseconds: number;
  /** Share of the packets that are lost. */
  readonly loss: number;
  readonly seed: number;
}

/** One of the replicas. */
export class Site {
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  async write(prefix: string, count: number): Promise<void> {
    await this.#ask({ kind: 'write', prefix, count });
  }

  async state(): Promise<SiteState> {
    return (await this.#ask({ kind: 'state' })) as SiteState;
  }

  async know(): Promise<void> {
    await this.#ask({ kind: 'know' });
  }

  async #ask(request: SiteRequest): Promise<SiteAnswer> {
    const answered = once(this.#child, 'message');
    this.#child.send(request);
    const [answer] = (await answered) as [SiteAnswer];
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}

export class Sites implements AsyncDisposable {
  readonly all: readonly [Site, Site];
  readonly #children: readonly ChildProcess[];
  readonly #link: ChildProcess;
  readonly #said: Interface;
  readonly #names: readonly string[];

  private constructor(parts: {
    readonly sites: readonly [Site, Site];
    readonly children: readonly ChildProcess[];
    readonly link: ChildProcess;
    readonly said: Interface;
    readonly names: readonly string[];
  }) {
    this.all = parts.sites;
    this.#children = parts.children;
    this.#link = parts.link;
    this.#said = parts.said;
    this.#names = parts.names;
  }

  /** Makes two data directories in a folder, of which the second follows the first. */
  static async open(folder: string, quality: LinkQuality): Promise<Sites> {
    const directories = [join(folder, 'red'), join(folder, 'blue')] as const;
    await makeReplicas(...directories);
    const authentication = join(folder, 'authentication.json');
    await writeFile(authentication, JSON.stringify({ anonymous: true }));
    const names = ['red', 'blue'].map((name) => `mg${process.pid % 10_000}${name}`);
    const { link, said } = await openLink(names, quality);
    const children = names.map((name, index) => {
      const words = [process.execPath, SITE, directories[index] ?? '', `${PORT}`, authentication];
      return spawn('ip', ['netns', 'exec', name, ...words], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
    });
    await Promise.all(children.map((child) => once(child, 'message')));
    const [first, second] = children.map((child) => new Site(child));
    if (first === undefined || second === undefined) throw new Error('two sites were expected');
    await Promise.all([first.know(), second.know()]);
    return new Sites({ sites: [first, second], children, link, said, names });
  }

  /** Nothing comes through any more; what is on its way is lost. */
  async cut(): Promise<void> {
    await this.#tell('cut');
  }

  async heal(): Promise<void> {
    await this.#tell('heal');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of [...this.#children, this.#link]) child.kill('SIGKILL');
    for (const name of this.#names) await run('ip', 'netns', 'delete', name);
  }

  async #tell(word: string): Promise<void> {
    const answered = once(this.#said, 'line');
    this.#link.stdin?.write(`${word}\n`);
    await answered;
  }
}

async function makeReplicas(first: string, second: string): Promise<void> {
  const key = await authorKeyIn(second);
  await using space = await openSpace({ directory: first, definition: { source: SDL } });
  await space.certifyAuthor(key.publicKey, 'blue');
  const { replicated } = space;
  const records = [0, 1, 2, 3].map((height) => replicated.record(height) ?? new Uint8Array(0));
  await joinDirectory(second, records);
  const address = `ws://${ADDRESSES[0]}:${PORT}`;
  await writeKnownPeers(second, [{ key: toHex(replicated.key.publicKey), address }]);
  await writeKnownPeers(first, [{ key: toHex(key.publicKey) }]);
}

/** Devices are attached to before they move: the one process then stands in both namespaces. */
async function openLink(
  names: readonly string[],
  { delayMilliseconds, loss, seed }: LinkQuality,
): Promise<{ readonly link: ChildProcess; readonly said: Interface }> {
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
  return { link, said };
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
