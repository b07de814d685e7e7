/** Members that decide one thing, with as many faulty ones as may be. */

import { describe, expect, test } from 'vitest';
import { Verdict } from '../../src/quorum/vote.ts';
import { valueOfVote } from '../../src/quorum/vote-value.ts';
import { outcome, QuorumMembers, QuorumMistake } from '../fixture/quorum-members.ts';
import { Seeded } from '../seeded.ts';
import { emptyQuorumTally, runQuorum } from './quorum-sequence.ts';

const SEEDS = Array.from({ length: 24 }, (_, index) => index + 1);

describe('[QC27] members that decide one thing', () => {
  test('[QC28] come to one decision, whatever is lost, late, cut off or crashes', () => {
    const tally = emptyQuorumTally();
    for (const seed of SEEDS) expect([seed, runQuorum({ seed, tally })]).toEqual([seed, undefined]);
    expect(tally.rounds).toBeGreaterThan(SEEDS.length / 2);
    for (const its of Object.values(tally)) expect(its).toBeGreaterThan(0);
  });

  test.each(Object.values(QuorumMistake))('it is found where %s', (mistake) => {
    const found = SEEDS.some((seed) => {
      return runQuorum({ seed, tally: emptyQuorumTally(), mistake }) !== undefined;
    });
    expect(found).toBe(true);
  });

  test('[QC29] in peace need one round, and as long as messages are on their way', () => {
    const random = new Seeded(1);
    const network = { loss: 0, latencyMilliseconds: 1, healedAt: 0 };
    const members = new QuorumMembers({ count: 4, faulty: 0, random, ...network });
    const approved = outcome(Verdict.APPROVED, 1);
    for (const { index } of members.honest) members.offer(index, [approved]);
    members.run(1_000);
    expect(new Set(members.decisions)).toEqual(new Set([valueOfVote(approved)]));
    expect([members.greatestRound, members.now]).toEqual([0, 2]);
  });
});
