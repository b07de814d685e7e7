/**
 * Messages of WebSockets, whatever is in them: each is a request of its caller, and is answered.
 * Who goes on when they are refused, or does not take the answers, is cut off.
 */

import type { WebSocket } from 'ws';
import type { DatabaseError } from '../base/errors.ts';
import { WEBSOCKET_UNREAD_BYTES_MAX } from '../base/limits.ts';
import type { Caller } from './callers.ts';
import { MessageRate } from './message-rate.ts';
import { CloseCode } from './websocket-reader.ts';

interface Watched {
  /** Once it is known. */
  caller?: Caller;
  /** Why the message that came last is refused. */
  refusal?: DatabaseError | undefined;
  readonly rate: MessageRate;
}

export class Floods {
  readonly #watched = new WeakMap<WebSocket, Watched>();

  /** To be called before anybody else hears of messages. */
  watch(socket: WebSocket): void {
    const watched: Watched = { rate: new MessageRate() };
    this.#watched.set(socket, watched);
    withoutLateErrors(socket);
    const hear = () => {
      if (socket.bufferedAmount > WEBSOCKET_UNREAD_BYTES_MAX) socket.terminate();
      else take(socket, watched);
    };
    socket.on('message', hear).on('ping', hear);
  }

  /** From now on messages are those of a caller. */
  count(socket: WebSocket, caller: Caller): void {
    const watched = this.#watched.get(socket);
    if (watched !== undefined) watched.caller = caller;
  }

  /** Why the message that is being handled is refused; undefined where it is not. */
  refusal(socket: WebSocket): DatabaseError | undefined {
    return this.#watched.get(socket)?.refusal;
  }
}

/** What cannot be sent to a client that has gone is no error of anybody's. */
function withoutLateErrors(socket: WebSocket): void {
  const send = socket.send.bind(socket);
  socket.send = (data: Parameters<typeof send>[0], ...rest: readonly unknown[]) => {
    const done = rest.at(-1);
    send(data, (error) => {
      if (error !== undefined && error !== null) socket.terminate();
      if (typeof done === 'function') done();
    });
  };
}

function take(socket: WebSocket, watched: Watched): void {
  const { caller, rate } = watched;
  if (caller === undefined) return;
  watched.refusal = rate.take(caller);
  if (!rate.isFlood) return;
  socket.close(CloseCode.TRY_AGAIN_LATER, 'Too many messages');
  // What has come already is not handled any more.
  socket.removeAllListeners('message').removeAllListeners('ping');
}
