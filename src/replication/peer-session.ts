/**
 * One connection between two replicas (schema/sync.md), as either side has it, without a network:
 * bytes come in, frames go out, and what is between them is a function of both, of the space's
 * verdicts and of the time that it is told.
 *
 *     HELLO ── PROOF ── STATE ── (RANGES ...) ── records, commits, HAVE ...
 *
 * Nothing that the other side says is believed: entries pass the one door, and what is refused
 * there ends the connection, with the bytes as evidence.
 */

import { assert } from '../base/assert.ts';
import { sameBytes, toHex } from '../base/bytes.ts';
import {
  PEER_FRUITLESS_MAX,
  PEER_STATE_AUTHORS_MAX,
  PEER_WINDOW_BYTES,
} from '../base/connection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { CommitOutcome } from '../space/commit-intake.ts';
import type { AuthorTip } from '../space/frontier.ts';
import type { ReplicatedSpace } from '../space/replicated-space.ts';
import { CouncilExchange, isOfCouncil } from './council-exchange.ts';
import { decodeRefusal, type FrameHead } from './frame.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';
import {
  decodePeerHave,
  decodePeerHello,
  decodePeerState,
  encodeNotTaken,
  encodePeerFailed,
  encodePeerHave,
  encodePeerHello,
  encodePeerProof,
  encodePeerRanges,
  encodePeerState,
  encodeTaken,
  PEER_HELLO_BYTES,
  PEER_VERSION,
  PeerFrame,
  type PeerHello,
} from './peer-frame.ts';
import type { PeerCarrier, PeerOptions } from './peer-parts.ts';
import { type Handshake, handshakeOf, isProof, PeerRole, signProof } from './peer-proof.ts';
import { Reconciliation, TipRanges } from './peer-ranges.ts';
import {
  begunAnew,
  commitOf,
  earliest,
  errorOf,
  expectFrame,
  expectHello,
  expectKey,
  expectProof,
  failedThere,
  failure,
  fruitless,
  isBlamed,
  isBreach,
  isEvidence,
  isKnown,
  malformed,
  windowOf,
} from './peer-rules.ts';
import { type Known, PeerSender } from './peer-sender.ts';
import { startFor } from './peer-start.ts';
import { RecordQueue, type SentRecord } from './record-queue.ts';
import { isOfSealed, SealedExchange } from './sealed-exchange.ts';

const NO_HASH = new Uint8Array(32);
/** What every replica does. */
const ABLE = { takesCommits: true, unpacks: true, givesBase: true, sits: true } as const;

export class PeerSession implements FrameSink {
  readonly #options: PeerOptions;
  readonly #space: ReplicatedSpace;
  readonly #windowBytes: number;
  readonly #carrier: PeerCarrier;
  readonly #reader = new FrameReader(this);
  readonly #ownHello: Uint8Array;
  #hello: { readonly body: Uint8Array; readonly told: PeerHello } | undefined;
  #isProven = false;
  readonly #known: Known = { height: 0, reaches: new Map() };
  #sender: PeerSender | undefined;
  readonly #sealed: SealedExchange;
  readonly #council: CouncilExchange;
  /** What this side has told, until the other has. */
  #tips: TipRanges | undefined;
  #ranges: Reconciliation | undefined;
  #error: DatabaseError | undefined;
  #isEndedThere = false;
  readonly #records: RecordQueue;
  /** Commits that have come and have no answer yet. */
  #inFlightBytes = 0;
  #waitsForAnswers = false;
  /** Whether the body that is being filled stands in the intake's memory. */
  #isPlaced = false;
  #waitsForRoom = false;
  #toldHeight = 0;
  /** How often commits had lost their effect when this side told what it holds. */
  #withdrawals = 0;
  /** Whether a record has been answered that cannot be taken yet. */
  #hasPostponedRecord = false;
  /** Entries in a row that have brought nothing. */
  #fruitless = 0;

  constructor(options: PeerOptions, carrier: PeerCarrier) {
    const { space, nonce, windowBytes = PEER_WINDOW_BYTES } = options;
    this.#options = options;
    this.#windowBytes = windowBytes;
    this.#space = space;
    this.#carrier = carrier;
    this.#sealed = new SealedExchange({
      ...options,
      carrier,
      onTaken: () => this.#pump(),
      onBreach: (error) => this.#fail(error),
    });
    this.#council = new CouncilExchange({ seat: space.seat, carrier });
    this.#records = new RecordQueue(space, (record, outcome) => this.#heardRecord(record, outcome));
    const facts = { version: PEER_VERSION, ...ABLE, windowBytes, nonce };
    const own = { space: space.space, key: space.key.publicKey };
    const frame = encodePeerHello({ ...facts, ...own });
    this.#ownHello = frame.slice(-PEER_HELLO_BYTES);
    carrier.send(frame);
  }

  /** The key of the other side, once it is proven. */
  get peer(): Uint8Array | undefined {
    return this.#isProven ? this.#hello?.told.key : undefined;
  }

  /** Whether the other side is known to hold all that is here. */
  get isEven(): boolean {
    return this.#sender?.isIdle === true;
  }

  /** What the other side holds, as far as it has said. */
  get known(): Readonly<Known> {
    return this.#known;
  }

  /** Frames that were read to their ends. */
  get frames(): number {
    return this.#reader.count;
  }

  get error(): DatabaseError | undefined {
    return this.#error;
  }

  /** Whether the other side has done what no replica does that keeps to the protocol. */
  get isBroken(): boolean {
    return this.#error !== undefined && !this.#isEndedThere && isBreach(this.#error);
  }

  /** Takes bytes; answers how many. Those that were not taken come again after `resume`. */
  push(chunk: Uint8Array): number {
    if (this.#error !== undefined) return chunk.length;
    try {
      return this.#reader.push(chunk);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.#fail(error);
      return chunk.length;
    }
  }

  /** The log of the space has grown. */
  grown(): void {
    this.#pump();
  }

  /** What was sent has left. */
  taken(): void {
    this.#pump();
  }

  /** The time has come that the carrier was told. */
  wake(): void {
    this.#pump();
  }

  /** The carrier hands in nothing more. */
  leave(): void {
    const { unfinished } = this.#reader;
    if (unfinished !== undefined && this.#isPlaced) this.#space.intake.give(unfinished);
    this.#isPlaced = false;
    this.#sealed.end();
    this.#council.end();
    this.#error ??= new DatabaseError(
      ErrorCode.UNAVAILABLE,
      'a connection to a replica expected to go on, got its end',
    );
  }

  /** For the reader of its frames, as are the next two. */
  place(head: FrameHead): Uint8Array | undefined {
    const [hasHello, isOpen] = [this.#hello !== undefined, this.#sender !== undefined];
    const stage = { hasHello, isProven: this.#isProven, isOpen };
    expectFrame(head, { ...stage, isComparing: this.#ranges !== undefined });
    this.#isPlaced = head.type === PeerFrame.COMMIT;
    if (!this.#isPlaced) return new Uint8Array(head.bodyBytes);
    this.#waitsForAnswers = this.#inFlightBytes > this.#windowBytes;
    if (this.#waitsForAnswers) return undefined;
    const { intake } = this.#space;
    const place = intake.room(head.bodyBytes);
    if (place === undefined && !this.#waitsForRoom) {
      this.#waitsForRoom = true;
      intake.whenRoom(() => {
        this.#waitsForRoom = false;
        if (this.#error === undefined) this.#carrier.resume();
      });
    }
    return place;
  }

  frame({ type, request }: FrameHead, body: Uint8Array): void {
    // The session may have ended with a frame before it, of the same chunk.
    if (this.#error !== undefined) return;
    this.#isPlaced = false;
    if (isOfCouncil(type)) return this.#council.frame(type, body);
    if (isOfSealed(type)) {
      this.#sealed.frame(type, request, body);
      return this.#pump();
    }
    switch (type) {
      case PeerFrame.HELLO:
        return this.#greet(body);
      case PeerFrame.PROOF:
        return this.#prove(body);
      case PeerFrame.STATE:
        return this.#begin(body);
      case PeerFrame.RANGES:
        return this.#compare(body);
      case PeerFrame.RECORD:
        return this.#records.add({ request, bytes: body });
      case PeerFrame.COMMIT:
        return this.#commit(request, body);
      case PeerFrame.HAVE:
        return this.#heard(body);
      case PeerFrame.TAKEN:
        this.#sender?.taken(request);
        return this.#pump();
      case PeerFrame.NOT_TAKEN:
        return this.#notTaken(request, body);
      default:
        // The last that `expectFrame` lets through.
        this.#isEndedThere = true;
        throw failedThere(body);
    }
  }

  malformed(expected: string, actual: string): never {
    throw malformed(expected, actual);
  }

  #greet(body: Uint8Array): void {
    const told = decodePeerHello(body);
    expectHello(told, this.#space.space);
    expectKey(told.key, this.#space.key.publicKey, this.#options);
    this.#hello = { body, told };
    const proof = signProof(this.#space.key.seed, this.#options.role, this.#handshake(body));
    this.#carrier.send(encodePeerProof(proof));
  }

  #handshake(theirs: Uint8Array): Handshake {
    const { role, binding = new Uint8Array(0) } = this.#options;
    return handshakeOf(role, { own: this.#ownHello, theirs, binding });
  }

  #prove(signature: Uint8Array): void {
    const hello = this.#hello;
    assert(hello !== undefined, 'a PROOF comes after a HELLO');
    const other = this.#options.role === PeerRole.DIALER ? PeerRole.ACCEPTOR : PeerRole.DIALER;
    const handshake = this.#handshake(hello.body);
    expectProof(isProof(signature, hello.told.key, { role: other, handshake }));
    this.#isProven = true;
    this.#options.onProven?.(hello.told.key);
    if (this.#error !== undefined) return;
    const { height, tips } = this.#space;
    const head = this.#space.recordHash(height - 1) ?? NO_HASH;
    this.#toldHeight = height;
    this.#withdrawals = this.#space.withdrawals;
    this.#tips = new TipRanges(tips);
    const authors = tips.length > PEER_STATE_AUTHORS_MAX ? undefined : tips;
    const fingerprint = this.#tips.fingerprint();
    this.#carrier.send(encodePeerState({ height, head, fingerprint, authors }));
  }

  #begin(body: Uint8Array): void {
    const hello = this.#hello;
    assert(hello !== undefined, 'a STATE comes after a PROOF');
    const state = decodePeerState(body, this.#space.authorKeys);
    if (state === undefined) throw malformed('a STATE of authors, each once', 'another');
    const { height, head, fingerprint, authors } = state;
    const own = height === 0 ? undefined : this.#space.recordHash(height - 1);
    if (own !== undefined && !sameBytes(own, head)) {
      const actual = `${toHex(head)} at height ${height - 1}`;
      throw failure(ErrorCode.CONFLICT, `record ${toHex(own)}`, actual);
    }
    this.#known.height = height;
    const tips = this.#tips;
    assert(tips !== undefined, 'a STATE comes after the own one has gone');
    if (sameBytes(fingerprint, tips.fingerprint())) return this.#open(hello.told, tips.tips);
    // Who takes no commits asks for nothing that authors would tell.
    const isTold = authors !== undefined && tips.tips.length <= PEER_STATE_AUTHORS_MAX;
    if (isTold || !hello.told.takesCommits) return this.#open(hello.told, authors ?? []);
    this.#ranges = new Reconciliation(tips, this.#space.authorKeys);
    if (this.#options.role !== PeerRole.DIALER) return;
    this.#carrier.send(encodePeerRanges(this.#ranges.begin()));
  }

  /** Compares authors by ranges, until both sides know what the other holds. */
  #compare(body: Uint8Array): void {
    const [ranges, hello] = [this.#ranges, this.#hello];
    assert(ranges !== undefined && hello !== undefined, 'ranges come after a STATE');
    const answer = ranges.answer(body);
    if (answer !== undefined) this.#carrier.send(encodePeerRanges(answer));
    if (ranges.isOver) this.#open(hello.told, ranges.theirs);
  }

  /** From here on commits go, once it is known what the other side holds. */
  #open(told: PeerHello, tips: readonly AuthorTip[]): void {
    [this.#ranges, this.#tips] = [undefined, undefined];
    this.#sender = new PeerSender({
      space: this.#space,
      carrier: this.#carrier,
      known: this.#known,
      windowBytes: windowOf(told),
      packed: told.unpacks ? this.#options.packed : undefined,
      start: startFor(this.#space, { height: this.#known.height, tips }),
    });
    this.#sealed.open(told);
    this.#council.open(told);
    this.#pump();
  }

  /** Sends what there is room for, and tells what others have brought. */
  #pump(): void {
    const sender = this.#sender;
    if (sender === undefined || this.#error !== undefined) return;
    if (this.#space.withdrawals !== this.#withdrawals) return this.#fail(begunAnew());
    const { height } = this.#space;
    // The other side takes no commits that a seal leaves out of which this one has not heard.
    const isBehind = height < this.#known.height && !this.#hasPostponedRecord;
    const passed = sender.pump(this.#options.now(), isBehind);
    const isHigher = height > Math.max(this.#toldHeight, this.#known.height);
    if (passed.length > 0 || isHigher) {
      this.#toldHeight = height;
      this.#carrier.send(encodePeerHave({ height, authors: passed }));
    }
    this.#council.pump();
    // What is past goes when there is room beside what is new.
    this.#sealed.pump();
    this.#carrier.wakeAt(isBehind ? undefined : earliest(sender.wakeAt, this.#sealed.wakeAt));
  }

  #heard(body: Uint8Array): void {
    const have = decodePeerHave(body, this.#space.authorKeys);
    if (have === undefined) throw malformed('a HAVE of authors, each once', 'another');
    this.#known.height = Math.max(this.#known.height, have.height);
    for (const tip of have.authors) this.#sender?.heard(tip);
    this.#sender?.progressed();
    this.#pump();
  }

  #notTaken(request: number, body: Uint8Array): void {
    if (decodeRefusal(body).code === ErrorCode.REFUSED) this.#sender?.refused(request);
    else this.#sender?.postponed(request, this.#options.now());
    this.#pump();
  }

  #commit(request: number, body: Uint8Array): void {
    const commit = commitOf(body);
    // Whoever sends it holds it, whatever becomes of it here.
    const isRepeated = commit !== undefined && this.#sender?.gave(commit) === true;
    // Records go first: nothing on its way will bring one that it lacks.
    const error = commit && this.#space.refusalOf(commit);
    if (error !== undefined) {
      this.#refuse(request, error, body);
      return this.#space.intake.give(body);
    }
    const { length } = body;
    this.#inFlightBytes += length;
    const settle = (outcome: CommitOutcome) => {
      this.#inFlightBytes -= length;
      if (this.#error !== undefined) return;
      const error = errorOf(outcome);
      if (error === undefined) {
        this.#carrier.send(encodeTaken(request));
        this.#countFruitless(isRepeated && isKnown(outcome));
        this.#pump();
      } else this.#refuse(request, error, body);
      if (this.#waitsForAnswers && this.#inFlightBytes <= this.#windowBytes) {
        this.#carrier.resume();
      }
    };
    this.#space.intake.submit(body, settle, { origin: 'replica', commit });
  }

  /** Whether further records are taken. */
  #heardRecord({ request, bytes }: SentRecord, outcome: number | DatabaseError): boolean {
    if (this.#error !== undefined) return false;
    if (outcome instanceof DatabaseError) {
      this.#hasPostponedRecord = true;
      this.#refuse(request, outcome, bytes);
    } else {
      this.#countFruitless(false);
      this.#known.height = Math.max(this.#known.height, outcome + 1);
      this.#carrier.send(encodeTaken(request));
    }
    this.#pump();
    return this.#error === undefined;
  }

  #refuse(request: number, error: DatabaseError, bytes: Uint8Array): void {
    this.#carrier.send(encodeNotTaken(request, error));
    const peer = this.#hello?.told.key ?? NO_HASH;
    if (isEvidence(error)) {
      this.#options.onEvidence?.({ peer, error, bytes: Uint8Array.from(bytes) });
    }
    if (isBlamed(error)) this.#fail(error);
    else this.#countFruitless(true);
  }

  #countFruitless(isOne: boolean): void {
    this.#fruitless = isOne ? this.#fruitless + 1 : 0;
    if (this.#fruitless > PEER_FRUITLESS_MAX) this.#fail(fruitless());
  }

  #fail(error: DatabaseError): void {
    if (this.#error !== undefined) return;
    this.#carrier.send(encodePeerFailed(error));
    this.leaveWith(error);
  }

  /** Ends for a reason; nothing more is sent. */
  leaveWith(error: DatabaseError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.leave();
    this.#carrier.wakeAt(undefined);
    this.#carrier.end(error);
  }
}
