/** graphql-ws on the path of GraphQL over HTTP: the same operations, limits and errors. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { ExecutionArgs } from 'graphql';
import type { ConnectionInitMessage, Context, SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { assert } from '../base/assert.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  SERVER_WEBSOCKETS_MAX,
  WEBSOCKET_UNREAD_BYTES,
  WEBSOCKETS_UNACKNOWLEDGED_MAX,
} from '../base/limits.ts';
import { refusal } from '../graphql/errors.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import { unauthenticated } from './authentication/identity.ts';
import type { Caller, Callers } from './callers.ts';
import type { Origins } from './cors.ts';
import { Floods } from './floods.ts';
import type { GraphqlEndpoint } from './graphql-endpoint.ts';
import {
  type Asking,
  type Executors,
  prepareOperation,
  shownError,
  tooManyUnderWay,
} from './prepare-operation.ts';
import { reconnectHint } from './reconnect-hint.ts';
import { HttpStatus } from './respond.ts';
import type { SlowRefusals } from './slow-refusals.ts';
import type { TrustedDocuments } from './trusted-documents.ts';
import { isOwnOrigin, refuse, refuseTooOften } from './upgrade.ts';
import { CloseCode } from './websocket-reader.ts';

export interface WebSockets {
  readonly connections: number;
  /** Takes over the socket of an upgrade request. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Lets operations finish, asks every client to go, and cuts off those that are too late. */
  closeWithin(milliseconds: number): Promise<void>;
}

/** What `onSubscribe` hands to `execute` and `subscribe`, as Yoga's plugins have wrapped them. */
interface Enveloped extends Executors {
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
      if (refuseTooOften(request, socket, parts)) return;
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
      // What nobody closes before, the library closes without a word of when to come back.
      for (const [index, client] of [...server.clients].entries()) {
        client.close(CloseCode.SERVICE_RESTART, reconnectHint(index));
      }
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
        const limited =
          floods.refusal(socket) ?? tooManyUnderWay(Object.keys(subscriptions).length);
        if (limited !== undefined) return [refusal(limited)];
        const isGone = () => socket.readyState !== socket.OPEN || !(id in subscriptions);
        const prepared = await prepare(parts, payload, { caller, isGone });
        if (!('args' in prepared)) return prepared;
        state.running += 1;
        const { args, execute, subscribe } = prepared;
        return { ...args, rootValue: { execute, subscribe, socket } };
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

function prepare(
  { endpoint, trusted }: WebSocketParts,
  { query, operationName, variables, extensions }: SubscribePayload,
  asking: Asking,
) {
  // Where only trusted documents run: the protocol knows them by their text alone.
  const read = () => ({ query: trusted.textOf({ query }), operationName, variables, extensions });
  return prepareOperation(endpoint, read, asking);
}

function envelopedOf(args: ExecutionArgs): Enveloped {
  // `onSubscribe` put it there.
  return args.rootValue as Enveloped;
}
