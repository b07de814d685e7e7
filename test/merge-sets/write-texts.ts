/**
 * `node test/merge-sets/write-texts.ts [COUNT]`: looks for sets in which a merge rule decides what
 * a text of several authors is, among so many random ones, and writes the smallest forms of some
 * of each rule to texts.txt.
 */

import { writeFileSync } from 'node:fs';
import { Seeded } from '../seeded.ts';
import { type KeptSet, printSets } from './kept-set.ts';
import { modelsWithout } from './models.ts';
import { randomSet } from './random-set.ts';
import { smallerSet } from './smaller-set.ts';
import { decidingIn, OF_RULE, TEXTS } from './text-coverage.ts';

const [, , count = '4000'] = process.argv;
const COMMITS_MIN = 3;
const SIZES = 4;

const models = await modelsWithout();
const found = new Map<string, KeptSet[]>();
for (let seed = 0; seed < Number(count); seed++) {
  const set = randomSet(new Seeded(seed), COMMITS_MIN + (seed % SIZES));
  for (const rule of decidingIn(set, models)) {
    const sets = found.get(rule) ?? [];
    if (sets.length === OF_RULE) continue;
    const own = models.filter((model) => model.rule === rule);
    const smallest = smallerSet(set, (smaller) => decidingIn(smaller, own).has(rule));
    found.set(rule, [...sets, { ...smallest, name: `M28 ${rule}` }]);
  }
}
const rules = [...found.keys()].sort((one, other) => numberOf(one) - numberOf(other));
writeFileSync(TEXTS, printSets(rules.flatMap((rule) => found.get(rule) ?? [])));
const counts = rules.map((rule) => `${rule} ${found.get(rule)?.length}`);
process.stdout.write(`${counts.join(', ')}\n`);

function numberOf(rule: string): number {
  return Number(/\d+/.exec(rule)?.[0] ?? Number.POSITIVE_INFINITY);
}
