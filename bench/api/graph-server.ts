/**
 * This database, in a process of its own: items and products in memory, served as `serve` does;
 * with `guarded` under a permission model, by which each node is read through a group.
 */

import { serveSpace } from '../../src/server/serve.ts';
import { TrustedDocuments } from '../../src/server/trusted-documents.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { Draft, Space } from '../../src/space/space.ts';
import { guard } from './guard.ts';
import { allItems, ITEMS_SDL, type Item, OPERATIONS, productAt } from './items.ts';
import { reportTo } from './report.ts';

const PRODUCTS_PER_TRANSACTION = 1_000;

const [, , products, guarded] = process.argv;
const space = await openMemorySpace({ definition: { source: ITEMS_SDL } });
await fill(space, Number(products));
if (guarded === 'guarded') await guard(space, { nodes: ['Item', 'Product'], edges: ['CHILD'] });
const byId = new Map(OPERATIONS.map(({ name, query }) => [name, query]));
const server = await serveSpace(space, {
  port: 0,
  metricsPort: 0,
  syncPort: 0,
  trustedDocuments: new TrustedDocuments(byId, false),
});
reportTo(process, server.graphql);

async function fill(space: Space, count: number): Promise<void> {
  const actor = 'user:bench/owner';
  await space.write({ actor }, (draft) => {
    const ids = new Map<string, string>();
    const items = allItems();
    for (const item of items) ids.set(item.key, create(draft, 'Item', item.key, item));
    for (const { key, children } of items) {
      for (const child of children) {
        draft.createEdge({ from: idOf(ids, key), type: 'CHILD', to: idOf(ids, child) });
      }
    }
  });
  for (let begin = 0; begin < count; begin += PRODUCTS_PER_TRANSACTION) {
    await space.write({ actor }, (draft) => {
      const end = Math.min(count, begin + PRODUCTS_PER_TRANSACTION);
      for (let index = begin; index < end; index++) {
        const product = productAt(index, count);
        create(draft, 'Product', product.sku, product);
      }
    });
  }
}

function idOf(ids: ReadonlyMap<string, string>, key: string): string {
  const id = ids.get(key);
  if (id === undefined) throw new Error(`an item expected a node of its own, got none for ${key}`);
  return id;
}

type Values = Pick<Item, 'name' | 'rank' | 'price' | 'isNew'>;

function create(draft: Draft, type: string, key: string, values: Values): string {
  const id = draft.createNode(type, { key });
  draft.setNodeValue(id, 'name', values.name);
  draft.setNodeValue(id, 'rank', BigInt(values.rank));
  draft.setNodeValue(id, 'price', values.price);
  draft.setNodeValue(id, 'isNew', values.isNew);
  return id;
}
