/** graphql-ws on the path of GraphQL over HTTP: the same operations, limits and errors. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import {
  type ExecutionArgs,
  GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
} from 'graphql';
import type { OperationResult, SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  GRAPHQL_BODY_BYTES_MAX,
  SERVER_WEBSOCKETS_MAX,
  SUBSCRIPTIONS_PER_CONNECTION_MAX,
} from '../base/limits.ts';
import { limitExceeded, refusal } from '../graphql/errors.ts';
import type { GraphqlEndpoint } from './graphql-endpoint.ts';
import { HttpStatus } from './respond.ts';
import { isOwnOrigin, refuse } from './upgrade.ts';

export interface WebSockets {
  readonly connections: number;
  /** Takes over the socket of an upgrade request. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Lets operations finish, asks every client to go, and cuts off those that are too late. */
  closeWithin(milliseconds: number): Promise<void>;
}

/** What `onSubscribe` hands to `execute` and `subscribe`, as Yoga's plugins have wrapped them. */
interface Enveloped {
  readonly execute: (args: ExecutionArgs) => OperationResult;
  readonly subscribe: (args: ExecutionArgs) => OperationResult;
}

/** How often it is asked, while closing, whether operations still run. */
const POLL_MILLISECONDS = 10;

export function createWebSockets(endpoint: GraphqlEndpoint): WebSockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: GRAPHQL_BODY_BYTES_MAX });
  let running = 0;
  let isClosing = false;
  const protocol = useServer(
    {
      // Close reasons would otherwise carry the text of internal errors.
      isProd: true,
      execute: (args) => envelopedOf(args).execute(args),
      subscribe: (args) => envelopedOf(args).subscribe(args),
      onSubscribe: async (connection, _id, payload) => {
        if (isClosing) return [refusal(closing())];
        const count = Object.keys(connection.subscriptions).length;
        const prepared = await prepare(endpoint, payload, count);
        if ('document' in prepared) running += 1;
        return prepared;
      },
      onComplete: () => {
        running -= 1;
      },
      onNext: (_connection, _id, _payload, _args, { errors, data }) =>
        errors === undefined
          ? undefined
          : { ...(data === undefined ? {} : { data }), errors: errors.map(shownError) },
      onError: (_connection, _id, _payload, errors) => errors.map(shownError),
    },
    server,
  );
  return {
    get connections() {
      return server.clients.size;
    },
    accept: (request, socket, head) => {
      if (server.clients.size >= SERVER_WEBSOCKETS_MAX)
        return refuse(socket, HttpStatus.SERVICE_UNAVAILABLE);
      if (!isOwnOrigin(request)) return refuse(socket, HttpStatus.FORBIDDEN);
      server.handleUpgrade(request, socket, head, (client) => {
        server.emit('connection', client, request);
        // A frame that breaks the protocol closes its socket; graphql-ws would print a stack too.
        client.removeAllListeners('error').on('error', () => undefined);
      });
    },
    closeWithin: async (milliseconds) => {
      isClosing = true;
      const deadline = performance.now() + milliseconds;
      while (running > 0 && performance.now() < deadline) await setTimeout(POLL_MILLISECONDS);
      const gone = protocol.dispose();
      const left = Math.max(deadline - performance.now(), POLL_MILLISECONDS);
      const late = new AbortController();
      await Promise.race([gone, setTimeout(left, undefined, { signal: late.signal })]);
      late.abort();
      for (const client of server.clients) client.terminate();
      await gone;
    },
  };
}

function closing(): DatabaseError {
  return new DatabaseError(
    ErrorCode.UNAVAILABLE,
    'an operation expected a server that stays, got one that is closing',
  );
}

function noOperation({ operationName }: SubscribePayload): DatabaseError {
  const got = operationName ? operationName.slice(0, 80) : 'none';
  return new DatabaseError(
    ErrorCode.INVALID_INPUT,
    `operationName expected that of one operation of the document, got ${got}`,
  );
}

async function prepare(
  endpoint: GraphqlEndpoint,
  payload: SubscribePayload,
  subscriptions: number,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  if (subscriptions > SUBSCRIPTIONS_PER_CONNECTION_MAX) {
    const error = limitExceeded({
      limit: 'SUBSCRIPTIONS_PER_CONNECTION_MAX',
      what: 'the operations under way on one connection',
      max: SUBSCRIPTIONS_PER_CONNECTION_MAX,
      actual: subscriptions,
    });
    return [refusal(error)];
  }
  const params = {
    query: payload.query,
    ...(payload.operationName ? { operationName: payload.operationName } : {}),
    ...(payload.variables ? { variables: payload.variables } : {}),
  };
  const enveloped = endpoint.getEnveloped({ params });
  const { schema, parse, validate, contextFactory, execute, subscribe } = enveloped;
  let document: ReturnType<typeof parse>;
  try {
    document = parse(payload.query);
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
  const errors = validate(schema, document);
  if (errors.length > 0) return errors;
  if (!getOperationAST(document, payload.operationName)) return [refusal(noOperation(payload))];
  return {
    schema,
    document,
    operationName: payload.operationName,
    variableValues: payload.variables,
    contextValue: await contextFactory(),
    rootValue: { execute, subscribe },
  };
}

function envelopedOf(args: ExecutionArgs): Enveloped {
  // `prepare` put it there.
  return args.rootValue as Enveloped;
}

/** Without what only an HTTP response is made of. */
function shownError(error: GraphQLError): GraphQLFormattedError {
  const shown = error.toJSON();
  const { http: _http, ...extensions } = error.extensions;
  return { ...shown, extensions };
}
