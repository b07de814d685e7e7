/** Snapshots around single grants between objects that are there, and are not. */

import { GrantWriter } from '../../src/access/grants.ts';
import type { Tuple } from '../../src/access/tuple.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ENGINE_SPACE } from '../fixture/apply-deltas.ts';
import { Seeded } from '../seeded.ts';
import { isAsAtBegin } from './snapshot-around.ts';

/** Objects stand in many pieces; each has few of the relations at first. */
const OBJECTS = 400;
const RELATIONS = ['a', 'b', 'c', 'd', 'e', 'f'];
const GRANTS = 800;
const STEPS = 250;
const CHUNK_BYTES = 8_388_608;

export class GrantTally {
  made = 0;
  /** Of those, grants that were there before. */
  again = 0;
  ended = 0;
}

/** Answers after how many steps the first snapshot is not as at its begin. */
export async function runGrants(seed: number, tally: GrantTally): Promise<string | undefined> {
  const random = new Seeded(seed);
  const engine = await Engine.create(ENGINE_SPACE, random);
  const writer = new GrantWriter(engine);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const held = Array.from({ length: GRANTS }, () => randomTuple(random));
  writer.make(held, 1);
  for (let step = 0; step < STEPS; step++) {
    const height = step + 2;
    const known = [held[random.below(held.length)] as Tuple];
    const isEnd = random.below(3) === 0;
    const isAgain = !isEnd && random.below(2) === 0;
    const fresh = [randomTuple(random)];
    const isSame = isAsAtBegin(engine, chunk, () => {
      if (isEnd) tally.ended += writer.end(known, height);
      else writer.make(isAgain ? known : fresh, height);
    });
    if (!isEnd) tally.made += 1;
    if (isAgain) tally.again += 1;
    if (!isSame) return `after ${step} grants, the image expected other bytes`;
  }
  return undefined;
}

function randomTuple(random: Seeded): Tuple {
  const name = () => ({ type: 'T', id: `${random.below(OBJECTS)}` });
  const relation = () => RELATIONS[random.below(RELATIONS.length)] as string;
  const subject = random.below(2) === 0 ? name() : { ...name(), relation: relation() };
  const tuple = { object: name(), relation: relation(), subject };
  if (random.below(3) > 0) return tuple;
  return { ...tuple, condition: { name: 'c', context: new Map([['x', random.below(100)]]) } };
}
