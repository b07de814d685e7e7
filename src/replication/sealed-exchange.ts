/**
 * What two replicas have to do with one another for what is sealed (schema/sync.md, Q36 to Q40):
 * one gives what the other asks for, and fetches its own history.
 */

import type { DatabaseError } from '../base/errors.ts';
import type { ReplicatedSpace } from '../space/replicated-space.ts';
import { BaseSender } from './base-sender.ts';
import { HistoryFetch } from './history-fetch.ts';
import { PeerFrame, type PeerHello } from './peer-frame.ts';
import { malformed } from './peer-rules.ts';
import type { SenderCarrier } from './peer-sender.ts';

export interface SealedExchangeParts {
  readonly space: ReplicatedSpace;
  readonly carrier: SenderCarrier;
  readonly now: () => number;
  /** There is more to ask for. */
  readonly onTaken: () => void;
  readonly onBreach: (error: DatabaseError) => void;
}

export class SealedExchange {
  readonly #parts: SealedExchangeParts;
  readonly #sender: BaseSender;
  /** Undefined where this side lacks nothing of its history, or the other gives none. */
  #history: HistoryFetch | undefined;

  constructor(parts: SealedExchangeParts) {
    this.#parts = parts;
    this.#sender = new BaseSender(parts);
  }

  /** Both sides know what the other holds. */
  open({ unpacks, givesBase }: PeerHello): void {
    const { space, carrier, onTaken, onBreach } = this.#parts;
    if (unpacks) this.#sender.packs();
    const { past } = space;
    if (past === undefined || !givesBase) return;
    const send = (frame: Uint8Array) => carrier.send(frame);
    this.#history = new HistoryFetch({ past, send, onTaken, onBreach });
  }

  /** When to call `pump` at the latest; undefined: when something happens. */
  get wakeAt(): number | undefined {
    return this.#history?.wakeAt;
  }

  /** To be called when what is live has gone. */
  pump(): void {
    this.#sender.pump();
    this.#history?.pump(this.#parts.now());
  }

  /** A frame of these; throws MALFORMED for what was not asked for. */
  frame(type: number, request: number, body: Uint8Array): void {
    switch (type) {
      case PeerFrame.GET_BASE:
      case PeerFrame.GET_PART:
      case PeerFrame.GET_COMMITS:
        return this.#sender.asked({ type, request, body });
      case PeerFrame.PAST:
        if (this.#history === undefined) throw malformed('what was asked for', 'a PAST');
        return this.#history.came(request, body, this.#parts.now());
      default:
        throw malformed('what was asked for', 'a base');
    }
  }

  /** The connection has ended. */
  end(): void {
    this.#sender.end();
    this.#history?.end();
  }
}

/** Whether a frame is one of these. */
export function isOfSealed(type: number): boolean {
  return type >= PeerFrame.GET_BASE && type <= PeerFrame.PAST;
}
