/**
 * Two replicas, each a process in a network namespace of its own, and between them a link that
 * delays and loses packets and can be cut (network-link.ts).
 */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toHex } from '../../src/base/bytes.ts';
import { writeKnownPeers } from '../../src/replication/known-peers.ts';
import { authorKeyIn, joinDirectory } from '../../src/space/join-directory.ts';
import { openSpace } from '../../src/space/open.ts';
import { ADDRESSES, type LinkQuality, NetworkLink } from './network-link.ts';

const PORT = 18_081;
const SDL = 'type Place @node { code: ID! @id name: String }';
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
  readonly #link: NetworkLink;

  private constructor(
    sites: readonly [Site, Site],
    children: readonly ChildProcess[],
    link: NetworkLink,
  ) {
    this.all = sites;
    this.#children = children;
    this.#link = link;
  }

  /** Makes two data directories in a folder, of which the second follows the first. */
  static async open(folder: string, quality: LinkQuality): Promise<Sites> {
    const directories = [join(folder, 'red'), join(folder, 'blue')] as const;
    await makeReplicas(...directories);
    const authentication = join(folder, 'authentication.json');
    await writeFile(authentication, JSON.stringify({ anonymous: true }));
    const link = await NetworkLink.open(quality);
    const children = ([0, 1] as const).map((index) =>
      link.start(index, [SITE, directories[index], `${PORT}`, authentication]),
    );
    await Promise.all(children.map((child) => once(child, 'message')));
    const [first, second] = children.map((child) => new Site(child));
    if (first === undefined || second === undefined) throw new Error('two sites were expected');
    await Promise.all([first.know(), second.know()]);
    return new Sites([first, second], children, link);
  }

  /** Nothing comes through any more; what is on its way is lost. */
  cut(): Promise<void> {
    return this.#link.cut();
  }

  heal(): Promise<void> {
    return this.#link.heal();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.#link[Symbol.asyncDispose]();
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
