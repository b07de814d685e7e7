/** This database, in a process of its own: the tree of items in memory, served as `serve` does. */

import { serveSpace } from '../../src/server/serve.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { Draft } from '../../src/space/space.ts';
import { BRANCHES, ITEMS_SDL } from './items.ts';
import { reportTo } from './report.ts';

const space = await openMemorySpace({ definition: { source: ITEMS_SDL } });
await space.write({ actor: 'bench' }, (draft) => {
  for (let root = 0; root < BRANCHES; root++) plant(draft, `item ${root}`, 2);
});
const server = await serveSpace(space, { port: 0, metricsPort: 0, syncPort: 0 });
reportTo(process, server.graphql);

function plant(draft: Draft, key: string, levels: number): string {
  const id = draft.createNode('Item', { key });
  const rank = key.length * 7;
  draft.setNodeValue(id, 'name', `The name of ${key}`);
  draft.setNodeValue(id, 'rank', BigInt(rank));
  draft.setNodeValue(id, 'price', rank / 8);
  draft.setNodeValue(id, 'isNew', rank % 2 === 0);
  for (let branch = 0; levels > 0 && branch < BRANCHES; branch++) {
    const child = plant(draft, `${key}.${branch}`, levels - 1);
    draft.createEdge({ from: id, type: 'CHILD', to: child });
  }
  return id;
}
