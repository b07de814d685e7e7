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
import { type WebSocket, WebSocketServer } from 'ws';
import { assert } from '../base/assert.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  SERVER_WEBSOCKETS_MAX,
  SUBSCRIPTIONS_PER_CONNECTION_MAX,
  WEBSOCKET_UNREAD_BYTES,
  WEBSOCKETS_UNACKNOWLEDGED_MAX,
} from '../base/limits.ts';
import { limitExceeded, refusal } from '../graphql/errors.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import { unauthenticated } from './authentication/identity.ts';
import type { Caller, Callers } from './callers.ts';
import type { Origins } from './cors.ts';
import { Floods } from './floods.ts';
import type { GraphqlEndpoint } from './graphql-endpoint.ts';
import { HttpStatus } from './respond.ts';
import type { SlowRefusals } from './slow-refusals.ts';
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
  readonly socket: WebSocket;
}

/** Of a connection once it is acknowledged. */
interface Connected extends Record<PropertyKey, unknown> {
  readonly caller: Caller;
  /** Lets go of what waits for the end of the right. */
  readonly release: () => void;
}

type Connection = Context<ConnectionInitMessage['payload'], Extra & Partial<Connected>>;

/** How often it is asked whether operations still run, and whether answers were read. */
const POLL_MILLISECONDS = 10;

export interface WebSocketParts {
  readonly endpoint: GraphqlEndpoint;
  readonly authenticator: Authenticator;
  readonly trusted: TrustedDocuments;
  readonly callers: Callers;
  readonly origins: Origins;
  readonly refusals: SlowRefusals;
}

/** Of all connections. */
interface State {
  /** Operations under way, and connections that have said who they are. */
  running: number;
  acknowledged: number;
  isClosing: boolean;
}

export function createWebSockets(parts: WebSocketParts): WebSockets {
  const maxPayload = parts.callers.most('bodyBytes');
  const server = new WebSocketServer({ noServer: true, maxPayload });
  const floods = new Floods();
  const state: State = { running: 0, acknowledged: 0, isClosing: false };
  const protocol = serveProtocol(server, parts, { state, floods });
  return {
    get connections() {
      return server.clients.size;
    },
    accept: (request, socket, head) => {
      const { size } = server.clients;
      const isFull = size >= SERVER_WEBSOCKETS_MAX;
      if (isFull || size - state.acknowledged >= WEBSOCKETS_UNACKNOWLEDGED_MAX) {
        return refuse(socket, HttpStatus.SERVICE_UNAVAILABLE);
      }
      if (!isOwnOrigin(request, parts.origins)) return refuse(socket, HttpStatus.FORBIDDEN);
      if (!mayOpen(request, parts.callers)) {
        const answer = () => refuse(socket, HttpStatus.TOO_MANY_REQUESTS);
        parts.refusals.hasWaited().then(answer, answer);
        return;
      }
      server.handleUpgrade(request, socket, head, (client) => {
        floods.watch(client);
        server.emit('connection', client, request);
        // A frame that breaks the protocol closes its socket; graphql-ws would print a stack too.
        client.removeAllListeners('error').on('error', () => undefined);
      });
    },
    closeWithin: async (milliseconds) => {
      state.isClosing = true;
      const deadline = performance.now() + milliseconds;
      while (state.running > 0 && performance.now() < deadline) await setTimeout(POLL_MILLISECONDS);
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

function mayOpen(request: IncomingMessage, callers: Callers): boolean {
  try {
    callers.takeUpgrade(request);
    return true;
  } catch (error) {
    if (error instanceof DatabaseError) return false;
    throw error;
  }
}

function serveProtocol(
  server: WebSocketServer,
  parts: WebSocketParts,
  { state, floods }: { readonly state: State; readonly floods: Floods },
) {
  return useServer<ConnectionInitMessage['payload'], Connected>(
    {
      // Close reasons would otherwise carry the text of internal errors.
      isProd: true,
      execute: async (args) => {
        const { execute, socket } = envelopedOf(args);
        await untilRead(socket);
        return execute(args);
      },
      subscribe: (args) => envelopedOf(args).subscribe(args),
      onConnect: async (connection) => {
        const isIn = await connect(parts, connection);
        const { caller, socket } = connection.extra;
        if (isIn && caller !== undefined) {
          state.acknowledged += 1;
          floods.count(socket, caller);
        }
        return isIn;
      },
      onClose: ({ extra }) => {
        if (extra.release === undefined) return;
        state.acknowledged -= 1;
        extra.release();
      },
      onSubscribe: async ({ subscriptions, extra }, id, payload) => {
        if (state.isClosing) return [refusal(closing())];
        const { caller, socket } = extra;
        assert(caller !== undefined, 'what is subscribed to is acknowledged before');
        // A client need not let go of a connection that was closed: it may still send.
        if (socket.readyState !== socket.OPEN) return [refusal(unauthenticated())];
        const limited = floods.refusal(socket);
        if (limited !== undefined) return [refusal(limited)];
        const count = Object.keys(subscriptions).length;
        const isGone = () => socket.readyState !== socket.OPEN || !(id in subscriptions);
        const asking = { count, socket, caller: { ...caller, isGone } };
        const prepared = await prepare(parts, payload, asking);
        if ('document' in prepared) state.running += 1;
        return prepared;
      },
      onComplete: () => {
        state.running -= 1;
      },
      onNext: (_connection, _id, _payload, _args, { errors, data }) =>
        errors === undefined
          ? undefined
          : { ...(data === undefined ? {} : { data }), errors: errors.map(shownError) },
      onError: (_connection, _id, _payload, errors) => errors.map(shownError),
    },
    server,
  );
}

/** Answers stand in memory until the client takes them: one that is slow gets them one by one. */
async function untilRead(socket: WebSocket): Promise<void> {
  while (socket.bufferedAmount > WEBSOCKET_UNREAD_BYTES && socket.readyState === socket.OPEN) {
    await setTimeout(POLL_MILLISECONDS);
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
async function connect(
  { authenticator, callers }: WebSocketParts,
  connection: Connection,
): Promise<boolean> {
  const { extra, connectionParams } = connection;
  const { socket, request } = extra;
  try {
    const identity = await authenticator.identify(request, connectionParams);
    // The client may have gone meanwhile, and nobody would let go of what is held.
    if (socket.readyState !== socket.OPEN) return false;
    const caller = callers.of(identity, request);
    const letGo = caller.openWebSocket();
    if (letGo === undefined) {
      socket.close(CloseCode.TRY_AGAIN_LATER, 'Too many connections of one caller');
      return false;
    }
    const end = () => socket.close(CloseCode.FORBIDDEN, 'Forbidden');
    const stopHolding = authenticator.hold(identity, end);
    const release = () => {
      stopHolding();
      letGo();
    };
    Object.assign(extra, { caller, release });
    return true;
  } catch (error) {
    if (error instanceof DatabaseError) return false;
    throw error;
  }
}

/** Who asks for one more operation, and what of his is under way. */
interface Asking {
  readonly count: number;
  readonly socket: WebSocket;
  readonly caller: Caller;
}

function expectRoom({ count }: Asking): void {
  if (count > SUBSCRIPTIONS_PER_CONNECTION_MAX) {
    throw limitExceeded({
      limit: 'SUBSCRIPTIONS_PER_CONNECTION_MAX',
      what: 'the operations under way on one connection',
      max: SUBSCRIPTIONS_PER_CONNECTION_MAX,
      actual: count,
    });
  }
}

async function prepare(
  { endpoint, trusted }: WebSocketParts,
  payload: SubscribePayload,
  asking: Asking,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  try {
    expectRoom(asking);
    // Where only trusted documents run: the protocol knows them by their text alone.
    trusted.textOf({ query: payload.query });
  } catch (error) {
    if (error instanceof DatabaseError) return [refusal(error)];
    throw error;
  }
  const params = {
    query: payload.query,
    ...(payload.operationName ? { operationName: payload.operationName } : {}),
    ...(payload.variables ? { variables: payload.variables } : {}),
    ...(payload.extensions ? { extensions: payload.extensions } : {}),
  };
  const enveloped = endpoint.getEnveloped({ params, ...asking.caller });
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
    rootValue: { execute, subscribe, socket: asking.socket },
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
