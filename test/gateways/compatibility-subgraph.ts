/**
 * The two subgraphs that Apollo's compatibility suite puts beside the one that it tests:
 * `compatibility-subgraph.ts users|inventory [PORT]`. Their SDL and their data are the suite's.
 */

import { GraphQLError } from 'graphql';
import { type SubgraphCode, serveSubgraph } from './serve-subgraph.ts';

const USERS: SubgraphCode = {
  sdl: `
    extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
    type User @key(fields: "email") {
      email: ID!
      name: String
      totalProductsCreated: Int @shareable
      yearsOfEmployment: Int!
    }`,
  resolvers: {
    User: {
      __resolveReference: ({ email }: { readonly email: string }) =>
        email === 'support@apollographql.com'
          ? {
              email,
              name: 'Apollo Studio Support',
              totalProductsCreated: 10,
              yearsOfEmployment: 10,
            }
          : null,
    },
  },
};

const INVENTORY = { id: 'apollo-oss', products: [{ id: 'apollo-federation' }] };

const INVENTORIES: SubgraphCode = {
  sdl: `
    extend schema @link(
      url: "https://specs.apollo.dev/federation/v2.3"
      import: ["@key", "@requires", "@shareable", "@provides", "@external", "@tag"]
    )
    extend type Product @key(fields: "id") {
      id: ID! @external
      dimensions: ProductDimension @external
      delivery(zip: String): DeliveryEstimates @requires(fields: "dimensions { size weight }")
    }
    type ProductDimension @shareable { size: String weight: Float }
    type DeliveryEstimates { estimatedDelivery: String fastestDelivery: String }
    interface Inventory @key(fields: "id") { id: ID! products: [Product!]! }
    type OpenSourceInventory implements Inventory @key(fields: "id") {
      id: ID!
      products: [Product!]!
    }
    type Query { inventory(id: ID!): Inventory }`,
  resolvers: {
    Query: {
      inventory: (_: unknown, { id }: { readonly id: string }) =>
        id === INVENTORY.id ? INVENTORY : null,
    },
    Inventory: { __resolveType: () => 'OpenSourceInventory' },
    Product: {
      __resolveReference: (product: object) => product,
      delivery: ({ dimensions }: Product, { zip }: { readonly zip?: string }) => {
        const { size, weight } = dimensions ?? {};
        if (size === 'small' && weight === 1 && zip === '94111') {
          return { estimatedDelivery: '5/1/2019', fastestDelivery: '5/1/2019' };
        }
        throw new GraphQLError(`delivery expected what it requires, got ${size}, ${weight}`);
      },
    },
  },
};

interface Product {
  readonly dimensions?: { readonly size?: string; readonly weight?: number };
}

const [, , name, port] = process.argv;
await serveSubgraph(name === 'users' ? USERS : INVENTORIES, Number(port ?? 0));
