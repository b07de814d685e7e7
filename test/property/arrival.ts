/** An engine that took commits in one order of arrival, in groups, and at times from an image. */

import { Engine } from '../../src/engine/engine.ts';
import type { Seeded } from '../seeded.ts';
import { groupCommit } from './graph-commits.ts';
import { INDEXABLE, SPACE } from './graph-names.ts';
import { inGroups, type PlannedCommit } from './graph-plan.ts';

const GROUP_COMMITS_MAX = 12;
const IMAGE_CHANCE = 0.2;

/** A fresh engine, with a secret of its own. Seals stand where the commits say. */
export async function arrive(order: readonly PlannedCommit[], random: Seeded): Promise<Engine> {
  let engine = await Engine.create(SPACE, random);
  const groups = inGroups(order, random, random.between(1, GROUP_COMMITS_MAX));
  const imageAfter = random.chance(IMAGE_CHANCE) ? random.below(groups.length) : -1;
  const declareBefore = random.below(groups.length);
  let seals = 0;
  for (const [index, group] of groups.entries()) {
    if (index === declareBefore)
      for (const [type, path] of INDEXABLE) engine.declareIndex(type, path);
    for (; seals < (group[0]?.seals ?? 0); seals++) seal(engine);
    engine.prepare(group.map(groupCommit));
    for (const [ordinal, { isMasked, transactions }] of group.entries()) {
      if (isMasked === true) engine.exports.maskCommit(ordinal, transactions.length);
    }
    engine.apply();
    if (index === imageAfter) engine = await Engine.fromImage(engine.image(), SPACE);
  }
  return engine;
}

/** Nothing that shows changes [M12]. */
function seal(engine: Engine): void {
  const before = engine.stateHash(true);
  engine.compact();
  const after = engine.stateHash(true);
  if (after !== before) throw new Error(`a seal expected content ${before} after it, got ${after}`);
}

/** Of the state, and of what it shows. */
export function hashesOf(engine: Engine): string {
  return `state ${engine.stateHash(false)}, content ${engine.stateHash(true)}`;
}
