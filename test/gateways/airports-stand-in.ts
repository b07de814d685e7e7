/** Stands in for the project's own subgraph, so that the gateways can be tried without it. */

import { EventEmitter } from 'node:events';
import { Repeater } from 'graphql-yoga';
import { serveSubgraph } from './serve-subgraph.ts';

const SDL = `
extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.7"
  import: ["@key", "@external", "@requires", "@provides", "@interfaceObject"]
)

type Query {
  airport(code: ID!): Airport
  airports: [Airport!]!
  mostVoted: Rated!
}

type Mutation {
  rename(code: ID!, name: String!): Airport!
}

type Subscription {
  "The airport as it is, and then after each change."
  airportChanged(code: ID!): Airport!
}

type Airport @key(fields: "code") {
  code: ID!
  name: String!
  routes: [Airport!]!
  contact: Author @provides(fields: "displayName")
  averageStars: Float @external
  verdict: String! @requires(fields: "averageStars")
}

type Author @key(fields: "principal") {
  principal: ID!
  displayName: String! @external
}

type Rated @key(fields: "id") @interfaceObject {
  id: ID!
  votes: Int!
}
`;

interface Airport {
  readonly code: string;
  /** Only where the gateway brings it. */
  readonly averageStars?: number | null;
}

const changed = new EventEmitter<{ airport: [string] }>();
const names = new Map([
  ['JFK', 'John F Kennedy Intl'],
  ['LAX', 'Los Angeles International'],
  ['BOS', 'Gen Edw L Logan Intl'],
]);
const ROUTES: Readonly<Record<string, readonly string[]>> = { JFK: ['BOS', 'LAX'], LAX: ['JFK'] };
/** Not as reviews tell it, so that a test sees who told it. */
const CONTACT = { principal: 'user:skyways/ann', displayName: 'Ann of Skyways' };

await serveSubgraph({
  sdl: SDL,
  resolvers: {
    Query: {
      airport: (_: unknown, airport: Airport) => (names.has(airport.code) ? airport : null),
      airports: () => [...names.keys()].map((code) => ({ code })),
      mostVoted: () => ({ id: 'inspection-1' }),
    },
    Mutation: {
      rename: (_: unknown, { code, name }: { code: string; name: string }) => {
        names.set(code, name);
        changed.emit('airport', code);
        return { code };
      },
    },
    Subscription: {
      airportChanged: {
        subscribe: (_: unknown, { code }: Airport) =>
          new Repeater<Airport>(async (push, stop) => {
            const tell = (which: string) => {
              if (which === code) push({ code });
            };
            changed.on('airport', tell);
            push({ code });
            await stop;
            changed.off('airport', tell);
          }),
        resolve: (airport: Airport) => airport,
      },
    },
    Airport: {
      __resolveReference: (airport: Airport) => (names.has(airport.code) ? airport : null),
      name: ({ code }: Airport) => names.get(code),
      routes: ({ code }: Airport) => (ROUTES[code] ?? []).map((to) => ({ code: to })),
      contact: () => CONTACT,
      verdict: ({ averageStars }: Airport) => ((averageStars ?? 0) > 3 ? 'liked' : 'not liked'),
    },
    Rated: {
      __resolveReference: (rated: object) => rated,
      votes: ({ id }: { id: string }) => id.length,
    },
  },
});
