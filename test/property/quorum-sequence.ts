/** One decision of members over a network that fails, with as many faulty ones as may be. */

import { Verdict } from '../../src/quorum/vote.ts';
import { valueOfVote } from '../../src/quorum/vote-value.ts';
import { toleratedOf } from '../../src/quorum/voters.ts';
import { outcome, QuorumMembers, type QuorumMistake } from '../fixture/quorum-members.ts';
import { Seeded } from '../seeded.ts';

export const MEMBER_COUNTS = [4, 7, 10] as const;
/** From then on nothing is lost, and nobody crashes. */
const HEALED_AT = 20_000;
/** Until then all have decided. */
const END = 200_000;
const [ONE, OTHER] = [outcome(Verdict.APPROVED, 1), outcome(Verdict.APPROVED, 2)];
const LAPSED = outcome(Verdict.LAPSED, 1);

/** How often what struck; `rounds` are of the longest decision of each. */
export type QuorumTally = Record<
  'rounds' | 'crashes' | 'lost' | 'evidence' | 'cuts' | 'afterHealing' | 'approved' | 'lapsed',
  number
>;

export function emptyQuorumTally(): QuorumTally {
  const struck = { rounds: 0, crashes: 0, lost: 0, evidence: 0, cuts: 0 };
  return { ...struck, afterHealing: 0, approved: 0, lapsed: 0 };
}

/** Runs one; answers what is wrong with what it came to, undefined where nothing is. */
export function runQuorum(options: {
  readonly seed: number;
  readonly tally: QuorumTally;
  readonly mistake?: QuorumMistake;
}): string | undefined {
  const { seed, tally, mistake } = options;
  const random = new Seeded(seed);
  const count = MEMBER_COUNTS[random.below(MEMBER_COUNTS.length)] as number;
  const faulty = toleratedOf(count);
  const network = { loss: random.below(5) / 10, latencyMilliseconds: 1 + random.below(300) };
  const given = { count, faulty, random, healedAt: HEALED_AT, ...network, mistake };
  const members = new QuorumMembers(given);
  disturb(members, random, count - faulty);
  try {
    members.run(END);
  } catch (error) {
    return String(error);
  }
  const decided = new Set(members.decisions);
  const [value] = decided;
  if (decided.size > 1 || value === undefined) return `decisions: ${[...decided].join(', ')}`;
  if (![ONE, OTHER, LAPSED].map(valueOfVote).includes(value)) return `nobody asked for ${value}`;
  if (members.now > HEALED_AT) tally.afterHealing += 1;
  tally[value === valueOfVote(LAPSED) ? 'lapsed' : 'approved'] += 1;
  for (const [name, its] of Object.entries(members.counts)) tally[name as keyof QuorumTally] += its;
  return undefined;
}

/** What each is offered, at last the same, and what goes wrong meanwhile. */
function disturb(members: QuorumMembers, random: Seeded, honest: number): void {
  const isReady = random.below(3) > 0;
  for (let index = 0; index < honest; index++) {
    const offers = !isReady ? [] : random.below(2) === 0 ? [ONE, OTHER] : [OTHER, ONE];
    const first = offers.slice(random.below(2));
    members.at(random.below(10_000), () => members.offer(index, first));
    members.at(10_000 + random.below(15_000), () => members.offer(index, [...offers, LAPSED]));
    for (let crash = random.below(4); crash > 0; crash--) {
      members.at(random.below(HEALED_AT), () => members.crash(index, 1 + random.below(3_000)));
    }
  }
  const all = Array.from({ length: honest }, (_, index) => index);
  for (let cut = random.below(4); cut > 0; cut--) {
    const some = new Set(all.filter(() => random.below(2) === 0));
    members.at(random.below(HEALED_AT), () => members.cut(some, 1 + random.below(5_000)));
  }
}
