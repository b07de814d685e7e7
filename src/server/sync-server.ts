/** The sync protocol over WebSocket, on a port of its own (schema/sync.md). */

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { PEER_PATH } from '../replication/peer-dial.ts';
import type { Peers } from '../replication/peers.ts';
import type { Space } from '../space/space.ts';
import type { Refusal } from './admission.ts';
import { closeWithin } from './listen.ts';
import { HttpStatus, respondJson } from './respond.ts';
import { SyncConnections, type SyncConnectionsOptions } from './sync-connections.ts';
import { refuse, refuseTooOften } from './upgrade.ts';

/** How often connections are looked at for frames that do not end, and for what is not read. */
const CHECK_MILLISECONDS = 1_000;

export interface SyncServer {
  readonly server: Server;
  readonly connections: number;
  /** What their clients have not taken. */
  readonly unreadBytes: number;
  /** Reads nothing more, answers what it has, and lets every connection go. */
  closeWithin(milliseconds: number): Promise<void>;
}

export interface SyncServerOptions extends SyncConnectionsOptions {
  /** Why a request may not come in by the name that it calls. */
  readonly guard: (request: IncomingMessage) => Refusal | undefined;
  /** Other replicas, which come in by their keys alone; none where absent. */
  readonly peers?: Pick<Peers, 'accept'> | undefined;
}

export function createSyncServer(space: Space, options: SyncServerOptions): SyncServer {
  const { guard, onInternalError, peers } = options;
  const connections = new SyncConnections(space, options);
  const open = async (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const foreign = guard(request);
    if (foreign !== undefined) return refuse(stream, foreign.status);
    const path = URL.parse(request.url ?? '', 'http://sync')?.pathname;
    if (path === PEER_PATH && peers !== undefined) {
      if (refuseTooOften(request, stream, options)) return;
      // Pages of browsers have no business here, and replicas name no origin.
      if (request.headers.origin !== undefined) return refuse(stream, HttpStatus.FORBIDDEN);
      if (!peers.accept(request, stream, head)) refuse(stream, HttpStatus.SERVICE_UNAVAILABLE);
      return;
    }
    if (path !== '/') return refuse(stream, HttpStatus.NOT_FOUND);
    await connections.open(request, stream, head);
  };
  const server = createServer((request, response) => {
    const foreign = guard(request);
    if (foreign !== undefined) {
      return respondJson(response, foreign.status, { error: foreign.error.message });
    }
    const error = 'the sync port expected a WebSocket of massive-graph, got another request';
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
  const checks = setInterval(() => connections.check(performance.now()), CHECK_MILLISECONDS);
  checks.unref();
  return {
    server,
    get connections() {
      return connections.count;
    },
    get unreadBytes() {
      return connections.unreadBytes;
    },
    closeWithin: async (milliseconds) => {
      clearInterval(checks);
      const deadline = performance.now() + milliseconds;
      const closed = closeWithin(server, milliseconds, () => connections.destroy());
      await connections.drain(deadline);
      await closed;
    },
  };
}
