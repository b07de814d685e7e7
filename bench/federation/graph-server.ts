/**
 * This database as a subgraph, in a process of its own: products and brands in memory, served as
 * `serve` does; with `guarded` under a permission model, by which each node is read through a
 * group.
 */

import { serveSpace } from '../../src/server/serve.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { Draft, Space } from '../../src/space/space.ts';
import { guard } from '../api/guard.ts';
import { reportTo } from '../api/report.ts';
import { brandAt, brandCount, PRODUCTS_SDL, productAt } from './products.ts';

const NODES_PER_TRANSACTION = 1_000;

const [, , products, guarded] = process.argv;
const space = await openMemorySpace({ definition: { source: PRODUCTS_SDL } });
await fill(space, Number(products));
if (guarded === 'guarded') await guard(space, { nodes: ['Product', 'Brand'], edges: [] });
const server = await serveSpace(space, { port: 0, metricsPort: 0, syncPort: 0 });
reportTo(process, server.graphql);

async function fill(into: Space, count: number): Promise<void> {
  await createAll(into, count, (draft, index) => {
    const { code, name, price, stock, brand } = productAt(index);
    const id = draft.createNode('Product', { key: code });
    draft.setNodeValue(id, 'name', name);
    draft.setNodeValue(id, 'price', price);
    draft.setNodeValue(id, 'stock', BigInt(stock));
    draft.setNodeValue(id, 'brand', brand);
  });
  await createAll(into, brandCount(count), (draft, index) => {
    const { slug, title, country, founded, rating } = brandAt(index);
    const id = draft.createNode('Brand', { key: slug });
    draft.setNodeValue(id, 'title', title);
    draft.setNodeValue(id, 'country', country);
    draft.setNodeValue(id, 'founded', BigInt(founded));
    draft.setNodeValue(id, 'rating', rating);
  });
}

async function createAll(
  into: Space,
  count: number,
  create: (draft: Draft, index: number) => void,
): Promise<void> {
  for (let begin = 0; begin < count; begin += NODES_PER_TRANSACTION) {
    const end = Math.min(count, begin + NODES_PER_TRANSACTION);
    await into.write({ actor: 'user:bench/owner' }, (draft) => {
      for (let index = begin; index < end; index++) create(draft, index);
    });
  }
}
