/** One member in a decision: what it hears, and what it says to that. */

import { describe, expect, test } from 'vitest';
import { ROUND_MILLISECONDS_LEAST, ROUNDS_AHEAD_MAX } from '../../src/base/quorum-limits.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { expectQuorum, makeCertificate } from '../../src/quorum/certificate.ts';
import { Decision, type DecisionPlace } from '../../src/quorum/decision.ts';
import { Phase, signVotes, Verdict, type Vote, type VotingKey } from '../../src/quorum/vote.ts';
import { type Outcome, outcomeOf } from '../../src/quorum/vote-value.ts';
import { Voters } from '../../src/quorum/voters.ts';

const SIGNERS: VotingKey[] = [1, 2, 3, 4, 5].map((fill) => {
  const seed = new Uint8Array(32).fill(fill);
  return { seed, publicKey: publicKeyOf(seed) };
});
/** The fifth is a stranger. */
const VOTERS = new Voters(
  2,
  SIGNERS.slice(0, 4).map(({ publicKey }) => ({ key: publicKey, weight: 1 })),
);
const PLACE: DecisionPlace = {
  space: new Uint8Array(32).fill(1),
  key: new Uint8Array(32).fill(2),
  position: 1,
  previous: new Uint8Array(32),
};
const APPROVED = { verdict: Verdict.APPROVED, subject: new Uint8Array(32).fill(5) };
const OTHER = { verdict: Verdict.APPROVED, subject: new Uint8Array(32).fill(6) };
const NOTHING = outcomeOf('');

describe('a member in a decision', () => {
  test('[QC20] votes for what it is offered, then for what a quorum is for, and so decides', () => {
    const member = begin();
    expect(member.offer([APPROVED], 0).votes).toEqual([vote(Phase.PREVOTE, 0, APPROVED)]);
    const heard = [0, 1, 2].flatMap((from) => hear(member, from, Phase.PREVOTE, 0, APPROVED).votes);
    expect(heard).toEqual([vote(Phase.PRECOMMIT, 0, APPROVED)]);
    for (const from of [0, 1]) hear(member, from, Phase.PRECOMMIT, 0, APPROVED);
    expect(member.decided).toBeUndefined();
    hear(member, 2, Phase.PRECOMMIT, 0, APPROVED);
    expect(member.decided?.outcome).toEqual(APPROVED);
    expect(() => expectQuorum(member.decided?.certificate as never, VOTERS)).not.toThrow();
  });

  test('[QC21] comes back with what it has precommitted, and keeps to it', () => {
    const own = [vote(Phase.PREVOTE, 1, APPROVED), vote(Phase.PRECOMMIT, 1, APPROVED)];
    const member = begin(own);
    expect(member.round).toBe(1);
    expect(member.offer([OTHER], 0).votes).toEqual([]);
    const ahead = [1, 2].flatMap((from) => hear(member, from, Phase.PREVOTE, 2, OTHER).votes);
    expect(ahead).toEqual([vote(Phase.PREVOTE, 2, APPROVED)]);
  });

  test('[QC21] gives way to a later quorum for something else', () => {
    const own = [vote(Phase.PREVOTE, 0, APPROVED), vote(Phase.PRECOMMIT, 0, APPROVED)];
    const member = begin(own);
    const { votes } = member.learn(certify(Phase.PREVOTE, 1, OTHER), 0);
    expect(votes).toEqual([vote(Phase.PRECOMMIT, 1, OTHER)]);
  });

  test('[QC23] counts the first of two votes, and says that there are two', () => {
    const member = begin();
    hear(member, 0, Phase.PREVOTE, 0, APPROVED);
    const { evidence } = hear(member, 0, Phase.PREVOTE, 0, OTHER);
    expect(evidence?.voter).toEqual(SIGNERS[0]?.publicKey);
    for (const from of [1, 2]) hear(member, from, Phase.PREVOTE, 0, OTHER);
    expect(member.polka).toBeUndefined();
  });

  test('[QC24] lets a round end when its time is over, and waits longer for the next', () => {
    const member = begin();
    hear(member, 0, Phase.PREVOTE, 0, APPROVED);
    hear(member, 1, Phase.PREVOTE, 0, OTHER);
    const split = hear(member, 2, Phase.PREVOTE, 0, NOTHING);
    expect(split.wakeAt).toBe(ROUND_MILLISECONDS_LEAST);
    expect(member.wake(ROUND_MILLISECONDS_LEAST - 1).votes).toEqual([]);
    const { votes } = member.wake(ROUND_MILLISECONDS_LEAST);
    expect(votes).toEqual([vote(Phase.PRECOMMIT, 0, NOTHING)]);
    for (const from of [0, 1, 2]) hear(member, from, Phase.PRECOMMIT, 0, NOTHING, 1_000);
    const next = member.wake(1_000 + ROUND_MILLISECONDS_LEAST);
    expect(member.round).toBe(1);
    expect(next.wakeAt).toBe(1_000 + 2.5 * ROUND_MILLISECONDS_LEAST);
  });

  test('[QC25] keeps no votes of rounds far ahead, and follows no single member there', () => {
    const member = begin();
    const far = ROUNDS_AHEAD_MAX + 5;
    hear(member, 0, Phase.PREVOTE, far, APPROVED);
    expect(member.round).toBe(0);
    hear(member, 1, Phase.PREVOTE, far, APPROVED);
    expect(member.round).toBe(far);
    // What came when it was far ahead is told again.
    for (const from of [0, 1, 2]) hear(member, from, Phase.PREVOTE, far, APPROVED);
    expect(member.polka?.vote.round).toBe(far);
  });

  test.each<Partial<Vote>>([
    { epoch: 3 },
    { position: 2 },
    { space: new Uint8Array(32).fill(9) },
    { key: new Uint8Array(32).fill(9) },
    { previous: new Uint8Array(32).fill(9) },
    { phase: Phase.OPINION, position: 1, previous: new Uint8Array(32) },
  ])('[QC26] refuses a vote of another decision: %o', (changed) => {
    const batch = signVotes(
      [{ ...vote(Phase.PREVOTE, 0, APPROVED), ...changed }],
      SIGNERS[0] as VotingKey,
    );
    expect(() => begin().hear({ batch, index: 0 }, 0)).toThrow(
      expect.objectContaining({ code: 'REFUSED' }),
    );
  });

  test('[QC26] does not count a stranger', () => {
    const member = begin();
    for (const from of [0, 1, 4]) hear(member, from, Phase.PRECOMMIT, 0, APPROVED);
    expect(member.decided).toBeUndefined();
  });

  test.each([
    ['nothing', NOTHING, [0, 1, 2]],
    ['too few', APPROVED, [0, 1]],
    ['a stranger', APPROVED, [0, 1, 4]],
  ])('[QC27] refuses a certificate of %s', (_, outcome, from) => {
    const certificate = certify(Phase.PRECOMMIT, 0, outcome, from);
    const member = begin();
    expect(() => member.learn(certificate, 0)).toThrow(
      expect.objectContaining({ code: 'REFUSED' }),
    );
    expect(member.decided).toBeUndefined();
  });

  test('[QC27] learns the decision from its certificate, and says nothing more', () => {
    const member = begin();
    member.learn(certify(Phase.PRECOMMIT, 3, OTHER), 0);
    expect(member.decided?.outcome).toEqual(OTHER);
    expect(member.offer([APPROVED], 1)).toEqual({ votes: [], wakeAt: undefined });
  });

  test('that only follows has no vote', () => {
    const member = new Decision({ voters: VOTERS, self: undefined, place: PLACE, own: [] });
    expect(member.offer([APPROVED], 0).votes).toEqual([]);
    for (const from of [0, 1, 2]) hear(member, from, Phase.PREVOTE, 0, APPROVED);
    for (const from of [0, 1, 2]) hear(member, from, Phase.PRECOMMIT, 0, APPROVED);
    expect(member.decided?.outcome).toEqual(APPROVED);
  });
});

function begin(own: readonly Vote[] = []): Decision {
  return new Decision({ voters: VOTERS, self: SIGNERS[3]?.publicKey, place: PLACE, own });
}

function vote(phase: Phase, round: number, outcome: Outcome): Vote {
  return { phase, round, epoch: VOTERS.epoch, ...PLACE, ...outcome };
}

function cast(from: number, phase: Phase, round: number, outcome: Outcome) {
  const batch = signVotes([vote(phase, round, outcome)], SIGNERS[from] as VotingKey);
  return { batch, index: 0 };
}

function hear(
  member: Decision,
  from: number,
  phase: Phase,
  round: number,
  outcome: Outcome,
  now = 0,
) {
  return member.hear(cast(from, phase, round, outcome), now);
}

function certify(phase: Phase, round: number, outcome: Outcome, from = [0, 1, 2]) {
  const votes = from.map((each) => cast(each, phase, round, outcome));
  return makeCertificate(vote(phase, round, outcome), votes);
}
