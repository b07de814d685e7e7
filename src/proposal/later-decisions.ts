/** Decisions that a member cannot follow yet: they wait for those before them. */

import { type Certificate, expectQuorum } from '../quorum/certificate.ts';
import { Phase } from '../quorum/vote.ts';
import type { Voters } from '../quorum/voters.ts';

/** Decisions after the next one that wait for it. */
const LATER_MAX = 256;

export class LaterDecisions {
  readonly #certificates = new Map<number, Certificate>();

  /** Keeps one of this epoch, the next or one soon after; throws where it proves nothing. */
  keep(certificate: Certificate, next: number, voters: Voters | undefined): void {
    const { position, phase, epoch } = certificate.vote;
    const isLater = position >= next && position < next + LATER_MAX;
    if (voters?.epoch !== epoch || phase !== Phase.PRECOMMIT || !isLater) return;
    if (this.#certificates.has(position)) return;
    expectQuorum(certificate, voters);
    this.#certificates.set(position, certificate);
  }

  /** The decision at a position, if it has come. */
  take(position: number): Certificate | undefined {
    const certificate = this.#certificates.get(position);
    this.#certificates.delete(position);
    return certificate;
  }
}
