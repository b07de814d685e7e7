/** Explanations of answers: what is said, to whom, and how much of it. */

import { describe, expect, test } from 'vitest';
import { ACCESS_DEPTH_MAX } from '../../assembly/abi-access.ts';
import { Explanations } from '../../src/access/explain.ts';
import type { Explanation, Finding } from '../../src/access/explanation.ts';
import { explanationLines, formatReduced } from '../../src/access/explanation-text.ts';
import { GrantWriter } from '../../src/access/grants.ts';
import type { Model } from '../../src/access/model.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import { Permissions } from '../../src/access/permissions.ts';
import type { Tuple } from '../../src/access/tuple.ts';
import { parseSubject } from '../../src/access/tuple.ts';
import {
  EXPLANATION_FINDINGS_MAX,
  EXPLANATION_GRANTS_MAX,
  EXPLANATION_LOOKS_MAX,
} from '../../src/base/limits.ts';
import { Engine } from '../../src/engine/engine.ts';
import { ENGINE_SPACE } from '../fixture/apply-deltas.ts';
import { Seeded } from '../seeded.ts';

const MODEL = parseModel(`model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type folder
  relations
    define viewer: [user, user:*]
type document
  relations
    define parent: [folder]
    define banned: [user, group#member]
    define approved: [user, user:*]
    define reader: [user, group#member with office_hours] or viewer from parent
    define read.salary: reader and approved
    define write: [user, group#member] but not banned
condition office_hours(hour: int, zone: string) {
  hour >= 9 && hour < 17 && zone == "utc"
}`);
const NARROW = parseModel(`model
  schema 1.1
type user
type document
  relations
    define reader: [user with late]
condition late(hour: int) {
  hour > 20
}`);

describe('[R30] the proof of what is granted', () => {
  test('goes from the subject over each grant, with its height, to the object', async () => {
    const { make, text } = await begin();
    make('group:partners#member@user:blue/anna', 12);
    make('group:all#member@group:partners#member', 13);
    make('document:plan#write@group:all#member', 14);
    expect(text('document:plan#write@user:blue/anna')).toEqual([
      'user:blue/anna may write of document:plan: member of group:partners (grant at height 12), ' +
        'member of group:all (grant at height 13), write of document:plan (grant at height 14)',
      '  write of document:plan: all but what is subtracted',
      '    a grant of write',
      '      document:plan#write@group:all#member (grant at height 14)',
      '        member of group:all: a grant of member',
      '          group:all#member@group:partners#member (grant at height 13)',
      '            member of group:partners: a grant of member',
      '              group:partners#member@user:blue/anna (grant at height 12)',
      '    nothing is subtracted',
      '      banned of document:plan: no grant of banned to user:blue/anna',
    ]);
  });

  test('takes the nearest of several ways', async () => {
    const { make, grantsOf } = await begin();
    make('group:a#member@group:b#member', 1);
    make('group:b#member@user:anna', 1);
    expect(grantsOf('group:a#member@user:anna')).toHaveLength(2);
    make('group:a#member@user:anna', 2);
    expect(grantsOf('group:a#member@user:anna')).toEqual(['group:a#member@user:anna']);
  });

  test('has all parts of an intersection, and of a union one', async () => {
    const { make, text } = await begin();
    make('document:plan#parent@folder:top', 2);
    make('folder:top#viewer@user:*', 3);
    make('document:plan#approved@user:anna', 4);
    expect(text('document:plan#read.salary@user:anna')).toEqual([
      'user:anna may read.salary of document:plan',
      '  read.salary of document:plan: all of its parts',
      '    reader of document:plan: one of its parts',
      '      viewer from parent',
      '        document:plan#parent@folder:top (grant at height 2)',
      '          viewer of folder:top: a grant of viewer',
      '            folder:top#viewer@user:* (grant at height 3)',
      '    approved of document:plan: a grant of approved',
      '      document:plan#approved@user:anna (grant at height 4)',
    ]);
  });

  test('names a grant of all of a type, and one of the question itself', async () => {
    const { make, text } = await begin();
    make('document:*#reader@user:anna', 2);
    const own = ['document:plan#approved@user:anna'];
    expect(text('document:plan#read.salary@user:anna', { own })).toEqual([
      'user:anna may read.salary of document:plan',
      '  read.salary of document:plan: all of its parts',
      '    reader of document:plan: one of its parts',
      '      a grant of reader',
      '        document:*#reader@user:anna (grant at height 2)',
      '    approved of document:plan: a grant of approved',
      '      document:plan#approved@user:anna (grant of the question)',
    ]);
  });

  test('of all of a type is by grants of all of it alone', async () => {
    const { make, text } = await begin();
    make('document:plan#approved@user:anna', 2);
    make('document:*#approved@user:ben', 3);
    expect(text('document:*#approved@user:ben')).toEqual([
      'user:ben may approved of document:*: approved of document:* (grant at height 3)',
      '  approved of document:*: a grant of approved',
      '    document:*#approved@user:ben (grant at height 3)',
    ]);
    expect(text('document:*#approved@user:anna')[0]).toBe(
      'user:anna may not approved of document:*',
    );
  });

  test('[R3] tells from when on a grant holds as it did then', async () => {
    const { writer, make, grantsOf, explain } = await begin();
    const since = (height: number) =>
      all(explain('folder:top#viewer@user:anna', { height }).finding).flatMap((finding) =>
        finding.kind === 'grant' ? [finding.since] : [],
      );
    make('folder:top#viewer@user:anna', 3);
    make('folder:top#viewer@user:anna', 6);
    writer.end([tupleOf('folder:top#viewer@user:anna')], 8);
    expect([2, 3, 5, 6, 7, 8].map(since)).toEqual([[], [3], [3], [6], [6], []]);
    expect(grantsOf('folder:top#viewer@user:anna', { height: 7 })).toHaveLength(1);
  });
});

describe('[R31] what is denied is told with what did not grant', () => {
  test('a condition with its parameters, and who gives them', async () => {
    const { make, text } = await begin();
    make('group:crew#member@user:anna', 2);
    const condition = { name: 'office_hours', context: new Map([['zone', 'utc']]) };
    make('document:plan#reader@group:crew#member', 3, condition);
    const asked = 'document:plan#reader@user:anna';
    const grant = '      document:plan#reader@group:crew#member (grant at height 3), office_hours ';
    expect(text(asked, { hour: 20 })).toEqual([
      'user:anna may not reader of document:plan',
      '  reader of document:plan: none of its parts',
      '    no grant of reader that counts',
      `${grant}is false (hour = 20 of the question, zone = "utc" of the grant)`,
      '    viewer from parent, and no grant of parent',
    ]);
    const failure = 'condition office_hours expected a value of parameter hour, got none';
    expect(text(asked)).toEqual([
      `whether user:anna may reader of document:plan cannot be told: ${failure}`,
      '  reader of document:plan: none of its parts',
      '    grants of reader',
      `${grant}failed (no hour, zone = "utc" of the grant): ${failure}`,
    ]);
  });

  test('what subtracts it, with the proof of that', async () => {
    const { make, text } = await begin();
    make('document:plan#write@user:anna', 2);
    make('document:plan#banned@group:crew#member', 3);
    make('group:crew#member@user:anna', 4);
    expect(text('document:plan#write@user:anna')).toEqual([
      'user:anna may not write of document:plan',
      '  write of document:plan: an exclusion',
      '    it is subtracted',
      '      banned of document:plan: a grant of banned',
      '        document:plan#banned@group:crew#member (grant at height 3)',
      '          member of group:crew: a grant of member',
      '            group:crew#member@user:anna (grant at height 4)',
    ]);
  });

  test('sets in a circle, each looked at once', async () => {
    const { make, text } = await begin();
    make('group:a#member@group:b#member', 1);
    make('group:b#member@group:a#member', 2);
    expect(text('group:a#member@user:anna')).toEqual([
      'user:anna may not member of group:a',
      '  member of group:a: no grant of member that counts',
      '    group:a#member@group:b#member (grant at height 1)',
      '      member of group:b: no grant of member that counts',
      '        group:b#member@group:a#member (grant at height 2)',
      '          member of group:a, which is asked already',
    ]);
  });

  test('a relation that the model does not define, and a grant that fits it no more', async () => {
    const { make, writer, text } = await begin();
    make('document:plan#reader@user:anna', 2);
    writer.install(NARROW, undefined, 5);
    const narrow = { model: NARROW, height: 5 };
    const lines = text('document:plan#reader@user:anna', narrow);
    expect(lines.at(-1)).toContain('which does not fit the model in force');
    expect(text('document:plan#owner@user:anna', narrow).at(-1)).toBe(
      '  owner of document:plan, which the model does not define',
    );
  });
});

describe('[R32] an explanation is bounded', () => {
  test('in the grants of one relation, of which the rest is counted', async () => {
    const { make, explain, text } = await begin();
    const groups = EXPLANATION_GRANTS_MAX + 30;
    for (let group = 0; group < groups; group++) {
      make(`group:all#member@group:g${group}#member`, 1);
    }
    expect(explain('group:all#member@user:anna').cut).toBe(30);
    expect(text('group:all#member@user:anna')[1]).toContain('and 30 more that are not shown');
    make('group:g79#member@user:anna', 1);
    expect(explain('group:all#member@user:anna')).toMatchObject({ verdict: 'granted', cut: 0 });
  });

  test('in its findings, of which the nearest are shown', async () => {
    const { make, explain } = await begin();
    for (let outer = 0; outer < EXPLANATION_GRANTS_MAX; outer++) {
      make(`group:all#member@group:g${outer}#member`, 1);
      for (let inner = 0; inner < EXPLANATION_GRANTS_MAX; inner++) {
        make(`group:g${outer}#member@group:g${outer}.${inner}#member`, 1);
      }
    }
    const { finding, cut } = explain('group:all#member@user:anna');
    expect(all(finding)).toHaveLength(EXPLANATION_FINDINGS_MAX);
    expect(cut).toBeGreaterThan(0);
  });

  test('in its depth, as answers are', async () => {
    const { make, explain } = await begin();
    make('group:g0#member@user:anna', 1);
    for (let group = 1; group <= ACCESS_DEPTH_MAX + 3; group++) {
      make(`group:g${group}#member@group:g${group - 1}#member`, 1);
    }
    const verdicts = [ACCESS_DEPTH_MAX, ACCESS_DEPTH_MAX + 1].map(
      (group) => explain(`group:g${group}#member@user:anna`).verdict,
    );
    expect(verdicts).toEqual(['granted', 'failed']);
    const { finding } = explain(`group:g${ACCESS_DEPTH_MAX + 1}#member@user:anna`);
    expect(all(finding).at(-1)).toMatchObject({ kind: 'set', ending: 'depth' });
  });

  test('in what it looks at, where the verdict is still told', async () => {
    const { writer, explain } = await begin();
    const groups = Array.from({ length: EXPLANATION_LOOKS_MAX + 1 }, (_, number) => `g${number}`);
    writer.make(
      groups.map((group) => tupleOf(`group:all#member@group:${group}#member`)),
      1,
    );
    writer.make([tupleOf('group:g7#member@user:anna')], 1);
    const { verdict, finding } = explain('group:all#member@user:anna');
    expect(verdict).toBe('granted');
    expect(all(finding).at(-1)).toMatchObject({ outcome: 'failed', ending: 'visits' });
  }, 30_000);
});

test('[R32] rules within rules end before the stack does', async () => {
  const [relations, depth, objects] = [24, 14, ACCESS_DEPTH_MAX];
  const within = (text: string) =>
    Array.from({ length: depth }, (_, level) => (level % 2 === 0 ? ' and x)' : ' or y)')).reduce(
      (inner, outer) => `(${inner}${outer}`,
      text,
    );
  const rules = Array.from({ length: relations }, (_, number) => {
    const before = number === 0 ? `r${relations - 1} from next` : `r${number - 1}`;
    return `    define r${number}: ${number === 0 ? '[user] or ' : 'x and '}${within(before)}`;
  });
  const head = ['model', '  schema 1.1', 'type user', 'type group', '  relations'];
  const given = ['x: [user]', 'y: [user]', 'next: [group]'].map((name) => `    define ${name}`);
  const model = parseModel([...head, ...given, ...rules].join('\n'));
  const { writer, explain } = await begin();
  writer.install(model, undefined, 2);
  writer.make([tupleOf('group:g0#r0@user:anna'), tupleOf('group:g0#x@user:anna')], 2);
  for (let group = 1; group < objects; group++) {
    writer.make([tupleOf(`group:g${group}#x@user:anna`)], 2);
    writer.make([tupleOf(`group:g${group}#next@group:g${group - 1}`)], 2);
  }
  const last = `r${relations - 1}@user:anna`;
  expect(explain(`group:g1#${last}`, { model }).finding.outcome).toBe('granted');
  const { verdict, finding } = explain(`group:g${objects - 1}#${last}`, { model });
  expect([verdict, finding.outcome]).toEqual(['failed', 'failed']);
});

test('[R30] is the same in whatever order grants were made', async () => {
  const names = [
    'group:a#member@group:b#member',
    'group:a#member@group:c#member',
    'group:b#member@group:d#member',
    'group:c#member@group:d#member',
    'group:*#member@group:e#member',
    'group:d#member@user:anna',
    'group:e#member@user:ben',
  ];
  const told = async (order: readonly string[]) => {
    const { make, explain } = await begin();
    for (const name of order) make(name, 2);
    return ['anna', 'ben', 'cleo'].map((user) => explain(`group:a#member@user:${user}`));
  };
  const expected = await told(names);
  expect(await told(names.toReversed())).toEqual(expected);
  expect(await told(names.toSorted())).toEqual(expected);
});

test('[R33] to a plain caller it tells what is lacking, and nothing of the grants', async () => {
  const { make, reduced } = await begin();
  make('group:crew#member@user:anna', 2);
  make('document:plan#banned@group:crew#member', 3);
  make('document:plan#write@user:anna', 3);
  make('document:plan#reader@group:crew#member', 3, { name: 'office_hours', context: new Map() });
  expect(reduced('document:plan#write@user:anna')).toEqual({
    verdict: 'denied',
    lacking: 'write',
  });
  expect(reduced('document:plan#read.salary@user:anna')).toEqual({
    verdict: 'denied',
    lacking: 'read.salary',
  });
  expect(reduced('document:plan#reader@user:anna')).toEqual({ verdict: 'failed' });
  expect(reduced('document:plan#banned@user:anna')).toEqual({ verdict: 'granted' });
  expect(formatReduced(reduced('document:plan#write@user:anna'))).toBe('denied: write is lacking');
});

interface Asked {
  readonly height?: number;
  readonly model?: Model;
  readonly hour?: number;
  readonly own?: readonly string[];
}

async function begin() {
  const engine = await Engine.create(ENGINE_SPACE, new Seeded(7));
  const writer = new GrantWriter(engine);
  writer.install(MODEL, undefined, 1);
  const explanations = new Explanations(engine);
  const permissions = new Permissions(engine);
  const ask = (name: string, { height = 20, model = MODEL, hour, own = [] }: Asked = {}) => ({
    question: {
      ...tupleOf(name),
      context: new Map(hour === undefined ? [] : [['hour', hour]]),
      contextualTuples: own.map((one) => tupleOf(one)),
    },
    asOf: { model, height },
  });
  const explain = (name: string, asked?: Asked): Explanation => {
    const { question, asOf } = ask(name, asked);
    const explanation = explanations.explain(question, asOf);
    if (explanation.verdict !== 'failed') {
      expect(permissions.check(question, asOf)).toBe(explanation.verdict === 'granted');
    }
    return explanation;
  };
  return {
    writer,
    explain,
    make: (name: string, height: number, condition?: Tuple['condition']) => {
      writer.make([{ ...tupleOf(name), ...(condition && { condition }) }], height);
    },
    reduced: (name: string) => {
      const { question, asOf } = ask(name);
      return explanations.explainReduced(question, asOf);
    },
    text: (name: string, asked?: Asked) =>
      explanationLines(explain(name, asked)).map(
        ({ depth, text }) => `${'  '.repeat(depth)}${text}`,
      ),
    grantsOf: (name: string, asked?: Asked) =>
      all(explain(name, asked).finding).flatMap((finding) =>
        finding.kind === 'grant'
          ? [`${finding.object}#${finding.relation}@${finding.subject}`]
          : [],
      ),
  };
}

function all(finding: Finding): Finding[] {
  return [finding, ...finding.findings.flatMap(all)];
}

/** `document:plan#reader@user:anna` in its parts. */
function tupleOf(name: string): Tuple {
  const [held = '', subject = ''] = name.split('@');
  const [object = '', relation = ''] = held.split('#');
  const [type = '', id = ''] = object.split(':');
  return { object: { type, id }, relation, subject: parseSubject(subject) };
}
