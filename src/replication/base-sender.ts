/**
 * Gives another replica what is sealed: the base that a new one begins with, part by part, and the
 * commits that it stands for. All of it is asked for, and goes when nothing else waits to go: no
 * revocation and no live commit stands behind more than one answer.
 */

import { sameBytes } from '../base/bytes.ts';
import { BASE_ASKS_MAX, BASE_PART_BYTES_MAX, PAST_BYTES_MAX } from '../base/connection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { OfferedBase } from '../space/base/offered-base.ts';
import type { ReplicatedSpace } from '../space/replicated-space.ts';
import {
  decodeGetCommits,
  decodeGetPart,
  encodeBase,
  encodePart,
  encodePast,
} from './base-frame.ts';
import { pack } from './packing.ts';
import { encodeNotTaken, PeerFrame } from './peer-frame.ts';
import { failure } from './peer-rules.ts';
import type { SenderCarrier } from './peer-sender.ts';

interface Ask {
  readonly type: number;
  readonly request: number;
  readonly body: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const HASH_BYTES = 32;

export interface BaseSenderParts {
  readonly space: ReplicatedSpace;
  readonly carrier: SenderCarrier;
  /** An ask is wrong, or cannot be answered: the connection is to end. */
  readonly onBreach: (error: DatabaseError) => void;
}

export class BaseSender {
  readonly #space: ReplicatedSpace;
  readonly #carrier: SenderCarrier;
  readonly #onBreach: BaseSenderParts['onBreach'];
  readonly #asks: Ask[] = [];
  #base: OfferedBase | undefined;
  #packs = false;
  #isMaking = false;
  #isOver = false;

  constructor(parts: BaseSenderParts) {
    this.#space = parts.space;
    this.#carrier = parts.carrier;
    this.#onBreach = parts.onBreach;
  }

  /** From now on what is worth it goes packed. */
  packs(): void {
    this.#packs = true;
  }

  /** Throws LIMIT_EXCEEDED for one ask too many, MALFORMED for one that is none. */
  asked(ask: Ask): void {
    if (this.#asks.length >= BASE_ASKS_MAX) {
      const expected = `at most ${BASE_ASKS_MAX} asks without an answer`;
      throw failure(ErrorCode.LIMIT_EXCEEDED, expected, 'one more');
    }
    if (ask.type === PeerFrame.GET_COMMITS && ask.body.length % HASH_BYTES !== 0) {
      throw failure(ErrorCode.MALFORMED, 'whole hashes', `${ask.body.length} bytes`);
    }
    this.#asks.push(ask);
    this.pump();
  }

  /** Answers what there is room for. */
  pump(): void {
    while (!this.#isMaking && !this.#isOver && this.#carrier.isTaken) {
      const ask = this.#asks.shift();
      if (ask === undefined) return;
      this.#answer(ask);
    }
  }

  /** The connection has ended. */
  end(): void {
    this.#isOver = true;
    this.#asks.length = 0;
  }

  #packed(body: Uint8Array): Uint8Array | undefined {
    return this.#packs ? pack(body) : undefined;
  }

  /** It is answered when there is room, in which no call of the other side waits for it. */
  #answer({ type, request, body }: Ask): void {
    try {
      if (type === PeerFrame.GET_BASE) this.#makeBase(request);
      else if (type === PeerFrame.GET_PART) this.#sendPart(request, body);
      else this.#sendCommits(request, body);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.#onBreach(error);
    }
  }

  /** It may take long, and what is asked behind it waits. */
  #makeBase(request: number): void {
    this.#isMaking = true;
    const made = (base: OfferedBase | undefined) => {
      this.#isMaking = false;
      if (this.#isOver) return;
      this.#base = base;
      this.#carrier.send(encodeBase(request, base));
      this.pump();
    };
    // Whoever gets none takes all commits: that one cannot be made is told here, not there.
    this.#space.bases.offer().then(made, () => made(undefined));
  }

  #sendPart(request: number, body: Uint8Array): void {
    const { digest, offset, bytes } = decodeGetPart(body);
    const base = this.#base;
    if (base === undefined || base.isOver || !sameBytes(base.digest, digest)) {
      const message = 'a part expected the base that was offered last, got another';
      const error = new DatabaseError(ErrorCode.NOT_FOUND, message);
      this.#carrier.send(encodeNotTaken(request, error));
      return;
    }
    const end = base.outlineBytes + base.stateBytes;
    if (bytes < 1 || bytes > BASE_PART_BYTES_MAX || offset + bytes > end) {
      const expected = `a part of at most ${BASE_PART_BYTES_MAX} bytes within ${end}`;
      throw failure(ErrorCode.MALFORMED, expected, `${bytes} from ${offset}`);
    }
    const part = base.read(offset, bytes);
    this.#carrier.send(encodePart(request, part, this.#packed(part)));
  }

  /** In their order, up to the first that is not here, or beyond the bytes of one answer. */
  #sendCommits(request: number, body: Uint8Array): void {
    let room = PAST_BYTES_MAX;
    for (const hash of decodeGetCommits(body)) {
      const envelope = room > 0 ? this.#space.pastCommit(hash) : undefined;
      const packed = envelope && this.#packed(envelope);
      this.#carrier.send(encodePast(request, envelope ?? NOTHING, packed));
      if (envelope === undefined) return;
      room -= envelope.length;
    }
  }
}
