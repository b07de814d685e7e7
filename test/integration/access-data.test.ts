/** `massive-graph access` on a data directory: asked and changed offline, as its operator does. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openSpace } from '../../src/space/open.ts';
import { flightsDefinition } from '../fixture/test-space.ts';
import { folderWith, type Outcome, runCommand, serveCommand } from './run-command.ts';

const MODEL = fileURLToPath(new URL('../../schema/us-flights/permissions.fga', import.meta.url));

interface Airports {
  readonly data: string;
  /** Id of the one airport there is. */
  readonly jfk: string;
  readonly access: (...words: readonly string[]) => Promise<Outcome>;
}

async function airports(): Promise<Airports> {
  const data = join(await folderWith({}), 'data');
  const { source } = flightsDefinition();
  await using space = await openSpace({ directory: data, definition: { source } });
  const { result: jfk } = await space.write({ actor: 'user:test' }, (draft) => {
    const node = draft.createNode('Airport', { key: 'JFK' });
    draft.setNodeValue(node, 'name', 'John F Kennedy Intl');
    draft.setNodeValue(node, 'country', 'USA');
    return node;
  });
  const access = (...words: readonly string[]) => runCommand('access', ...words, '--data', data);
  return { data, jfk, access };
}

/** With the demo's model in force, from height 3 on. */
async function ruled(): Promise<Airports> {
  const found = await airports();
  await using space = await openSpace({ directory: found.data });
  await space.access.installModel({ source: await readFile(MODEL, 'utf8') });
  return found;
}

function outcome(code: number, stdout: string, stderr = ''): Outcome {
  return { code, stdout, stderr };
}

describe('grant and revoke', () => {
  test('a grant counts from its height on, until it is revoked', async () => {
    const { access, jfk } = await ruled();
    const taken = `Airport:JFK is Airport:${jfk}\n`;
    const name = `Airport:${jfk}#authority@organisation:port`;
    const words = ['Airport:JFK', 'authority', 'organisation:port'];
    expect(await access('grant', ...words)).toEqual(
      outcome(0, `${name}: granted, height 4\n`, taken),
    );
    expect((await access('grant', ...words)).stdout).toBe(`${name}: granted already, height 4\n`);
    await access('grant', 'organisation:port', 'member', 'user:port/ann');
    const question = ['user:port/ann', 'write', 'Airport:JFK'];
    expect(await access('check', ...question)).toEqual(outcome(0, 'granted\n', taken));
    expect((await access('check', ...question, '--as-of', '4')).code).toBe(1);
    expect(await access('revoke', ...words)).toMatchObject({
      code: 0,
      stdout: `${name}: revoked, height 6\n`,
    });
    expect((await access('check', ...question)).code).toBe(1);
    expect(await access('check', ...question, '--as-of', '5', '--quiet')).toEqual(
      outcome(0, 'granted\n'),
    );
    const again = await access('revoke', ...words);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain(`expected a grant that holds, got ${name}`);
  });

  test('a grant under a condition is made again where the condition is another', async () => {
    const { access } = await ruled();
    const words = ['ROUTE:*', 'read.flights', 'user:coastal/ben', '--condition', 'until'];
    const until = (end: string) => ['--context', JSON.stringify({ end }), '--json'];
    const first = await access('grant', ...words, ...until('2100-01-01T00:00:00Z'));
    expect(JSON.parse(first.stdout)).toEqual({
      object: 'ROUTE:*',
      relation: 'read.flights',
      subject: 'user:coastal/ben',
      condition: { name: 'until', context: '{"end":"2100-01-01T00:00:00Z"}' },
      verdict: 'granted',
      height: 4,
    });
    const same = await access('grant', ...words, ...until('2100-01-01T00:00:00Z'));
    expect(JSON.parse(same.stdout)).toMatchObject({ verdict: 'granted already', height: 4 });
    const question = ['user:coastal/ben', 'read.flights', 'ROUTE:*'];
    expect((await access('check', ...question)).stdout).toBe('granted\n');
    const later = ['--context', '{"now": "2100-01-01T00:00:00Z"}'];
    expect((await access('check', ...question, ...later)).stdout).toBe('denied\n');
    const past = await access('grant', ...words, ...until('2020-01-01T00:00:00Z'));
    expect(JSON.parse(past.stdout)).toMatchObject({ verdict: 'granted', height: 5 });
    expect((await access('check', ...question)).stdout).toBe('denied\n');
  });

  const WRONG_CALLS = [
    [
      'a relation that is none',
      ['Airport:JFK', 'reed', 'user:a/b'],
      'a relation of Airport, got reed',
    ],
    [
      'a type that is none',
      ['Airfield:JFK', 'read', 'user:*'],
      'a type of the model, got Airfield',
    ],
    ['a subject that is none', ['Airport:JFK', 'read', 'everybody'], 'tuple expected subject'],
    [
      'a subject that may not',
      ['Airport:JFK', 'read', 'user:a/b'],
      'a subject of user:*, got user',
    ],
    [
      'a condition that is none',
      ['ROUTE:*', 'read.flights', 'user:a/b', '--condition', 'till'],
      'until, got till',
    ],
    [
      'no condition where one is due',
      ['ROUTE:*', 'read.flights', 'user:a/b'],
      'until, got no condition',
    ],
    [
      'parameters of nothing',
      ['Airport:JFK', 'read', 'user:*', '--context', '{}'],
      'expected --condition',
    ],
    [
      'parameters that are none',
      ['ROUTE:*', 'partner', 'organisation:a', '--context', '7'],
      'an object in JSON',
    ],
    ['too few words', ['Airport:JFK', 'read'], "missing required argument 'subject'"],
  ] as const;

  test('words that make no grant are a wrong call, and no record', async () => {
    const { access } = await ruled();
    for (const [what, words, message] of WRONG_CALLS) {
      const { code, stdout, stderr } = await access('grant', ...words);
      expect({ what, code, stdout }).toEqual({ what, code: 2, stdout: '' });
      expect(stderr).toContain(message);
    }
    const asked = await access('list', 'user', 'read', 'Airport:JFK', '--json');
    expect(JSON.parse(asked.stdout)).toMatchObject({ height: 3, found: [] });
  });

  test('without a model there is nothing to grant', async () => {
    const { access } = await airports();
    const { code, stderr } = await access('grant', 'Airport:JFK', 'read', 'user:*');
    expect(code).toBe(1);
    expect(stderr).toContain('expected a permission model before grants, got none');
    const none = await access('check', 'user:*', 'read', 'Airport:JFK');
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('expected a model in force, got none as of height 2');
  });
});

describe('questions', () => {
  test('are asked of nodes by natural key, and say which node that is', async () => {
    const { access, jfk } = await ruled();
    await access('grant', 'Airport:*', 'read', 'user:*');
    const told = await access('explain', 'user:*', 'read', 'Airport:JFK');
    expect(told.stdout.split('\n')[0]).toBe(
      `✓ user:* may read of Airport:${jfk}: read of Airport:* (grant at height 4)`,
    );
    const asked = await access('check', 'user:*', 'read', 'Airport:JFK', '--json');
    expect(JSON.parse(asked.stdout)).toMatchObject({
      object: `Airport:${jfk}`,
      verdict: 'granted',
    });
    const absent = await access('check', 'user:*', 'read', 'Airport:ZZZ');
    expect(absent.stderr).toMatch(/^Airport:ZZZ is Airport:\w{16}, which is not there yet\n$/);
    expect(await access('check', 'user:*', 'read', `Airport:${jfk}`)).toEqual(
      outcome(0, 'granted\n'),
    );
    expect(await access('check', 'user:*', 'read', 'Airport:*')).toEqual(outcome(0, 'granted\n'));
  });

  test('name one source, which nobody serves', async () => {
    const { data, access } = await ruled();
    const both = await access('check', 'user:*', 'read', 'Airport:JFK', '--store', 'x.fga.yaml');
    expect(both).toMatchObject({ code: 2, stdout: '' });
    expect(both.stderr).toContain('expected --store or --data, got both');
    const above = await access('check', 'user:*', 'read', 'Airport:JFK', '--as-of', '4');
    expect(above.stderr).toContain('expected a height of at most 3, got 4');
    const nowhere = await runCommand(
      'access',
      'check',
      'user:*',
      'read',
      'a:b',
      '--data',
      `${data}-`,
    );
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toContain('--data expected a data directory, got none there');
    const { stop } = await serveCommand('--data', data);
    const served = await access('check', 'user:*', 'read', 'Airport:JFK');
    expect(served).toMatchObject({ code: 2, stdout: '' });
    expect(served.stderr).toContain('Ask its server instead, or stop it.');
    expect((await access('grant', 'Airport:JFK', 'read', 'user:*')).code).toBe(1);
    expect(await stop('SIGTERM')).toBe(0);
  });
});

describe('install', () => {
  test('puts a model in force once, and tells before what it would change', async () => {
    const { access, jfk } = await airports();
    const open = await access('install', MODEL, '--preview');
    expect(open).toEqual(
      outcome(0, 'no model is in force: what nobody is granted would be denied\n'),
    );
    await access('install', MODEL);
    expect(JSON.parse((await access('install', MODEL, '--json')).stdout)).toEqual({
      height: 3,
      isNew: false,
    });
    await access('grant', 'organisation:port', 'member', 'user:port/ann');
    await access('grant', 'Airport:JFK', 'authority', 'organisation:port');
    const narrower = await modelFile((text) =>
      text.replace('define grant: member from authority', 'define grant: [user]'),
    );
    const told = await access('install', narrower, '--preview');
    expect(told.stdout.split('\n')).toEqual([
      `- Airport:${jfk}#grant@user:port/ann`,
      '0 gained, 1 lost, 0 grants that would not fit',
      '',
    ]);
    expect((await access('check', 'user:port/ann', 'grant', 'Airport:JFK')).code).toBe(0);
    expect((await access('install', narrower)).stdout).toContain('in force from height 6 on');
    expect((await access('check', 'user:port/ann', 'grant', 'Airport:JFK')).code).toBe(1);
  });

  test('refuses mistakes with their place, and what grants do not fit', async () => {
    const { access } = await ruled();
    const wrong = await modelFile((text) => text.replace('[user:*]', '[usr:*]'));
    const mistake = await access('install', wrong);
    expect(mistake).toMatchObject({ code: 1, stdout: '' });
    expect(mistake.stderr).toMatch(/p\.fga:\d+:\d+: /);
    await access('grant', 'ROUTE:*', 'partner', 'organisation:skyways');
    const unfit = await modelFile((text) =>
      text
        .replace('define partner: [organisation]', 'define partner: [user]')
        .replaceAll('member from partner', 'partner'),
    );
    const refused = await access('install', unfit);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('without a place for ROUTE:*#partner@organisation:skyways');
    const told = await access('install', unfit, '--preview');
    expect(told.stdout).toContain('! ROUTE:*#partner@organisation:skyways\n');
    expect((await access('install', `${unfit}-`)).code).toBe(2);
  });
});

async function modelFile(change: (text: string) => string): Promise<string> {
  const folder = await folderWith({ 'p.fga': change(await readFile(MODEL, 'utf8')) });
  return join(folder, 'p.fga');
}
