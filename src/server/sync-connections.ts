/** The open sync connections of a server: who may open one, what it may do, and how it ends. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { formatPrincipal } from '../access/principal.ts';
import { fromHex } from '../base/bytes.ts';
import { SYNC_CONNECTIONS_MAX, SYNC_WRITERS_MAX } from '../base/connection-limits.ts';
import type { InternalErrorListener } from '../graphql/errors.ts';
import type { WrittenPlace } from '../replication/frame.ts';
import type { SyncedOperations, SyncedSpace } from '../replication/session.ts';
import type { CommitIntake } from '../space/commit-intake.ts';
import type { Space } from '../space/space.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import type { Callers } from './callers.ts';
import { writeClientTransaction } from './client-transaction.ts';
import { type Client, type FramedOperationParts, FramedOperations } from './framed-operations.ts';
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
  readonly graphql?: Pick<FramedOperationParts, 'endpoint' | 'trusted'> | undefined;
}

/** The same for all connections. */
interface Shared {
  readonly space: Space;
  /** Its id, in bytes. */
  readonly id: Uint8Array;
  readonly writers: Writers;
  readonly operations: FramedOperationParts | undefined;
}

export class SyncConnections {
  readonly #options: SyncConnectionsOptions;
  readonly #shared: Shared;
  readonly #open = new Set<SyncConnection>();
  #isClosing = false;

  constructor(space: Space, options: SyncConnectionsOptions) {
    this.#options = options;
    const { graphql, onInternalError } = options;
    const operations = graphql && { ...graphql, room: new OperationRoom(), onInternalError };
    this.#shared = { space, id: fromHex(space.id), writers: new Writers(), operations };
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
    if (!caller.openWebSocket()) return refuse(stream, HttpStatus.TOO_MANY_REQUESTS);
    const socket = acceptWebSocket(request, stream, SUBPROTOCOL);
    if (socket === undefined) return caller.closeWebSocket();
    const onFlood = () => connection.tryLater();
    const client = new ClientSpace(this.#shared, { caller, onFlood });
    const connection = new SyncConnection(client, socket, () => {
      release();
      caller.closeWebSocket();
      client.leave();
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
}

/** Connections that hand in commits and transactions. */
class Writers {
  #count = 0;

  add(): boolean {
    if (this.#count >= SYNC_WRITERS_MAX) return false;
    this.#count += 1;
    return true;
  }

  remove(): void {
    this.#count -= 1;
  }
}

/** What one connection may do, whose transactions are written for its principal. */
class ClientSpace implements SyncedSpace {
  readonly #shared: Shared;
  readonly #actor: string;
  readonly operations: SyncedOperations | undefined;
  #isWriter = false;

  constructor(shared: Shared, { caller, onFlood }: Client) {
    this.#shared = shared;
    this.#actor = formatPrincipal(caller.principal);
    const { operations } = shared;
    this.operations = operations && new FramedOperations(operations, { caller, onFlood });
  }

  get space(): Uint8Array {
    return this.#shared.id;
  }

  get authority(): Uint8Array {
    return this.#shared.space.authority;
  }

  get author(): Uint8Array {
    return this.#shared.space.author;
  }

  get intake(): CommitIntake {
    return this.#shared.space.intake;
  }

  mayWrite(): boolean {
    this.#isWriter = this.#shared.writers.add();
    return this.#isWriter;
  }

  write(payload: Uint8Array): Promise<WrittenPlace> {
    const { space, id } = this.#shared;
    return writeClientTransaction({ space, id, author: space.author, actor: this.#actor }, payload);
  }

  /** The connection has ended. */
  leave(): void {
    if (this.#isWriter) this.#shared.writers.remove();
  }
}
