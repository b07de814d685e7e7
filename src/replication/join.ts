/**
 * How an empty directory comes to a space that others hold: it asks one of them for the records of
 * the authority chain up to a data definition, with which the space can be opened. Everything else
 * comes over connections as any replica has them (peer-session.ts).
 */

import { AuthorityChain } from '../authority/chain.ts';
import { decodeRecord } from '../authority/record.ts';
import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
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
}

export interface JoinCarrier {
  send(frame: Uint8Array): unknown;
  /** The records have come, or why not. */
  end(outcome: readonly Uint8Array[] | DatabaseError): void;
}

/** Who begins holds nothing yet. */
const NOTHING_HELD: PeerState = {
  height: 0,
  head: new Uint8Array(32),
  fingerprint: new TipRanges([]).fingerprint(),
  authors: [],
};

export class JoinSession implements FrameSink {
  readonly #options: JoinOptions;
  readonly #carrier: JoinCarrier;
  readonly #reader = new FrameReader(this);
  readonly #ownHello: Uint8Array;
  readonly #chain = new AuthorityChain();
  readonly #records: Uint8Array[] = [];
  #hello: Uint8Array | undefined;
  #isProven = false;
  #isOpen = false;
  #hasEnded = false;

  constructor(options: JoinOptions, carrier: JoinCarrier) {
    this.#options = options;
    this.#carrier = carrier;
    const { space, nonce, key } = options;
    const facts = { version: PEER_VERSION, takesCommits: false, unpacks: false, windowBytes: 0 };
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
    this.#end(failure(ErrorCode.UNAVAILABLE, 'records up to a data definition', 'its end'));
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
        this.#isOpen = true;
        return;
      case PeerFrame.RECORD:
        return this.#record(request, body);
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
    this.#hello = body;
    const proof = signProof(key.seed, PeerRole.DIALER, this.#handshake(body));
    this.#carrier.send(encodePeerProof(proof));
  }

  #handshake(theirs: Uint8Array): Handshake {
    const { binding = new Uint8Array(0) } = this.#options;
    return handshakeOf(PeerRole.DIALER, { own: this.#ownHello, theirs, binding });
  }

  #prove(signature: Uint8Array): void {
    const handshake = this.#handshake(this.#hello ?? new Uint8Array(0));
    const asked = { role: PeerRole.ACCEPTOR, handshake };
    expectProof(isProof(signature, this.#options.expected, asked));
    this.#isProven = true;
    this.#carrier.send(encodePeerState(NOTHING_HELD));
  }

  #record(request: number, bytes: Uint8Array): void {
    const record = decodeRecord(bytes);
    this.#chain.accept(record);
    if (!sameBytes(this.#chain.space, this.#options.space)) {
      throw failure(ErrorCode.REFUSED, `space ${toHex(this.#options.space)}`, 'another genesis');
    }
    this.#records.push(bytes);
    if (this.#chain.hasDefinition) this.#end(this.#records);
    else this.#carrier.send(encodeTaken(request));
  }

  #end(outcome: readonly Uint8Array[] | DatabaseError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#carrier.end(outcome);
  }
}
