/**
 * One decision on a key, with all that a member needs to take part in it: what it has voted, what
 * others have, and when to go on without them (schema/quorum.md, QC26 to QC29). It says what to
 * vote; whoever holds it signs that, keeps it, sends it, and hands it in like the votes of others.
 */

import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { ROUND_MILLISECONDS_LEAST, ROUND_MILLISECONDS_MAX } from '../base/quorum-limits.ts';
import {
  type CastVote,
  type Certificate,
  castVote,
  expectQuorum,
  makeCertificate,
} from './certificate.ts';
import {
  beginDecree,
  type DecreeEvent,
  type DecreeState,
  NOTHING,
  type Polka,
  Step,
  stepDecree,
} from './decree.ts';
import { type Heard, Tally } from './tally.ts';
import { Phase, type Vote } from './vote.ts';
import { type Outcome, outcomeOf, valueOfVote } from './vote-value.ts';
import type { Voters } from './voters.ts';

/** With each round the wait grows by half. */
const ROUND_GROWTH = 1.5;

/** Which decision it is. */
export interface DecisionPlace {
  readonly space: Uint8Array;
  readonly key: Uint8Array;
  readonly position: number;
  readonly previous: Uint8Array;
}

export interface DecisionParts {
  readonly voters: Voters;
  /** Key of the member that takes part; undefined of one that only follows. */
  readonly self: Uint8Array | undefined;
  readonly place: DecisionPlace;
  /** What the member has voted in this decision, in its order. */
  readonly own: readonly Vote[];
  /** Milliseconds that the first round waits, where others are expected sooner or later. */
  readonly roundMilliseconds?: number;
}

/** What a member is to do next. */
export interface DecisionTurn {
  /** To be signed, kept and sent, in this order. */
  readonly votes: readonly Vote[];
  /** Milliseconds of the clock that it is told, at which to call `wake`. */
  readonly wakeAt: number | undefined;
}

export class Decision {
  readonly #parts: DecisionParts;
  readonly #tally: Tally;
  readonly #leaders: readonly string[];
  #state: DecreeState;
  /** Of the round: when each step that runs is over. */
  #deadlines = new Map<Step, number>();
  /** Proves the latest polka that is known, and the decision. */
  #polka: Certificate | undefined;
  #certificate: Certificate | undefined;

  constructor(parts: DecisionParts) {
    this.#parts = parts;
    this.#leaders = parts.voters.all.map(({ key }) => toHex(key));
    this.#tally = new Tally({ voters: parts.voters, leaderOf: (round) => this.#leaderOf(round) });
    const own = parts.own.map((vote) => ({ ...vote, value: valueOfVote(vote) }));
    this.#state = beginDecree(own);
    this.#tally.enter(this.#state.round);
  }

  get round(): number {
    return this.#state.round;
  }

  /** What was decided, with what proves it. */
  get decided(): { readonly outcome: Outcome; readonly certificate: Certificate } | undefined {
    const certificate = this.#certificate;
    return certificate && { outcome: outcomeOf(valueOfVote(certificate.vote)), certificate };
  }

  /** Proves what others are to vote for, where they have not heard of it. */
  get polka(): Certificate | undefined {
    return this.#polka;
  }

  /** What this member would decide, as it sees it now; what it prefers first. */
  offer(outcomes: readonly Outcome[], now: number): DecisionTurn {
    return this.#turn([{ kind: 'offered', offers: outcomes.map(valueOfVote) }], now);
  }

  /**
   * Takes the vote of a member of the epoch, the own ones too. Throws REFUSED for one of another
   * decision.
   */
  hear(cast: CastVote, now: number): DecisionTurn & Heard {
    const vote = castVote(cast);
    this.expectPlace(vote);
    const heard = this.#tally.add(vote, cast);
    return { ...this.#turn([], now), ...heard };
  }

  /** Takes what proves a polka or the decision; throws REFUSED where it proves neither. */
  learn(certificate: Certificate, now: number): DecisionTurn {
    const { vote } = certificate;
    this.expectPlace(vote);
    const value = valueOfVote(vote);
    if (value === NOTHING) throw refused('a value', 'nothing');
    const isDecision = vote.phase === Phase.PRECOMMIT;
    // It is told again and again, and each signature of it takes as long as a hundred such looks.
    const isNews = isDecision ? this.#certificate === undefined : this.#isLater(vote.round);
    if (!isNews) return this.#turn([], now);
    expectQuorum(certificate, this.#parts.voters);
    if (isDecision) this.#certificate = certificate;
    else this.#polka = certificate;
    const kind = isDecision ? 'decided' : 'polka';
    return this.#turn([{ kind, round: vote.round, value }], now);
  }

  wake(now: number): DecisionTurn {
    const { round } = this.#state;
    const over = [...this.#deadlines].filter(([, deadline]) => deadline <= now);
    return this.#turn(
      over.map(([step]) => ({ kind: 'timeout', round, step })),
      now,
    );
  }

  /** Hands on what has come, and what it leads to, until it leads to nothing more. */
  #turn(events: readonly DecreeEvent[], now: number): DecisionTurn {
    const votes: Vote[] = [];
    for (const event of events) this.#step(event, votes);
    for (let before: DecreeState | undefined; before !== this.#state; ) {
      before = this.#state;
      for (const event of [...this.#tally.events()]) this.#step(event, votes);
    }
    return { votes, wakeAt: this.#time(now) };
  }

  #step(event: DecreeEvent, votes: Vote[]): void {
    const { round } = this.#state;
    const isLeader = (its: number) => this.#isSelf(this.#leaderOf(its));
    const step = stepDecree(this.#state, event, isLeader);
    if (isSame(step.state, this.#state)) return;
    this.#state = step.state;
    // A member that only follows has no vote.
    if (this.#parts.self !== undefined) votes.push(...step.votes.map((its) => this.#voteOf(its)));
    this.#prove(event);
    if (this.#state.round === round) return;
    this.#tally.enter(this.#state.round);
    this.#deadlines = new Map();
  }

  /** Puts together what proves a polka or a decision, while the votes are here. */
  #prove(event: DecreeEvent): void {
    if (event.kind !== 'polka' && event.kind !== 'decided') return;
    const { kind, round, value } = event;
    const isDecision = kind === 'decided';
    const isKnown = isDecision ? this.#certificate !== undefined : !this.#isLater(round);
    if (isKnown || value === NOTHING) return;
    const phase = isDecision ? Phase.PRECOMMIT : Phase.PREVOTE;
    const certificate = makeCertificate(
      this.#voteOf({ phase, round, value }),
      this.#tally.votesFor(round, phase, value),
    );
    if (isDecision) this.#certificate = certificate;
    else this.#polka = certificate;
  }

  #isLater(round: number): boolean {
    return this.#polka === undefined || round > this.#polka.vote.round;
  }

  /** Lets time run for what a quorum has voted on, and in a round with a leader for it. */
  #time(now: number): number | undefined {
    if (this.#state.decided !== undefined) return undefined;
    const { round, hasPrevoted, hasPrecommitted } = this.#state;
    const { roundMilliseconds = ROUND_MILLISECONDS_LEAST } = this.#parts;
    const wait = Math.min(roundMilliseconds * ROUND_GROWTH ** round, ROUND_MILLISECONDS_MAX);
    const running = new Set<Step>(this.#tally.running);
    if (round > 0 && !hasPrevoted) running.add(Step.LEADER);
    if (hasPrecommitted) running.delete(Step.PREVOTES);
    for (const step of running) {
      if (!this.#deadlines.has(step)) this.#deadlines.set(step, now + wait);
    }
    for (const step of this.#deadlines.keys()) if (!running.has(step)) this.#deadlines.delete(step);
    return this.#deadlines.size === 0 ? undefined : Math.min(...this.#deadlines.values());
  }

  /** They take turns, from another one on for each decision. */
  #leaderOf(round: number): string {
    const place = (this.#parts.place.position + round) % this.#leaders.length;
    return this.#leaders[place] as string;
  }

  #isSelf(voter: string): boolean {
    const { self } = this.#parts;
    return self !== undefined && toHex(self) === voter;
  }

  #voteOf({ phase, round, value }: Polka & { readonly phase: Phase }): Vote {
    const { voters, place } = this.#parts;
    return { phase, round, epoch: voters.epoch, ...place, ...outcomeOf(value) };
  }

  /** Throws REFUSED for a vote of another decision. */
  expectPlace(vote: Vote): void {
    const { voters, place } = this.#parts;
    const isRound = vote.phase === Phase.PREVOTE || vote.phase === Phase.PRECOMMIT;
    if (!isRound) throw refused('a vote of a round', `phase ${vote.phase}`);
    const isHere = vote.epoch === voters.epoch && vote.position === place.position;
    const hashes = ['space', 'key', 'previous'] as const;
    if (isHere && hashes.every((name) => sameBytes(vote[name], place[name]))) return;
    throw refused(
      `epoch ${voters.epoch}, position ${place.position} of its key`,
      `epoch ${vote.epoch}, position ${vote.position}, or another key`,
    );
  }
}

function isSame(one: DecreeState, other: DecreeState): boolean {
  const names = ['round', 'hasPrevoted', 'hasPrecommitted', 'led', 'decided'] as const;
  return (
    names.every((name) => one[name] === other[name]) &&
    one.polka?.round === other.polka?.round &&
    one.offers.join() === other.offers.join()
  );
}

function refused(expected: string, actual: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.REFUSED,
    `a vote of a decision expected ${expected}, got ${actual}`,
  );
}
