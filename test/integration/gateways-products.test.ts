/**
 * Apollo's compatibility suite behind gateways: its cases that ask the router, with its two other
 * subgraphs (apollographql/apollo-federation-subgraph-compatibility).
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../gateways/ask.ts';
import { Gateway, Gateways } from '../gateways/gateways.ts';
import { installGateways } from '../gateways/packages.ts';
import { serveProducts } from '../gateways/products-space.ts';
import { Program } from '../gateways/program.ts';
import { readSubgraph } from '../gateways/supergraph.ts';

const BOTH = [Gateway.APOLLO, Gateway.HIVE_SSE];
const PRODUCT = 'product(where: { id: { eq: "apollo-federation" } })';

const isInstalled = await installGateways();

describe.skipIf(!isInstalled)('products, users and inventories behind one gateway', () => {
  const owned = new AsyncDisposableStack();
  let gateways: Gateways;

  beforeAll(async () => {
    const [products, users, inventory] = await Promise.all([
      serveProducts(),
      Program.start('compatibility-subgraph.ts', ['users']),
      Program.start('compatibility-subgraph.ts', ['inventory']),
    ]);
    for (const each of [products, users, inventory]) owned.use(each);
    const subgraphs = await Promise.all([
      readSubgraph('products', products.server.graphql),
      readSubgraph('users', users.url),
      readSubgraph('inventory', inventory.url),
    ]);
    gateways = owned.use(await Gateways.start(subgraphs, BOTH));
  });

  afterAll(() => owned.disposeAsync());

  const cases = [
    [
      '@interfaceObject',
      '{ inventory(id: "apollo-oss") { id deprecatedProducts { sku reason } } }',
      {
        inventory: {
          id: 'apollo-oss',
          deprecatedProducts: [{ sku: 'apollo-federation-v1', reason: 'Migrate to Federation V2' }],
        },
      },
    ],
    [
      '@override',
      `{ ${PRODUCT} { createdBy { name } } }`,
      { product: { createdBy: [{ name: 'Jane Smith' }] } },
    ],
    [
      '@provides',
      `{ ${PRODUCT} { createdBy { email totalProductsCreated } } }`,
      {
        product: {
          createdBy: [
            { email: 'support@apollographql.com', totalProductsCreated: expect.any(Number) },
          ],
        },
      },
    ],
    [
      '@requires',
      `{ ${PRODUCT} { createdBy { averageProductsCreatedPerYear email } } }`,
      {
        product: {
          createdBy: [
            {
              averageProductsCreatedPerYear: expect.any(Number),
              email: 'support@apollographql.com',
            },
          ],
        },
      },
    ],
    [
      '@requires of the other side',
      `{ ${PRODUCT} { delivery(zip: "94111") { estimatedDelivery } } }`,
      { product: { delivery: { estimatedDelivery: '5/1/2019' } } },
    ],
    [
      '@shareable',
      `{ ${PRODUCT} { dimensions { size weight } } }`,
      { product: { dimensions: { size: 'small', weight: 1 } } },
    ],
  ] as const;

  describe.each(BOTH)('%s', (gateway) => {
    test.each(cases)('answers the case of %s', async (_name, query, data) => {
      expect(await ask(gateways.url(gateway), query)).toEqual({ data });
    });

    test('knows nothing that is inaccessible', async () => {
      const { errors } = await ask(gateways.url(gateway), `{ ${PRODUCT} { dimensions { unit } } }`);
      expect(errors?.[0]?.message).toContain('Cannot query field "unit"');
    });
  });
});
