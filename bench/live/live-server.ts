/**
 * This database in a process of its own, in memory and served as `serve` does. It tells its parent
 * where it listens, and on request what memory it has when its garbage is collected.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { serveSpace } from '../../src/server/serve.ts';
import { openMemorySpace } from '../../src/space/open.ts';

const LIVE_SDL = 'type Item @node { key: ID! @id name: String }';

export interface LiveServerFacts {
  readonly port: number;
  readonly syncPort: number;
  readonly metrics: string;
}

/** In bytes. */
export interface LiveMemory {
  readonly resident: number;
  /** What JavaScript holds, buffers of it included. */
  readonly heap: number;
}

/** The new space is as large as the garbage that there was, until it is asked to shrink. */
const COLLECTION = { type: 'major', execution: 'sync', flavor: 'last-resort' };
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: typeof COLLECTION) => void;

const space = await openMemorySpace({ definition: { source: LIVE_SDL } });
const server = await serveSpace(space, { port: 0, metricsPort: 0, syncPort: 0 });
const { port, syncPort, metrics } = server;
process.on('message', tell);
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.send?.({ port, syncPort, metrics } satisfies LiveServerFacts);

function tell(): void {
  collect(COLLECTION);
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ resident: rss, heap: heapUsed + external } satisfies LiveMemory);
}
