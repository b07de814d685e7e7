/** `serve` with a permission model and grants from files. */

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, runCommand, serveCommand } from './run-command.ts';

const SDL = 'type Note @node {\n  name: String! @id\n  text: String @access(read: "seer")\n}\n';
const MODEL = [
  'model',
  '  schema 1.1',
  'type user',
  'type Note',
  '  relations',
  '    define read: [user:*]',
  '    define seer: [user]',
].join('\n');
const GRANTS = [
  '- { object: "Note:*", relation: read, user: "user:*" }',
  '- { object: "Note:first", relation: seer, user: "user:acme/ann" }',
].join('\n');
const FILES = { 'g.graphql': SDL, 'p.fga': MODEL, 'g.yaml': GRANTS };

async function notes(files: Partial<typeof FILES> = {}) {
  const folder = await folderWith({ ...FILES, ...files });
  const [schema, model, grants] = ['g.graphql', 'p.fga', 'g.yaml'].map((name) =>
    join(folder, name),
  );
  const data = ['--data', join(folder, 'data')];
  return {
    data,
    schema: ['--schema', schema ?? ''],
    permissions: ['--permissions', model ?? ''],
    grants: ['--grants', grants ?? ''],
  };
}

test('a model and grants are put in force once, and the server says so', async () => {
  const { data, schema, permissions, grants } = await notes();
  const open = await serveCommand(...data, ...schema);
  expect(open.line.permissions).toBe(null);
  expect(await open.stop('SIGTERM')).toBe(0);
  expect(open.told()).toContain(
    'No permissions are in force: every caller may read and write everything.',
  );
  const first = await serveCommand(...data, ...permissions, ...grants);
  expect(first.line.permissions).toBe(3);
  expect(await first.stop('SIGTERM')).toBe(0);
  expect(first.told()).toContain('g.yaml: 2 grants made, 0 held before\n');
  expect(first.told()).toContain('Permissions are in force, by the model of height 3.\n');
  const second = await serveCommand(...data, ...schema, ...permissions, ...grants);
  expect(await second.stop('SIGTERM')).toBe(0);
  expect(second.told()).toContain('g.yaml: 0 grants made, 2 held before\n');
  const asked = ['user:acme/ann', 'seer', 'Note:first', ...data, '--json'];
  const { code, stdout } = await runCommand('access', 'check', ...asked);
  expect([code, JSON.parse(stdout).height]).toEqual([0, 4]);
});

describe('refused, and nothing is served', () => {
  test.each([
    [
      'a definition and a model that do not agree',
      { 'p.fga': MODEL.replace('seer', 'reader') },
      /g\.graphql:3:3: @access of field text of type Note expected a relation of Note .*, got seer/,
    ],
    ['a model with a mistake', { 'p.fga': `${MODEL} or reed` }, /p\.fga:7:12: relation Note#seer/],
    ['a model that is none', { 'p.fga': '' }, /p\.fga:/],
    ['a definition with a mistake', { 'g.graphql': 'type Note {' }, /g\.graphql:1:/],
  ])('%s', async (_, files, message) => {
    const { data, schema, permissions } = await notes(files);
    const { code, stdout, stderr } = await runCommand('serve', ...data, ...schema, ...permissions);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect((await runCommand('state-hash', ...data)).code).toBe(2);
  });

  test.each([
    [
      'grants of another type',
      '- { object: "Memo:*", relation: read, user: "user:*" }',
      /g\.yaml:1:3: .*type of the/,
    ],
    ['grants that are none', 'tuples: []', /g\.yaml:1:1: grants expected a list, got a map/],
    [
      'a grant twice, by id and by key',
      `${GRANTS}\n- { object: "Note:first", relation: seer, user: "user:acme/ann" }`,
      /g\.yaml:3:3: grants\[2\] expected a grant that is not there yet/,
    ],
  ])('%s', async (_, text, message) => {
    const { data, schema, permissions, grants } = await notes({ 'g.yaml': text });
    const words = [...data, ...schema, ...permissions, ...grants];
    const { code, stdout, stderr } = await runCommand('serve', ...words);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    const asked = await runCommand('access', 'list', 'user', 'seer', 'Note:first', ...data);
    expect(asked.stdout).toBe('');
  });

  test('no model for grants, files that are not there, and two models', async () => {
    const { data, schema, permissions, grants } = await notes();
    for (const [words, message] of [
      [[...schema, ...grants], /expected a permission model in force, got none\nInstall one with/],
      [['--permissions', 'no-such.fga'], /no-such\.fga: a permission model expected a file/],
      [[...permissions, '--grants', 'no-such.yaml'], /no-such\.yaml: --grants expected a file/],
      [['--demo', ...permissions], /expected --demo or --permissions, got both/],
    ] as const) {
      const { code, stdout, stderr } = await runCommand('serve', ...data, ...words);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(message);
    }
  });
});
