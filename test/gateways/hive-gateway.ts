/**
 * Hive Gateway over the supergraph of a file, with subscriptions: of its clients by WebSocket or by
 * server-sent events, from the subgraphs as the command line says (SUPERGRAPH
 * sse|ws [PORT]). It is the gateway's runtime in the server that its command starts; the command,
 * with its plugins and page, is four times as big.
 */

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { announce, FORWARDED, listen } from './listening.ts';

/** Names of packages that are installed here alone, so that they are no import of the project. */
const PACKAGES = {
  runtime: '@graphql-hive/gateway-runtime',
  adapter: '@whatwg-node/server',
} as const;

/** Server-sent events are what it takes where nothing is said. */
const BY_WEB_SOCKET = {
  '*': {
    options: {
      subscriptions: {
        kind: 'ws',
        location: '/graphql',
        options: {
          connectionParams: {
            authorization: '{context.headers.authorization}',
            principal: '{context.headers.x-massive-graph-principal}',
          },
        },
      },
    },
  },
};

interface Runtime extends RequestListener {
  readonly graphqlEndpoint: string;
  readonly fetchAPI: object;
  readonly getSchema: () => Promise<unknown>;
}

interface ClientContext {
  /** Those of the request, and what a WebSocket began with. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

type SocketOptions = Parameters<typeof useServer>[0];

const [, , file = '', upstream = '', port = '0'] = process.argv;
const supergraph = await readFile(file, 'utf8');
const { createGatewayRuntime, getGraphQLWSOptions } = (await import(PACKAGES.runtime)) as {
  createGatewayRuntime: (options: object) => Runtime;
  getGraphQLWSOptions: (runtime: Runtime, context: (from: FromSocket) => object) => SocketOptions;
};
const { normalizeNodeRequest } = (await import(PACKAGES.adapter)) as {
  normalizeNodeRequest: (request: IncomingMessage, fetchApi: object) => Request;
};

interface FromSocket {
  readonly extra: Extra;
}

const runtime = createGatewayRuntime({
  supergraph: () => supergraph,
  transportEntries: upstream === 'ws' ? BY_WEB_SOCKET : {},
  propagateHeaders: { fromClientToSubgraphs: forwarded },
  logging: false,
  graphiql: false,
  landingPage: false,
});
await runtime.getSchema();
const server = createServer(runtime);
const sockets = new WebSocketServer({ server, path: runtime.graphqlEndpoint });
const options = getGraphQLWSOptions(runtime, ({ extra: { request, socket } }) => ({
  req: request,
  socket,
  request: normalizeNodeRequest(request, runtime.fetchAPI),
}));
useServer(options, sockets);
announce(await listen(server, Number(port)));

function forwarded({ context }: { readonly context: ClientContext }) {
  const { headers = {} } = context;
  return Object.fromEntries(FORWARDED.map((name) => [name, headers[name]]));
}
