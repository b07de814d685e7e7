/**
 * A connection between replicas over a WebSocket, whichever side opened it. The stream is the
 * content of all binary messages, as on every sync connection (schema/sync.md, Q1). What the
 * session does not take stops the socket, so that the other side's system holds what it sends.
 */

import { type RawData, WebSocket } from 'ws';
import { concatBytes } from '../base/bytes.ts';
import {
  PEER_BEAT_MILLISECONDS,
  PEER_MESSAGE_BYTES,
  PEER_MESSAGE_BYTES_MAX,
  PEER_OUTPUT_BYTES_MAX,
  PEER_PROOF_MILLISECONDS_MAX,
  PEER_SAID_TURN_BYTES,
  PEER_SILENCE_MILLISECONDS_MAX,
  PEER_TURN_BYTES,
  PEER_TURN_FRAMES,
  PEER_UNSENT_BYTES,
} from '../base/connection-limits.ts';
import { type DatabaseError, ErrorCode } from '../base/errors.ts';
import { messageBytes } from './peer-dial.ts';
import type { PeerCarrier, PeerOptions } from './peer-parts.ts';
import { failure, malformed } from './peer-rules.ts';
import { PeerSession } from './peer-session.ts';

/** Handed in at once: no frames that are short go far beyond a turn. */
const PART_BYTES = 16_384;
/** Of RFC 6455: this side ends it, because of what the other one did. */
const POLICY_VIOLATION = 1008;

export interface PeerSocketOptions extends Omit<PeerOptions, 'now'> {
  /** Called once, when nothing comes or goes any more. */
  readonly onEnd: (error: DatabaseError) => void;
}

export class PeerSocket implements PeerCarrier {
  readonly session: PeerSession;
  readonly #socket: WebSocket;
  readonly #stopWatching: () => void;
  readonly #beat: ReturnType<typeof setInterval>;
  readonly #opened = performance.now();
  readonly #onEnd: (error: DatabaseError) => void;
  #unsent: Uint8Array[] = [];
  #unsentBytes = 0;
  /** Handed to the socket, and not to the system yet. */
  #passedBytes = 0;
  /** Said since this turn of the event loop began, as far as that is noted. */
  #saidBytes = 0;
  #isFlushing = false;
  /** Messages that have come, from the first byte on that was not handed in. */
  readonly #waiting: Uint8Array[] = [];
  /** Of the event loop: frames before it, and bytes handed in during it; absent where none were. */
  #turn: { readonly frames: number; bytes: number } | undefined;
  #heardAt = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasEnded = false;

  /** The socket is open. */
  constructor(socket: WebSocket, { onEnd, ...options }: PeerSocketOptions) {
    this.#socket = socket;
    this.#onEnd = onEnd;
    this.session = new PeerSession({ ...options, now: () => performance.now() }, this);
    this.#stopWatching = options.space.watch(() => this.session.grown());
    this.#beat = setInterval(() => this.#check(), PEER_BEAT_MILLISECONDS);
    this.#beat.unref();
    socket.on('message', (data: RawData, isBinary: boolean) => this.#take(data, isBinary));
    const heard = () => {
      this.#heardAt = performance.now();
    };
    socket.on('pong', heard).on('ping', heard);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.session.leave();
      this.#settle(this.session.error ?? gone());
    });
  }

  send(frame: Uint8Array): void {
    if (this.#saidBytes === 0) this.#beginSaying();
    this.#saidBytes += frame.length;
    this.#unsent.push(frame);
    this.#unsentBytes += frame.length;
    if (this.#unsentBytes >= PEER_MESSAGE_BYTES) this.#flush();
    if (this.#isFlushing || this.#unsentBytes === 0) return;
    this.#isFlushing = true;
    // What one turn has to say goes in one message.
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  get isTaken(): boolean {
    const hasTurn = this.#saidBytes < PEER_SAID_TURN_BYTES;
    return hasTurn && this.#unsentBytes + this.#passedBytes < PEER_UNSENT_BYTES;
  }

  resume(): void {
    this.#feed();
  }

  wakeAt(time: number | undefined): void {
    clearTimeout(this.#timer);
    if (time === undefined || this.#hasEnded) return;
    const wake = () => this.session.wake();
    this.#timer = setTimeout(wake, Math.max(0, time - performance.now()));
  }

  /** The session is over: what it has said goes out before the close. */
  end(error: DatabaseError): void {
    this.#flush();
    this.#socket.close(POLICY_VIOLATION, error.code);
    // One that does not answer the close is not waited for.
    this.#timer = setTimeout(() => this.#socket.terminate(), PEER_SILENCE_MILLISECONDS_MAX);
    this.#timer.unref();
    this.#settle(error);
  }

  /** Lets the connection go at once. */
  close(): void {
    this.#socket.terminate();
  }

  /** What a replica has to say would fill turns, too: others are to have theirs. */
  #beginSaying(): void {
    setImmediate(() => {
      const wasTaken = this.isTaken;
      this.#saidBytes = 0;
      if (!wasTaken) this.#goOn();
    });
  }

  #goOn(): void {
    if (!this.isTaken || this.#hasEnded) return;
    this.session.taken();
    this.#feed();
  }

  #flush(): void {
    if (this.#unsentBytes === 0) return;
    const [first] = this.#unsent;
    const all = this.#unsent.length === 1 && first ? first : concatBytes(...this.#unsent);
    this.#unsent = [];
    this.#unsentBytes = 0;
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    for (let at = 0; at < all.length; at += PEER_MESSAGE_BYTES_MAX) {
      this.#pass(all.subarray(at, at + PEER_MESSAGE_BYTES_MAX));
    }
  }

  #pass(message: Uint8Array): void {
    this.#passedBytes += message.length;
    this.#socket.send(message, () => {
      const wasTaken = this.isTaken;
      this.#passedBytes -= message.length;
      if (!wasTaken) this.#goOn();
    });
  }

  #take(data: RawData, isBinary: boolean): void {
    this.#heardAt = performance.now();
    if (!isBinary) return this.session.leaveWith(malformed('binary messages', 'a text'));
    const chunk = messageBytes(data);
    this.#waiting.push(chunk);
    this.#feed();
  }

  /** Hands in what is left. Who does not read answers is not read from either. */
  #feed(): void {
    const isRead = this.#unsentBytes + this.#passedBytes < PEER_OUTPUT_BYTES_MAX;
    for (let isTaken = isRead; isTaken && this.#hasTurn; ) {
      const [first] = this.#waiting;
      if (first === undefined) break;
      const part = first.subarray(0, PART_BYTES);
      this.#turn ??= this.#beginTurn();
      const taken = this.session.push(part);
      this.#turn.bytes += taken;
      isTaken = taken === part.length;
      if (taken === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(taken);
    }
    if (this.#hasEnded) return;
    if (!isRead || this.#waiting.length > 0) this.#socket.pause();
    else if (this.#socket.isPaused) this.#socket.resume();
  }

  /** The system hands in megabytes in one turn where they are there: others are to have theirs. */
  get #hasTurn(): boolean {
    if (this.#turn === undefined) return true;
    const frames = this.session.frames - this.#turn.frames;
    return this.#turn.bytes < PEER_TURN_BYTES && frames < PEER_TURN_FRAMES;
  }

  #beginTurn(): { readonly frames: number; bytes: number } {
    setImmediate(() => {
      const isOver = !this.#hasTurn;
      this.#turn = undefined;
      // What waits for room, or for answers to be read, goes on when there is some.
      if (isOver) this.#feed();
    });
    return { frames: this.session.frames, bytes: 0 };
  }

  /** A network that is cut says nothing: whoever is silent for long is let go of. */
  #check(): void {
    const now = performance.now();
    const isProven = this.session.peer !== undefined;
    if (!isProven && now - this.#opened > PEER_PROOF_MILLISECONDS_MAX) {
      this.session.leaveWith(failure(ErrorCode.UNAUTHENTICATED, 'a proof in time', 'none'));
    } else if (!this.#socket.isPaused && now - this.#heardAt > PEER_SILENCE_MILLISECONDS_MAX) {
      this.#socket.terminate();
    } else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  #settle(error: DatabaseError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearInterval(this.#beat);
    this.#stopWatching();
    this.#onEnd(error);
  }
}

function gone(): DatabaseError {
  return failure(ErrorCode.UNAVAILABLE, 'the other replica to be there', 'its end');
}
