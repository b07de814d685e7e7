/** Grants and models hold as of each height of the authority chain, whatever came later. */

import { expect, test } from 'vitest';
import { GrantWriter } from '../../src/access/grants.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import { Permissions } from '../../src/access/permissions.ts';
import type { Subject, Tuple } from '../../src/access/tuple.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ENGINE_SPACE } from '../fixture/apply-deltas.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { Seeded } from '../seeded.ts';

const MODEL = parseModel(`model
  schema 1.1
type user
type group
  relations
    define member: [user]
type document
  relations
    define reader: [user, user:*, group#member]`);
const HEIGHTS = 60;
const OBJECTS = 4;

const ANNA: Subject = { type: 'user', id: 'anna' };
const READERS: Subject = { type: 'group', id: 'readers', relation: 'member' };

test('[R3] a grant holds from the height where it is made to where it is ended', async () => {
  const { writer, permissions } = await begin();
  const tuple = readerOf('1', ANNA);
  writer.make([tuple], 5);
  writer.end([tuple], 9);
  const heights = Array.from({ length: 12 }, (_, height) => height);
  const holds = heights.filter((height) => reads(permissions, tuple, height));
  expect(holds).toEqual([5, 6, 7, 8]);
});

test('one that was never made, or is ended twice, is not ended', async () => {
  const { writer } = await begin();
  const tuple = readerOf('1', ANNA);
  expect(writer.end([tuple], 2)).toBe(0);
  writer.make([tuple], 3);
  expect(writer.end([readerOf('1', { ...ANNA, id: 'ben' }), readerOf('2', ANNA)], 4)).toBe(0);
  expect(writer.end([tuple, tuple], 4)).toBe(1);
});

test('made and ended at one height, it never held', async () => {
  const { writer, permissions } = await begin();
  const tuple = readerOf('1', ANNA);
  writer.make([tuple], 3);
  writer.end([tuple], 3);
  expect([2, 3, 4].some((height) => reads(permissions, tuple, height))).toBe(false);
});

test('grants that come and go are as of every height what they were', async () => {
  const random = new Seeded(20261126);
  const { engine, writer, permissions } = await begin();
  const candidates = Array.from({ length: OBJECTS }, (_, id) => [
    readerOf(`${id}`, ANNA),
    readerOf(`${id}`, { type: 'user', id: '*' }),
    readerOf(`${id}`, READERS),
  ]).flat();
  const member = { object: { type: 'group', id: 'readers' }, relation: 'member', subject: ANNA };
  candidates.push(member);
  const held: Set<Tuple>[] = [new Set(), new Set()];
  for (let height = 2; height < HEIGHTS; height++) {
    const now = new Set(held.at(-1));
    for (const tuple of candidates) {
      const chance = random.below(6);
      if (chance === 0) {
        writer.end([tuple], height);
        now.delete(tuple);
      } else if (chance === 1) {
        writer.make([tuple], height);
        now.add(tuple);
      }
    }
    held.push(now);
  }
  let granted = 0;
  for (const [height, tuples] of held.entries()) {
    for (let id = 0; id < OBJECTS; id++) {
      const [direct, all, group] = candidates.slice(id * 3, id * 3 + 3) as [Tuple, Tuple, Tuple];
      const isReader = tuples.has(direct) || tuples.has(all);
      const expected = isReader || (tuples.has(group) && tuples.has(member));
      expect(reads(permissions, direct, height), `${id} at ${height}`).toBe(expected);
      if (expected) granted += 1;
    }
  }
  expect(granted).toBeGreaterThan(50);
  expect(granted).toBeLessThan(HEIGHTS * OBJECTS - 50);
  expect(wrongSum(engine)).toBeUndefined();
});

test('the model in force at a height decides', async () => {
  const { writer, permissions } = await begin();
  const tuple = readerOf('1', READERS);
  const member = { object: { type: 'group', id: 'readers' }, relation: 'member', subject: ANNA };
  writer.make([tuple, member], 2);
  const narrower = parseModel(`model
  schema 1.1
type user
type document
  relations
    define reader: [user]`);
  writer.install(narrower, undefined, 7);
  expect(reads(permissions, readerOf('1', ANNA), 6)).toBe(true);
  expect(reads(permissions, readerOf('1', ANNA), 7)).toBe(false);
  writer.install(MODEL, undefined, 8);
  expect(reads(permissions, readerOf('1', ANNA), 7)).toBe(false);
  expect(reads(permissions, readerOf('1', ANNA), 8)).toBe(true);
});

async function begin() {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(7));
  const writer = new GrantWriter(engine);
  writer.install(MODEL, undefined, 1);
  return { engine, writer, permissions: new Permissions(engine) };
}

function readerOf(id: string, subject: Subject): Tuple {
  return { object: { type: 'document', id }, relation: 'reader', subject };
}

function reads(permissions: Permissions, { object, relation }: Tuple, height: number): boolean {
  const question = { object, relation, subject: ANNA, context: new Map(), contextualTuples: [] };
  return permissions.check(question, { model: MODEL, height });
}
