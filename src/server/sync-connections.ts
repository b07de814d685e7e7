/** The open sync connections of a server: who may open one, what it may do, and how it ends. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { formatPrincipal } from '../access/principal.ts';
import { fromHex } from '../base/bytes.ts';
import { SYNC_CONNECTIONS_MAX, SYNC_WRITERS_MAX } from '../base/sync-limits.ts';
import type { InternalErrorListener } from '../graphql/errors.ts';
import type { OperationSource } from '../replication/operations.ts';
import type { SyncedSpace } from '../replication/session.ts';
import type { Space } from '../space/space.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import type { Caller, Callers } from './callers.ts';
import { type ClientOperationParts, ClientOperations } from './client-operations.ts';
import { writeClientTransaction } from './client-transaction.ts';
import { OperationRoom } from './operation-room.ts';
import { reconnectHint } from './reconnect-hint.ts';
import { HttpStatus } from './respond.ts';
import type { SlowRefusals } from './slow-refusals.ts';
import { SyncConnection } from './sync-connection.ts';
import { identifyUpgrade, refuse, refuseTooOften } from './upgrade.ts';
import { acceptWebSocket } from './websocket-handshake.ts';

const SUBPROTOCOL = 'massive-graph';
/** How often it is asked, while closing, whether something still waits for its answer. */
const POLL_MILLISECONDS = 10;

export interface SyncConnectionsOptions {
  readonly authenticator: Authenticator;
  readonly callers: Callers;
  readonly refusals: SlowRefusals;
  readonly onInternalError: InternalErrorListener;
  /** What runs operations of GraphQL; absent where none are run. */
  readonly graphql?: Pick<ClientOperationParts, 'endpoint' | 'trusted'> | undefined;
}

export class SyncConnections {
  readonly #space: Space;
  readonly #options: SyncConnectionsOptions;
  readonly #operations: ClientOperationParts | undefined;
  readonly #open = new Set<SyncConnection>();
  #writers = 0;
  #isClosing = false;

  constructor(space: Space, options: SyncConnectionsOptions) {
    this.#space = space;
    this.#options = options;
    const { graphql, onInternalError } = options;
    this.#operations = graphql && { ...graphql, room: new OperationRoom(), onInternalError };
  }

  get count(): number {
    return this.#open.size;
  }

  /** What their clients have not taken. */
  get unreadBytes(): number {
    let bytes = 0;
    for (const connection of this.#open) bytes += connection.unreadBytes;
    return bytes;
  }

  /** Answers an upgrade request: by taking its socket over, or by why not. */
  async open(request: IncomingMessage, stream: Duplex, head: Uint8Array): Promise<void> {
    const { authenticator, callers } = this.#options;
    if (refuseTooOften(request, stream, this.#options)) return;
    const identity = await identifyUpgrade(authenticator, request, stream);
    // The client may have gone meanwhile.
    if (identity === undefined || stream.destroyed) return;
    if (this.#isClosing || this.#open.size >= SYNC_CONNECTIONS_MAX) {
      return refuse(stream, HttpStatus.SERVICE_UNAVAILABLE);
    }
    const caller = callers.of(identity, request);
    const letGo = caller.openWebSocket();
    if (letGo === undefined) return refuse(stream, HttpStatus.TOO_MANY_REQUESTS);
    const socket = acceptWebSocket(request, stream, SUBPROTOCOL);
    if (socket === undefined) return letGo();
    const synced = this.#syncedFor(caller, () => connection.tryLater());
    const connection = new SyncConnection(synced, socket, () => {
      release();
      letGo();
      if (synced.isWriter) this.#writers -= 1;
      this.#open.delete(connection);
    });
    const release = authenticator.hold(identity, () => connection.forbid());
    this.#open.add(connection);
    connection.start(head);
  }

  check(milliseconds: number): void {
    for (const connection of this.#open) connection.check(milliseconds);
  }

  /** Reads nothing more, answers what it has until `deadline`, and asks every client to go. */
  async drain(deadline: number): Promise<void> {
    this.#isClosing = true;
    for (const connection of this.#open) connection.stopReading();
    const isBusy = () => [...this.#open].some((connection) => connection.inFlight > 0);
    while (isBusy() && performance.now() < deadline) await setTimeout(POLL_MILLISECONDS);
    for (const [index, connection] of [...this.#open].entries()) {
      connection.goAway(reconnectHint(index));
    }
  }

  destroy(): void {
    for (const connection of this.#open) connection.destroy();
  }

  /** What a connection may do, whose transactions are written for its principal. */
  #syncedFor(caller: Caller, onFlood: () => void): SyncedSpace & { readonly isWriter: boolean } {
    const space = this.#space;
    const actor = formatPrincipal(caller.caller);
    const target = { space, id: fromHex(space.id), author: space.author, actor };
    let isWriter = false;
    const mayWrite = () => {
      isWriter = this.#writers < SYNC_WRITERS_MAX;
      if (isWriter) this.#writers += 1;
      return isWriter;
    };
    return {
      space: target.id,
      get authority() {
        return space.authority;
      },
      author: target.author,
      intake: space.intake,
      mayWrite,
      get isWriter() {
        return isWriter;
      },
      write: (payload) => writeClientTransaction(target, payload),
      operations: this.#operationsOf(caller, onFlood),
    };
  }

  #operationsOf(caller: Caller, onFlood: () => void): OperationSource | undefined {
    return this.#operations && new ClientOperations(this.#operations, { caller, onFlood });
  }
}
