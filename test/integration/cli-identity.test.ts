/** Organisations, their keys and their authors, on the command line. */

import { cp, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, runCommand, runCommandIn, serveCommand } from './run-command.ts';

const SCHEMA = 'type City @node { code: ID! @id }';
const CITIES = '~id,~label,name\n1,City,Basel\n';
const KEY = '8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394';
const SMALL_ORDER = `01${'00'.repeat(31)}`;

describe('init', () => {
  test('makes keys for their owner alone, under the passphrase of a file', async () => {
    const folder = await files();
    const { data, words } = places(folder);
    const made = await runCommand('init', ...words, '--name', 'Red Cross', '--json');
    expect([made.code, made.stderr]).toEqual([0, '']);
    const { name, owner, space } = JSON.parse(made.stdout);
    expect([name, owner, space]).toEqual([
      'Red Cross',
      expect.stringMatching(/^[0-9a-f]{64}$/),
      undefined,
    ]);
    const key = join(data, 'organisation.key');
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect(JSON.parse((await readFile(key, 'utf8')).split('\n')[0] ?? '')).toMatchObject({
      format: 'organisation key',
      version: 1,
      owner,
      protection: { derivation: 'scrypt', cipher: 'aes-256-gcm' },
    });
    const again = await runCommand('init', ...words);
    expect([again.code, again.stderr]).toEqual([
      1,
      `error: a new organisation expected a directory without one, got ${data}\n`,
    ]);
    const { line, stop } = await serveCommand(...words, '--schema', join(folder, 'g.graphql'));
    expect(await stop('SIGTERM')).toBe(0);
    const shown = await runCommand('organisation', 'show', '--data', data, '--json');
    expect(JSON.parse(shown.stdout)).toEqual({ name, owner, space: line.space });
  }, 60_000);

  test('with a definition founds the space, which then serves without a key', async () => {
    const folder = await files();
    const { data } = places(folder);
    const words = ['--data', data, '--schema', join(folder, 'g.graphql')];
    const made = await runCommand('init', ...words, '--name', 'Red Cross');
    expect(made.stdout).toMatch(
      /^organisation Red Cross\n {2}key {4}[0-9a-f]{64}\n {2}space {2}[0-9a-f]{64}\n$/,
    );
    expect(made.stderr).toMatch(/^No passphrase is given: /);
    const { line, stop } = await serveCommand('--data', data);
    expect(made.stdout).toContain(`space  ${line.space}`);
    expect(await stop('SIGTERM')).toBe(0);
  }, 60_000);

  test.each([
    ['a wrong definition', ['--schema', 'wrong.graphql'], 1, /wrong\.graphql:1:\d+: /],
    ['no such definition', ['--schema', 'none.graphql'], 2, /a data definition expected a file/],
    ['a name of two lines', ['--name', 'Red\nCross'], 1, /expected at most 128 bytes without/],
    ['a name that is too long', ['--name', 'x'.repeat(129)], 1, /expected at most 128 bytes/],
    ['no such passphrase', ['--passphrase-file', 'none.txt'], 2, /a passphrase expected a file/],
    ['an empty passphrase', ['--passphrase-file', 'empty.txt'], 2, /expected 1 to 1024 bytes/],
    ['a long passphrase', ['--passphrase-file', 'long.txt'], 2, /1024 bytes, got 2000/],
  ] as const)('with %s makes nothing', async (_, [option, value], exit, message) => {
    const folder = await files();
    const given = option === '--name' ? value : join(folder, value);
    const data = join(folder, 'data');
    const { code, stdout, stderr } = await runCommand('init', '--data', data, option, given);
    expect([code, stdout]).toEqual([exit, '']);
    expect(stderr).toMatch(message);
    expect(await readdir(data).catch(() => [])).toEqual([]);
  });
});

describe('a copy of a data directory', () => {
  test('is read without the passphrase, and written once it is given', async () => {
    const folder = await files();
    const { data, words } = places(folder);
    const cities = join(folder, 'cities.csv');
    expect((await runCommand('import', cities, ...words)).code).toBe(0);
    const copy = join(folder, 'copy');
    await cp(data, copy, { recursive: true });
    const [hash, copied] = [
      await runCommand('state-hash', '--data', data),
      await runCommand('state-hash', '--data', copy),
    ];
    expect([copied.code, copied.stdout]).toEqual([0, hash.stdout]);
    const refused = await runCommand('import', cities, '--data', copy);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/--passphrase-file, or in MASSIVE_GRAPH_PASSPHRASE\n$/);
    const wrong = { MASSIVE_GRAPH_PASSPHRASE: 'wrong' };
    const other = await runCommandIn(wrong, 'import', cities, '--data', copy);
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringMatching(/passphrase, got another/),
    ]);
    const right = { MASSIVE_GRAPH_PASSPHRASE: 'secret words' };
    expect((await runCommandIn(right, 'import', cities, '--data', copy)).code).toBe(0);
    expect((await runCommand('import', cities, '--data', copy)).code).toBe(0);
    const { stdout } = await runCommand('author', 'list', '--data', copy);
    expect(stdout).toMatch(/^(?:[0-9a-f]{64} {2}data directory\n){2}$/);
  }, 60_000);
});

describe('author and organisation', () => {
  test('a key is certified once, and listed; the organisation rotates', async () => {
    const folder = await files();
    const { data, words } = places(folder);
    await runCommand('import', join(folder, 'cities.csv'), ...words);
    const add = (...more: string[]) => runCommand('author', 'add', ...more, ...words);
    const added = await add(KEY.toUpperCase(), '--label', 'phone');
    expect(added).toEqual({ code: 0, stdout: `${KEY}  phone: certified\n`, stderr: '' });
    expect(JSON.parse((await add(KEY, '--json')).stdout)).toEqual({
      key: KEY,
      label: 'phone',
      height: 3,
      isNew: false,
    });
    expect(await add(SMALL_ORDER)).toMatchObject({
      code: 1,
      stderr: 'error: an authority record expected an author key of prime order, got another\n',
    });
    expect(await add('81')).toMatchObject({ code: 2, stdout: '' });
    const list = await runCommand('author', 'list', '--data', data, '--json');
    const { authors } = JSON.parse(list.stdout);
    expect(authors).toMatchObject([{ label: 'data directory' }, { key: KEY, label: 'phone' }]);
    const before = JSON.parse((await organisation('show', data)).stdout);
    const rotated = await runCommand('organisation', 'rotate', ...words, '--json');
    const after = JSON.parse(rotated.stdout);
    expect([after.space, after.owner === before.owner]).toEqual([before.space, false]);
    expect(JSON.parse((await organisation('show', data)).stdout)).toEqual(after);
    const bare = await organisation('rotate', data);
    expect([bare.code, bare.stderr]).toEqual([1, expect.stringMatching(/passphrase, got none/)]);
  }, 60_000);

  test.each([
    ['rotation.staged', false],
    ['rotation.appended', true],
    ['rotation.settled', true],
  ])(
    'a rotation that is killed at %s leaves keys that sign',
    async (step, isDone) => {
      const folder = await files();
      const data = join(folder, 'data');
      await runCommand('import', join(folder, 'cities.csv'), '--data', data);
      const before = JSON.parse((await organisation('show', data)).stdout);
      const fault = { MASSIVE_GRAPH_FAULT: step };
      const killed = await runCommandIn(fault, 'organisation', 'rotate', '--data', data);
      expect([killed.code, killed.stdout]).toEqual([null, '']);
      const after = JSON.parse((await organisation('show', data)).stdout);
      expect([after.space, after.owner !== before.owner]).toEqual([before.space, isDone]);
      expect((await runCommand('author', 'add', KEY, '--data', data)).code).toBe(0);
      expect(await readFile(join(data, 'organisation.key'), 'utf8')).toContain(after.owner);
      expect(await readdir(data)).not.toContain('organisation.pending');
    },
    60_000,
  );

  test.each([
    ['author', ['author'], /Usage: massive-graph author/],
    ['a word that author does not know', ['author', 'ad'], /Try: massive-graph author --help/],
    [
      'an option of another',
      ['author', 'list', '--label', 'x'],
      /massive-graph author list --help/,
    ],
    ['no key', ['author', 'add'], /missing required argument 'key'/],
    ['no space', ['author', 'list', '--data', 'no-such'], /no-such: --data expected a data/],
    ['nothing to rotate', ['organisation', 'rotate', '--data', 'no-such'], /no-such: --data/],
  ] as const)('%s ends with 2 and a line that helps', async (_, words, message) => {
    const { code, stdout, stderr } = await runCommand(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});

function organisation(word: string, data: string) {
  return runCommand('organisation', word, '--data', data, '--json');
}

function files(): Promise<string> {
  return folderWith({
    'g.graphql': SCHEMA,
    'wrong.graphql': 'type City @node { code: Nope }',
    'cities.csv': CITIES,
    'passphrase.txt': 'secret words\n',
    'empty.txt': '\n',
    'long.txt': 'x'.repeat(2_000),
  });
}

function places(folder: string) {
  const data = join(folder, 'data');
  return { data, words: ['--data', data, '--passphrase-file', join(folder, 'passphrase.txt')] };
}
