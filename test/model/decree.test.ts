/** All of a decision in small scope: 4 members, one of them faulty, 3 rounds, two values. */

import { describe, expect, test } from 'vitest';
import { beginDecree, type DecreeState, NOTHING, stepDecree } from '../../src/quorum/decree.ts';
import { Phase } from '../../src/quorum/vote.ts';
import { DecreeModel, type DecreeRules } from './decree-model.ts';

const RULES: DecreeRules = { begin: beginDecree, step: stepDecree };
const ROUNDS = 3;
const VALUES = ['a', 'b'];
const STATES_MAX = 4_000_000;

/** Rules that differ from ours in one thing, and what they lead to. */
const MISTAKES: readonly (readonly [name: string, rules: DecreeRules, problem: RegExp])[] = [
  [
    'a crash takes the lock',
    { ...RULES, begin: (own) => ({ ...beginDecree(own), polka: undefined }) },
    /^two decisions/,
  ],
  ['a crash takes the votes', { ...RULES, begin: () => beginDecree([]) }, /^a vote twice/],
  [
    'a precommit is forgotten by a crash, and not the prevote',
    { ...RULES, begin: (own) => beginDecree(own.filter(({ phase }) => phase === Phase.PREVOTE)) },
    /^a vote twice|^two decisions/,
  ],
  ['a lock holds nobody', stepping((state) => ({ ...state, polka: undefined })), /^two decisions/],
  [
    'a lock gives way to an earlier polka',
    {
      ...RULES,
      step: (state, event, isLeader) => {
        const isPolka = event.kind === 'polka' && event.value !== NOTHING;
        const isEarlier = isPolka && event.round < state.round;
        return stepDecree(isEarlier ? { ...state, polka: undefined } : state, event, isLeader);
      },
    },
    /^two decisions/,
  ],
  [
    'what a leader names is voted for unseen',
    stepping((state, event) =>
      event.kind === 'led' ? { ...state, offers: [...state.offers, event.value] } : state,
    ),
    /^a decision that nobody was offered/,
  ],
];

describe('[QC20] one decision, in all that can come of it', () => {
  test('[QC21] never comes to two, whatever is lost, late or crashes', () => {
    const found = new DecreeModel(RULES, ROUNDS, VALUES).explore(STATES_MAX);
    expect(found.problem).toBeUndefined();
    expect(found.states).toBeGreaterThan(1_000_000);
    expect(found.decided).toBeGreaterThan(100_000);
    expect(found.unlocked).toBeGreaterThan(50_000);
    expect(found.crashes).toBeGreaterThan(5_000);
  });

  test('[QC22] never comes to what no honest member was offered', () => {
    const found = new DecreeModel(RULES, ROUNDS, VALUES, ['a']).explore(STATES_MAX);
    expect(found.problem).toBeUndefined();
    expect(found.decided).toBeGreaterThan(1_000);
  });

  test.each(MISTAKES)('finds a planted mistake: %s', (name, rules, problem) => {
    const offered = name.startsWith('what a leader') ? ['a'] : VALUES;
    const { problem: found } = new DecreeModel(rules, ROUNDS, VALUES, offered).explore(STATES_MAX);
    expect(found).toMatch(problem);
  });
});

function stepping(
  change: (state: DecreeState, event: Parameters<typeof stepDecree>[1]) => DecreeState,
): DecreeRules {
  return {
    ...RULES,
    step: (state, event, isLeader) => stepDecree(change(state, event), event, isLeader),
  };
}
