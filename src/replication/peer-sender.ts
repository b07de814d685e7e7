/**
 * What one replica sends another: records of the authority chain first, then commits in the order
 * of its own log, which puts what a commit builds on before it. Nothing is kept for the other side
 * but numbers: what it cannot take yet is read from the log again, once it has got further.
 */

import { assert } from '../base/assert.ts';
import { toHex } from '../base/bytes.ts';
import {
  PEER_LOOKS_PER_TURN,
  PEER_RECORDS_IN_FLIGHT_BYTES_MAX,
  PEER_RELAY_MILLISECONDS,
  PEER_RELAYS_MAX,
  PEER_RETRY_MILLISECONDS_LEAST,
  PEER_RETRY_MILLISECONDS_MAX,
} from '../base/connection-limits.ts';
import type { Commit } from '../delta/commit.ts';
import type { AuthorTip } from '../space/frontier.ts';
import type { PlacedCommit, ReplicatedSpace } from '../space/replicated-space.ts';
import type { EntryBody } from './frame.ts';
import type { PackedCommits } from './packing.ts';
import { type EntryType, encodePeerEntry, PeerFrame } from './peer-frame.ts';
import { earliest } from './peer-rules.ts';
import { doubtFrom, isOther, type PeerStart, type Reaches } from './peer-start.ts';

export interface SenderCarrier {
  send(frame: Uint8Array): unknown;
  /** Whether what was sent has left this process, but for little. */
  readonly isTaken: boolean;
}

/** What the other side holds, as far as this one was told. */
export interface Known {
  height: number;
  readonly reaches: Reaches;
}

interface SentRecord {
  readonly height: number;
  readonly bytes: number;
}

type SentCommit = Omit<PlacedCommit, 'bytes'> & { readonly bytes: number };

/** A commit of another replica, which its own is likely to send as well. */
interface Relay {
  readonly position: number;
  readonly due: number;
}

export class PeerSender {
  readonly #space: ReplicatedSpace;
  readonly #carrier: SenderCarrier;
  readonly #known: Known;
  /** How far the authors have come whose commits the other side has sent. */
  readonly #given: Reaches = new Map();
  /** Commits of authors who have forked that the other side holds, by their hashes in hex. */
  readonly #branches = new Set<string>();
  /** Authors who have forked of whom it holds what was here at the begin. */
  readonly #even: ReadonlySet<string>;
  /** Authors of whom it has told another commit than is here: numbers say nothing of these. */
  readonly #doubted = new Set<string>();
  /** Authors of whom it is to send what it holds in the place of what is here. */
  readonly #asked: Uint8Array[] = [];
  readonly #windowBytes: number;
  readonly #packed: PackedCommits | undefined;
  readonly #ownKey: string;
  #request = 0;
  readonly #records = new Map<number, SentRecord>();
  #recordBytes = 0;
  #nextRecord: number;
  readonly #commits = new Map<number, SentCommit>();
  #commitBytes = 0;
  /** The last position that was looked at. */
  #cursor: number;
  /** Behind it, commits of others are only relayed. */
  readonly #livePosition: number;
  readonly #relays: Relay[] = [];
  /** From where on it is tried again, once the other side has got further. */
  #retryFrom: number | undefined;
  /** Whether a record is to be tried again, too: those behind it wait. */
  #recordsWait = false;
  #retryAt = 0;
  #retryMilliseconds = PEER_RETRY_MILLISECONDS_LEAST;
  /** Whether it was interrupted, so that others have their turn. */
  #isTurnOver = false;

  constructor(parts: {
    readonly space: ReplicatedSpace;
    readonly carrier: SenderCarrier;
    readonly known: Known;
    readonly windowBytes: number;
    /** Undefined where the other side takes commits as they are. */
    readonly packed: PackedCommits | undefined;
    readonly start: PeerStart;
  }) {
    this.#space = parts.space;
    this.#carrier = parts.carrier;
    this.#known = parts.known;
    this.#windowBytes = parts.windowBytes;
    this.#packed = parts.packed;
    this.#ownKey = toHex(parts.space.key.publicKey);
    this.#nextRecord = parts.known.height;
    this.#cursor = parts.start.position;
    this.#even = parts.start.even;
    for (const [author, reach] of parts.start.reaches) this.#known.reaches.set(author, reach);
    this.#asked.push(...parts.start.others);
    for (const author of parts.start.others) this.#doubted.add(toHex(author));
    this.#livePosition = parts.space.position;
  }

  /** Whether everything that is here has been answered. */
  get isIdle(): boolean {
    return (
      this.#cursor >= this.#space.position &&
      this.#records.size + this.#commits.size + this.#relays.length === 0 &&
      !this.#waits &&
      this.#nextRecord >= this.#space.height
    );
  }

  /**
   * When to call `pump` at the latest; undefined: when something happens. What waits for room or
   * for answers is not woken by time: who gives none would keep this side busy.
   */
  get wakeAt(): number | undefined {
    if (this.#isTurnOver) return 0;
    const relay = this.#hasRoom ? this.#relays[0]?.due : undefined;
    const retry = this.#waits && !this.#isUnderWay ? this.#retryAt : undefined;
    return earliest(relay, retry);
  }

  /**
   * Sends what there is room for, and records alone where this side `isBehind`. Answers how far
   * the authors of commits have come that were passed over because others send them: the other side
   * is to know that they are here; and no commit of those whose other branch it is to send.
   */
  pump(now: number, isBehind = false): readonly AuthorTip[] {
    this.#pumpRecords();
    const asked = this.#asked.splice(0).map(noneOf);
    if (isBehind) return asked;
    if (this.#waits && now >= this.#retryAt) this.#retry();
    this.#pumpRelays(now);
    const passed = new Map<string, AuthorTip>();
    // What the other side says to hold may be all of a long log.
    const end = this.#cursor + PEER_LOOKS_PER_TURN;
    this.#isTurnOver = false;
    while (this.#hasRoom && this.#cursor < this.#space.position) {
      // A commit may cite what is on its way, or build on what waits.
      if (this.#records.size > 0) break;
      if (this.#retryFrom !== undefined || this.#relays.length >= PEER_RELAYS_MAX) break;
      this.#isTurnOver = this.#cursor === end;
      if (this.#isTurnOver) break;
      this.#cursor += 1;
      const commit = this.#space.commitAt(this.#cursor);
      if (commit === undefined) continue;
      const { author, sequence, hash, position, fork } = commit;
      const name = toHex(author);
      const isOwn = name === this.#ownKey;
      const isNews = position > this.#livePosition && sequence > (this.#given.get(name) ?? 0);
      if (isNews && !isOwn && fork === undefined) passed.set(name, { author, sequence, hash });
      if (this.#holds(name, commit)) continue;
      if (commit.bytes === undefined) {
        // It is part of a history that has not come yet: it goes when it has.
        this.#cursor -= 1;
        break;
      }
      if (position <= this.#livePosition || isOwn) this.#sendCommit(commit);
      else this.#relays.push({ position, due: now + PEER_RELAY_MILLISECONDS });
    }
    return [...asked, ...passed.values()];
  }

  /** An entry was taken; the other side holds it. */
  taken(request: number): void {
    const record = this.#dropRecord(request);
    if (record !== undefined) this.#known.height = Math.max(this.#known.height, record.height + 1);
    const commit = this.#dropCommit(request);
    if (commit?.fork !== undefined) this.#branches.add(toHex(commit.hash));
    else if (commit !== undefined) this.#raise(toHex(commit.author), commit.sequence);
    this.progressed();
  }

  /** An entry that the other side cannot take yet. */
  postponed(request: number, now: number): void {
    const record = this.#dropRecord(request);
    const commit = this.#dropCommit(request);
    if (!this.#waits) this.#retryAt = now + this.#retryMilliseconds;
    if (record !== undefined) {
      this.#nextRecord = Math.min(this.#nextRecord, record.height);
      this.#recordsWait = true;
    }
    if (commit === undefined) return;
    const from = commit.position - 1;
    this.#retryFrom = Math.min(this.#retryFrom ?? from, from);
  }

  /** A commit that the other side never takes, nor what its author has built on it. */
  refused(request: number): void {
    this.#dropRecord(request);
    const commit = this.#dropCommit(request);
    if (commit?.fork !== undefined) this.#branches.add(toHex(commit.hash));
    else if (commit !== undefined) this.#raise(toHex(commit.author), Number.POSITIVE_INFINITY);
  }

  /**
   * The other side tells of the last commit that it holds of an author. Where that stands in the
   * place of one that is here, or it tells of none, it is sent the author's commits from what is
   * sealed on, so that both know of both.
   */
  heard(tip: AuthorTip): void {
    const name = toHex(tip.author);
    if (this.#doubted.has(name)) return;
    const isAsked = tip.sequence === 0;
    if (!isAsked && !isOther(this.#space, tip)) return this.#raise(name, tip.sequence);
    // One that has sealed its own branch takes no other any more.
    if (!isAsked) this.#asked.push(tip.author);
    this.#doubted.add(name);
    const { position, reach } = doubtFrom(this.#space, tip.author, this.#known.height);
    this.#known.reaches.set(name, reach);
    this.#given.delete(name);
    this.#cursor = Math.min(this.#cursor, position);
  }

  /** The other side has sent a commit, so that it holds it. Answers whether it had before. */
  gave({ header: { author, sequence }, hash }: Pick<Commit, 'header' | 'hash'>): boolean {
    const name = toHex(author);
    const before = this.#given.get(name) ?? 0;
    this.#given.set(name, Math.max(before, sequence));
    if (this.#space.forksOf(name).length > 0) {
      const count = this.#branches.size;
      return this.#branches.add(toHex(hash)).size === count;
    }
    if (!this.#doubted.has(name)) this.#raise(name, sequence);
    return sequence <= before;
  }

  /** The other side has got further: what it could not take may go now. */
  progressed(): void {
    this.#retryMilliseconds = PEER_RETRY_MILLISECONDS_LEAST;
    if (this.#waits) this.#retryAt = 0;
  }

  /** Whether something is to be tried again. */
  get #waits(): boolean {
    return this.#recordsWait || this.#retryFrom !== undefined;
  }

  /** Whether an answer is to come. */
  get #isUnderWay(): boolean {
    return this.#commits.size > 0 || this.#records.size > 0;
  }

  get #hasRoom(): boolean {
    return this.#commitBytes < this.#windowBytes && this.#carrier.isTaken;
  }

  /** Of an author who has forked, numbers do not tell which commits are held. */
  #holds(author: string, { sequence, hash, position, fork }: PlacedCommit): boolean {
    if (fork === undefined) return sequence <= (this.#known.reaches.get(author) ?? 0);
    const isSealed = fork.sealedAt !== undefined && this.#known.height > fork.sealedAt;
    const isEven = position <= this.#livePosition && this.#even.has(author);
    return isSealed || isEven || this.#branches.has(toHex(hash));
  }

  #raise(author: string, sequence: number): void {
    const known = this.#known.reaches.get(author) ?? 0;
    if (sequence > known) this.#known.reaches.set(author, sequence);
  }

  /** Only when nothing is on its way: what is may be what the other side waits for. */
  #retry(): void {
    if (this.#isUnderWay) return;
    this.#cursor = Math.min(this.#cursor, this.#retryFrom ?? this.#cursor);
    this.#retryFrom = undefined;
    this.#recordsWait = false;
    this.#retryMilliseconds = Math.min(2 * this.#retryMilliseconds, PEER_RETRY_MILLISECONDS_MAX);
    this.#pumpRecords();
  }

  #pumpRecords(): void {
    if (this.#recordsWait) return;
    while (this.#recordBytes < PEER_RECORDS_IN_FLIGHT_BYTES_MAX) {
      this.#nextRecord = Math.max(this.#nextRecord, this.#known.height);
      const bytes = this.#space.record(this.#nextRecord);
      if (bytes === undefined) return;
      const request = this.#send(PeerFrame.RECORD, { body: bytes });
      this.#records.set(request, { height: this.#nextRecord, bytes: bytes.length });
      this.#recordBytes += bytes.length;
      this.#nextRecord += 1;
    }
  }

  #pumpRelays(now: number): void {
    while (this.#hasRoom) {
      const [first] = this.#relays;
      if (first === undefined || first.due > now) return;
      this.#relays.shift();
      const commit = this.#space.commitAt(first.position);
      if (commit === undefined || this.#holds(toHex(commit.author), commit)) continue;
      this.#sendCommit(commit);
    }
  }

  #sendCommit(commit: PlacedCommit): void {
    const { position, bytes } = commit;
    assert(bytes !== undefined, 'a commit is sent whose bytes are here');
    const { length } = bytes;
    const packed = this.#packed?.of(position, bytes);
    const request = this.#send(PeerFrame.COMMIT, { body: bytes, packed });
    this.#commits.set(request, { ...commit, bytes: length });
    this.#commitBytes += length;
  }

  #send(type: EntryType, entry: EntryBody): number {
    this.#request = (this.#request + 1) % 2 ** 32;
    this.#carrier.send(encodePeerEntry(type, this.#request, entry));
    return this.#request;
  }

  #dropRecord(request: number): SentRecord | undefined {
    const record = this.#records.get(request);
    if (record === undefined) return undefined;
    this.#records.delete(request);
    this.#recordBytes -= record.bytes;
    return record;
  }

  #dropCommit(request: number): SentCommit | undefined {
    const commit = this.#commits.get(request);
    if (commit === undefined) return undefined;
    this.#commits.delete(request);
    this.#commitBytes -= commit.bytes;
    return commit;
  }
}

/** What asks for the commits of an author, as if none were here. */
function noneOf(author: Uint8Array): AuthorTip {
  return { author, sequence: 0, hash: new Uint8Array(author.length) };
}
