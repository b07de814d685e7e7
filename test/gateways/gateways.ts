/** The gateways that the tests put before subgraphs that run, started beside each other. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from './program.ts';
import { compose, type Subgraph } from './supergraph.ts';

/** Hive's by how it is subscribed to the subgraphs; Apollo's has no subscriptions. */
export const Gateway = {
  APOLLO: 'Apollo Gateway',
  HIVE_SSE: 'Hive Gateway over server-sent events',
  HIVE_WS: 'Hive Gateway over WebSockets',
} as const;
export type Gateway = (typeof Gateway)[keyof typeof Gateway];

const PROGRAMS: Readonly<Record<Gateway, readonly [file: string, ...words: string[]]>> = {
  [Gateway.APOLLO]: ['apollo-gateway.ts'],
  [Gateway.HIVE_SSE]: ['hive-gateway.ts', 'sse'],
  [Gateway.HIVE_WS]: ['hive-gateway.ts', 'ws'],
};

export class Gateways implements AsyncDisposable {
  readonly #owned: AsyncDisposableStack;
  readonly #urls: ReadonlyMap<Gateway, string>;

  private constructor(owned: AsyncDisposableStack, urls: ReadonlyMap<Gateway, string>) {
    this.#owned = owned;
    this.#urls = urls;
  }

  static async start(
    subgraphs: readonly Subgraph[],
    which: readonly Gateway[] = Object.values(Gateway),
  ): Promise<Gateways> {
    await using owned = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'massive-graph-gateways-'));
    owned.defer(() => rm(folder, { recursive: true }));
    const supergraph = join(folder, 'supergraph.graphql');
    await writeFile(supergraph, await compose(subgraphs));
    const started = which.map(async (gateway) => {
      const [file, ...words] = PROGRAMS[gateway];
      const { url } = owned.use(await Program.start(file, [supergraph, ...words]));
      return [gateway, url] as const;
    });
    // All of them, so that none starts after what is started has been disposed of.
    await Promise.allSettled(started);
    const urls = new Map(await Promise.all(started));
    return new Gateways(owned.move(), urls);
  }

  url(gateway: Gateway): string {
    const url = this.#urls.get(gateway);
    if (url === undefined) throw new Error(`${gateway} expected to be started, got none`);
    return url;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }
}
