/**
 * A replica in a process of its own, in a network namespace: serves a data directory on all
 * addresses, and does what its parent asks for.
 */

import { systemRandom } from '../../src/base/random.ts';
import { readKnownPeers } from '../../src/replication/known-peers.ts';
import { Peers } from '../../src/replication/peers.ts';
import { readAuthentication } from '../../src/server/authentication/authentication-file.ts';
import { serveSpace } from '../../src/server/serve.ts';
import { openSpace } from '../../src/space/open.ts';
import type { SiteAnswer, SiteRequest } from './sites.ts';

/** As many writes as a busy server has under way. */
const TOGETHER = 256;

const [, , directory = '', port = '0', authentication = ''] = process.argv;
const space = await openSpace({ directory, create: false, follows: true });
const peers = new Peers({ space: space.replicated, random: systemRandom });
await serveSpace(space, {
  host: '0.0.0.0',
  port: 0,
  metricsPort: 0,
  syncPort: Number(port),
  authentication: await readAuthentication(authentication),
  peers,
});
process.on('message', (request: SiteRequest) => {
  carryOut(request).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.send?.({ ready: true });

async function carryOut(request: SiteRequest): Promise<SiteAnswer> {
  switch (request.kind) {
    case 'know':
      peers.know((await readKnownPeers(directory)) ?? []);
      return {};
    case 'write':
      await write(request.prefix, request.count);
      return {};
    case 'state':
      return {
        position: space.position,
        hash: space.stateHash(),
        open: peers.status.filter(({ phase }) => phase === 'open').length,
      };
  }
}

async function write(prefix: string, count: number): Promise<void> {
  let next = 0;
  const run = async () => {
    while (next < count) {
      const index = next++;
      await space.write({ actor: 'user:*' }, (draft) => {
        const key = `${prefix}${index % 100}`;
        const id = draft.nodeByKey('Place', key) ?? draft.createNode('Place', { key });
        draft.setNodeValue(id, 'name', `${index}`);
      });
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, run));
}
