/**
 * One sync connection: the socket and its WebSocket framing around a session. Answers that come
 * in one turn of the event loop leave in one message. Whatever stops the session (no room, answers
 * that are not read) stops the socket, so that the sender's system holds what it sends.
 */

import type { Socket } from 'node:net';
import { concatBytes } from '../base/bytes.ts';
import { SYNC_FRAME_MILLISECONDS_MAX, SYNC_OUTPUT_BYTES_MAX } from '../base/limits.ts';
import { type SyncedSpace, SyncSession } from '../replication/session.ts';
import { CloseCode, serverFrame, WebSocketReader } from './websocket-reader.ts';

const NOTHING = new Uint8Array(0);

export class SyncConnection {
  readonly #socket: Socket;
  readonly #session: SyncSession;
  readonly #reader: WebSocketReader;
  readonly #gone: () => void;
  /** Bytes of the socket that were not taken yet, and how many of them are unmasked. */
  #rest: Uint8Array = NOTHING;
  #unmasked = 0;
  #answers: Uint8Array[] = [];
  #isClosing = false;
  #isReading = true;
  /** Frames at the last check, and since when one is owed. */
  #frames = 0;
  #owedSince = performance.now();

  /** `gone` is called once, when the socket has closed. */
  constructor(source: SyncedSpace, socket: Socket, gone: () => void) {
    this.#socket = socket;
    this.#gone = gone;
    this.#session = new SyncSession(source, {
      send: (frame) => this.#answer(frame),
      resume: () => queueMicrotask(() => this.#feed()),
    });
    this.#reader = new WebSocketReader({
      data: (bytes) => this.#session.push(bytes),
      ping: (content) => this.#write(serverFrame('pong', content)),
      close: (code) => this.#close(code ?? CloseCode.NORMAL),
      breach: (code) => this.#close(code),
    });
  }

  /** Commits without an answer. */
  get inFlight(): number {
    return this.#session.inFlight;
  }

  /** Begins to read; `head` came with the request. */
  start(head: Uint8Array): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('drain', () => this.#feed());
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.#session.end();
      this.#gone();
    });
    if (head.length > 0) this.#take(Uint8Array.from(head));
  }

  /**
   * Called now and then. Silence is the client's right, but not in the middle of a frame, which
   * holds memory; a close that it does not answer is not waited for either. A client that is not
   * read from is not silent, unless that is because it does not read its answers.
   */
  check(milliseconds: number): void {
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

  /** Takes nothing more of what comes; answers still go out. */
  stopReading(): void {
    this.#isReading = false;
    this.#session.end();
    this.#socket.pause();
  }

  /** Asks the client to go: all that was taken is answered. */
  goAway(): void {
    this.#close(CloseCode.GOING_AWAY);
  }

  /** Tells the client that its right has ended; what was not answered is not any more. */
  forbid(): void {
    this.#close(CloseCode.FORBIDDEN);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Whether the client reads its answers. */
  get #isRead(): boolean {
    return this.#socket.writableLength <= SYNC_OUTPUT_BYTES_MAX;
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
      this.#rest = this.#rest.subarray(bytes);
      this.#unmasked = unmasked;
    }
    if (this.#session.hasFailed) this.#close(CloseCode.POLICY_VIOLATION);
    else if (!isRead || this.#rest.length > 0) this.#socket.pause();
    else this.#socket.resume();
  }

  #answer(frame: Uint8Array): void {
    this.#answers.push(frame);
    if (this.#answers.length === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    if (this.#answers.length === 0) return;
    this.#write(serverFrame('binary', ...this.#answers));
    this.#answers = [];
  }

  #write(frame: Uint8Array): void {
    if (!this.#isClosing && this.#socket.writable) this.#socket.write(frame);
  }

  /** What was answered so far goes out before the close. */
  #close(code: CloseCode | number): void {
    if (this.#isClosing) return;
    this.#flush();
    this.#write(serverFrame('close', Uint8Array.of(code >> 8, code & 0xff)));
    this.#isClosing = true;
    this.#session.end();
    this.#socket.end();
    // What still comes is read and dropped, or the end of the stream would never be seen.
    this.#socket.removeAllListeners('data').resume();
  }
}
