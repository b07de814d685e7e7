/**
 * A server of area `api` in a process of its own, by the name of what it is made of. Each is as
 * fast as it gets without changing what it is.
 */

import { PLAIN_SDL } from '../api/items.ts';
import { reportTo } from '../api/report.ts';
import { type DataRequest, resolversOver } from './api-data.ts';
import { type Answers, HOST, reportFailure, serveAnswers, serveYoga } from './http-server.ts';

/** Names of packages that are installed here alone, so that they are no import of the project. */
const PACKAGES = {
  yoga: 'graphql-yoga',
  jit: '@envelop/graphql-jit',
  fastify: 'fastify',
  mercurius: 'mercurius',
  apollo: '@apollo/server',
  standalone: '@apollo/server/standalone',
} as const;

type Resolvers = ReturnType<typeof resolversOver>;

const [, , wanted] = process.argv;
process.once('message', (request: DataRequest | Answers) => {
  serve(request).then((address) => reportTo(process, address), reportFailure);
});

async function serve(request: DataRequest | Answers): Promise<string> {
  if ('products' in request) return await serverOf(resolversOver(request));
  return await serveAnswers(request);
}

function serverOf(resolvers: Resolvers): Promise<string> {
  switch (wanted) {
    case 'yoga':
      return serveYogaOver(resolvers, []);
    case 'yoga with graphql-jit':
      return serveYogaWithJit(resolvers);
    case 'mercurius with jit':
      return serveMercurius(resolvers);
    case 'apollo-server':
      return serveApollo(resolvers);
    default:
      throw new Error(`a peer expected a known name, got ${wanted}`);
  }
}

async function serveYogaOver(resolvers: Resolvers, plugins: readonly unknown[]): Promise<string> {
  const { createSchema } = (await import(PACKAGES.yoga)) as {
    createSchema: (options: object) => unknown;
  };
  return await serveYoga({ schema: createSchema({ typeDefs: PLAIN_SDL, resolvers }), plugins });
}

async function serveYogaWithJit(resolvers: Resolvers): Promise<string> {
  const { useGraphQlJit } = (await import(PACKAGES.jit)) as { useGraphQlJit: () => unknown };
  return await serveYogaOver(resolvers, [useGraphQlJit()]);
}

async function serveMercurius(resolvers: Resolvers): Promise<string> {
  const { default: fastify } = (await import(PACKAGES.fastify)) as {
    default: () => {
      register: (plugin: unknown, options: object) => void;
      listen: (options: object) => Promise<string>;
    };
  };
  const { default: mercurius } = (await import(PACKAGES.mercurius)) as { default: unknown };
  const app = fastify();
  app.register(mercurius, { schema: PLAIN_SDL, resolvers, jit: 1 });
  return `${await app.listen({ host: HOST, port: 0 })}/graphql`;
}

async function serveApollo(resolvers: Resolvers): Promise<string> {
  const { ApolloServer } = (await import(PACKAGES.apollo)) as {
    ApolloServer: new (options: object) => unknown;
  };
  const { startStandaloneServer } = (await import(PACKAGES.standalone)) as {
    startStandaloneServer: (server: unknown, options: object) => Promise<{ url: string }>;
  };
  const server = new ApolloServer({ typeDefs: PLAIN_SDL, resolvers });
  const { url } = await startStandaloneServer(server, { listen: { host: HOST, port: 0 } });
  return url;
}
