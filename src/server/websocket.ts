/** graphql-transport-ws on the path of GraphQL over HTTP, with the same limits and errors. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, CloseCode as GraphqlWsCode } from 'graphql-ws';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import {
  SERVER_WEBSOCKETS_MAX,
  WEBSOCKET_BEAT_SECONDS,
  WEBSOCKETS_UNACKNOWLEDGED_MAX,
} from '../base/connection-limits.ts';
import type { Origins } from './cors.ts';
import { GraphqlWsConnection, type GraphqlWsParts } from './graphql-ws-connection.ts';
import { reconnectHint } from './reconnect-hint.ts';
import { HttpStatus } from './respond.ts';
import type { SlowRefusals } from './slow-refusals.ts';
import { isOwnOrigin, refuse, refuseTooOften } from './upgrade.ts';
import { CloseCode } from './websocket-reader.ts';

export interface WebSockets {
  readonly connections: number;
  /** Takes over the socket of an upgrade request. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Lets operations finish, asks every client to go, and cuts off those that are too late. */
  closeWithin(milliseconds: number): Promise<void>;
}

export interface WebSocketParts extends Omit<GraphqlWsParts, 'count'> {
  readonly origins: Origins;
  readonly refusals: SlowRefusals;
}

/** How often it is asked whether operations still run. */
const POLL_MILLISECONDS = 10;
const CHECK_MILLISECONDS = 1_000;

export function createWebSockets(parts: WebSocketParts): WebSockets {
  const maxPayload = parts.callers.most('bodyBytes');
  const handleProtocols = (offered: ReadonlySet<string>) =>
    offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL;
  const server = new WebSocketServer({ noServer: true, maxPayload, handleProtocols });
  const count = { acknowledged: 0 };
  const shared = { ...parts, count };
  const connections = new Connections();
  const checks = setInterval(() => connections.check(performance.now()), CHECK_MILLISECONDS);
  checks.unref();
  return {
    get connections() {
      return server.clients.size;
    },
    accept: (request, socket, head) => {
      const { size } = server.clients;
      const isFull = size >= SERVER_WEBSOCKETS_MAX;
      if (isFull || size - count.acknowledged >= WEBSOCKETS_UNACKNOWLEDGED_MAX) {
        return refuse(socket, HttpStatus.SERVICE_UNAVAILABLE);
      }
      if (!isOwnOrigin(request, parts.origins)) return refuse(socket, HttpStatus.FORBIDDEN);
      if (refuseTooOften(request, socket, parts)) return;
      server.handleUpgrade(request, socket, head, (client) => {
        if (client.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) {
          client.close(GraphqlWsCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable');
          return;
        }
        const connection = new GraphqlWsConnection(shared, client, request);
        tellEvents(client, connection);
        connections.open(connection, client);
      });
    },
    closeWithin: async (milliseconds) => {
      clearInterval(checks);
      const deadline = performance.now() + milliseconds;
      await connections.drain(deadline);
      const gone = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      const late = new AbortController();
      const left = Math.max(deadline - performance.now(), POLL_MILLISECONDS);
      await Promise.race([gone, setTimeout(left, undefined, { signal: late.signal })]);
      late.abort();
      for (const client of server.clients) client.terminate();
      await gone;
    },
  };
}

/** Those that are open; each is asked for in one second of many, so that not all are at once. */
class Connections {
  /** With the second in which each is asked. */
  readonly #open = new Map<GraphqlWsConnection, number>();
  #opened = 0;
  #second = 0;

  open(connection: GraphqlWsConnection, client: WebSocket): void {
    this.#open.set(connection, this.#opened);
    this.#opened = (this.#opened + 1) % WEBSOCKET_BEAT_SECONDS;
    client.on('close', () => {
      this.#open.delete(connection);
      connection.leave();
    });
  }

  /** Called every second. */
  check(milliseconds: number): void {
    this.#second = (this.#second + 1) % WEBSOCKET_BEAT_SECONDS;
    for (const [connection, second] of this.#open) {
      connection.check(milliseconds);
      if (second === this.#second) connection.beat();
    }
  }

  /** Refuses what is asked for, lets operations finish, and asks every client to go. */
  async drain(deadline: number): Promise<void> {
    for (const connection of this.#open.keys()) connection.stopBeginning();
    const isBusy = () => [...this.#open.keys()].some(({ running }) => running > 0);
    while (isBusy() && performance.now() < deadline) await setTimeout(POLL_MILLISECONDS);
    for (const [index, connection] of [...this.#open.keys()].entries()) {
      connection.close(CloseCode.SERVICE_RESTART, reconnectHint(index));
    }
  }
}

/**
 * The events of a client go to its connection as they are emitted: for listeners each client would
 * have a table of them, and closures.
 */
function tellEvents(client: WebSocket, connection: GraphqlWsConnection): void {
  client.emit = emitTo;
  hearing.set(client, connection);
}

const hearing = new WeakMap<WebSocket, GraphqlWsConnection>();

function emitTo(this: WebSocket, event: string | symbol, ...given: unknown[]): boolean {
  switch (event) {
    case 'message':
      hearing.get(this)?.hear(given[0] as RawData);
      return true;
    case 'ping':
      hearing.get(this)?.hearPing();
      return true;
    case 'pong':
      hearing.get(this)?.hearPong();
      return true;
    case 'error':
      // A frame that breaks the protocol closes its socket; nobody else has to know.
      return true;
    default:
      return WebSocket.prototype.emit.call(this, event, ...given);
  }
}
