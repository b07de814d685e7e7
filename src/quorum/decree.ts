/**
 * One decision of the members of an epoch, as one of them takes part in it (schema/quorum.md, QC20
 * to QC25): rounds of two phases with locks, as Tendermint has them (Buchman, Kwon, Milosevic: The
 * latest gossip on BFT consensus, 2018), with two differences. The first round has no leader:
 * whoever knows of something that may be decided votes for it. And there is no message but votes:
 * that of a round's leader is what it proposes.
 *
 * A function of what it was told: who has voted is counted elsewhere (tally.ts), time is an event,
 * and what it says is on disk before it leaves. test/model/decree.test.ts explores all of it.
 */

import { assert } from '../base/assert.ts';
import { Phase } from './vote.ts';

/** What may be decided, as a name; NOTHING where a round comes to none. */
export type Value = string;
export const NOTHING: Value = '';

/** A quorum of prevotes for one value. */
export interface Polka {
  readonly round: number;
  readonly value: Value;
}

export interface DecreeState {
  readonly round: number;
  /** Whether the vote of this round's phase is cast, or is not cast any more. */
  readonly hasPrevoted: boolean;
  readonly hasPrecommitted: boolean;
  /** The polka of the latest round that is known, of those for a value. */
  readonly polka: Polka | undefined;
  /** What may be decided as far as this member sees, the one that it prefers first. */
  readonly offers: readonly Value[];
  /** What the leader of this round has voted for. */
  readonly led: Value | undefined;
  readonly decided: Polka | undefined;
}

/** A vote of a round; `phase` is PREVOTE or PRECOMMIT. */
export interface RoundVote {
  readonly phase: Phase;
  readonly round: number;
  readonly value: Value;
}

export type DecreeEvent =
  /** This member would decide so; what it prefers to others comes first. */
  | { readonly kind: 'offered'; readonly offers: readonly Value[] }
  /** The leader of a round has prevoted. */
  | { readonly kind: 'led'; readonly round: number; readonly value: Value }
  /** A quorum has prevoted for one value, or for nothing. */
  | { readonly kind: 'polka'; readonly round: number; readonly value: Value }
  /** A quorum has precommitted one value. */
  | { readonly kind: 'decided'; readonly round: number; readonly value: Value }
  /** More than may be faulty have voted in a later round. */
  | { readonly kind: 'ahead'; readonly round: number }
  /** The time for a phase of a round is over: for PREVOTE with a quorum that is split. */
  | { readonly kind: 'timeout'; readonly round: number; readonly step: Step };

/** What is waited for in a round. */
export const Step = {
  /** The vote of its leader. */
  LEADER: 'leader',
  /** A quorum for one value, once a quorum has prevoted. */
  PREVOTES: 'prevotes',
  /** The same of precommits; then the next round begins. */
  PRECOMMITS: 'precommits',
} as const;
export type Step = (typeof Step)[keyof typeof Step];

export interface DecreeStep {
  readonly state: DecreeState;
  /** To be cast, in this order. */
  readonly votes: readonly RoundVote[];
}

const FIRST: DecreeState = {
  round: 0,
  hasPrevoted: false,
  hasPrecommitted: false,
  polka: undefined,
  offers: [],
  led: undefined,
  decided: undefined,
};

/** A decision that this member begins with what it has voted before; of a new one with nothing. */
export function beginDecree(own: readonly RoundVote[]): DecreeState {
  let state = FIRST;
  for (const { phase, round, value } of own) {
    if (round > state.round) state = enter(state, round);
    if (round < state.round) continue;
    // Before a precommit of a value there was a polka: what it locks survives a crash.
    const isLock = phase === Phase.PRECOMMIT && value !== NOTHING;
    state = {
      ...state,
      hasPrevoted: true,
      hasPrecommitted: state.hasPrecommitted || phase === Phase.PRECOMMIT,
      polka: isLock ? { round, value } : state.polka,
    };
  }
  return state;
}

/**
 * What an event comes to. `isLeader` says whether this member leads a round; of the first nobody
 * does.
 */
export function stepDecree(
  state: DecreeState,
  event: DecreeEvent,
  isLeader: (round: number) => boolean,
): DecreeStep {
  if (state.decided !== undefined) return { state, votes: [] };
  const votes: RoundVote[] = [];
  const next = react(state, event, votes);
  return { state: prevoteWhenDue(next, votes, isLeader), votes };
}

function react(state: DecreeState, event: DecreeEvent, votes: RoundVote[]): DecreeState {
  switch (event.kind) {
    case 'offered':
      return { ...state, offers: event.offers };
    case 'led':
      return event.round === state.round ? { ...state, led: event.value } : state;
    case 'polka':
      return hearPolka(state, event, votes);
    case 'decided':
      assert(event.value !== NOTHING, 'nothing is no decision');
      return { ...state, decided: { round: event.round, value: event.value } };
    case 'ahead':
      return event.round > state.round ? enter(state, event.round) : state;
    case 'timeout':
      return event.round === state.round ? timeOut(state, event.step, votes) : state;
  }
}

function hearPolka(state: DecreeState, { round, value }: Polka, votes: RoundVote[]): DecreeState {
  const known = state.polka;
  const isLatest = value !== NOTHING && (known === undefined || round > known.round);
  const heard = isLatest ? { ...state, polka: { round, value } } : state;
  const here = round > heard.round ? enter(heard, round) : heard;
  return round === here.round ? precommit(here, value, votes) : here;
}

function timeOut(state: DecreeState, step: Step, votes: RoundVote[]): DecreeState {
  switch (step) {
    case Step.LEADER:
      return state.hasPrevoted ? state : prevote(state, NOTHING, votes);
    case Step.PREVOTES:
      return precommit(state, NOTHING, votes);
    case Step.PRECOMMITS:
      return enter(state, state.round + 1);
  }
}

/**
 * Votes as soon as it is known for what: for the value of the latest polka; else, in the first
 * round, for what is offered, and in later ones for what their leader has chosen of that.
 */
function prevoteWhenDue(
  state: DecreeState,
  votes: RoundVote[],
  isLeader: (round: number) => boolean,
): DecreeState {
  const { round, polka, offers, led } = state;
  if (state.hasPrevoted || state.decided !== undefined) return state;
  if (polka !== undefined) {
    // One of this round is precommitted when it is heard of, and of a later one that is entered.
    assert(polka.round < round, 'a polka is of a round before');
    return prevote(state, polka.value, votes);
  }
  const [first] = offers;
  const isFree = round === 0 || isLeader(round);
  if (isFree) return first === undefined ? state : prevote(state, first, votes);
  return led !== undefined && offers.includes(led) ? prevote(state, led, votes) : state;
}

function prevote(state: DecreeState, value: Value, votes: RoundVote[]): DecreeState {
  votes.push({ phase: Phase.PREVOTE, round: state.round, value });
  return { ...state, hasPrevoted: true };
}

/** Once in a round; a prevote of it that was not cast is not cast any more. */
function precommit(state: DecreeState, value: Value, votes: RoundVote[]): DecreeState {
  if (state.hasPrecommitted) return state;
  votes.push({ phase: Phase.PRECOMMIT, round: state.round, value });
  return { ...state, hasPrevoted: true, hasPrecommitted: true };
}

function enter(state: DecreeState, round: number): DecreeState {
  return { ...state, round, hasPrevoted: false, hasPrecommitted: false, led: undefined };
}
