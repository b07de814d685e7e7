/** The door of a replica, or who sends to it, with a mistake that orders without causes find. */

import { findMistake, type PlantedMistake } from '../property/planted-source.ts';
import { keptSets } from './coverage.ts';
import { PermutationTally, runPermutations } from './permutations.ts';

export { PermutationTally };

/** Of each set, for a mistake. */
const MOST = 16;
const SETS = keptSets();
const JUDGE = 'src/space/judge-commit.ts';
const REPLICA = 'src/space/replica.ts';
const TRIAL = 'src/space/frontier-trial.ts';
const SENDER = 'src/replication/peer-sender.ts';

export const PERMUTATION_MISTAKES: readonly PlantedMistake[] = [
  {
    name: 'that takes a commit without a parent',
    file: JUDGE,
    from: 'throw commitError(Reason.PARENT_UNKNOWN,',
    to: 'if (actual) return 0n; else throw commitError(Reason.PARENT_UNKNOWN,',
  },
  {
    name: 'that takes a commit without the record that it cites',
    file: JUDGE,
    from: "throw commitError(Reason.AUTHORITY_UNKNOWN, { expected, actual: 'another' });",
    to: 'return chain.length - 1;',
  },
  {
    name: 'that takes a commit without the one of its author before it',
    file: TRIAL,
    from: 'if (header.sequence > expected) {',
    to: 'if (header.sequence > expected) return; else if (header.sequence > expected) {',
  },
  {
    name: 'that refuses for good what comes before a parent',
    file: 'src/delta/reason.ts',
    from: '  Reason.PARENT_UNKNOWN,\n',
    to: '',
  },
  {
    name: 'that leaves what a late revocation masks',
    file: REPLICA,
    from: 'return this.#holdsMoreThan(this.#ahead.keptBy(body.frontier));',
    to: 'return false;',
  },
  {
    name: 'to which a sender does not send again what waits',
    file: SENDER,
    from: 'this.#retryFrom = Math.min(this.#retryFrom ?? from, from);',
    to: '',
  },
  {
    name: 'to which a sender goes on behind what waits',
    file: SENDER,
    from: 'const from = commit.position - 1;',
    to: 'const from = commit.position;',
  },
  {
    name: 'to which a sender does not send a record again',
    file: SENDER,
    from: 'this.#nextRecord = Math.min(this.#nextRecord, record.height);',
    to: '',
  },
];

/** In few orders of few sets. */
export const FORK_MISTAKE: PlantedMistake = {
  name: 'that lets a second commit of a number wait for what is before it in its group',
  file: REPLICA,
  from: 'else if (!isBehind) verdicts.set',
  to: 'else verdicts.set',
};
const FORKED = 'M5 M16';
const FORKED_SEEDS = 500;

/** The kept set of a number. */
export function runSome(number: number, tally: PermutationTally): Promise<string | undefined> {
  const set = SETS[number];
  if (set === undefined) throw new RangeError(`${SETS.length} sets expected, got ${number}`);
  return runPermutations(set, { seed: number, tally, most: MOST });
}

/** A set in which an author signs a number twice. */
export function runForked(seed: number, tally: PermutationTally): Promise<string | undefined> {
  const set = SETS.find(({ name }) => name === FORKED);
  if (set === undefined) throw new RangeError(`the set ${FORKED} expected, got none`);
  return runPermutations(set, { seed, tally, most: MOST });
}

export function findInPermutations(mistake: PlantedMistake): Promise<string | undefined> {
  const isOfForks = mistake === FORK_MISTAKE;
  return findMistake(mistake, {
    file: '../merge-sets/planted-permutations.ts',
    run: isOfForks ? runForked.name : runSome.name,
    tally: PermutationTally.name,
    seed: 0,
    sequences: isOfForks ? FORKED_SEEDS : SETS.length,
  });
}
