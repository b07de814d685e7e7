/**
 * The votes of one decision that have come, counted: what a member is told of them
 * (schema/quorum.md, QC23 to QC26). Of a member that votes twice in a round the first vote counts,
 * and both are evidence. What is kept is bounded: votes of the member's round and of few after it,
 * and of those further on how far each member is.
 */

import { toHex } from '../base/bytes.ts';
import { ROUNDS_AHEAD_MAX } from '../base/quorum-limits.ts';
import { type CastVote, castVote } from './certificate.ts';
import { type DecreeEvent, NOTHING, Step, type Value } from './decree.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { Phase, type Vote } from './vote.ts';
import { valueOfVote } from './vote-value.ts';
import type { Voters } from './voters.ts';

/** Of one phase of a round. */
interface Count {
  readonly byVoter: Map<string, CastVote>;
  readonly weights: Map<Value, number>;
  weight: number;
}

/** What a vote has brought. */
export interface Heard {
  readonly isNews: boolean;
  /** That its voter has voted otherwise before. */
  readonly evidence: Evidence | undefined;
}

const NOTHING_NEW: Heard = { isNews: false, evidence: undefined };

export interface TallyParts {
  readonly voters: Voters;
  /** The voter that leads a round, in hex. */
  readonly leaderOf: (round: number) => string;
}

export class Tally {
  readonly #parts: TallyParts;
  /** By round and phase. */
  readonly #counts = new Map<string, Count>();
  /** The greatest round that each voter has voted in. */
  readonly #rounds = new Map<string, number>();
  #round = 0;

  constructor(parts: TallyParts) {
    this.#parts = parts;
  }

  /** Votes of rounds before this one count no more. */
  enter(round: number): void {
    for (let before = this.#round; before < round && this.#counts.size > 0; before++) {
      this.#counts.delete(nameOf(before, Phase.PREVOTE));
      this.#counts.delete(nameOf(before, Phase.PRECOMMIT));
    }
    this.#round = round;
  }

  /** Takes a prevote or precommit of a voter; of one that has voted otherwise, the evidence. */
  add(vote: Vote, cast: CastVote): Heard {
    const voter = toHex(cast.batch.voter);
    const weight = this.#parts.voters.weightOf(voter);
    const { phase, round } = vote;
    if (weight === 0) return NOTHING_NEW;
    this.#rounds.set(voter, Math.max(this.#rounds.get(voter) ?? 0, round));
    if (round < this.#round || round > this.#round + ROUNDS_AHEAD_MAX) return NOTHING_NEW;
    const count = this.#countOf(round, phase);
    const before = count.byVoter.get(voter);
    if (before !== undefined) return { isNews: false, evidence: evidenceOf(before, cast) };
    count.byVoter.set(voter, cast);
    count.weight += weight;
    const value = valueOfVote(vote);
    count.weights.set(value, (count.weights.get(value) ?? 0) + weight);
    return { isNews: true, evidence: undefined };
  }

  /** All that the votes that are here come to, of the member's round and of those after it. */
  *events(): Generator<DecreeEvent> {
    for (let round = this.#round; round <= this.#round + ROUNDS_AHEAD_MAX; round++) {
      const decided = this.#quorum(round, Phase.PRECOMMIT);
      if (decided !== undefined && decided !== NOTHING) {
        yield { kind: 'decided', round, value: decided };
      }
      const polka = this.#quorum(round, Phase.PREVOTE);
      if (polka !== undefined) yield { kind: 'polka', round, value: polka };
    }
    const ahead = this.#ahead();
    if (ahead > this.#round) yield { kind: 'ahead', round: ahead };
    const led = this.#led();
    if (led !== undefined) yield { kind: 'led', round: this.#round, value: led };
  }

  /** Steps of the member's round for which a quorum has voted, so that time runs. */
  get running(): readonly Step[] {
    const { quorum } = this.#parts.voters;
    const steps: Step[] = [];
    const isVoted = (phase: Phase) => this.#countOf(this.#round, phase).weight >= quorum;
    if (isVoted(Phase.PREVOTE)) steps.push(Step.PREVOTES);
    if (isVoted(Phase.PRECOMMIT)) steps.push(Step.PRECOMMITS);
    return steps;
  }

  /** The votes for one value, of which there is a quorum where that was told. */
  votesFor(round: number, phase: Phase, value: Value): readonly CastVote[] {
    const cast = this.#counts.get(nameOf(round, phase))?.byVoter.values() ?? [];
    return [...cast].filter((each) => valueOfVote(castVote(each)) === value);
  }

  #led(): Value | undefined {
    const { byVoter } = this.#countOf(this.#round, Phase.PREVOTE);
    const cast = byVoter.get(this.#parts.leaderOf(this.#round));
    return cast && valueOfVote(castVote(cast));
  }

  /** The latest round that more than may be faulty have come to. */
  #ahead(): number {
    const { voters } = this.#parts;
    const rounds = [...this.#rounds].sort(([, left], [, right]) => right - left);
    let weight = 0;
    for (const [voter, round] of rounds) {
      weight += voters.weightOf(voter);
      if (weight > voters.tolerated) return round;
    }
    return 0;
  }

  #quorum(round: number, phase: Phase): Value | undefined {
    const count = this.#counts.get(nameOf(round, phase));
    for (const [value, weight] of count?.weights ?? []) {
      if (weight >= this.#parts.voters.quorum) return value;
    }
    return undefined;
  }

  #countOf(round: number, phase: Phase): Count {
    const name = nameOf(round, phase);
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    const count = { byVoter: new Map(), weights: new Map(), weight: 0 };
    this.#counts.set(name, count);
    return count;
  }
}

function nameOf(round: number, phase: Phase): string {
  return `${round} ${phase}`;
}
