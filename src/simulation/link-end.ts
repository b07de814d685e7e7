/**
 * One end of a connection between two nodes: an ordered stream of bytes over a network that keeps
 * no order and loses packets, as TCP makes one. A packet without an answer is sent again, and the
 * connection is cut when that was in vain, or when nothing was heard for long.
 */

import { concatBytes } from '../base/bytes.ts';
import {
  PEER_BEAT_MILLISECONDS,
  PEER_PROOF_MILLISECONDS_MAX,
  PEER_SILENCE_MILLISECONDS_MAX,
} from '../base/connection-limits.ts';
import { type DatabaseError, ErrorCode } from '../base/errors.ts';
import { PeerFrame } from '../replication/peer-frame.ts';
import type { PeerCarrier, PeerOptions } from '../replication/peer-parts.ts';
import { failure } from '../replication/peer-rules.ts';
import { PeerSession } from '../replication/peer-session.ts';
import { type Bounds, UNSENT_BYTES } from './bounds.ts';
import { FrameWatch } from './frame-watch.ts';
import type { Network, Packet } from './network.ts';
import type { NodeClock } from './node-clock.ts';
import type { Schedule, Timer } from './schedule.ts';
import type { Settings } from './settings.ts';
import type { Tally } from './tally.ts';

const PACKET_BYTES_MAX = 1_400;
const PACKETS_IN_FLIGHT_MAX = 32;
const TRIES_MAX = 4;
/** What the session has no room for, before packets are not taken any more. */
const UNREAD_BYTES_MAX = 65_536;
const NOTHING: Uint8Array = new Uint8Array(0);

/** Sees each frame that a side hands over, and says which go out in its place. */
export type Outgoing = (frame: Uint8Array) => readonly Uint8Array[];

export interface LinkEndParts {
  readonly schedule: Schedule;
  readonly network: Network;
  readonly settings: Settings;
  readonly tally: Tally;
  readonly bounds: Bounds;
  readonly clock: NodeClock;
  readonly connection: number;
  readonly own: number;
  readonly peer: number;
  readonly session: Omit<PeerOptions, 'now'>;
  readonly outgoing: Outgoing;
  /** Called once, when the session is over. */
  readonly onEnd: (end: LinkEnd) => void;
  /** Called once, when nothing more comes or goes. */
  readonly onGone: (end: LinkEnd) => void;
}

interface SentPacket {
  readonly packet: Packet;
  tries: number;
  again: Timer;
}

export class LinkEnd implements PeerCarrier {
  readonly session: PeerSession;
  readonly #parts: LinkEndParts;
  readonly #stopWatching: () => void;
  readonly #opened: number;
  #queue: Uint8Array[] = [];
  #queueBytes = 0;
  #isFlushing = false;
  readonly #sent = new Map<number, SentPacket>();
  #sentBytes = 0;
  #nextOut = 0;
  #nextIn = 0;
  /** Packets that came before one that is missing. */
  readonly #early = new Map<number, Uint8Array>();
  #rest = NOTHING;
  /** Of the rest, what was looked at before. */
  #seenBytes = 0;
  /** Bytes of the session's own commits that have no answer yet, by their numbers. */
  readonly #unanswered = new Map<number, number>();
  #unansweredBytes = 0;
  /** Answers of a liar to commits that are sent while what holds the answers is taken. */
  readonly #ahead = new Set<number>();
  readonly #going = new FrameWatch((type, request, bytes) => this.#sees(type, request, bytes));
  readonly #coming = new FrameWatch((type, request) => this.#hears(type, request));
  #wakes = 0;
  #wakesSince = 0;
  #heardAt: number;
  #wake: Timer | undefined;
  #beat: Timer;
  #hasEnded = false;
  #isGone = false;

  constructor(parts: LinkEndParts) {
    const { schedule, clock, session } = parts;
    this.#parts = parts;
    this.#opened = schedule.now;
    this.#heardAt = schedule.now;
    this.session = new PeerSession({ ...session, now: () => clock.running() }, this);
    this.#stopWatching = session.space.watch(() => this.session.grown());
    this.#beat = this.#nextBeat();
  }

  get connection(): number {
    return this.#parts.connection;
  }

  get peer(): number {
    return this.#parts.peer;
  }

  /** Bytes that were handed over and have not come to the other side, as far as is known. */
  get outputBytes(): number {
    return this.#queueBytes + this.#sentBytes;
  }

  get unreadBytes(): number {
    return this.#rest.length;
  }

  send(frame: Uint8Array): void {
    this.#going.pass(frame);
    for (const each of this.#parts.outgoing(frame)) this.inject(each);
    this.#parts.bounds.output(this.#parts.own, this.outputBytes);
  }

  /** Sends a frame that nobody looks at. */
  inject(frame: Uint8Array): void {
    if (this.#isGone) return;
    this.#queue.push(frame);
    this.#queueBytes += frame.length;
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    // What one turn has to say goes in one packet.
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#fill();
    });
  }

  get isTaken(): boolean {
    return this.outputBytes < UNSENT_BYTES;
  }

  resume(): void {
    this.#feed();
  }

  wakeAt(time: number | undefined): void {
    const { schedule, clock, own } = this.#parts;
    this.#wake?.cancel();
    if (time === undefined || this.#hasEnded) return;
    const wait = clock.until(time);
    this.#wake = schedule.after(wait, `${own} wakes`, () => {
      this.#countWake();
      this.session.wake();
    });
  }

  /** The session is over: what it has said goes out before the close. */
  end(error: DatabaseError): void {
    this.#parts.tally.add(`connections ended: ${error.code}`);
    this.#settle();
    this.#closeWhenSent();
  }

  /** The node is gone: nothing is said to anybody. */
  drop(): void {
    this.#settle();
    this.#vanish();
  }

  /** A packet of the other side. */
  take(packet: Packet): void {
    if (this.#isGone) return;
    this.#heardAt = this.#parts.schedule.now;
    switch (packet.kind) {
      case 'open':
      case 'beat':
        return;
      case 'close':
        return this.#lose('closed by the other side');
      case 'acknowledge':
        return this.#acknowledged(packet);
      case 'data':
        return this.#takeData(packet);
    }
  }

  #sees(type: number, request: number, bytes: number): void {
    if (type !== PeerFrame.COMMIT || this.#ahead.delete(request)) return;
    this.#unanswered.set(request, bytes);
    this.#unansweredBytes += bytes;
    this.#parts.bounds.unanswered(this.#parts.own, this.#unansweredBytes, bytes);
  }

  #hears(type: number, request: number): void {
    if (type !== PeerFrame.TAKEN && type !== PeerFrame.NOT_TAKEN) return;
    const bytes = this.#unanswered.get(request);
    if (bytes === undefined) this.#ahead.add(request);
    this.#unansweredBytes -= bytes ?? 0;
    this.#unanswered.delete(request);
  }

  #countWake(): void {
    const { schedule, bounds, own } = this.#parts;
    if (schedule.now - this.#wakesSince >= 1_000) {
      this.#wakesSince = schedule.now;
      this.#wakes = 0;
    }
    this.#wakes += 1;
    bounds.wakes(own, this.#wakes);
  }

  #takeData({ sequence, bytes }: Packet): void {
    const isNew = sequence >= this.#nextIn && !this.#early.has(sequence);
    if (!isNew) this.#parts.tally.add('packets that had come before');
    // Who does not read does not acknowledge either: it comes again.
    if (isNew && this.#rest.length > UNREAD_BYTES_MAX) return;
    if (isNew) this.#early.set(sequence, bytes);
    const arrived: Uint8Array[] = [];
    for (let next = this.#early.get(this.#nextIn); next; next = this.#early.get(this.#nextIn)) {
      this.#early.delete(this.#nextIn);
      this.#nextIn += 1;
      arrived.push(next);
    }
    this.#pass('acknowledge', { sequence });
    if (arrived.length === 0 || this.#hasEnded) return;
    this.#rest = concatBytes(this.#rest, ...arrived);
    this.#feed();
  }

  #acknowledged({ sequence, next }: Packet): void {
    for (const [number, sent] of this.#sent) {
      if (number >= next && number !== sequence) continue;
      sent.again.cancel();
      this.#sent.delete(number);
      this.#sentBytes -= sent.packet.bytes.length;
    }
    this.#fill();
    if (this.#hasEnded) return this.#closeWhenSent();
    if (!this.isTaken) return;
    this.session.taken();
    this.#feed();
  }

  /** Hands in what is left. */
  #feed(): void {
    if (this.#rest.length === 0 || this.#hasEnded) return;
    const rest = this.#rest;
    // An answer makes room for the commit that is sent while it is taken.
    this.#coming.pass(rest.subarray(this.#seenBytes));
    this.#seenBytes = rest.length;
    const taken = this.session.push(rest);
    this.#seenBytes -= taken;
    this.#rest = taken === rest.length ? NOTHING : rest.slice(taken);
    if (this.#rest === NOTHING) this.#ahead.clear();
  }

  /** Makes packets of what waits, as far as there is room. */
  #fill(): void {
    while (!this.#isGone && this.#queueBytes > 0 && this.#sent.size < PACKETS_IN_FLIGHT_MAX) {
      const [first] = this.#queue;
      const all = this.#queue.length === 1 && first ? first : concatBytes(...this.#queue);
      const bytes = all.subarray(0, PACKET_BYTES_MAX);
      this.#queue = all.length === bytes.length ? [] : [all.subarray(bytes.length)];
      this.#queueBytes -= bytes.length;
      this.#sentBytes += bytes.length;
      const packet = this.#packet('data', { sequence: this.#nextOut, bytes });
      this.#nextOut += 1;
      this.#sent.set(packet.sequence, { packet, tries: 1, again: this.#again(packet.sequence) });
      this.#parts.network.send(packet);
    }
  }

  #again(sequence: number): Timer {
    const { schedule, settings, own } = this.#parts;
    const wait = 3 * settings.latency[1] + 20;
    return schedule.after(wait, `${own} sends ${sequence} again`, () => {
      const sent = this.#sent.get(sequence);
      if (sent === undefined || this.#isGone) return;
      if (sent.tries === TRIES_MAX) {
        this.#parts.tally.add('packets given up');
        return this.#lose('no answer to a packet');
      }
      sent.tries += 1;
      sent.again = this.#again(sequence);
      this.#parts.tally.add('packets sent again');
      this.#parts.network.send(sent.packet);
    });
  }

  #nextBeat(): Timer {
    const { schedule, own } = this.#parts;
    return schedule.after(PEER_BEAT_MILLISECONDS, `${own} beats`, () => this.#check());
  }

  #check(): void {
    const { now } = this.#parts.schedule;
    const isProven = this.session.peer !== undefined;
    if (now - this.#heardAt > PEER_SILENCE_MILLISECONDS_MAX) return this.#lose('silence');
    if (!isProven && !this.#hasEnded && now - this.#opened > PEER_PROOF_MILLISECONDS_MAX) {
      this.session.leaveWith(failure(ErrorCode.UNAUTHENTICATED, 'a proof in time', 'none'));
    }
    if (this.#isGone) return;
    this.#pass('beat');
    this.#beat = this.#nextBeat();
  }

  #pass(kind: Packet['kind'], rest: { sequence?: number } = {}): void {
    this.#parts.network.send(this.#packet(kind, rest));
  }

  #packet(kind: Packet['kind'], { sequence = 0, bytes = NOTHING }): Packet {
    const { own: from, peer: to, connection } = this.#parts;
    return { from, to, connection, kind, sequence, next: this.#nextIn, bytes };
  }

  #closeWhenSent(): void {
    if (this.#isGone || this.#isFlushing || this.#queueBytes + this.#sent.size > 0) return;
    this.#pass('close');
    this.#vanish();
  }

  #lose(why: string): void {
    if (!this.#hasEnded) this.#parts.tally.add(`connections lost: ${why}`);
    this.#settle();
    this.#vanish();
  }

  #settle(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stopWatching();
    this.#wake?.cancel();
    this.#rest = NOTHING;
    this.session.leave();
    this.#parts.onEnd(this);
  }

  #vanish(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#beat.cancel();
    for (const { again } of this.#sent.values()) again.cancel();
    this.#parts.onGone(this);
  }
}
