/** Apollo Gateway over the supergraph of a file. It has no subscriptions. */

import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { announce, FORWARDED, HOST } from './listening.ts';

/** Names of packages that are installed here alone, so that they are no import of the project. */
const PACKAGES = {
  gateway: '@apollo/gateway',
  server: '@apollo/server',
  standalone: '@apollo/server/standalone',
} as const;

interface Headers {
  readonly get: (name: string) => string | null;
  readonly set: (name: string, value: string) => void;
}

interface SubgraphCall {
  readonly request: { readonly http?: { readonly headers: Headers } };
  readonly context: { readonly headers?: IncomingMessage['headers'] };
}

type Made = new (options: object) => object;

const [, , file = ''] = process.argv;
const supergraphSdl = await readFile(file, 'utf8');
const { ApolloGateway, RemoteGraphQLDataSource } = (await import(PACKAGES.gateway)) as {
  readonly ApolloGateway: Made;
  readonly RemoteGraphQLDataSource: Made;
};
const { ApolloServer } = (await import(PACKAGES.server)) as { readonly ApolloServer: Made };
const { startStandaloneServer } = (await import(PACKAGES.standalone)) as {
  startStandaloneServer: (server: object, options: object) => Promise<{ readonly url: string }>;
};

const gateway = new ApolloGateway({
  supergraphSdl,
  buildService: ({ url }: { readonly url: string }) =>
    new RemoteGraphQLDataSource({ url, willSendRequest: forward }),
});
const server = new ApolloServer({ gateway, includeStacktraceInErrorResponses: false });
const { url } = await startStandaloneServer(server, {
  listen: { host: HOST, port: 0 },
  context: async ({ req }: { readonly req: IncomingMessage }) => ({ headers: req.headers }),
});
announce(url);

function forward({ request, context }: SubgraphCall): void {
  for (const name of FORWARDED) {
    const value = context.headers?.[name];
    if (typeof value === 'string') request.http?.headers.set(name, value);
  }
}
