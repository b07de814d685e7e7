/**
 * All that three honest members and one faulty one can come to in a few rounds of one decision, by
 * the very functions that decide (src/quorum/decree.ts).
 *
 * Messages are not modelled one by one. A member may hear of a quorum as soon as votes for it have
 * been cast, with those that the faulty member can add, and need never hear of it: that covers
 * loss, delay, reordering and repetition. A timer may end at any time, any leader may name
 * anything, and a member may crash between any two events, with its votes on disk and nothing else.
 * So more is explored than can happen, and what holds here holds.
 *
 * Two votes for nothing differ in no way that counts from two that are not cast, but that none
 * follows: of past rounds only votes for values are kept. Members are alike, and values are.
 */

import { assert } from '../../src/base/assert.ts';
import {
  type beginDecree,
  type DecreeEvent,
  type DecreeState,
  NOTHING,
  type RoundVote,
  Step,
  type stepDecree,
  type Value,
} from '../../src/quorum/decree.ts';
import { Phase } from '../../src/quorum/vote.ts';

export interface DecreeRules {
  readonly begin: typeof beginDecree;
  readonly step: typeof stepDecree;
}

export interface Explored {
  readonly states: number;
  /** Those in which a quorum has decided. */
  readonly decided: number;
  /** Those in which a member is locked, and another value has a polka of a later round. */
  readonly unlocked: number;
  readonly crashes: number;
  /** Two votes in one place, two decisions, or one that no honest member was offered. */
  readonly problem: string | undefined;
}

/** One honest member: its state, and what it has cast. */
interface Local {
  readonly state: DecreeState;
  /** Values that it prevoted and precommitted, by round; NOTHING where none. */
  readonly prevotes: readonly Value[];
  readonly precommits: readonly Value[];
  /** The last round that it has voted in, and whether it had precommitted there. */
  readonly last: { readonly round: number; readonly hasPrecommitted: boolean } | undefined;
}

/**
 * A local state with what counts for others, as one bit for each round and value: what it has
 * prevoted and precommitted, and polkas that would undo its lock.
 */
interface Known {
  readonly local: Local;
  readonly prevoteBits: number;
  readonly precommitBits: number;
  readonly unlockBits: number;
}

export class DecreeModel {
  readonly #rules: DecreeRules;
  readonly #rounds: number;
  readonly #values: readonly Value[];
  readonly #offered: readonly Value[];
  readonly #known: Known[] = [];
  readonly #ids = new Map<string, number>();
  /** Of each local state, by the polkas that may be heard of: the local states after one event. */
  readonly #after: Map<number, readonly number[]>[] = [];
  readonly #twinIds: number[] = [];
  #crashes = 0;

  /** `offered` are those of the values that an honest member may be offered. */
  constructor(rules: DecreeRules, rounds: number, values: readonly Value[], offered = values) {
    this.#rules = rules;
    this.#rounds = rounds;
    this.#values = values;
    this.#offered = offered;
  }

  explore(statesMax: number): Explored {
    assert(this.#values.length === 2, 'two values are explored');
    try {
      return this.#explore(statesMax);
    } catch (error) {
      if (!(error instanceof VotedTwice)) throw error;
      return { states: 0, decided: 0, unlocked: 0, crashes: this.#crashes, problem: error.message };
    }
  }

  #explore(statesMax: number): Explored {
    const none = Array.from({ length: this.#rounds }, () => NOTHING);
    const state = this.#rules.begin([]);
    const first = this.#idOf({ state, prevotes: none, precommits: none, last: undefined });
    const seen = new Set([packed(first, first, first)]);
    const waiting: Members[] = [[first, first, first]];
    const counts = { decided: 0, unlocked: 0 };
    for (let members = waiting.pop(); members !== undefined; members = waiting.pop()) {
      const decided = this.#ofQuorum(members, 'precommitBits');
      if (decided !== 0) counts.decided += 1;
      const polkas = this.#ofQuorum(members, 'prevoteBits');
      if (members.some((id) => (this.#of(id).unlockBits & polkas) !== 0)) counts.unlocked += 1;
      const problem = this.#problemOf(decided);
      if (problem !== undefined) {
        const locals = members.map((id) => this.#of(id).local);
        const text = `${problem}: ${JSON.stringify(locals)}`;
        return { states: seen.size, ...counts, crashes: this.#crashes, problem: text };
      }
      for (const next of this.#next(members, polkas)) {
        const key = Math.min(packed(...next), packed(...this.#twins(next)));
        if (seen.has(key)) continue;
        if (seen.size >= statesMax) throw new Error(`more than ${statesMax} states`);
        seen.add(key);
        waiting.push(next);
      }
    }
    return { states: seen.size, ...counts, crashes: this.#crashes, problem: undefined };
  }

  *#next([one, two, three]: Members, polkas: number): Generator<Members> {
    for (const next of this.#afterEach(one, polkas)) yield ascending(next, two, three);
    for (const next of this.#afterEach(two, polkas)) yield ascending(one, next, three);
    for (const next of this.#afterEach(three, polkas)) yield ascending(one, two, next);
  }

  #afterEach(id: number, polkas: number): readonly number[] {
    const after = this.#after[id] as Map<number, readonly number[]>;
    const known = after.get(polkas);
    if (known !== undefined) return known;
    const ids = [...this.#steps(this.#of(id).local, polkas)].map((next) => this.#idOf(next));
    const others = [...new Set(ids)].filter((next) => next !== id);
    after.set(polkas, others);
    return others;
  }

  *#steps(local: Local, polkas: number): Generator<Local> {
    for (const events of this.#events(local.state.round, polkas)) {
      for (const isLeader of [false, true]) {
        let next = local;
        for (const event of events) {
          const { state, votes } = this.#rules.step(next.state, event, () => isLeader);
          next = withVotes(next, state, votes);
        }
        yield forgetting(next);
      }
    }
    this.#crashes += 1;
    yield forgetting({ ...local, state: this.#rules.begin(votesOf(local)) });
  }

  /** What may happen to a member in its round. Offers are made when they count, and again later. */
  *#events(round: number, polkas: number): Generator<readonly DecreeEvent[]> {
    for (const value of this.#offered) {
      const offered = { kind: 'offered', offers: [value] } as const;
      yield [offered];
      for (const led of this.#values) yield [offered, { kind: 'led', round, value: led }];
    }
    for (let at = 0; at < this.#rounds; at++) {
      for (const value of this.#values) {
        if ((polkas & this.#bit(at, value)) !== 0) yield [{ kind: 'polka', round: at, value }];
      }
    }
    const isLast = round + 1 === this.#rounds;
    for (const step of Object.values(Step)) {
      if (step !== Step.PRECOMMITS || !isLast) yield [{ kind: 'timeout', round, step }];
    }
    for (let ahead = round + 1; ahead < this.#rounds; ahead++) {
      yield [{ kind: 'ahead', round: ahead }];
    }
  }

  /** What two honest members have voted for, and so a quorum with the faulty one. */
  #ofQuorum([one, two, three]: Members, bits: 'prevoteBits' | 'precommitBits'): number {
    const [a, b, c] = [this.#of(one)[bits], this.#of(two)[bits], this.#of(three)[bits]];
    return (a & b) | (a & c) | (b & c);
  }

  #problemOf(decided: number): string | undefined {
    if (decided === 0) return undefined;
    const values = this.#values.filter((value) => (decided & this.#bits(0, value)) !== 0);
    if (values.length > 1) return `two decisions, ${values.join(' and ')}`;
    const forged = values.find((value) => !this.#offered.includes(value));
    return forged && `a decision that nobody was offered, ${forged}`;
  }

  #idOf(local: Local): number {
    const key = JSON.stringify(local);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#known.length;
    this.#ids.set(key, id);
    this.#after.push(new Map());
    const bitsOf = (values: readonly Value[]) =>
      values.reduce((bits, value, round) => bits | this.#bit(round, value), 0);
    const lock = local.precommits.findLastIndex((value) => value !== NOTHING);
    const others = this.#values.filter((value) => value !== local.precommits[lock]);
    this.#known.push({
      local,
      prevoteBits: bitsOf(local.prevotes),
      precommitBits: bitsOf(local.precommits),
      unlockBits:
        lock < 0 ? 0 : others.reduce((bits, value) => bits | this.#bits(lock + 1, value), 0),
    });
    return id;
  }

  /** The same with the two values exchanged, where a member may be offered either. */
  #twins(members: Members): Members {
    if (this.#offered.length < 2) return members;
    const [one, two, three] = members.map((id) => this.#twin(id));
    return ascending(one as number, two as number, three as number);
  }

  #twin(id: number): number {
    const known = this.#twinIds[id];
    if (known !== undefined) return known;
    const twin = this.#idOf(exchanged(this.#of(id).local, this.#values));
    this.#twinIds[id] = twin;
    this.#twinIds[twin] = id;
    return twin;
  }

  #of(id: number): Known {
    return this.#known[id] as Known;
  }

  /** 0 of nothing. */
  #bit(round: number, value: Value): number {
    const place = this.#values.indexOf(value);
    return place < 0 ? 0 : 1 << (round * this.#values.length + place);
  }

  /** Of a value in all rounds from one on. */
  #bits(from: number, value: Value): number {
    let bits = 0;
    for (let round = from; round < this.#rounds; round++) bits |= this.#bit(round, value);
    return bits;
  }
}

/** What no member does that keeps what it has voted. */
class VotedTwice extends Error {}

/** Local states of the honest members, ascending: who is who makes no difference. */
type Members = readonly [number, number, number];

function ascending(one: number, two: number, three: number): Members {
  const [less, more] = one < two ? [one, two] : [two, one];
  if (three >= more) return [less, more, three];
  return three < less ? [three, less, more] : [less, three, more];
}

/** Numbers below 2^17, which are few enough for one. */
function packed(one: number, two: number, three: number): number {
  return (one * 2 ** 17 + two) * 2 ** 17 + three;
}

function withVotes(local: Local, state: DecreeState, votes: readonly RoundVote[]): Local {
  let next: Local = { ...local, state };
  for (const { phase, round, value } of votes) {
    const isPrecommit = phase === Phase.PRECOMMIT;
    const kept = isPrecommit ? next.precommits : next.prevotes;
    if (kept[round] !== NOTHING) throw new VotedTwice(`a vote twice in round ${round}: ${value}`);
    const cast = kept.with(round, value);
    const last = { round, hasPrecommitted: isPrecommit };
    next = { ...next, last, ...(isPrecommit ? { precommits: cast } : { prevotes: cast }) };
  }
  return next;
}

function exchanged(local: Local, [one, two]: readonly Value[]): Local {
  const other = (value: Value) => {
    if (value === NOTHING) return value;
    return (value === one ? two : one) as Value;
  };
  const { state, prevotes, precommits, last } = local;
  const polka = state.polka && { ...state.polka, value: other(state.polka.value) };
  const cast = { prevotes: prevotes.map(other), precommits: precommits.map(other) };
  return { state: { ...state, polka }, ...cast, last };
}

/** Without what may be told again at any time. */
function forgetting(local: Local): Local {
  return { ...local, state: { ...local.state, offers: [], led: undefined } };
}

/** What is on the member's disk, as far as it counts. */
function votesOf({ prevotes, precommits, last }: Local): RoundVote[] {
  const votes: RoundVote[] = [];
  for (let round = 0; round <= (last?.round ?? -1); round++) {
    const [prevote = NOTHING, precommit = NOTHING] = [prevotes[round], precommits[round]];
    votes.push({ phase: Phase.PREVOTE, round, value: prevote });
    const hasPrecommitted = precommit !== NOTHING || round < (last?.round ?? 0);
    if (hasPrecommitted || last?.hasPrecommitted === true) {
      votes.push({ phase: Phase.PRECOMMIT, round, value: precommit });
    }
  }
  return votes;
}
