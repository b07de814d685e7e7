import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { folderWith, type Outcome, runCommand } from './run-command.ts';

const NODES = 'code:ID(Place),name,size:int,:LABEL\nA,Alpha,1,Place\nB,"Beta, too",,Place\n';
const EDGES = ':START_ID(Place),:END_ID(Place),:TYPE,km:double\nA,B,WAY,1.5\nB,A,WAY,\nA,X,WAY,2\n';

const AIR_ROUTES = fileURLToPath(new URL('../../../shared/data/air-routes/', import.meta.url));
const AIR_ROUTE_FILES = ['nodes', 'edges'].map((kind) =>
  join(AIR_ROUTES, `air-routes-latest-${kind}.csv`),
);
const hasAirRoutes = AIR_ROUTE_FILES.every((file) => existsSync(file));
if (!hasAirRoutes) {
  process.stdout.write('skipped: the air routes are not in ../shared/data/air-routes\n');
}

async function hashOf(data: string, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand('state-hash', '--data', data, ...words);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.trim();
}

function json({ code, stdout, stderr }: Outcome): unknown {
  expect([code, stdout.split('\n').length, stderr]).toEqual([0, 2, stderr]);
  return JSON.parse(stdout);
}

describe('import', () => {
  test('rows are loaded, and one with an unknown end is reported with its place', async () => {
    const folder = await folderWith({ 'nodes.csv': NODES, 'edges.csv': EDGES });
    const [nodes, edges] = [join(folder, 'nodes.csv'), join(folder, 'edges.csv')];
    const outcome = await runCommand('import', edges, nodes, '--data', join(folder, 'data'));
    expect(outcome).toEqual({
      code: 0,
      stdout: '2 nodes and 2 edges, 4 written, 0 unchanged, 1 problem\n',
      stderr: `${edges}:4:3: the end of WAY expected the id of one node, got "X"\n`,
    });
  });

  test('a second run writes no commit, and another order gives the same content', async () => {
    const folder = await folderWith({ 'nodes.csv': NODES, 'edges.csv': EDGES });
    const files = [join(folder, 'nodes.csv'), join(folder, 'edges.csv')];
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    expect(json(await runCommand('import', ...files, '--data', one, '--json'))).toMatchObject({
      nodes: 2,
      edges: 2,
      written: 4,
      unchanged: 0,
      problems: [{ file: files[1], line: 4, column: 3 }],
    });
    const before = await hashOf(one);
    const again = await runCommand('import', ...files, '--data', one, '--json');
    expect(json(again)).toMatchObject({ written: 0, unchanged: 4 });
    expect(await hashOf(one)).toBe(before);

    await runCommand('import', ...files.toReversed(), '--data', two);
    expect(await hashOf(two, '--content')).toBe(await hashOf(one, '--content'));
    expect(await hashOf(two)).not.toBe(before);
  });

  test('an edge type of which every end is unknown stays a problem of its rows', async () => {
    const edges = ':START_ID(Place),:END_ID(Place),:TYPE\nA,X,LOST\n';
    const folder = await folderWith({ 'nodes.csv': NODES, 'edges.csv': edges });
    const files = [join(folder, 'nodes.csv'), join(folder, 'edges.csv')];
    for (const written of [2, 0]) {
      const outcome = await runCommand(
        'import',
        ...files,
        '--data',
        join(folder, 'data'),
        '--json',
      );
      expect(json(outcome)).toMatchObject({ written, problemCount: 1, problems: [{ line: 2 }] });
    }
  });

  test('a given definition is matched, and a malformed file changes nothing', async () => {
    const folder = await folderWith({
      'nodes.csv': NODES,
      'bad.csv': `${NODES}C,"never closed,1,Place\n`,
      'graph.graphql': 'type Place @node { code: ID! @id  name: String  size: BigInt }',
    });
    const data = join(folder, 'data');
    const words = ['--data', data, '--schema', join(folder, 'graph.graphql')];
    expect((await runCommand('import', join(folder, 'nodes.csv'), ...words)).code).toBe(0);
    const before = await hashOf(data);
    const { code, stderr } = await runCommand('import', join(folder, 'bad.csv'), ...words);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: .*bad\.csv:4:3: a quoted/)]);
    expect(await hashOf(data)).toBe(before);
  });

  test.skipIf(!hasAirRoutes)('the air routes load once, in any order of the files', async () => {
    const folder = await folderWith({});
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    const first = await runCommand('import', ...AIR_ROUTE_FILES, '--data', one, '--json');
    const counts = { nodes: 3_749, edges: 57_645, problemCount: 0 };
    expect(json(first)).toMatchObject({ ...counts, written: 61_394 });
    const before = await hashOf(one);
    const again = await runCommand('import', ...AIR_ROUTE_FILES, '--data', one, '--json');
    expect(json(again)).toMatchObject({ ...counts, written: 0, unchanged: 61_394 });
    expect(await hashOf(one)).toBe(before);
    await runCommand('import', ...AIR_ROUTE_FILES.toReversed(), '--data', two);
    expect(await hashOf(two, '--content')).toBe(await hashOf(one, '--content'));
  });
});
