/** `massive-graph schema`: the API of a definition, and what another breaks in it. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openSpace } from '../../src/space/open.ts';
import { folderWith, runCommand } from './run-command.ts';

const DEMO = fileURLToPath(new URL('../../schema/us-flights/', import.meta.url));

const CITY = `type City @node {
  code: ID! @id
  name: String
  people: Int
  roads: [City!]! @relationship(type: "ROAD", direction: OUT)
}
`;
const MODEL = `model
  schema 1.1
type user
type City
  relations
    define read: [user, user:*]
    define read.people: [user]
`;

function withFiles(files: Readonly<Record<string, string>>) {
  return folderWith({ 'city.graphql': CITY, 'city.fga': MODEL, ...files });
}

describe('print', () => {
  test('prints the API of a definition, as the demo keeps it', async () => {
    const { code, stdout } = await runCommand('schema', 'print', join(DEMO, 'graph.graphql'));
    expect(code).toBe(0);
    expect(stdout).toBe(await readFile(join(DEMO, 'schema.graphql'), 'utf8'));
  });

  test('prints what is in force in a data directory, hidden fields as such', async () => {
    const folder = await withFiles({});
    const data = join(folder, 'data');
    {
      await using space = await openSpace({ directory: data, definition: { source: CITY } });
      await space.access.installModel({ source: MODEL });
    }
    const { code, stdout } = await runCommand('schema', 'print', '--data', data, '--json');
    expect(code).toBe(0);
    const { schema } = JSON.parse(stdout) as { schema: string };
    expect(schema).toContain('upsertCities(input: [CityCreateInput!]!)');
    const file = ['schema', 'print', join(folder, 'city.graphql')];
    const printed = await runCommand(...file, '--permissions', join(folder, 'city.fga'));
    expect(printed.stdout).toBe(`${schema}\n`);
  });

  test('wants one of both', async () => {
    const { code, stderr } = await runCommand('schema', 'print');
    expect(code).toBe(2);
    expect(stderr).toContain('expected a definition file or --data, got neither');
  });
});

describe('diff', () => {
  const diff = async (next: string, ...options: string[]) => {
    const folder = await withFiles({ 'next.graphql': next });
    const files = ['city.graphql', 'next.graphql'].map((name) => join(folder, name));
    return await runCommand('schema', 'diff', ...files, ...options);
  };

  test('says so where nothing breaks', async () => {
    const added = CITY.replace('people: Int', 'people: Int\n  mayor: String');
    const { code, stdout } = await diff(added);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^dangerous {2}mayor was added to enum type CityField\.$/m);
    expect(stdout).toMatch(/\nnothing breaks\n$/);
    expect(await diff(CITY)).toEqual({ code: 0, stdout: 'nothing breaks\n', stderr: '' });
  });

  test('names what breaks, and fails', async () => {
    const { code, stdout, stderr } = await diff(CITY.replace('  people: Int\n', ''));
    expect(code).toBe(1);
    expect(stdout).toContain('breaking   City.people was removed.\n');
    expect(stderr).toMatch(/^error: the API expected no breaking changes, got \d+\n$/);
  });

  test('prints the same as JSON', async () => {
    const { code, stdout } = await diff(CITY.replace('  people: Int\n', ''), '--json');
    expect(code).toBe(1);
    const { breaking, changes } = JSON.parse(stdout);
    expect(breaking).toBe(changes.length);
    expect(changes).toContainEqual({
      severity: 'breaking',
      type: 'FIELD_REMOVED',
      text: 'City.people was removed.',
    });
  });

  test('tells of computed fields, and keeps what is stored apart from them', async () => {
    const computed = '  size: Int @customResolver(requires: "people")\n';
    const added = await diff(CITY.replace('  people', `${computed}  people`));
    expect(added).toEqual({ code: 0, stdout: 'nothing breaks\n', stderr: '' });
    const { code, stderr } = await diff(CITY.replace('people: Int', 'people: Int @customResolver'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/next\.graphql:4:3: .* expected a stored field, as before/);
    const folder = await withFiles({
      'c.graphql': CITY.replace('  people', `${computed}  people`),
    });
    const { stdout } = await runCommand('schema', 'print', join(folder, 'c.graphql'));
    expect(stdout.match(/\bsize: .*/g)).toEqual(['size: Int']);
  });

  test('refuses what cannot follow, with its place', async () => {
    const { code, stderr } = await diff(CITY.replace('people: Int', 'people: String'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/next\.graphql:4:\d+/);
  });
});

test('what clients ask of interfaces and unions breaks with them', async () => {
  const named = `interface Named { name: String }
union Place = City
${CITY.replace('City @node', 'City implements Named @node')}`;
  const folder = await withFiles({ 'named.graphql': named });
  const [city = '', next = ''] = ['city.graphql', 'named.graphql'].map((name) =>
    join(folder, name),
  );
  const added = await runCommand('schema', 'diff', city, next);
  expect(added.code).toBe(0);
  expect(added.stdout).toContain('dangerous  Named added to interfaces implemented by City.\n');
  const gone = await runCommand('schema', 'diff', next, city);
  expect(gone.code).toBe(1);
  expect(gone.stdout).toContain('breaking   Place was removed.\n');
  expect(gone.stdout).toContain('breaking   Query.nameds was removed.\n');
  expect(gone.stdout).toContain('breaking   City no longer implements interface Named.\n');
});

describe('check', () => {
  test('tells what is wrong with a definition by itself', async () => {
    const folder = await withFiles({ 'wrong.graphql': CITY.replace('Int', 'Integer') });
    const { code, stderr } = await runCommand('schema', 'check', join(folder, 'wrong.graphql'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/wrong\.graphql:4:\d+/);
    const good = await runCommand('schema', 'check', join(folder, 'city.graphql'));
    expect(good).toEqual({ code: 0, stdout: 'nothing breaks\n', stderr: '' });
  });

  test('compares it with what is in force, and with the model', async () => {
    const named = CITY.replace('name: String', 'name: String @access(read: "mayor")');
    const folder = await withFiles({ 'named.graphql': named });
    const data = join(folder, 'data');
    {
      await using space = await openSpace({ directory: data, definition: { source: CITY } });
      await space.access.installModel({ source: MODEL });
    }
    const check = (name: string) =>
      runCommand('schema', 'check', join(folder, name), '--data', data);
    expect(await check('city.graphql')).toMatchObject({ code: 0, stdout: 'nothing breaks\n' });
    const { code, stderr } = await check('named.graphql');
    expect(code).toBe(1);
    expect(stderr).toMatch(/named\.graphql:3:\d+: .*mayor/);
  });
});
