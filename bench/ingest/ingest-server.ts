/**
 * This database on a directory of the disk, in a process of its own, served as `serve` does. It
 * tells its parent where it listens, and on request what it has used.
 */

import { assert } from '../../src/base/assert.ts';
import { fromHex, toHex } from '../../src/base/bytes.ts';
import { serveSpace } from '../../src/server/serve.ts';
import { openSpace } from '../../src/space/open.ts';
import { INGEST_GRANTS, INGEST_MODEL } from './model.ts';
import { INGEST_SDL } from './workload.ts';

export interface IngestServerFacts {
  readonly syncPort: number;
  readonly graphql: string;
  /** Hex. */
  readonly space: string;
  readonly authority: string;
}

export interface IngestUsage {
  readonly processorSeconds: number;
  readonly residentBytes: number;
  /** Of the linear memory. */
  readonly imageBytes: number;
  readonly counts: { readonly nodes: number; readonly edges: number };
}

/** The data directory, the key of a client that signs its own commits, and what is in force. */
const [directory = '', clientKey = '', inForce = ''] = process.argv.slice(2);
const space = await openSpace({ directory, definition: { source: INGEST_SDL } });
if (clientKey !== '') await space.certifyAuthor(fromHex(clientKey), 'ingest bench');
if (inForce === 'permissions') {
  await space.access.installModel({ source: INGEST_MODEL });
  await space.access.grant(INGEST_GRANTS);
}
const server = await serveSpace(space, { port: 0, metricsPort: 0, syncPort: 0 });
send({
  syncPort: server.syncPort,
  graphql: server.graphql,
  space: space.id,
  authority: toHex(space.authority),
} satisfies IngestServerFacts);
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
