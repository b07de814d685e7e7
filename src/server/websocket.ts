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
import type { ConnectionInitMessage, Context, OperationResult, SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Principal } from '../access/principal.ts';
import { assert } from '../base/assert.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  GRAPHQL_BODY_BYTES_MAX,
  SERVER_WEBSOCKETS_MAX,
  SUBSCRIPTIONS_PER_CONNECTION_MAX,
} from '../base/limits.ts';
import { limitExceeded, refusal } from '../graphql/errors.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import { type Identity, unauthenticated } from './authentication/identity.ts';
import type { GraphqlEndpoint } from './graphql-endpoint.ts';
import { HttpStatus } from './respond.ts';
import type { TrustedDocuments } from './trusted-documents.ts';
import { isOwnOrigin, refuse } from './upgrade.ts';
import { CloseCode } from './websocket-reader.ts';

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

/** Of a connection once it is acknowledged. */
interface Connected extends Record<PropertyKey, unknown> {
  readonly identity: Identity;
  /** Lets go of what waits for the end of the right. */
  readonly release: () => void;
}

type Connection = Context<ConnectionInitMessage['payload'], Extra & Partial<Connected>>;

/** How often it is asked, while closing, whether operations still run. */
const POLL_MILLISECONDS = 10;

interface Served {
  readonly endpoint: GraphqlEndpoint;
  readonly authenticator: Authenticator;
  readonly trusted: TrustedDocuments;
}

export function createWebSockets({ endpoint, authenticator, trusted }: Served): WebSockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: GRAPHQL_BODY_BYTES_MAX });
  let running = 0;
  let isClosing = false;
  const protocol = useServer<ConnectionInitMessage['payload'], Connected>(
    {
      // Close reasons would otherwise carry the text of internal errors.
      isProd: true,
      execute: (args) => envelopedOf(args).execute(args),
      subscribe: (args) => envelopedOf(args).subscribe(args),
      onConnect: (connection) => connect(authenticator, connection),
      onClose: ({ extra }) => extra.release?.(),
      onSubscribe: async ({ subscriptions, extra }, _id, payload) => {
        if (isClosing) return [refusal(closing())];
        const { identity, socket } = extra;
        assert(identity !== undefined, 'what is subscribed to is acknowledged before');
        // A client need not let go of a connection that was closed: it may still send.
        if (socket.readyState !== socket.OPEN) return [refusal(unauthenticated())];
        const untrusted = mistrusted(trusted, payload);
        if (untrusted !== undefined) return [untrusted];
        const count = Object.keys(subscriptions).length;
        const prepared = await prepare(endpoint, payload, { count, caller: identity.principal });
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

/** What is wrong where only trusted documents run; the protocol knows them by their text alone. */
function mistrusted(
  trusted: TrustedDocuments,
  { query }: SubscribePayload,
): GraphQLError | undefined {
  try {
    trusted.textOf({ query });
    return undefined;
  } catch (error) {
    if (error instanceof DatabaseError) return refusal(error);
    throw error;
  }
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

/** False refuses the connection: it is closed with 4403, as it is when its right ends. */
async function connect(authenticator: Authenticator, connection: Connection): Promise<boolean> {
  const { extra, connectionParams } = connection;
  const { socket, request } = extra;
  try {
    const identity = await authenticator.identify(request, connectionParams);
    // The client may have gone meanwhile, and nobody would let go of what is held.
    if (socket.readyState !== socket.OPEN) return false;
    const end = () => socket.close(CloseCode.FORBIDDEN, 'Forbidden');
    Object.assign(extra, { identity, release: authenticator.hold(identity, end) });
    return true;
  } catch (error) {
    if (error instanceof DatabaseError) return false;
    throw error;
  }
}

async function prepare(
  endpoint: GraphqlEndpoint,
  payload: SubscribePayload,
  { count, caller }: { readonly count: number; readonly caller: Principal },
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  if (count > SUBSCRIPTIONS_PER_CONNECTION_MAX) {
    const error = limitExceeded({
      limit: 'SUBSCRIPTIONS_PER_CONNECTION_MAX',
      what: 'the operations under way on one connection',
      max: SUBSCRIPTIONS_PER_CONNECTION_MAX,
      actual: count,
    });
    return [refusal(error)];
  }
  const params = {
    query: payload.query,
    ...(payload.operationName ? { operationName: payload.operationName } : {}),
    ...(payload.variables ? { variables: payload.variables } : {}),
  };
  const enveloped = endpoint.getEnveloped({ params, caller });
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
