/**
 * How an empty directory comes to a space that others hold: it asks one of them for what is sealed,
 * part by part (schema/base.md). Where nothing is, or the other side is of a version that gives
 * none, it takes the records of the authority chain up to a data definition, with which the space
 * can be opened. Everything else comes over connections as any replica has them (peer-session.ts).
 */

import { AuthorityChain } from '../authority/chain.ts';
import { decodeRecord } from '../authority/record.ts';
import { sameBytes, toHex } from '../base/bytes.ts';
import {
  BASE_ASKS_MAX,
  BASE_PART_BYTES_MAX,
  PEER_RECORDS_WAITING_BYTES_MAX,
} from '../base/connection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import { readSealedCheckpoint } from '../log/sealed-checkpoint.ts';
import { type BaseOffer, decodeBase, encodeGetBase, encodeGetPart } from './base-frame.ts';
import type { FrameHead } from './frame.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';
import {
  decodePeerHello,
  encodePeerHello,
  encodePeerProof,
  encodePeerState,
  encodeTaken,
  PEER_HELLO_BYTES,
  PEER_VERSION,
  PeerFrame,
  type PeerHello,
  type PeerState,
} from './peer-frame.ts';
import { type Handshake, handshakeOf, isProof, PeerRole, signProof } from './peer-proof.ts';
import { TipRanges } from './peer-ranges.ts';
import {
  expectFrame,
  expectHello,
  expectProof,
  failedThere,
  failure,
  malformed,
} from './peer-rules.ts';

export interface JoinOptions {
  /** SHA-256 of the genesis record. */
  readonly space: Uint8Array;
  /** The key of the replica that is asked. */
  readonly expected: Uint8Array;
  /** That of the new replica. */
  readonly key: AuthorKey;
  /** 32 random bytes. */
  readonly nonce: Uint8Array;
  readonly binding?: Uint8Array;
  /** Whether it takes all commits, whatever is sealed. */
  readonly isWhole?: boolean;
}

/** What a replica begins with: all parts have come, or records up to a data definition. */
export type Joined =
  | { readonly kind: 'base'; readonly offer: BaseOffer }
  | { readonly kind: 'records'; readonly records: readonly Uint8Array[] };

export interface JoinCarrier {
  send(frame: Uint8Array): unknown;
  /** A base is offered: answers how many of its bytes are here from an earlier connection. */
  begin(offer: BaseOffer): number;
  /** Bytes of the outline and the state behind it, in their order. */
  part(bytes: Uint8Array): void;
  /** It has come, or why not. */
  end(outcome: Joined | DatabaseError): void;
}

/** Who begins holds nothing yet. */
const NOTHING_HELD: PeerState = {
  height: 0,
  head: new Uint8Array(32),
  fingerprint: new TipRanges([]).fingerprint(),
  authors: [],
};
/** The only one that is asked for. */
const BASE_REQUEST = 0;

interface Download {
  readonly offer: BaseOffer;
  /** Bytes of both parts. */
  readonly end: number;
  asked: number;
  came: number;
  /** Of the ask that is answered next; answers come in their order. */
  next: number;
  requests: number;
}

export class JoinSession implements FrameSink {
  readonly #options: JoinOptions;
  readonly #carrier: JoinCarrier;
  readonly #reader = new FrameReader(this);
  readonly #ownHello: Uint8Array;
  readonly #chain = new AuthorityChain();
  readonly #records: Uint8Array[] = [];
  #hello: { readonly body: Uint8Array; readonly told: PeerHello } | undefined;
  #isProven = false;
  #isOpen = false;
  /** Whether the answer to whether there is a base is to come. */
  #waitsForBase = false;
  /** Records that have come meanwhile. */
  readonly #waiting: { readonly request: number; readonly bytes: Uint8Array }[] = [];
  #waitingBytes = 0;
  #download: Download | undefined;
  #hasEnded = false;

  constructor(options: JoinOptions, carrier: JoinCarrier) {
    this.#options = options;
    this.#carrier = carrier;
    const { space, nonce, key } = options;
    const able = { takesCommits: false, unpacks: true, givesBase: false, sits: false };
    const facts = { version: PEER_VERSION, ...able, windowBytes: 0 };
    const frame = encodePeerHello({ ...facts, space, key: key.publicKey, nonce });
    this.#ownHello = frame.slice(-PEER_HELLO_BYTES);
    carrier.send(frame);
  }

  push(chunk: Uint8Array): void {
    if (this.#hasEnded) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.#end(error);
    }
  }

  /** The carrier hands in nothing more. */
  leave(): void {
    this.#end(failure(ErrorCode.UNAVAILABLE, 'what a replica begins with', 'its end'));
  }

  /** For the reader of its frames, as are the next two. */
  place(head: FrameHead): Uint8Array {
    const hasHello = this.#hello !== undefined;
    const stage = { isProven: this.#isProven, isComparing: false, isOpen: this.#isOpen };
    expectFrame(head, { hasHello, ...stage });
    return new Uint8Array(head.bodyBytes);
  }

  frame({ type, request }: FrameHead, body: Uint8Array): void {
    if (this.#hasEnded) return;
    switch (type) {
      case PeerFrame.HELLO:
        return this.#greet(body);
      case PeerFrame.PROOF:
        return this.#prove(body);
      case PeerFrame.STATE:
        return this.#open();
      case PeerFrame.RECORD:
        return this.#record(request, body);
      case PeerFrame.BASE:
        return this.#begin(body);
      case PeerFrame.PART:
        return this.#part(request, body);
      case PeerFrame.NOT_TAKEN:
        // Something was sealed meanwhile: what has come belongs to an older base.
        throw failure(ErrorCode.UNAVAILABLE, 'the base that was offered', 'a newer one');
      case PeerFrame.FAILED:
        throw failedThere(body);
      case PeerFrame.COMMIT:
        throw malformed('records alone', 'a commit');
      default:
        // What it has taken since tells nothing here.
        return;
    }
  }

  malformed(expected: string, actual: string): never {
    throw malformed(expected, actual);
  }

  #greet(body: Uint8Array): void {
    const told = decodePeerHello(body);
    const { expected, space, key } = this.#options;
    expectHello(told, space);
    if (!sameBytes(told.key, expected)) {
      throw failure(ErrorCode.FORBIDDEN, `key ${toHex(expected)}`, toHex(told.key));
    }
    this.#hello = { body, told };
    const proof = signProof(key.seed, PeerRole.DIALER, this.#handshake(body));
    this.#carrier.send(encodePeerProof(proof));
  }

  #handshake(theirs: Uint8Array): Handshake {
    const { binding = new Uint8Array(0) } = this.#options;
    return handshakeOf(PeerRole.DIALER, { own: this.#ownHello, theirs, binding });
  }

  #prove(signature: Uint8Array): void {
    const handshake = this.#handshake(this.#hello?.body ?? new Uint8Array(0));
    const asked = { role: PeerRole.ACCEPTOR, handshake };
    expectProof(isProof(signature, this.#options.expected, asked));
    this.#isProven = true;
    this.#carrier.send(encodePeerState(NOTHING_HELD));
  }

  #open(): void {
    this.#isOpen = true;
    const { isWhole = false } = this.#options;
    this.#waitsForBase = !isWhole && this.#hello?.told.givesBase === true;
    if (this.#waitsForBase) this.#carrier.send(encodeGetBase(BASE_REQUEST));
  }

  /** Records are taken only where nothing is sealed: the base has those that it needs. */
  #record(request: number, bytes: Uint8Array): void {
    if (this.#download !== undefined) return;
    if (this.#waitsForBase) {
      this.#waitingBytes += bytes.length;
      if (this.#waitingBytes > PEER_RECORDS_WAITING_BYTES_MAX) {
        const expected = `at most ${PEER_RECORDS_WAITING_BYTES_MAX} bytes of records`;
        throw failure(ErrorCode.LIMIT_EXCEEDED, expected, 'more');
      }
      this.#waiting.push({ request, bytes });
      return;
    }
    const record = decodeRecord(bytes);
    this.#chain.accept(record);
    if (!sameBytes(this.#chain.space, this.#options.space)) {
      throw failure(ErrorCode.REFUSED, `space ${toHex(this.#options.space)}`, 'another genesis');
    }
    this.#records.push(bytes);
    if (this.#chain.hasDefinition) this.#end({ kind: 'records', records: this.#records });
    else this.#carrier.send(encodeTaken(request));
  }

  #begin(body: Uint8Array): void {
    if (!this.#waitsForBase) throw malformed('what was asked for', 'a BASE');
    this.#waitsForBase = false;
    const offer = decodeBase(body);
    if (offer === undefined && body.length > 0) throw malformed('a BASE', 'a part of one');
    if (offer === undefined) {
      for (const { request, bytes } of this.#waiting.splice(0)) {
        if (!this.#hasEnded) this.#record(request, bytes);
      }
      return;
    }
    this.#waiting.length = 0;
    // What nobody has signed is not worth its bytes.
    readSealedCheckpoint(offer.checkpoint);
    const end = offer.outlineBytes + offer.stateBytes;
    const came = this.#carrier.begin(offer);
    this.#download = { offer, end, asked: came, came, next: 1, requests: 0 };
    this.#ask(this.#download);
  }

  #part(request: number, bytes: Uint8Array): void {
    const download = this.#download;
    if (download === undefined || request !== download.next) {
      throw malformed('the part that was asked for', 'another');
    }
    const expected = Math.min(BASE_PART_BYTES_MAX, download.end - download.came);
    if (bytes.length !== expected) throw malformed(`${expected} bytes`, `${bytes.length}`);
    download.next += 1;
    download.came += bytes.length;
    this.#carrier.part(bytes);
    this.#ask(download);
  }

  /** As far ahead as may be, so that the network is never idle. */
  #ask(download: Download): void {
    const { offer, end } = download;
    if (download.came === end) return this.#end({ kind: 'base', offer });
    while (download.asked < end && download.requests - download.next + 1 < BASE_ASKS_MAX) {
      const bytes = Math.min(BASE_PART_BYTES_MAX, end - download.asked);
      download.requests += 1;
      const part = { digest: offer.digest, offset: download.asked, bytes };
      this.#carrier.send(encodeGetPart(download.requests, part));
      download.asked += bytes;
    }
  }

  #end(outcome: Joined | DatabaseError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#carrier.end(outcome);
  }
}
