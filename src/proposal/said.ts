/** What this member has said, and is bound to: a stop takes nothing of it away. */

import { toHex } from '../base/bytes.ts';
import { Phase, type Verdict, type Vote, type VoteBatch } from '../quorum/vote.ts';

export class Said {
  #votes: Vote[] = [];
  #batches: VoteBatch[] = [];
  /** What it makes of proposals, by their hash: it says so again in a later epoch. */
  readonly #verdicts = new Map<string, Verdict>();

  /** Those whose votes others may still ask for. */
  get batches(): readonly VoteBatch[] {
    return this.#batches;
  }

  keep(batch: VoteBatch): void {
    for (const { phase, subject, verdict } of batch.votes) {
      if (phase === Phase.OPINION) this.#verdicts.set(toHex(subject), verdict);
    }
    this.#votes.push(...batch.votes);
    this.#batches.push(batch);
  }

  verdictOf(proposal: Uint8Array): Verdict | undefined {
    return this.#verdicts.get(toHex(proposal));
  }

  /** Its prevotes and precommits of a decision, in their order. */
  votesAt(position: number): readonly Vote[] {
    return this.#votes.filter((vote) => vote.phase >= Phase.PREVOTE && vote.position === position);
  }

  /** Lets go of what is over: other epochs, earlier decisions, proposals that are closed. */
  tidy(
    { epoch, position }: { readonly epoch: number; readonly position: number },
    isClosed: (proposal: Uint8Array) => boolean,
  ): void {
    this.#votes = this.#votes.filter((vote) => {
      const isOpinion = vote.phase === Phase.OPINION && !isClosed(vote.subject);
      return vote.epoch === epoch && (isOpinion || vote.position >= position);
    });
    const kept = new Set(this.#votes);
    this.#batches = this.#batches.filter(({ votes }) => votes.some((vote) => kept.has(vote)));
  }
}
