/** The project's own subgraph for the gateways: airports, with a tower that not everybody sees. */

import { readFile } from 'node:fs/promises';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';

const SDL = await readFile(new URL('airports.graphql', import.meta.url), 'utf8');

const MODEL = `model
  schema 1.1
type user
type Airport
  relations
    define read: [user, user:*]
    define write: [user, user:*]
    define read.tower: [user]
    define write.tower: [user, user:*]
type Author
  relations
    define read: [user, user:*]
    define write: [user, user:*]
type Rated
  relations
    define read: [user, user:*]
    define write: [user, user:*]
type ROUTE
  relations
    define read: [user, user:*]
    define write: [user, user:*]
type CONTACT
  relations
    define read: [user, user:*]
    define write: [user, user:*]
type RATED
  relations
    define read: [user, user:*]
    define write: [user, user:*]
`;

const EVERYBODY = ['Airport', 'Author', 'Rated', 'ROUTE', 'CONTACT', 'RATED'].flatMap((type) =>
  ['read', 'write'].map((relation) => ({ subject: 'user:*', relation, object: `${type}:*` })),
);

/** Who sees the tower. */
export const EVE = 'user:airports/eve';
export const SECRET = 'tower of glass';

const AIRPORTS = `mutation {
  createAirports(input: [
    {
      code: "JFK", name: "John F Kennedy Intl", tower: "${SECRET}"
      routes: { create: [
        { node: { code: "BOS", name: "Gen Edw L Logan Intl", contacts: { create: [
          { node: { principal: "user:skyways/ann", displayName: "Ann of Skyways" } }
        ] } } }
        { node: { code: "LAX", name: "Los Angeles International" } }
      ] }
      ratings: { create: [
        { node: { id: "review-1", votes: 8 } }
        { node: { id: "inspection-1", votes: 12 } }
      ] }
    }
  ]) { info { nodesCreated } }
}`;

const ROUTE_BACK = `mutation {
  updateAirports(where: { code: { eq: "LAX" } }, update: {
    routes: [{ connect: [{ where: { node: { code: { eq: "JFK" } } } }] }]
  }) { info { relationshipsCreated } }
}`;

const resolvers = {
  Airport: {
    verdict: ({ averageStars }: { averageStars: number | null }) =>
      (averageStars ?? 0) > 3 ? 'liked' : 'not liked',
  },
};

/** It is served over HTTP, as any space is. */
export async function serveAirports(): Promise<Api> {
  const api = await serveTestSpace(parseDefinition(SDL), { resolvers });
  await api.data(AIRPORTS);
  await api.data(ROUTE_BACK);
  await api.space.access.installModel({ source: MODEL });
  const towers = { subject: EVE, relation: 'read.tower', object: 'Airport:*' };
  await api.space.access.grant([...EVERYBODY, towers]);
  return api;
}
