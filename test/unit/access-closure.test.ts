/** Groups within groups: however many there are, and however deep they stand in one another. */

import { expect, test } from 'vitest';
import { ACCESS_DEPTH_MAX, ACCESS_VISITS_MAX } from '../../assembly/abi-access.ts';
import { AccessError, AccessReason } from '../../src/access/access-error.ts';
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
    define lead: [user]
    define member: [user, group#member] or lead
type document
  relations
    define parent: [document]
    define reader: [user, group#member] or reader from parent`);

const ANNA: Subject = { type: 'user', id: 'anna' };
/** More than a slot has room for, and more than all have. */
const MANY = 200;
const TOO_MANY = ACCESS_VISITS_MAX + 10;

test.each([1, 40, MANY, 5_000])(
  'somebody in %d groups reads what each of them does',
  async (count) => {
    const { engine, writer, reads } = await begin();
    const groups = Array.from({ length: count }, (_, number) => `g${number}`);
    writer.make(
      groups.flatMap((group) => [memberOf(group, ANNA), readerOf(group, setOf(group))]),
      1,
    );
    const last = groups.at(-1) as string;
    expect([reads('g0'), reads(last), reads('other')]).toEqual([true, true, false]);
    writer.end([memberOf(last, ANNA)], 2);
    expect([reads(last), reads('g0', 2)]).toEqual([false, count > 1]);
    expect(wrongSum(engine)).toBeUndefined();
  },
);

test('more sets than are looked at make a question fail, and grant nothing', async () => {
  const { writer, reads } = await begin();
  const groups = Array.from({ length: TOO_MANY }, (_, number) => `g${number}`);
  writer.make(
    groups.map((group) => memberOf(group, ANNA)),
    1,
  );
  writer.make(
    groups.map((group) => readerOf('plan', setOf(group))),
    1,
  );
  writer.make([readerOf('note', ANNA)], 1);
  expect(reads('note')).toBe(true);
  expect(() => reads('another')).toThrow(
    expect.objectContaining({ reason: AccessReason.DEPTH, code: 'LIMIT_EXCEEDED' }),
  );
}, 30_000);

test('a chain of groups grants up to the depth that is looked at', async () => {
  const { writer, reads } = await begin();
  const chain = Array.from({ length: ACCESS_DEPTH_MAX + 1 }, (_, number) => `g${number}`);
  writer.make([memberOf('g0', ANNA)], 1);
  writer.make(
    chain.slice(1).map((group, number) => memberOf(group, setOf(`g${number}`))),
    1,
  );
  const [near, far] = [`g${ACCESS_DEPTH_MAX - 1}`, `g${ACCESS_DEPTH_MAX}`];
  writer.make([readerOf('near', setOf(near)), readerOf('far', setOf(far))], 1);
  expect(reads('near')).toBe(true);
  expect(() => reads('far')).toThrow('at most 25 grants away');
});

test('a change of any group counts at the next question', async () => {
  const { writer, reads } = await begin();
  const [outer, inner] = ['outer', 'inner'];
  writer.make([readerOf('plan', setOf(outer))], 1);
  expect(reads('plan')).toBe(false);
  writer.make([memberOf(outer, setOf(inner))], 1);
  writer.make([{ ...memberOf(inner, ANNA), relation: 'lead' }], 1);
  expect(reads('plan')).toBe(true);
  writer.end([memberOf(outer, setOf(inner))], 2);
  expect([reads('plan'), reads('plan', 1)]).toEqual([false, true]);
});

test('[R14] who is in every group reads what any group does', async () => {
  const { engine, writer, reads } = await begin();
  const ALL = '*';
  writer.make([readerOf('plan', setOf('outer')), memberOf('outer', setOf('inner'))], 1);
  writer.make([memberOf(ALL, ANNA)], 2);
  expect([reads('plan', 1), reads('plan', 2), reads('other', 2)]).toEqual([false, true, false]);
  writer.make([readerOf(ALL, setOf('crew'))], 3);
  expect([reads('other', 2), reads('other', 3)]).toEqual([false, true]);
  writer.end([memberOf(ALL, ANNA)], 4);
  writer.make([memberOf(ALL, setOf('board')), memberOf('board', ANNA)], 5);
  expect([reads('other', 4), reads('plan', 4), reads('plan', 5)]).toEqual([false, false, true]);
  expect(wrongSum(engine)).toBeUndefined();
});

test('circles of groups end', async () => {
  const { writer, reads } = await begin();
  const groups = Array.from({ length: 60 }, (_, number) => `g${number}`);
  const tuples = groups.flatMap((group) =>
    groups.filter((other) => other !== group).map((other) => memberOf(group, setOf(other))),
  );
  writer.make(tuples, 1);
  writer.make([readerOf('plan', setOf('g0'))], 1);
  expect(reads('plan')).toBe(false);
  writer.make([memberOf('g59', ANNA)], 1);
  expect(reads('plan')).toBe(true);
});

async function begin() {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(7));
  const writer = new GrantWriter(engine);
  writer.install(MODEL, undefined, 1);
  const permissions = new Permissions(engine);
  const given = { subject: ANNA, context: new Map(), contextualTuples: [] };
  const reads = (id: string, height = 9) => {
    const object = { type: 'document', id };
    return permissions.check({ object, relation: 'reader', ...given }, { model: MODEL, height });
  };
  return { engine, writer, reads };
}

function setOf(group: string): Subject {
  return { type: 'group', id: group, relation: 'member' };
}

function memberOf(group: string, subject: Subject): Tuple {
  return { object: { type: 'group', id: group }, relation: 'member', subject };
}

function readerOf(id: string, subject: Subject): Tuple {
  return { object: { type: 'document', id }, relation: 'reader', subject };
}

test('a part that lies too deep fails by itself: what the others deny stays denied', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(7));
  const writer = new GrantWriter(engine);
  const model = parseModel(`model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type document
  relations
    define deep: [group#member]
    define allowed: [user]
    define reader: deep and allowed
    define either: deep or allowed
    define other: allowed and deep`);
  writer.install(model, undefined, 1);
  const chain = Array.from({ length: ACCESS_DEPTH_MAX + 1 }, (_, number) => `g${number}`);
  writer.make([memberOf('g0', ANNA)], 1);
  writer.make(
    chain.slice(1).map((group, number) => memberOf(group, setOf(`g${number}`))),
    1,
  );
  const object = { type: 'document', id: 'plan' };
  const last = setOf(`g${ACCESS_DEPTH_MAX}`);
  writer.make([{ object, relation: 'deep', subject: last }], 1);
  const permissions = new Permissions(engine);
  const check = (relation: string) => {
    const question = { object, relation, subject: ANNA, context: new Map(), contextualTuples: [] };
    return permissions.check(question, { model, height: 2 });
  };
  expect([check('reader'), check('other')]).toEqual([false, false]);
  expect(() => check('either')).toThrow('at most 25 grants away');
  writer.make([{ object, relation: 'allowed', subject: ANNA }], 2);
  expect(check('either')).toBe(true);
  expect(() => check('reader')).toThrow('at most 25 grants away');
});

test('[R9] however far away, who is subtracted is not granted', async () => {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(7));
  const writer = new GrantWriter(engine);
  const model = parseModel(`model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type document
  relations
    define banned: [group#member]
    define reader: [user] but not banned`);
  writer.install(model, undefined, 1);
  const chain = Array.from({ length: 3 * ACCESS_DEPTH_MAX }, (_, number) => `g${number}`);
  writer.make([memberOf('g0', ANNA)], 1);
  writer.make(
    chain.slice(1).map((group, number) => memberOf(group, setOf(`g${number}`))),
    1,
  );
  const permissions = new Permissions(engine);
  const outcomes = chain.map((group) => {
    const object = { type: 'document', id: group };
    writer.make([readerOf(group, ANNA), { object, relation: 'banned', subject: setOf(group) }], 1);
    const given = { subject: ANNA, context: new Map(), contextualTuples: [] };
    try {
      const question = { object, relation: 'reader', ...given };
      return permissions.check(question, { model, height: 2 });
    } catch (error) {
      return error instanceof AccessError ? error.reason : error;
    }
  });
  expect(outcomes).toEqual(
    chain.map((_, number) => (number < ACCESS_DEPTH_MAX ? false : AccessReason.DEPTH)),
  );
});

test('a type of many relations that lead to one another is compiled in time', async () => {
  const relations = Array.from({ length: 900 }, (_, number) =>
    number === 0 ? 'r0: [user]' : `r${number}: [group#r${number - 1}] or r${number - 1}`,
  );
  const lines = relations.map((relation) => `    define ${relation}`);
  const head = ['model', '  schema 1.1', 'type user', 'type group', '  relations'];
  const model = parseModel([...head, ...lines].join('\n'));
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(7));
  const writer = new GrantWriter(engine);
  writer.install(model, undefined, 1);
  const object = { type: 'group', id: 'g' };
  writer.make([{ object, relation: 'r0', subject: ANNA }], 1);
  const question = { object, subject: ANNA, context: new Map(), contextualTuples: [] };
  const permissions = new Permissions(engine);
  expect(permissions.check({ ...question, relation: 'r899' }, { model, height: 1 })).toBe(true);
}, 20_000);
