/**
 * A replica of area `sync` in a process of its own, on disk, connected to another one over
 * loopback: writes at a steady rate, or tells how long what the other one wrote took to show here.
 */

import { systemRandom } from '../../src/base/random.ts';
import { readKnownPeers } from '../../src/replication/known-peers.ts';
import { Peers } from '../../src/replication/peers.ts';
import { serveSpace } from '../../src/server/serve.ts';
import { openSpace } from '../../src/space/open.ts';
import type { LinkedRequest } from './linked-replicas.ts';

const TICK_MILLISECONDS = 1;

const [, , directory = '', port = '0'] = process.argv;
const space = await openSpace({ directory, create: false, follows: true });
const peers = new Peers({ space: space.replicated, random: systemRandom });
const ports = { port: 0, metricsPort: 0, syncPort: Number(port) };
const server = await serveSpace(space, { ...ports, peers });
let delays: number[] = [];

process.on('message', (request: LinkedRequest) => {
  carryOut(request).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.once('disconnect', () => void close());
process.send?.({ syncPort: server.syncPort });

async function close(): Promise<void> {
  await server[Symbol.asyncDispose]();
  await space[Symbol.asyncDispose]();
}

async function carryOut(request: LinkedRequest): Promise<object> {
  switch (request.kind) {
    case 'know':
      peers.know((await readKnownPeers(directory)) ?? []);
      return {};
    case 'listen':
      space.watch(({ changes }) => {
        const now = performance.timeOrigin + performance.now();
        for (const change of changes) {
          if (change.element !== 'node' || !change.paths.includes('written')) continue;
          const written = space.graph.nodeValue(change.node, 'written');
          if (typeof written === 'number') delays.push(now - written);
        }
      });
      return {};
    case 'write':
      return { written: await write(request) };
    case 'delays': {
      const told = delays;
      delays = [];
      return { delays: told };
    }
    case 'position':
      return { position: space.position };
  }
}

/** Every millisecond as many as are due; resolves when the last one is acknowledged. */
async function write(request: Extract<LinkedRequest, { kind: 'write' }>): Promise<number> {
  const { perSecond, seconds, nodes } = request;
  const begin = performance.now();
  const total = perSecond * seconds;
  const all: Promise<unknown>[] = [];
  while (all.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1_000) * perSecond));
    while (all.length < due) all.push(writeOne(`p${all.length % nodes}`));
    await new Promise((next) => setTimeout(next, TICK_MILLISECONDS));
  }
  await Promise.all(all);
  return total;
}

async function writeOne(key: string): Promise<void> {
  const written = performance.timeOrigin + performance.now();
  await space.write({ actor: 'user:*' }, (draft) => {
    const id = draft.nodeByKey('Place', key) ?? draft.createNode('Place', { key });
    draft.setNodeValue(id, 'written', written);
  });
}
