/**
 * One sync connection: the socket and its WebSocket framing around a session. Whatever stops the
 * session (no room, answers that are not read) stops the socket, so that the sender's system holds
 * what it sends.
 */

import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { concatBytes, utf8 } from '../base/bytes.ts';
import {
  SYNC_FRAME_MILLISECONDS_MAX,
  SYNC_OUTPUT_BYTES_MAX,
  SYNC_RESULTS_BYTES_MAX,
  SYNC_UNREAD_MILLISECONDS_MAX,
} from '../base/connection-limits.ts';
import { type SessionCarrier, type SyncedSpace, SyncSession } from '../replication/session.ts';
import { SyncOutput } from './sync-output.ts';
import {
  CloseCode,
  serverFrame,
  type WebSocketEvents,
  WebSocketReader,
} from './websocket-reader.ts';

const NOTHING = new Uint8Array(0);
/** After which a client whose network has gone is asked for, by TCP. */
const KEEP_ALIVE_MILLISECONDS = 60_000;

export class SyncConnection implements WebSocketEvents {
  readonly #socket: Socket;
  readonly #session: SyncSession;
  readonly #reader: WebSocketReader;
  readonly #gone: () => void;
  readonly #output: SyncOutput;
  /** Bytes of the socket that were not taken yet, and how many of them are unmasked. */
  #rest: Uint8Array = NOTHING;
  #unmasked = 0;
  #isClosing = false;
  #isReading = true;
  /** Frames at the last check, and since when one is owed. */
  #frames = 0;
  #owedSince = performance.now();
  /** Messages at the last check that were taken, and since when the next is not. */
  #taken = 0;
  #unreadSince = performance.now();

  /** `gone` is called once, when the socket has closed. */
  constructor(source: SyncedSpace, socket: Socket, gone: () => void) {
    this.#socket = socket;
    this.#gone = gone;
    this.#output = new SyncOutput(socket, () => this.#wasTaken());
    this.#session = new SyncSession(source, new Carrier(this.#output, () => this.#feed()));
    this.#reader = new WebSocketReader(this);
  }

  /** Commits without an answer, and operations that are not complete. */
  get inFlight(): number {
    return this.#session.inFlight;
  }

  /** What the client has not taken. */
  get unreadBytes(): number {
    return this.#output.bytes;
  }

  /** Begins to read; `head` came with the request. */
  start(head: Uint8Array): void {
    const socket = this.#socket;
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MILLISECONDS);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.#session.leave();
      this.#gone();
    });
    if (head.length > 0) this.#take(Uint8Array.from(head));
  }

  /** Called now and then: lets nobody hold memory who stays silent, or does not read. */
  check(milliseconds: number): void {
    this.#checkOwed(milliseconds);
    this.#checkUnread(milliseconds);
  }

  /** Takes nothing more of what comes; answers still go out. */
  stopReading(): void {
    this.#isReading = false;
    this.#session.end();
    this.#socket.pause();
  }

  /** Asks the client to go, and to come back as `hint` says: all that was taken is answered. */
  goAway(hint: string): void {
    this.#close(CloseCode.SERVICE_RESTART, hint);
  }

  /** Tells the client that it asks too much. */
  tryLater(): void {
    this.#close(CloseCode.TRY_AGAIN_LATER);
  }

  /** Tells the client that its right has ended; what was not answered is not any more. */
  forbid(): void {
    this.#close(CloseCode.FORBIDDEN);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** For the reader of its frames, as are the next three. */
  data(bytes: Uint8Array): number {
    return this.#session.push(bytes);
  }

  ping(content: Uint8Array): void {
    this.#write(serverFrame('pong', content));
  }

  close(code: number | undefined): void {
    this.#close(code ?? CloseCode.NORMAL);
  }

  breach(code: CloseCode): void {
    this.#close(code);
  }

  /** Whether the client reads what comes. */
  get #isRead(): boolean {
    return this.#output.bytes <= SYNC_OUTPUT_BYTES_MAX;
  }

  #wasTaken(): void {
    if (this.#output.bytes <= SYNC_RESULTS_BYTES_MAX) this.#session.taken();
    this.#feed();
  }

  /**
   * Silence is the client's right, but not in the middle of a frame, which holds memory; a close
   * that it does not answer is not waited for either. A client that is not read from is not silent,
   * unless that is because it does not read its answers.
   */
  #checkOwed(milliseconds: number): void {
    const { frames, isOwedBytes } = this.#session;
    const isHeldUp = this.#socket.isPaused() && this.#isRead && !this.#isClosing;
    if (frames !== this.#frames || isHeldUp || !(isOwedBytes || this.#isClosing)) {
      this.#frames = frames;
      this.#owedSince = milliseconds;
    } else if (milliseconds - this.#owedSince > SYNC_FRAME_MILLISECONDS_MAX) {
      if (this.#isClosing) this.#socket.destroy();
      else this.#close(CloseCode.POLICY_VIOLATION);
    }
  }

  /** One that takes nothing would not take a close frame either. */
  #checkUnread(milliseconds: number): void {
    const { bytes, taken } = this.#output;
    if (bytes === 0 || taken !== this.#taken) {
      this.#taken = taken;
      this.#unreadSince = milliseconds;
    } else if (milliseconds - this.#unreadSince > SYNC_UNREAD_MILLISECONDS_MAX) {
      this.#socket.destroy();
    }
  }

  #take(chunk: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? chunk : concatBytes(this.#rest, chunk);
    this.#feed();
  }

  /** Hands in what is left, as far as it is taken, and stops or starts the socket accordingly. */
  #feed(): void {
    if (this.#isClosing || !this.#isReading) return;
    const isRead = this.#isRead;
    if (isRead && this.#rest.length > 0) {
      const { bytes, unmasked } = this.#reader.push(this.#rest, this.#unmasked);
      // A chunk that is taken is let go of, which a part of it would hold.
      this.#rest = bytes === this.#rest.length ? NOTHING : this.#rest.subarray(bytes);
      this.#unmasked = unmasked;
    }
    if (this.#session.hasFailed) this.#close(CloseCode.POLICY_VIOLATION);
    else if (!isRead || this.#rest.length > 0) this.#socket.pause();
    else this.#socket.resume();
  }

  #write(frame: Uint8Array): void {
    if (!this.#isClosing && this.#socket.writable) this.#socket.write(frame);
  }

  /** What was answered so far goes out before the close. */
  #close(code: CloseCode | number, reason = ''): void {
    if (this.#isClosing) return;
    this.#output.flush();
    this.#write(serverFrame('close', Uint8Array.of(code >> 8, code & 0xff), utf8(reason)));
    this.#isClosing = true;
    this.#session.leave();
    this.#socket.end();
    // What still comes is read and dropped, or the end of the stream would never be seen.
    this.#socket.removeAllListeners('data').resume();
  }
}

/** Of many connections each has one: a class takes less than an object of closures. */
class Carrier implements SessionCarrier {
  readonly #output: SyncOutput;
  readonly #feed: () => void;

  constructor(output: SyncOutput, feed: () => void) {
    this.#output = output;
    this.#feed = feed;
  }

  send(...parts: readonly Uint8Array[]): void {
    this.#output.add(...parts);
  }

  resume(): void {
    queueMicrotask(this.#feed);
  }

  get isTaken(): boolean {
    return this.#output.bytes <= SYNC_RESULTS_BYTES_MAX;
  }

  turn(): Promise<void> {
    return setImmediate();
  }
}
