/** `massive-graph access check`, `explain` and `list` on a store file, as a user calls them. */

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, type Outcome, runCommand } from './run-command.ts';

const STORE = `
model: |
  model
    schema 1.1
  type user
  type group
    relations
      define member: [user, group#member]
  type ROUTE
    relations
      define banned: [user]
      define read.flights: [user, group#member with office_hours] but not banned
  condition office_hours(hour: int) {
    hour >= 9 && hour < 17
  }
tuples:
  - { user: user:blue/anna, relation: member, object: group:partners }
  - { user: user:blue/ben, relation: member, object: group:partners }
  - { user: user:blue/ben, relation: banned, object: ROUTE:x-y }
  - user: group:partners#member
    relation: read.flights
    object: ROUTE:x-y
    condition: { name: office_hours }
`;
const ANNA = ['user:blue/anna', 'read.flights', 'ROUTE:x-y'];
const BEN = ['user:blue/ben', 'read.flights', 'ROUTE:x-y'];
const OPEN = ['--context', '{"hour": 10}'];

describe('check', () => {
  test('answers, and says it with its exit code', async () => {
    expect(await ask('check', ...ANNA, ...OPEN)).toEqual(outcome(0, 'granted\n'));
    expect(await ask('check', ...BEN, ...OPEN)).toEqual(outcome(1, 'denied\n'));
    expect(await ask('check', ...ANNA, '--context', '{"hour": 20}')).toEqual(
      outcome(1, 'denied\n'),
    );
    const { code, stdout } = await ask('check', ...BEN, ...OPEN, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      subject: 'user:blue/ben',
      relation: 'read.flights',
      object: 'ROUTE:x-y',
      height: 5,
      verdict: 'denied',
    });
  });

  test('asks as of a height, from the model at 1 on to the last tuple', async () => {
    const asOf = async (height: number) =>
      (await ask('check', ...BEN, ...OPEN, '--as-of', `${height}`)).code;
    expect([await asOf(1), await asOf(4), await asOf(5)]).toEqual([1, 1, 1]);
    const banned = ['user:blue/ben', 'banned', 'ROUTE:x-y'];
    const codes = ['3', '4'].map((height) => ask('check', ...banned, '--as-of', height));
    expect((await Promise.all(codes)).map(({ code }) => code)).toEqual([1, 0]);
    const above = await ask('check', ...BEN, '--as-of', '6');
    expect(above).toMatchObject({ code: 2, stdout: '' });
    expect(above.stderr).toContain('expected a height of at most 5, got 6');
    const below = await ask('check', ...BEN, '--as-of', '0');
    expect(below.code).toBe(2);
    expect(below.stderr).toContain('expected a model in force, got none as of height 0');
  });

  test('without an answer it says why, and never grants', async () => {
    const { code, stdout, stderr } = await ask('check', ...ANNA);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      'error: condition office_hours expected a value of parameter hour, got none\n' +
        'Give values with --context JSON.\n',
    );
  });

  test.each([
    ['a relation that is none', ['user:a', 'reed', 'ROUTE:x-y'], 'a relation of ROUTE, got reed'],
    ['a type that is none', ['user:a', 'read.flights', 'road:x'], 'a type of the model, got road'],
    ['a subject that is none', ['anna', 'read.flights', 'ROUTE:x-y'], 'expected subject type:id'],
    ['an object that is none', ['user:a', 'read.flights', 'ROUTE'], 'expected object type:id'],
    ['a context that is none', [...ANNA, '--context', '[1]'], 'It is an object in JSON'],
    ['a height that is none', [...ANNA, '--as-of', 'now'], 'It is a whole number from 0'],
    ['too few words', ['user:a', 'read.flights'], "missing required argument 'object'"],
  ])('refuses %s', async (_, words, message) => {
    const { code, stdout, stderr } = await ask('check', ...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('refuses a store that is none, with the place', async () => {
    const folder = await folderWith({ 'bad.fga.yaml': 'model: 7\n', 'not.fga.yaml': 'tuples: []' });
    const bad = await runCommand(
      'access',
      'check',
      ...ANNA,
      '--store',
      join(folder, 'bad.fga.yaml'),
    );
    expect(bad.code).toBe(2);
    expect(bad.stderr).toContain('bad.fga.yaml:1:1: model expected text, got 7');
    const none = await runCommand('access', 'check', ...ANNA, '--store', join(folder, 'no.yaml'));
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('expected a file, got nothing there');
    const unnamed = await runCommand('access', 'check', ...ANNA);
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr).toContain(
      'Name a file with --store FILE, or a data directory with --data DIR.',
    );
  });
});

describe('explain', () => {
  test('tells the grants from the subject to the object', async () => {
    const { code, stdout } = await ask('explain', ...ANNA, ...OPEN);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '✓ user:blue/anna may read.flights of ROUTE:x-y: member of group:partners ' +
        '(grant at height 2), read.flights of ROUTE:x-y (grant at height 5)',
      '  ✓ read.flights of ROUTE:x-y: all but what is subtracted',
      '    ✓ a grant of read.flights',
      '      ✓ ROUTE:x-y#read.flights@group:partners#member (grant at height 5), ' +
        'office_hours is true (hour = 10 of the question)',
      '        ✓ member of group:partners: a grant of member',
      '          ✓ group:partners#member@user:blue/anna (grant at height 2)',
      '    ✓ nothing is subtracted',
      '      ✗ banned of ROUTE:x-y: no grant of banned to user:blue/anna',
      '',
    ]);
  });

  test('tells what denies, and what has no answer', async () => {
    expect(await ask('explain', ...BEN, ...OPEN)).toEqual(
      outcome(
        1,
        [
          '✗ user:blue/ben may not read.flights of ROUTE:x-y',
          '  ✗ read.flights of ROUTE:x-y: an exclusion',
          '    ✗ it is subtracted',
          '      ✓ banned of ROUTE:x-y: a grant of banned',
          '        ✓ ROUTE:x-y#banned@user:blue/ben (grant at height 4)',
          '',
        ].join('\n'),
      ),
    );
    const { code, stdout } = await ask('explain', ...ANNA);
    expect(code).toBe(2);
    expect(stdout).toContain(
      '! whether user:blue/anna may read.flights of ROUTE:x-y cannot be told',
    );
  });

  test('prints the same as JSON', async () => {
    const { code, stdout } = await ask('explain', ...ANNA, ...OPEN, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      object: 'ROUTE:x-y',
      height: 5,
      verdict: 'granted',
      finding: { kind: 'set', outcome: 'granted', findings: [{ kind: 'exclusion' }] },
      cut: 0,
    });
  });

  test('[R33] reduced, it names no grant', async () => {
    const denied = await ask('explain', ...BEN, ...OPEN, '--reduced');
    expect(denied).toEqual(outcome(1, 'denied: read.flights is lacking\n'));
    const json = await ask('explain', ...ANNA, ...OPEN, '--reduced', '--json');
    expect(json).toEqual(outcome(0, '{"verdict":"granted"}\n'));
    expect(await ask('explain', ...ANNA, '--reduced')).toEqual(outcome(2, 'failed\n'));
  });
});

describe('list', () => {
  test('has the objects of a type, or its subjects, or its sets', async () => {
    expect(await ask('list', 'user:blue/anna', 'read.flights', 'ROUTE', ...OPEN)).toEqual(
      outcome(0, 'ROUTE:x-y\n'),
    );
    expect(await ask('list', 'user', 'member', 'group:partners')).toEqual(
      outcome(0, 'user:blue/anna\nuser:blue/ben\n'),
    );
    expect(await ask('list', 'group#member', 'read.flights', 'ROUTE:x-y', ...OPEN)).toEqual(
      outcome(0, 'group:partners#member\n'),
    );
    const json = await ask('list', 'user', 'read.flights', 'ROUTE:x-y', ...OPEN, '--json');
    expect(JSON.parse(json.stdout)).toEqual({
      subject: 'user',
      relation: 'read.flights',
      object: 'ROUTE:x-y',
      height: 5,
      found: ['user:blue/anna'],
    });
  });

  test('asks for one thing', async () => {
    for (const words of [
      ['user', 'member', 'group'],
      ['user:blue/anna', 'member', 'group:partners'],
    ]) {
      const { code, stderr } = await ask('list', ...words);
      expect(code).toBe(2);
      expect(stderr).toContain('expected a subject or an object without an id');
    }
  });
});

test.each(['check', 'explain', 'list'])('the help of %s has examples', async (command) => {
  const { code, stdout } = await runCommand('access', command, '--help');
  expect(code).toBe(0);
  expect(stdout).toContain(`massive-graph access ${command} user`);
});

async function ask(command: string, ...words: readonly string[]): Promise<Outcome> {
  const folder = await folderWith({ 'store.fga.yaml': STORE });
  return runCommand('access', command, ...words, '--store', join(folder, 'store.fga.yaml'));
}

function outcome(code: number, stdout: string): Outcome {
  return { code, stdout, stderr: '' };
}
