/** The subgraph that Apollo's compatibility suite tests, with its data, as a space. */

import { readFile } from 'node:fs/promises';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';

const SDL = await readFile(new URL('products.graphql', import.meta.url), 'utf8');

const DATA = [
  `mutation {
  createProducts(input: [
    {
      id: "apollo-federation", sku: "federation", package: "@apollo/federation"
      variation: { id: "OSS" }, dimensions: { size: "small", weight: 1, unit: "kg" }
      createdBy: { create: [{ node: {
        email: "support@apollographql.com", name: "Jane Smith", totalProductsCreated: 1337
      } }] }
      research: { create: [{ node: {
        study: { caseNumber: "1234", description: "Federation Study" }
      } }] }
    }
    {
      id: "apollo-studio", sku: "studio", package: ""
      variation: { id: "platform" }, dimensions: { size: "small", weight: 1, unit: "kg" }
    }
  ]) { info { nodesCreated } }
  createDeprecatedProducts(input: [{
    sku: "apollo-federation-v1", package: "@apollo/federation-v1"
    reason: "Migrate to Federation V2"
  }]) { info { nodesCreated } }
}`,
  `mutation { createInventories(input: [{
    id: "apollo-oss"
    deprecatedProducts: { connect: [{ where: { node: { sku: { eq: "apollo-federation-v1" } } } }] }
  }]) { info { nodesCreated } } }`,
];

const resolvers = {
  User: {
    averageProductsCreatedPerYear: ({ totalProductsCreated, yearsOfEmployment }: Employed) =>
      totalProductsCreated === null ? null : Math.round(totalProductsCreated / yearsOfEmployment),
  },
};

interface Employed {
  readonly totalProductsCreated: number | null;
  readonly yearsOfEmployment: number;
}

/** It is served over HTTP, as any space is. */
export async function serveProducts(): Promise<Api> {
  const api = await serveTestSpace(parseDefinition(SDL), { resolvers });
  const [products = '', inventories = ''] = DATA;
  await api.data(products);
  await api.data(inventories);
  return api;
}
