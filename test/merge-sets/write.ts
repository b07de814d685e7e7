/**
 * `node test/merge-sets/write.ts [COUNT]`: looks for sets in which each two merge rules meet, among
 * so many random ones, and writes the smallest forms to sets.txt.
 */

import { writeFileSync } from 'node:fs';
import { Seeded } from '../seeded.ts';
import { type KeptSet, printSets } from './kept-set.ts';
import { RULES } from './merge-rules.ts';
import { Meeting, meetingOf, modelsWithout, placesByRule } from './models.ts';
import { randomSet } from './random-set.ts';
import { smallerSet } from './smaller-set.ts';

const [, , count = '100000'] = process.argv;
const COMMITS_MIN = 3;
const SIZES = 5;
const SETS = new URL('sets.txt', import.meta.url);

const models = await modelsWithout();
const pairs = RULES.flatMap((rule, index) => RULES.slice(index + 1).map((other) => [rule, other]));
const found = new Map<string, { readonly set: KeptSet; readonly meeting: Meeting }>();
for (let seed = 0; seed < Number(count); seed++) {
  const commits = COMMITS_MIN + (seed % SIZES);
  const set = randomSet(new Seeded(seed), commits);
  const decided = placesByRule(set, models);
  for (const [index, [rule = '', other = '']] of pairs.entries()) {
    const name = `${rule} ${other}`;
    const meeting = meetingOf(decided.get(rule) ?? [], decided.get(other) ?? []);
    const known = found.get(name)?.meeting ?? Meeting.NONE;
    // Each pair has a size first; what is seldom may have any.
    const isOfSize = index % SIZES === seed % SIZES || seed > Number(count) / 2;
    if (isOfSize && meeting > known) found.set(name, { set: { ...set, name }, meeting });
  }
}
const smallest = pairs.flatMap(([rule = '', other = '']) => {
  const it = found.get(`${rule} ${other}`);
  if (it === undefined) {
    process.stdout.write(`${rule} and ${other} never met\n`);
    return [];
  }
  const both = models.filter((model) => model.rule === rule || model.rule === other);
  const meets = (set: KeptSet) => {
    const decided = placesByRule(set, both);
    return meetingOf(decided.get(rule) ?? [], decided.get(other) ?? []) >= it.meeting;
  };
  return [smallerSet(it.set, meets)];
});
writeFileSync(SETS, printSets(smallest));
const atPaths = [...found.values()].filter(({ meeting }) => meeting === Meeting.PATH);
process.stdout.write(`${smallest.length} sets, ${atPaths.length} of them about one path\n`);
