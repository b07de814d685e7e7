/** `massive-graph access test` runs permission tests through the engine, as a user calls it. */

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { runCommand } from './run-command.ts';

const MATRIX = fileURLToPath(
  new URL('../../../shared/vectors/openfga/consolidated_1_1_tests.yaml', import.meta.url),
);
const hasVectors = existsSync(MATRIX);
if (!hasVectors) process.stdout.write('no ../shared/vectors/openfga: its cases are not run\n');

const STORE = `
model: |
  model
    schema 1.1
  type user
  type group
    relations
      define member: [user, group#member]
  type document
    relations
      define banned: [user]
      define reader: [user, group#member with office_hours] but not banned
  condition office_hours(hour: int) {
    hour >= 9 && hour < 17
  }
tuples:
  - { user: user:anna, relation: member, object: group:crew }
  - { user: user:ben, relation: member, object: group:crew }
  - { user: user:ben, relation: banned, object: document:plan }
  - user: group:crew#member
    relation: reader
    object: document:plan
    condition: { name: office_hours }
tests:
  - name: the crew reads the plan in office hours
    check:
      - user: user:anna
        object: document:plan
        context: { hour: 10 }
        assertions: { reader: true }
      - user: user:anna
        object: document:plan
        context: { hour: 20 }
        assertions: { reader: false }
      - user: user:ben
        object: document:plan
        context: { hour: 10 }
        assertions: { reader: BEN }
    list_objects:
      - user: user:anna
        type: document
        context: { hour: 9 }
        assertions: { reader: [document:plan] }
    list_users:
      - object: document:plan
        user_filter: [{ type: user }]
        context: { hour: 16 }
        assertions: { reader: { users: [user:anna] } }
`;

test.runIf(hasVectors)('every assertion of the public matrix passes', async () => {
  const { code, stdout, stderr } = await runCommand('access', 'test', MATRIX);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe('925 passed, 0 failed\n');
});

test('a store file passes', async () => {
  const file = await storeFile(STORE.replace('BEN', 'false'));
  const { code, stdout } = await runCommand('access', 'test', file);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '5 passed, 0 failed\n' });
});

test('what fails is named, with what was expected and what came', async () => {
  const file = await storeFile(STORE.replace('BEN', 'true'));
  const { code, stdout } = await runCommand('access', 'test', file);
  expect(code).toBe(3);
  expect(stdout.split('\n')).toEqual([
    expect.stringContaining('check document:plan#reader@user:ben'),
    '    expected true',
    '    got      false',
    '4 passed, 1 failed',
    '',
  ]);
  const lines = (await runCommand('access', 'test', file, '--json')).stdout.trim().split('\n');
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ passed: 4, failed: 1 });
  expect(
    lines.map((line) => JSON.parse(line).isPassed).filter((passed) => passed === false),
  ).toHaveLength(1);
});

test('a file that is none of permission tests is an error', async () => {
  const malformed = await storeFile('tests: 7');
  const { code, stderr } = await runCommand('access', 'test', malformed);
  expect(code).toBe(1);
  expect(stderr).toContain('expected');
  const missing = await runCommand('access', 'test', `${malformed}.not`);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('expected a file, got nothing there');
});

async function storeFile(text: string): Promise<string> {
  const file = join(await temporaryDirectory(), 'store.fga.yaml');
  await writeFile(file, text);
  return file;
}
