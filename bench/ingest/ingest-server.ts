/**
 * This database on a directory of the disk, in a process of its own, served as `serve` does. It
 * tells its parent where it listens, and on request what it has used.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '../../src/base/assert.ts';
import { serveSpace } from '../../src/server/serve.ts';
import { openSpace } from '../../src/space/open.ts';
import { INGEST_SDL } from './workload.ts';

export interface IngestServerFacts {
  readonly syncPort: number;
  readonly graphql: string;
  /** Hex. */
  readonly space: string;
  readonly authority: string;
  readonly author: string;
  /** Hex seed of a key that may sign commits. */
  readonly seed: string;
}

export interface IngestUsage {
  readonly processorSeconds: number;
  readonly residentBytes: number;
  /** Of the linear memory. */
  readonly imageBytes: number;
  readonly counts: { readonly nodes: number; readonly edges: number };
}

/** The data directory. A client's key, in hex, may follow. */
const [directory = ''] = process.argv.slice(2);
const space = await openSpace({ directory, definition: { source: INGEST_SDL } });
const server = await serveSpace(space, { port: 0, metricsPort: 0, syncPort: 0 });
const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const facts: IngestServerFacts = {
  syncPort: server.syncPort,
  graphql: server.graphql,
  space: space.id,
  authority: toText(space.authority),
  author: toText(space.author),
  seed: (await readFile(join(directory, 'author.key'))).toString('hex'),
};
send(facts);
process.on('message', async (message) => {
  if (message === 'usage') {
    send(usage());
    return;
  }
  await server[Symbol.asyncDispose]();
  await space[Symbol.asyncDispose]();
  process.disconnect?.();
});

function usage(): IngestUsage {
  const { user, system } = process.cpuUsage();
  return {
    processorSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    imageBytes: space.usage().imageBytes,
    counts: space.graph.counts(),
  };
}

function send(message: object): void {
  assert(process.send !== undefined, 'a parent forked this');
  process.send(message);
}
