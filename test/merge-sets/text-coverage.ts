/** Whether the kept sets of texts are what they are kept as: a rule decides what a text is. */

import { readFileSync } from 'node:fs';
import { type KeptSet, parseSets } from './kept-set.ts';
import { type Model, WHOLE } from './models.ts';
import { isPlainText, textSetOf } from './text-set.ts';
import { isOfSeveral, sharedTexts, textsIn } from './texts.ts';

export const TEXTS = new URL('texts.txt', import.meta.url);
/** Kept sets of each rule at most, and of each that is asked for at least. */
export const OF_RULE = 4;
const OF_RULE_MIN = 3;
/** That an update waits, and that one stands in the place of others. */
const WAITS = 'waits';
const MERGES = 'merges';
/**
 * Those by which a text is another one. The order of items, and what moves, is none of them, since
 * updates commute; M8 and M20 decide seldom.
 */
const DECIDING = [
  ...['M1', 'M2', 'M3', 'M5', 'M6', 'M7', 'M10', 'M13', 'M14', 'M15', 'M16', 'M19'],
  ...['M22', 'M23', 'M25', 'M26', WAITS, MERGES],
];

export function textSets(): KeptSet[] {
  return parseSets(readFileSync(TEXTS, 'utf8'));
}

/** What decides about texts to which several authors write: rules, and what updates do. */
export function decidingIn(set: KeptSet, models: readonly Model[]): Set<string> {
  const deciding = new Set<string>();
  for (const merges of [false, true]) {
    const texts = textSetOf(set, { merges });
    if (!isOfSeveral(texts) || (merges && texts.merged.size === 0)) continue;
    for (const { document, isWaiting } of sharedTexts(texts)) {
      if (isWaiting) deciding.add(WAITS);
      if (texts.merged.has(document) && isPlainText(set, document)) deciding.add(MERGES);
    }
    const whole = textsIn(texts, WHOLE);
    for (const model of models) if (textsIn(texts, model) !== whole) deciding.add(model.rule);
  }
  return deciding;
}

/** Sets in which their rule decides no text, and rules that have too few. */
export function textProblems(sets: readonly KeptSet[], models: readonly Model[]): string[] {
  const problems: string[] = [];
  for (const set of sets) {
    const [, rule = ''] = set.name.split(' ');
    const own = models.filter((model) => model.rule === rule);
    if (!decidingIn(set, own).has(rule)) problems.push(`${set.name}: decides no text`);
  }
  for (const rule of DECIDING) {
    const count = sets.filter(({ name }) => name === `M28 ${rule}`).length;
    if (count >= OF_RULE_MIN) continue;
    problems.push(`${OF_RULE_MIN} sets of M28 ${rule} expected, got ${count}`);
  }
  return problems;
}
