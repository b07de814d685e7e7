/** The sync protocol over WebSocket, on a port of its own (schema/sync.md). */

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { formatPrincipal } from '../access/principal.ts';
import { fromHex } from '../base/bytes.ts';
import { SYNC_CONNECTIONS_MAX } from '../base/limits.ts';
import type { InternalErrorListener } from '../graphql/errors.ts';
import type { SyncedSpace } from '../replication/session.ts';
import type { Space } from '../space/space.ts';
import type { Refusal } from './admission.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import { writeClientTransaction } from './client-transaction.ts';
import { closeWithin } from './listen.ts';
import { HttpStatus, respondJson } from './respond.ts';
import { SyncConnection } from './sync-connection.ts';
import { identifyUpgrade, refuse } from './upgrade.ts';
import { acceptWebSocket } from './websocket-handshake.ts';

const SUBPROTOCOL = 'massive-graph';
/** How often connections are looked at for frames that do not end. */
const CHECK_MILLISECONDS = 1_000;
/** How often it is asked, while closing, whether commits still wait for their answers. */
const POLL_MILLISECONDS = 10;

export interface SyncServer {
  readonly server: Server;
  readonly connections: number;
  /** Reads nothing more, answers what it has, and lets every connection go. */
  closeWithin(milliseconds: number): Promise<void>;
}

export interface SyncServerOptions {
  readonly authenticator: Authenticator;
  /** Why a request may not come in by the name that it calls. */
  readonly guard: (request: IncomingMessage) => Refusal | undefined;
  readonly onInternalError: InternalErrorListener;
}

export function createSyncServer(space: Space, options: SyncServerOptions): SyncServer {
  const { authenticator, guard, onInternalError } = options;
  const connections = new Set<SyncConnection>();
  let isClosing = false;
  const open = async (request: IncomingMessage, stream: Duplex, head: Uint8Array) => {
    const foreign = guard(request);
    if (foreign !== undefined) return refuse(stream, foreign.status);
    if (URL.parse(request.url ?? '', 'http://sync')?.pathname !== '/') {
      return refuse(stream, HttpStatus.NOT_FOUND);
    }
    const identity = await identifyUpgrade(authenticator, request, stream);
    // The client may have gone meanwhile.
    if (identity === undefined || stream.destroyed) return;
    if (isClosing || connections.size >= SYNC_CONNECTIONS_MAX) {
      return refuse(stream, HttpStatus.SERVICE_UNAVAILABLE);
    }
    const socket = acceptWebSocket(request, stream, SUBPROTOCOL);
    if (socket === undefined) return;
    const synced = syncedFor(space, formatPrincipal(identity.principal));
    const connection = new SyncConnection(synced, socket, () => {
      release();
      connections.delete(connection);
    });
    const release = authenticator.hold(identity, () => connection.forbid());
    connections.add(connection);
    connection.start(head);
  };
  const server = createServer((request, response) => {
    const foreign = guard(request);
    if (foreign !== undefined) {
      return respondJson(response, foreign.status, { error: foreign.error.message });
    }
    const error = `the sync port expected a WebSocket of ${SUBPROTOCOL}, got another request`;
    response.setHeader('upgrade', 'websocket');
    respondJson(response, HttpStatus.UPGRADE_REQUIRED, { error });
  });
  server.on('upgrade', (request, stream, head) => {
    // Until the connection listens, and after it was refused.
    stream.on('error', () => undefined);
    open(request, stream, head).catch((error: unknown) => {
      onInternalError(error);
      stream.destroy();
    });
  });
  const checks = setInterval(() => {
    for (const connection of connections) connection.check(performance.now());
  }, CHECK_MILLISECONDS);
  checks.unref();
  return {
    server,
    get connections() {
      return connections.size;
    },
    closeWithin: async (milliseconds) => {
      isClosing = true;
      clearInterval(checks);
      const deadline = performance.now() + milliseconds;
      const closed = closeWithin(server, milliseconds, () => {
        for (const connection of connections) connection.destroy();
      });
      for (const connection of connections) connection.stopReading();
      const isBusy = () => [...connections].some((connection) => connection.inFlight > 0);
      while (isBusy() && performance.now() < deadline) await setTimeout(POLL_MILLISECONDS);
      for (const connection of connections) connection.goAway();
      await closed;
    },
  };
}

/** What a connection may do, whose transactions are written for its principal. */
function syncedFor(space: Space, actor: string): SyncedSpace {
  const target = { space, id: fromHex(space.id), author: space.author, actor };
  return {
    space: target.id,
    get authority() {
      return space.authority;
    },
    author: target.author,
    intake: space.intake,
    write: (payload) => writeClientTransaction(target, payload),
  };
}
