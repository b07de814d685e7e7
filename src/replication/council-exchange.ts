/**
 * What two replicas have to do with one another for what members decide (schema/sync.md, Q41 to
 * Q43): each says how far it has come, and tells what it hears. Before the first epoch they say
 * nothing of this.
 */

import { PEER_FRUITLESS_MAX } from '../base/connection-limits.ts';
import { putU64, u64At } from '../base/little-endian.ts';
import type { CouncilMessage } from '../proposal/council-parts.ts';
import { readProposal } from '../proposal/proposal.ts';
import { decodeCertificate } from '../quorum/certificate.ts';
import { readVotes, voterOf } from '../quorum/vote.ts';
import type { CouncilSeat } from '../space/council-seat.ts';
import { FRAME_HEAD_BYTES, frameAround, frameOf } from './frame.ts';
import { PEER_COUNCIL_BYTES, PeerFrame, type PeerHello } from './peer-frame.ts';
import { fruitless, malformed } from './peer-rules.ts';
import type { SenderCarrier } from './peer-sender.ts';

export class CouncilExchange {
  readonly #seat: CouncilSeat;
  readonly #carrier: SenderCarrier;
  #stop: (() => void) | undefined;
  /** What was told last: of which epoch this side is, and of which decision. */
  #told: { readonly epoch: number; readonly position: number } | undefined;
  /** Which decision is next on the other side; undefined until it has told. */
  #theirs: number | undefined;
  /** The other side did not read: what it lacks is told when it does. */
  #lags = false;
  #fruitless = 0;

  constructor({ seat, carrier }: { readonly seat: CouncilSeat; readonly carrier: SenderCarrier }) {
    this.#seat = seat;
    this.#carrier = carrier;
  }

  /** Both sides know what the other holds. */
  open({ sits }: PeerHello): void {
    if (sits) this.#stop = this.#seat.listen((messages) => this.#say(messages));
  }

  /** To be called when the log has grown, and when what was sent has gone. */
  pump(): void {
    const { epoch, position } = this.#seat;
    if (this.#stop === undefined || epoch === undefined) return;
    if (this.#told?.epoch !== epoch || this.#told.position !== position) {
      this.#told = { epoch, position };
      this.#carrier.send(encodeCouncil(this.#told));
    }
    if (this.#lags && this.#carrier.isTaken) this.#greet();
  }

  /** A frame of these; throws for what no member sends that keeps to the rules. */
  frame(type: number, body: Uint8Array): void {
    if (type === PeerFrame.COUNCIL) return this.#heard(u64At(body, 8));
    const isNews = this.#take(type, body);
    this.#fruitless = isNews ? 0 : this.#fruitless + 1;
    if (this.#fruitless > PEER_FRUITLESS_MAX) throw fruitless();
  }

  /** The connection has ended. */
  end(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #heard(position: number): void {
    const isFirst = this.#theirs === undefined;
    if (position < (this.#theirs ?? 0))
      throw malformed('a council that goes on', 'one that goes back');
    this.#theirs = position;
    if (isFirst || position < this.#seat.position) this.#greet();
  }

  /** Tells what the other side may lack, when it reads. */
  #greet(): void {
    this.#lags = !this.#carrier.isTaken || this.#theirs === undefined;
    if (this.#lags) return;
    this.#seat.greet(this.#theirs ?? 1, (messages) => {
      if (this.#stop === undefined) return;
      for (const message of messages) this.#carrier.send(encode(message));
    });
  }

  #say(messages: readonly CouncilMessage[]): void {
    if (!this.#carrier.isTaken) this.#lags = true;
    if (this.#lags || this.#theirs === undefined) return;
    for (const message of messages) this.#carrier.send(encode(message));
    this.pump();
  }

  /** Whether it has brought anything. */
  #take(type: number, body: Uint8Array): boolean {
    switch (type) {
      case PeerFrame.PROPOSAL:
        return this.#seat.receive({ kind: 'proposal', proposal: readProposal(body) });
      case PeerFrame.VOTES:
        // A signature takes as long as a hundred such looks.
        if (!this.#seat.isVoter(voterOf(body))) return false;
        return this.#seat.receive({ kind: 'votes', batch: readVotes(body) });
      default:
        return this.#seat.receive({ kind: 'certificate', certificate: decodeCertificate(body) });
    }
  }
}

/** Whether a frame is one of these. */
export function isOfCouncil(type: number): boolean {
  return type >= PeerFrame.COUNCIL && type <= PeerFrame.CERTIFICATE;
}

function encodeCouncil({ epoch, position }: { epoch: number; position: number }): Uint8Array {
  const frame = frameOf(PeerFrame.COUNCIL, 0, PEER_COUNCIL_BYTES);
  putU64(frame, FRAME_HEAD_BYTES, epoch);
  putU64(frame, FRAME_HEAD_BYTES + 8, position);
  return frame;
}

function encode(message: CouncilMessage): Uint8Array {
  switch (message.kind) {
    case 'proposal':
      return frameAround(PeerFrame.PROPOSAL, 0, message.proposal.bytes);
    case 'votes':
      return frameAround(PeerFrame.VOTES, 0, message.batch.bytes);
    case 'certificate':
      return frameAround(PeerFrame.CERTIFICATE, 0, message.certificate.bytes);
  }
}
