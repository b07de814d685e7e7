/**
 * The baseline: graphql-yoga over JavaScript objects in Maps, without a database, permissions or
 * limits, and with Yoga's slow body limiter off, as this database has it off.
 */

import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import type { Item } from './items.ts';
import { reportTo } from './report.ts';

const TYPES = `
  type Item {
    key: ID!
    name: String!
    rank: Int!
    price: Float!
    isNew: Boolean!
    children(limit: Int): [Item!]!
  }
  input KeyFilter { eq: ID, in: [ID!] }
  input ItemWhere { key: KeyFilter }
  type Query {
    item(where: ItemWhere!): Item
    items(where: ItemWhere, limit: Int): [Item!]!
  }`;

interface Where {
  readonly where?: { readonly key?: { readonly eq?: string; readonly in?: readonly string[] } };
  readonly limit?: number;
}

process.once('message', (items: readonly Item[]) => serve(items));

function serve(items: readonly Item[]): void {
  const byKey = new Map(items.map((item) => [item.key, item]));
  const places = new Map(items.map((item, place) => [item.key, place]));
  const placeOf = (item: Item | undefined) => places.get(item?.key ?? '') ?? 0;
  const schema = createSchema({
    typeDefs: TYPES,
    resolvers: {
      Query: {
        item: (_: unknown, { where }: Where) => byKey.get(where?.key?.eq ?? ''),
        items: (_: unknown, { where, limit }: Where) => {
          const among = where?.key?.in;
          if (among === undefined) return items.slice(0, limit);
          return among.map((key) => byKey.get(key)).sort((l, r) => placeOf(l) - placeOf(r));
        },
      },
      Item: {
        children: (item: Item, { limit }: Where) =>
          item.children.slice(0, limit).map(({ key }) => byKey.get(key)),
      },
    },
  });
  const yoga = createYoga({ schema, maxRequestBodySize: false, logging: false });
  const server = createServer(yoga);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    reportTo(process, `http://127.0.0.1:${port}/graphql`);
  });
}
