import { open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, runCommand, runCommandIn, serveCommand } from './run-command.ts';

const NODES = '~id,~label,name\n1,Airport,Atlanta\n2,Airport,Boston\n';

describe('help', () => {
  test.each([
    [],
    ['serve'],
    ['init'],
    ['import'],
    ['state-hash'],
    ['backup'],
    ['restore'],
    ['verify'],
    ['log'],
    ['log', 'export'],
    ['organisation'],
    ['organisation', 'show'],
    ['organisation', 'rotate'],
    ['author'],
    ['author', 'list'],
    ['author', 'add'],
    ['access', 'grant'],
    ['access', 'revoke'],
    ['access', 'install'],
    ['access', 'key'],
    ['access', 'key', 'create'],
    ['access', 'key', 'list'],
    ['access', 'key', 'revoke'],
  ])('of %j goes to standard output with examples', async (...command) => {
    const { code, stdout, stderr } = await runCommand(...command, '--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: massive-graph/);
    expect(stdout).toContain('Examples:\n  massive-graph');
  });
});

test('the version is that of the package', async () => {
  expect(await runCommand('--version')).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
});

test('a start takes what an earlier one compiled, from beside the code', async () => {
  const environment = { NODE_COMPILE_CACHE: '', NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };
  await runCommandIn(environment, '--version');
  const { code, stderr } = await runCommandIn(environment, '--version');
  expect(code).toBe(0);
  expect(stderr).toMatch(/reading cache from \S+\/build\/compile-cache\/\S+ for /);
  expect(stderr).toMatch(/cache for ESM \S+\/src\/cli\/main\.ts was accepted/);
});

describe('usage', () => {
  test.each([
    ['no command', [], /Usage: massive-graph/],
    ['an unknown command', ['serv'], /unknown command 'serv'[\s\S]*serve/],
    ['an unknown option', ['serve', '--prot', '1'], /unknown option '--prot'[\s\S]*--port/],
    ['a port that is no number', ['serve', '--port', 'http'], /port is a whole number/],
    ['a port beyond the last', ['serve', '--metrics-port', '65536'], /from 0 to 65535/],
    ['no files', ['import'], /missing required argument 'files'/],
    [
      'a missing file',
      ['import', 'no-such.csv'],
      /no-such\.csv: import expected a file, got nothing/,
    ],
    ['no commit to seal after', ['serve', '--seal-every', '0'], /whole number from 1/],
    [
      'a host that others can call, without authentication',
      ['serve', '--host', '0.0.0.0'],
      /--host expected a loopback address without --auth, got 0\.0\.0\.0[\s\S]*--auth FILE/,
    ],
    [
      'a missing authentication file',
      ['serve', '--auth', 'no-such'],
      /no-such: --auth expected a f/,
    ],
    ['a key for nobody', ['access', 'key', 'create'], /missing required argument 'principal'/],
    [
      'no file of keys',
      ['access', 'key', 'create', 'user:acme/ann'],
      /expected --keys or --auth, got neither/,
    ],
    [
      'two files of keys',
      ['access', 'key', 'list', '--keys', 'a', '--auth', 'b'],
      /expected --keys or --auth, got both/,
    ],
    [
      'a missing file of keys',
      ['access', 'key', 'revoke', 'x', '--keys', 'no-such'],
      /no-such: API keys expected a file, got nothing/,
    ],
    [
      'a key for ever',
      ['access', 'key', 'create', 'user:acme/ann', '--keys', 'x', '--days', '3651'],
      /--days expected at most 3650, got 3651/,
    ],
    ['a missing definition', ['serve', '--schema', 'no-such.graphql'], /no-such\.graphql: /],
    [
      'a backup of nothing',
      ['backup', 'b', '--data', 'none'],
      /--data expected a directory, got no/,
    ],
    [
      'a restore of nothing',
      ['restore', 'none', '--data', 'd'],
      /restore expected a directory, got/,
    ],
    ['no proof', ['verify'], /missing required argument 'file'/],
    ['a missing proof', ['verify', 'no-such'], /no-such: verify expected a file, got nothing/],
    ['a space that is none', ['verify', 'x', '--space', 'abc'], /64 digits of lower-case hex/],
    ['an unknown part', ['log', 'shw'], /unknown command 'shw'[\s\S]*show/],
    ['no data directory', ['state-hash'], /required option '--data <dir>' not specified/],
    [
      'a data directory that is not there',
      ['state-hash', '--data', 'no-such'],
      /no-such: --data expected a data directory, got none/,
    ],
    [
      'nothing to serve',
      ['serve', '--data', 'no-such'],
      /no-such: serve expected a data definition/,
    ],
    [
      'two definitions',
      ['serve', '--demo', '--schema', 'x'],
      /expected --demo or --schema, got both/,
    ],
  ] as const)('%s ends with 2 and a line that helps', async (_, words, message) => {
    const { code, stdout, stderr } = await runCommand(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('a data directory that is a file is refused', async () => {
    const file = join(await folderWith({ 'x.txt': 'x' }), 'x.txt');
    const { code, stderr } = await runCommand('state-hash', '--data', file);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('expected a directory, got a file'),
    ]);
  });
});

describe('failures', () => {
  test('a malformed file ends with 1, its place, no stack and no data directory', async () => {
    const folder = await folderWith({ 'nodes.csv': `${NODES}3,Airport\n` });
    const [file, data] = [join(folder, 'nodes.csv'), join(folder, 'data')];
    const { code, stdout, stderr } = await runCommand('import', file, '--data', data);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`error: ${file}:4:3: a row expected 3 fields, got 2\n`);
    expect((await runCommand('state-hash', '--data', data)).code).toBe(2);
  });

  test.each([
    ['header.csv', '~id,~label,name\n'],
    ['edges.csv', '~id,~from,~to,~label\n1,a,b,WAY\n'],
  ])('%s without nodes ends with 1, and makes no data directory', async (name, text) => {
    const folder = await folderWith({ [name]: text });
    const data = join(folder, 'data');
    const { code, stderr } = await runCommand('import', join(folder, name), '--data', data);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: import without --schema expected rows of nodes .*, got none in/,
    );
    expect((await runCommand('state-hash', '--data', data)).code).toBe(2);
  });

  test('what the system refuses ends with 1 and no stack', async () => {
    const folder = await folderWith({ 'nodes.csv': NODES });
    const file = join(folder, 'nodes.csv');
    const below = await runCommand('import', file, '--data', join(file, 'data'));
    const got = `a directory expected to be made at ${file}, got a file there`;
    expect([below.code, below.stderr]).toEqual([1, `error: ${got}\n`]);
    // Where the system makes no directories, for root neither.
    const nowhere = await runCommand('init', '--data', '/proc/massive-graph');
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringMatching(/^error: E.*\n$/)]);
  });

  test('a log that is cut short ends with 1 and no fault of the process', async () => {
    const folder = await folderWith({ 'nodes.csv': NODES });
    const data = join(folder, 'data');
    await runCommand('import', join(folder, 'nodes.csv'), '--data', data);
    await truncate(join(data, 'log-0000000001.segment'), 200);
    const { code, stderr } = await runCommand('state-hash', '--data', data);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^error: the log log-0000000001\.segment: entry 1 at byte 96 expected .*, got .*backup\n$/,
      ),
    ]);
  });

  test('bytes of an append that did not end are cut, and that is said', async () => {
    const folder = await folderWith({ 'nodes.csv': NODES });
    const data = join(folder, 'data');
    await runCommand('import', join(folder, 'nodes.csv'), '--data', data);
    const whole = await runCommand('state-hash', '--data', data);
    const file = await open(join(data, 'log-0000000001.segment'), 'r+');
    await file.write(Uint8Array.of(1), 0, 1, 100_000);
    await file.close();
    const { code, stdout, stderr } = await runCommand('state-hash', '--data', data);
    expect([code, stdout]).toEqual([0, whole.stdout]);
    expect(stderr).toMatch(/data: log-0000000001\.segment: \d+ bytes of no whole append .* cut\n$/);
  });

  test('a wrong definition ends with 1 and its place', async () => {
    const folder = await folderWith({ 'graph.graphql': 'type Airport @node {\n  code: Nope\n}\n' });
    const schema = join(folder, 'graph.graphql');
    const words = ['--schema', schema, '--data', join(folder, 'data')];
    const { code, stderr } = await runCommand('serve', ...words);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*graph\.graphql:2:\d+: /);
    await truncate(schema, 1_000_000_000);
    const huge = await runCommand('serve', ...words);
    expect(huge.code).toBe(1);
    expect(huge.stderr).toMatch(
      /graph\.graphql: definition expected at most \d+ bytes, got 1000000000\n$/,
    );
  });
});

describe('serve', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with 0', async (signal) => {
    const folder = await folderWith({ 'nodes.csv': NODES });
    const data = join(folder, 'data');
    expect((await runCommand('import', join(folder, 'nodes.csv'), '--data', data)).code).toBe(0);
    const serving = await serveCommand('--data', data);
    expect((await fetch(serving.line.health ?? '')).status).toBe(200);
    expect((await fetch(serving.line.metrics ?? '')).status).toBe(200);
    expect(await serving.stop(signal)).toBe(0);
  });

  test('a data directory is served by one process at a time', async () => {
    const folder = await folderWith({ 'nodes.csv': NODES });
    const data = join(folder, 'data');
    await runCommand('import', join(folder, 'nodes.csv'), '--data', data);
    const serving = await serveCommand('--data', data);
    const { code, stdout, stderr } = await runCommand('state-hash', '--data', data);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: /);
    expect(await serving.stop('SIGTERM')).toBe(0);
    expect((await runCommand('state-hash', '--data', data)).code).toBe(0);
  });

  test('a port that is taken is named', async () => {
    const folder = await folderWith({ 'graph.graphql': 'type A @node { k: ID! @id }' });
    const schema = ['--schema', join(folder, 'graph.graphql')];
    const first = await serveCommand(...schema, '--data', join(folder, 'one'));
    const { port } = new URL(first.line.graphql ?? '');
    const words = [...schema, '--data', join(folder, 'two'), '--port', port, '--metrics-port', '0'];
    const { code, stderr } = await runCommand('serve', ...words);
    expect(code).toBe(1);
    expect(stderr).toContain(port);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('the demo is loaded the first time and kept after', async () => {
    const data = join(await folderWith({}), 'data');
    const first = await serveCommand('--demo', '--data', data);
    const query = async (url = ''): Promise<unknown> => {
      const body = JSON.stringify({
        query: `{
          airportsConnection { totalCount }
          airport(where: { code: { eq: "JFK" } }) { name location { latitude } }
        }`,
      });
      const headers = { 'content-type': 'application/json' };
      return (await fetch(url, { method: 'POST', headers, body })).json();
    };
    const expected = {
      data: {
        airportsConnection: { totalCount: 3_376 },
        airport: { name: 'John F Kennedy Intl', location: { latitude: 40.63975111 } },
      },
    };
    expect(await query(first.line.graphql)).toEqual(expected);
    expect(await first.stop('SIGTERM')).toBe(0);
    const hash = await runCommand('state-hash', '--data', data);
    const second = await serveCommand('--demo', '--data', data);
    expect(await query(second.line.graphql)).toEqual(expected);
    expect(await second.stop('SIGTERM')).toBe(0);
    expect(await runCommand('state-hash', '--data', data)).toEqual(hash);
  });
});
