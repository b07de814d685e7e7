/** Previews of a model: what they say, how much of it, and what they leave alone. */

import { describe, expect, test } from 'vitest';
import { GrantWriter } from '../../src/access/grants.ts';
import type { Model } from '../../src/access/model.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import { Permissions } from '../../src/access/permissions.ts';
import { previewModel } from '../../src/access/preview.ts';
import { parseSubject, type Tuple } from '../../src/access/tuple.ts';
import { PREVIEW_CHANGES_MAX } from '../../src/base/limits.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ENGINE_SPACE } from '../fixture/apply-deltas.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { Seeded } from '../seeded.ts';

const HEAD = `model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type document
  relations`;
const CURRENT = parseModel(`${HEAD}
    define banned: [user]
    define reader: [user, group#member]
    define writer: [user]`);
const EXCLUDING = modelWith('reader: [user, group#member] but not banned');

function modelWith(reader: string): Model {
  return parseModel(`${HEAD}
    define banned: [user]
    define ${reader}
    define writer: [user]`);
}

describe('[R34] the preview of a model', () => {
  test('names who loses what, over each set, and who gains', async () => {
    const { make, preview } = await begin();
    make('group:crew#member@user:anna', 2);
    make('group:crew#member@user:ben', 2);
    make('document:plan#reader@group:crew#member', 2);
    make('document:plan#banned@user:ben', 2);
    make('document:plan#writer@user:cleo', 2);
    expect(await preview(EXCLUDING)).toEqual({
      gained: { first: [], count: 0 },
      lost: {
        first: [{ object: 'document:plan', relation: 'reader', subject: 'user:ben' }],
        count: 1,
      },
      unfit: { first: [], count: 0 },
      undecided: 0,
      isComplete: true,
    });
    const wider = await preview(modelWith('reader: [user, group#member] or writer'));
    expect(wider.gained.first).toEqual([
      { object: 'document:plan', relation: 'reader', subject: 'user:cleo' },
    ]);
    expect(wider.lost.count).toBe(0);
  });

  test('names the grants that fit no more, and what they gave', async () => {
    const { make, preview } = await begin();
    make('document:*#reader@user:anna', 2);
    make('document:plan#reader@group:crew#member', 2);
    const { lost, unfit } = await preview(modelWith('reader: [group#member]'));
    expect(unfit).toEqual({ first: ['document:*#reader@user:anna'], count: 1 });
    expect(lost.first).toEqual([
      { object: 'document:*', relation: 'reader', subject: 'user:anna' },
      { object: 'document:plan', relation: 'reader', subject: 'user:anna' },
    ]);
  });

  test('is as of a height, with what conditions come to by then', async () => {
    const { make, writer, preview } = await begin();
    make('document:plan#reader@user:anna', 3);
    writer.end([tupleOf('document:plan#reader@user:anna')], 5);
    const next = modelWith('reader: [group#member]');
    const counts = await Promise.all([2, 3, 4, 5].map((height) => preview(next, { height })));
    expect(counts.map(({ lost }) => lost.count)).toEqual([0, 1, 1, 0]);
    const under = parseModel(`${HEAD}
    define reader: [user with late, user]
condition late(hour: int) {
  hour > 20
}`);
    const condition = { name: 'late', context: new Map() };
    writer.install(under, undefined, 6);
    writer.make([{ ...tupleOf('document:plan#reader@user:anna'), condition }], 6);
    const late = (hour?: number) =>
      preview(next, { height: 6, current: under, ...(hour !== undefined && { hour }) });
    expect((await late(22)).lost.count).toBe(1);
    expect((await late(9)).lost.count).toBe(0);
    expect(await late()).toMatchObject({ lost: { count: 0 }, undecided: 1 });
  });

  test('lists so many changes at most, and counts all', async () => {
    const { writer, preview } = await begin();
    const documents = PREVIEW_CHANGES_MAX + 25;
    writer.make(
      Array.from({ length: documents }, (_, number) =>
        tupleOf(`document:d${number}#reader@user:anna`),
      ),
      2,
    );
    const { lost, unfit } = await preview(modelWith('reader: [group#member]'));
    expect([lost.first.length, lost.count]).toEqual([PREVIEW_CHANGES_MAX, documents]);
    expect([unfit.first.length, unfit.count]).toEqual([PREVIEW_CHANGES_MAX, documents]);
    expect(lost.first.slice(0, 3).map(({ object }) => object)).toEqual([
      'document:d0',
      'document:d1',
      'document:d10',
    ]);
  });

  test('leaves the space as it is', async () => {
    const { engine, make, preview } = await begin();
    make('document:plan#reader@user:anna', 2);
    make('document:plan#banned@user:anna', 2);
    const permissions = new Permissions(engine);
    const given = { context: new Map(), contextualTuples: [] };
    const question = { ...tupleOf('document:plan#reader@user:anna'), ...given };
    await preview(EXCLUDING);
    // The first list of an engine takes room for lists.
    const size = engine.exports.imageEnd() >>> 0;
    expect((await preview(EXCLUDING)).lost.count).toBe(1);
    expect([engine.exports.imageEnd() >>> 0, engine.exports.grantRows()]).toEqual([size, 3]);
    const heights = [2, 3, 9, 1_000];
    const answers = heights.map((height) =>
      permissions.check(question, { model: CURRENT, height }),
    );
    expect(answers).toEqual(heights.map(() => true));
    expect(wrongSum(engine)).toBeUndefined();
  });
});

interface Asked {
  readonly height?: number;
  readonly current?: Model;
  readonly hour?: number;
}

async function begin() {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(7));
  const writer = new GrantWriter(engine);
  writer.install(CURRENT, undefined, 1);
  return {
    engine,
    writer,
    make: (name: string, height: number) => writer.make([tupleOf(name)], height),
    preview: (next: Model, { height = 9, current = CURRENT, hour }: Asked = {}) => {
      const context = new Map(hour === undefined ? [] : [['hour', hour]]);
      return previewModel(engine, { current, next, height, context, random: new Seeded(8) });
    },
  };
}

/** `document:plan#reader@user:anna` in its parts. */
function tupleOf(name: string): Tuple {
  const [held = '', subject = ''] = name.split('@');
  const [object = '', relation = ''] = held.split('#');
  const [type = '', id = ''] = object.split(':');
  return { object: { type, id }, relation, subject: parseSubject(subject) };
}
