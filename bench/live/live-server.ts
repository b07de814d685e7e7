/**
 * This database in a process of its own, in memory and served as `serve` does. It tells its parent
 * where it listens, and on request what memory it has when its garbage is collected.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { serveSpace } from '../../src/server/serve.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import { BUCKETS } from './buckets.ts';

const LIVE_SDL = `type Item @node {
  key: ID! @id
  name: String @index
  bucket: Int @index
  hits: Int
}`;

export interface LiveServerFacts {
  readonly port: number;
  readonly syncPort: number;
  readonly graphql: string;
  readonly metrics: string;
}

/** In bytes. */
export interface LiveMemory {
  readonly resident: number;
  /** What JavaScript holds, buffers of it included. */
  readonly heap: number;
}

export type LiveQuestion = 'memory' | 'processor' | 'ids' | 'follow' | 'times';

/** The new space is as large as the garbage that there was, until it is asked to shrink. */
const COLLECTION = { type: 'major', execution: 'sync', flavor: 'last-resort' };
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: typeof COLLECTION) => void;

const space = await openMemorySpace({ definition: { source: LIVE_SDL } });
await space.write({ actor: 'user:bench' }, (draft) => {
  for (let number = 0; number < Number(process.argv[2]); number++) {
    const item = draft.createNode('Item', { key: `k${number}` });
    // In another order than the keys.
    draft.setNodeValue(item, 'name', `name ${String((number * 7_919) % 9_973).padStart(4, '0')}`);
    draft.setNodeValue(item, 'bucket', BigInt(number % BUCKETS));
    draft.setNodeValue(item, 'hits', 0n);
  }
});
const applied: string[] = [];
let isFollowed = false;
// Before anybody else hears of a group.
space.watchGroups(({ transactions }) => {
  const time = String(process.hrtime.bigint());
  if (isFollowed) for (let count = 0; count < transactions; count++) applied.push(time);
});
const server = await serveSpace(space, { port: 0, metricsPort: 0, syncPort: 0 });
const answers: Readonly<Record<LiveQuestion, () => unknown>> = {
  memory,
  processor: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  ids: () => space.graph.nodesOfType('Item').map((node) => space.graph.nodeId(node)),
  follow: () => {
    isFollowed = true;
    return 'followed';
  },
  times: () => applied,
};
const { port, syncPort, graphql, metrics } = server;
process.on('message', (question: LiveQuestion) => process.send?.(answers[question]()));
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.send?.({ port, syncPort, graphql, metrics } satisfies LiveServerFacts);

function memory(): LiveMemory {
  collect(COLLECTION);
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, heap: heapUsed + external };
}
