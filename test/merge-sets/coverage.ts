/** Whether the kept sets are what they are kept as, and which rules meet in them. */

import { readFileSync } from 'node:fs';
import { type KeptSet, parseSets } from './kept-set.ts';
import { RULES } from './merge-rules.ts';
import { Meeting, type Model, meetingOf, placesByRule } from './models.ts';

export const SETS = new URL('sets.txt', import.meta.url);
const SETS_MIN = 200;
const COMMITS_MIN = 3;
const COMMITS_MAX = 7;
/** Sets of each number of commits. */
const OF_SIZE_MIN = 20;
/** Of M1 to M27: what decides nothing of its own, and why. */
const DECIDE_NOTHING: Readonly<Record<string, string>> = {
  M12: 'says what M13 to M15 must not do; it is asked of every seal, of every order',
};
/** Pairs that no set can have, and why. */
const CANNOT_MEET: Readonly<Record<string, string>> = {};
const MARKS: Readonly<Record<Meeting, string>> = {
  [Meeting.NONE]: '.',
  [Meeting.ELEMENT]: 'e',
  [Meeting.PATH]: 'p',
};

export function keptSets(): KeptSet[] {
  return parseSets(readFileSync(SETS, 'utf8'));
}

export interface KeptCoverage {
  readonly problems: readonly string[];
  readonly lines: readonly string[];
}

export function coverageOf(sets: readonly KeptSet[], models: readonly Model[]): KeptCoverage {
  const problems: string[] = [];
  const met = new Map<string, Meeting>();
  for (const set of sets) {
    const meeting = meetingIn(set, models);
    if (meeting === Meeting.NONE) problems.push(`${set.name} do not meet in their set`);
    met.set(set.name, meeting);
  }
  for (const [index, rule] of RULES.entries()) {
    for (const other of RULES.slice(index + 1)) {
      const name = `${rule} ${other}`;
      const isKept = met.has(name);
      if (isKept === name in CANNOT_MEET) {
        problems.push(isKept ? `${name} meet, and are said not to` : `${name} have no set`);
      }
    }
  }
  return { problems: [...problems, ...countProblems(sets)], lines: linesOf(sets, met) };
}

function meetingIn(set: KeptSet, models: readonly Model[]): Meeting {
  const [rule = '', other = ''] = set.name.split(' ');
  const both = models.filter((model) => model.rule === rule || model.rule === other);
  const decided = placesByRule(set, both);
  return meetingOf(decided.get(rule) ?? [], decided.get(other) ?? []);
}

function countProblems(sets: readonly KeptSet[]): string[] {
  const problems = sets.length < SETS_MIN ? [`${SETS_MIN} sets expected, got ${sets.length}`] : [];
  for (let commits = 0; commits <= Math.max(...sets.map(sizeOf)); commits++) {
    const count = sets.filter((set) => sizeOf(set) === commits).length;
    const isKept = commits >= COMMITS_MIN && commits <= COMMITS_MAX;
    if (isKept ? count < OF_SIZE_MIN : count > 0) {
      problems.push(`${isKept ? OF_SIZE_MIN : 'no'} sets of ${commits} expected, got ${count}`);
    }
  }
  return problems;
}

function sizeOf({ commits }: KeptSet): number {
  return commits.length;
}

function linesOf(sets: readonly KeptSet[], met: ReadonlyMap<string, Meeting>): string[] {
  const row = (index: number) =>
    RULES.slice(0, index).map((other) => {
      return (MARKS[met.get(`${other} ${RULES[index]}`) ?? Meeting.NONE] ?? '').padStart(3);
    });
  const counts = [...met.values()].filter((meeting) => meeting === Meeting.PATH).length;
  return [
    `${sets.length} sets; of ${met.size} pairs of rules ${counts} meet at one path`,
    'p: the rules both decide at one path; e: in one element',
    ...RULES.map((rule, index) => `${rule.padEnd(4)}${row(index).join('')}`),
    `    ${RULES.map((rule) => rule.slice(1).padStart(3)).join('')}`,
    ...Object.entries({ ...DECIDE_NOTHING, ...CANNOT_MEET }).map((entry) => entry.join(': ')),
  ];
}
