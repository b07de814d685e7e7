/**
 * A replica of area `sync` in a process of its own, on disk, connected to another one: writes at a
 * steady rate, or tells how long what the other one wrote took to show here.
 */

import { setTimeout } from 'node:timers/promises';
import { fromHex } from '../../src/base/bytes.ts';
import { systemRandom } from '../../src/base/random.ts';
import { readKnownPeers } from '../../src/replication/known-peers.ts';
import { Peers } from '../../src/replication/peers.ts';
import { readAuthentication } from '../../src/server/authentication/authentication-file.ts';
import { serveSpace } from '../../src/server/serve.ts';
import { openSpace } from '../../src/space/open.ts';
import type { LinkedRequest, RecordTime } from './linked-replicas.ts';

const TICK_MILLISECONDS = 1;

/** With a file of authentication it is served on all addresses. */
const [, , directory = '', port = '0', authentication] = process.argv;
const space = await openSpace({ directory, create: false, follows: true });
const peers = new Peers({ space: space.replicated, random: systemRandom });
const ports = { port: 0, metricsPort: 0, syncPort: Number(port) };
const server = await serveSpace(space, {
  ...ports,
  peers,
  ...(authentication !== undefined && {
    host: '0.0.0.0',
    authentication: await readAuthentication(authentication),
  }),
});
let delays: number[] = [];
const records: RecordTime[] = [];
space.watchRecords(() => records.push({ height: space.replicated.height - 1, at: now() }));

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
        const at = now();
        for (const change of changes) {
          if (change.element !== 'node' || !change.paths.includes('written')) continue;
          const written = space.graph.nodeValue(change.node, 'written');
          if (typeof written === 'number') delays.push(at - written);
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
      return { position: space.position, height: space.replicated.height };
    case 'hash':
      return { hash: space.stateHash() };
    case 'reach':
      while (space.position < request.position) await tick();
      return { at: now() };
    case 'revoke':
      return { records: await revoke(request) };
    case 'records':
      return { records };
  }
}

/** On the clock that all processes share. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function tick(): Promise<void> {
  return setTimeout(TICK_MILLISECONDS);
}

/** One after the other: when each was asked for, and at which height its record is. */
async function revoke(
  request: Extract<LinkedRequest, { kind: 'revoke' }>,
): Promise<readonly RecordTime[]> {
  const times: RecordTime[] = [];
  for (const author of request.authors) {
    const at = now();
    await space.access.revoke({ authors: [fromHex(author)] });
    times.push({ height: space.replicated.height - 1, at });
    await setTimeout(request.everyMilliseconds);
  }
  return times;
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
    await tick();
  }
  await Promise.all(all);
  return total;
}

async function writeOne(key: string): Promise<void> {
  const written = now();
  await space.write({ actor: 'user:*' }, (draft) => {
    const id = draft.nodeByKey('Place', key) ?? draft.createNode('Place', { key });
    draft.setNodeValue(id, 'written', written);
  });
}
