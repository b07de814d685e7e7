/**
 * One connection of graphql-transport-ws, as the library graphql-ws specifies it. Its own server
 * keeps timers, the request and a chain of closures for each client; here a client is a few fields,
 * and its operations. Of those that are idle there may be very many.
 *
 *     open ── connection_init ──▶ acknowledged ── its right ends, it asks too much ──▶ closed
 */

import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import {
  type ConnectionInitMessage,
  CloseCode as GraphqlWsCode,
  type Message,
  MessageType,
  parseMessage,
  type SubscribePayload,
} from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import { UTF8_BYTES_PER_UNIT } from '../base/bytes.ts';
import {
  WEBSOCKET_INIT_MILLISECONDS_MAX,
  WEBSOCKET_UNREAD_BYTES,
  WEBSOCKET_UNREAD_BYTES_MAX,
} from '../base/connection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  ConnectionOperations,
  type Operation,
  type OperationResult,
  type OperationSource,
  type OperationTeller,
} from '../replication/connection-operations.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import type { Caller, Callers } from './callers.ts';
import { type OperationParts, refusalOf, runOperation } from './client-operations.ts';
import { MessageRate } from './message-rate.ts';
import type { TrustedDocuments } from './trusted-documents.ts';
import { CloseCode } from './websocket-reader.ts';

/** The same for all connections. */
export interface GraphqlWsParts extends OperationParts {
  readonly authenticator: Authenticator;
  readonly callers: Callers;
  readonly trusted: TrustedDocuments;
  /** Connections that have said who they are. */
  readonly count: { acknowledged: number };
}

/** A caller and what it asks for. */
interface Asked {
  readonly caller: Caller;
  readonly payload: SubscribePayload;
}

export class GraphqlWsConnection implements OperationSource<Asked>, OperationTeller<string> {
  readonly #parts: GraphqlWsParts;
  readonly #socket: WebSocket;
  readonly #rate = new MessageRate();
  readonly #operations = new ConnectionOperations<string, Asked>(this, this);
  /** In whole milliseconds, which stand in the object itself. */
  readonly #openedAt = Math.floor(performance.now());
  /** Until it is known who opens the connection. */
  #request: IncomingMessage | undefined;
  /** Of the message that is being handled. */
  #limited: DatabaseError | undefined;
  #isInitialised = false;
  #isClosing = false;
  /** Whether a ping was sent that has no answer. */
  #isAwaited = false;
  /** Once it is acknowledged; the second lets go of what waits for the end of its right. */
  #caller: Caller | undefined;
  #release: (() => void) | undefined;

  constructor(parts: GraphqlWsParts, socket: WebSocket, request: IncomingMessage) {
    this.#parts = parts;
    this.#socket = socket;
    this.#request = request;
  }

  /** Operations that are not over. */
  get running(): number {
    return this.#operations.count;
  }

  /** A message has come. */
  hear(data: RawData): void {
    if (!this.#isCounted()) return;
    const message = messageOf(data);
    if (message === undefined) return this.close(GraphqlWsCode.BadRequest, 'Invalid message');
    switch (message.type) {
      case MessageType.ConnectionInit:
        return this.#init(message);
      case MessageType.Ping:
        return this.#send({ ...message, type: MessageType.Pong });
      case MessageType.Pong:
        return;
      case MessageType.Subscribe:
        return this.#subscribe(message.id, message.payload);
      case MessageType.Complete:
        return this.#operations.stop(message.id);
      default:
        return this.close(GraphqlWsCode.BadRequest, 'Invalid message');
    }
  }

  /** A ping of the WebSocket has come; it is answered. */
  hearPing(): void {
    this.#isCounted();
  }

  hearPong(): void {
    this.#isAwaited = false;
  }

  /** Called now and then: who does not answer has gone, and who says nothing is let go. */
  beat(): void {
    if (this.#isAwaited) return this.#socket.terminate();
    this.#isAwaited = true;
    this.#socket.ping();
  }

  check(milliseconds: number): void {
    const isLate = milliseconds - this.#openedAt > WEBSOCKET_INIT_MILLISECONDS_MAX;
    if (!isLate || this.#isInitialised) return;
    this.close(GraphqlWsCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
  }

  /** From now on every operation that is asked for is refused. */
  stopBeginning(): void {
    this.#isClosing = true;
  }

  /** A client need not let go of what is closed: nothing more is heard or told. */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    this.#operations.end();
  }

  /** The socket has closed. */
  leave(): void {
    this.#operations.end();
    this.#release?.();
    if (this.#caller === undefined) return;
    this.#caller.closeWebSocket();
    this.#parts.count.acknowledged -= 1;
  }

  refusal(count: number): OperationResult | undefined {
    return refusalOf(this.#isClosing ? closing() : this.#limited, count);
  }

  run({ caller, payload }: Asked): Operation {
    const { query, operationName, variables, extensions } = payload;
    // Where only trusted documents run: the protocol knows them by their text alone.
    const read = () => {
      const text = this.#parts.trusted.textOf({ query });
      return { query: text, operationName, variables, extensions };
    };
    return runOperation(this.#parts, caller, read);
  }

  next(id: string, result: OperationResult): void {
    const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    if (typeof result === 'string') this.#tell(`${head}${result}}`);
    else this.#tell(Buffer.concat([Buffer.from(head), result, BRACKET]));
  }

  refused(id: string, result: OperationResult): void {
    const text = typeof result === 'string' ? result : Buffer.from(result).toString();
    const { errors } = JSON.parse(text);
    this.#send({ id, type: MessageType.Error, payload: errors });
  }

  complete(id: string): void {
    this.#send({ id, type: MessageType.Complete });
  }

  /** Its client knows. */
  stopped(): void {}

  get isTaken(): boolean {
    return this.#socket.bufferedAmount <= WEBSOCKET_UNREAD_BYTES;
  }

  turn(): Promise<void> {
    return setImmediate();
  }

  /** Whether the message that has come is to be handled. */
  #isCounted(): boolean {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return false;
    if (socket.bufferedAmount > WEBSOCKET_UNREAD_BYTES_MAX) {
      socket.terminate();
      return false;
    }
    if (this.#caller === undefined) return true;
    this.#limited = this.#rate.take(this.#caller);
    if (this.#rate.isFlood) this.close(CloseCode.TRY_AGAIN_LATER, 'Too many messages');
    return !this.#rate.isFlood;
  }

  #init({ payload }: ConnectionInitMessage): void {
    if (this.#isInitialised) {
      const reason = 'Too many initialisation requests';
      return this.close(GraphqlWsCode.TooManyInitialisationRequests, reason);
    }
    this.#isInitialised = true;
    this.#connect(payload ?? undefined).catch((error: unknown) => {
      this.#parts.onInternalError(error);
      this.close(GraphqlWsCode.InternalServerError, 'Internal server error');
    });
  }

  async #connect(payload: Record<string, unknown> | undefined): Promise<void> {
    const { authenticator, callers } = this.#parts;
    const request = this.#request;
    if (request === undefined) return;
    try {
      const identity = await authenticator.identify(request, payload);
      this.#request = undefined;
      // The client may have gone meanwhile, and nobody would let go of what is held.
      if (this.#socket.readyState !== this.#socket.OPEN) return;
      const caller = callers.of(identity, request);
      if (!caller.openWebSocket()) {
        return this.close(CloseCode.TRY_AGAIN_LATER, 'Too many connections of one caller');
      }
      this.#release = authenticator.hold(identity, () => this.#forbid());
      this.#parts.count.acknowledged += 1;
      this.#caller = caller;
      this.#send({ type: MessageType.ConnectionAck });
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.#forbid();
    }
  }

  #forbid(): void {
    this.close(CloseCode.FORBIDDEN, 'Forbidden');
  }

  #subscribe(id: string, payload: SubscribePayload): void {
    const caller = this.#caller;
    if (caller === undefined) return this.close(GraphqlWsCode.Unauthorized, 'Unauthorized');
    if (this.#operations.has(id)) {
      return this.close(GraphqlWsCode.SubscriberAlreadyExists, 'Subscriber already exists');
    }
    this.#operations.begin(id, { asked: { caller, payload }, read: () => undefined });
  }

  #send(message: Message): void {
    this.#tell(JSON.stringify(message));
  }

  #tell(message: string | Buffer): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    const bytesMost = message.length * UTF8_BYTES_PER_UNIT;
    // Only who has much to take has operations that wait until it is taken.
    if (socket.bufferedAmount + bytesMost <= WEBSOCKET_UNREAD_BYTES) socket.send(message, TEXT);
    else socket.send(message, TEXT, (error) => this.#taken(error));
  }

  /** What cannot be sent to a client that has gone is no error of anybody's. */
  #taken(error: Error | null | undefined): void {
    if (error !== undefined && error !== null) this.#socket.terminate();
    else if (this.isTaken) this.#operations.taken();
  }
}

const BRACKET = Buffer.from('}');
const TEXT = { binary: false };

function messageOf(data: RawData): Message | undefined {
  try {
    return parseMessage(String(data));
  } catch {
    return undefined;
  }
}

function closing(): DatabaseError {
  return new DatabaseError(
    ErrorCode.UNAVAILABLE,
    'an operation expected a server that stays, got one that is closing',
  );
}
