/**
 * A server of area `api` in a process of its own, by the name of what it is made of. Each is as
 * fast as it gets without changing what it is: nothing is logged, and what the operations do not
 * need is off, Yoga's slow limiter of bodies too.
 */

import { createServer, type RequestListener } from 'node:http';
import { PLAIN_SDL } from '../api/items.ts';
import { reportTo } from '../api/report.ts';
import { type DataRequest, resolversOver } from './api-data.ts';

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

/** Bodies and what is answered to them, of the server that does nothing else. */
export type Answers = readonly (readonly [string, string])[];

const [, , wanted] = process.argv;
process.once('message', (request: DataRequest | Answers) => {
  serve(request).then((address) => reportTo(process, address), fail);
});

async function serve(request: DataRequest | Answers): Promise<string> {
  if ('products' in request) return await serverOf(resolversOver(request));
  return await listen(answering(new Map(request.map(([body, text]) => [body, Buffer.from(text)]))));
}

function serverOf(resolvers: Resolvers): Promise<string> {
  switch (wanted) {
    case 'yoga':
      return serveYoga(resolvers, []);
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

/** node:http, and bytes that are ready. */
function answering(answers: ReadonlyMap<string, Buffer>): RequestListener {
  return (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const [first] = parts;
      const body = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
      const answer = answers.get(body.toString());
      response.writeHead(answer === undefined ? 404 : 200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': answer?.length ?? 0,
      });
      response.end(answer);
    });
  };
}

async function serveYoga(resolvers: Resolvers, plugins: readonly unknown[]): Promise<string> {
  const { createSchema, createYoga } = (await import(PACKAGES.yoga)) as {
    createSchema: (options: object) => unknown;
    createYoga: (options: object) => RequestListener;
  };
  const schema = createSchema({ typeDefs: PLAIN_SDL, resolvers });
  const lean = { maxRequestBodySize: false, logging: false, cors: false, multipart: false };
  return await listen(createYoga({ schema, plugins, ...lean }));
}

async function serveYogaWithJit(resolvers: Resolvers): Promise<string> {
  const { useGraphQlJit } = (await import(PACKAGES.jit)) as { useGraphQlJit: () => unknown };
  return await serveYoga(resolvers, [useGraphQlJit()]);
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

const HOST = '127.0.0.1';

function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  return new Promise((resolve) => {
    server.listen(0, HOST, () => {
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      resolve(`http://${HOST}:${port}/graphql`);
    });
  });
}

function fail(error: unknown): void {
  process.send?.({ failed: String(error) });
}
