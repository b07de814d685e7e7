/** `massive-graph schema compose`: subgraphs that fit, and what is said of those that do not. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { serveTestSpace } from '../fixture/api.ts';
import { folderWith, runCommand } from './run-command.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';
const CITIES = `${LINK}
type City @node @key(fields: "code") {
  code: ID! @id
  name: String
}
`;
const WEATHER = `${LINK}
type City @key(fields: "code") {
  code: ID!
  degrees: Float
}
type Query { hottest: City }
`;

test('composes data definitions and SDL, and writes what a gateway takes', async () => {
  const folder = await folderWith({ 'cities.graphql': CITIES, 'weather.graphql': WEATHER });
  const files = [join(folder, 'cities.graphql'), `sky=${join(folder, 'weather.graphql')}`];
  const output = join(folder, 'supergraph.graphql');
  const urls = ['--url', 'cities=http://cities/graphql', '--url', 'sky=http://sky/'];
  const { code, stdout } = await runCommand(
    ...['schema', 'compose', ...files],
    ...['--output', output, ...urls],
  );
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: 'the subgraphs compose, with 0 hints\n',
  });
  const supergraph = await readFile(output, 'utf8');
  expect(supergraph).toContain('CITIES @join__graph(name: "cities", url: "http://cities/graphql")');
  expect(supergraph).toContain('SKY @join__graph(name: "sky", url: "http://sky/")');
  expect(supergraph).toMatch(/hottest: City @join__field\(graph: SKY\)/);
});

test('asks a server that is served', async () => {
  const api = await serveTestSpace(parseDefinition(CITIES));
  onTestFinished(() => api[Symbol.asyncDispose]());
  const folder = await folderWith({ 'weather.graphql': WEATHER });
  const files = [`cities=${api.server.graphql}`, join(folder, 'weather.graphql')];
  const output = join(folder, 'supergraph.graphql');
  const others = ['--output', output, '--url', 'weather=http://weather/', '--json'];
  const { code, stdout } = await runCommand('schema', 'compose', ...files, ...others);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ errors: [], hints: [] });
  expect(await readFile(output, 'utf8')).toContain(`url: "${api.server.graphql}"`);
});

describe('what does not fit is said', () => {
  test('by errors of composition, with exit code 1', async () => {
    const other = WEATHER.replace('code: ID!', 'code: Int!');
    const folder = await folderWith({ 'cities.graphql': CITIES, 'weather.graphql': other });
    const files = [join(folder, 'cities.graphql'), join(folder, 'weather.graphql')];
    const { code, stdout, stderr } = await runCommand('schema', 'compose', ...files);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FIELD_TYPE_MISMATCH {2}Type of field "City.code" is incompatible/);
    expect(stderr).toContain('composition expected subgraphs that fit, got 1 errors');
  });

  test.each([
    ['no SDL', { 'a.graphql': 'type A {' }, ['a.graphql'], 1, 'a subgraph expected SDL, got'],
    ['no file', {}, ['none.graphql'], 2, 'a subgraph expected a file, got nothing there'],
    [
      'two of one name',
      { 'a.graphql': WEATHER },
      ['a.graphql', 'a.graphql'],
      2,
      'subgraphs expected names that differ, got a again',
    ],
  ])('of %s', async (_name, files, given, expected, text) => {
    const folder = await folderWith(files);
    const paths = given.map((file) => join(folder, file));
    const { code, stderr } = await runCommand('schema', 'compose', ...paths);
    expect(code).toBe(expected);
    expect(stderr).toContain(text);
  });

  test.each([
    [['http://127.0.0.1:1/graphql'], 'the address of a subgraph expected a name before it'],
    [['a=http://127.0.0.1:1/graphql', '--url', 'b=http://b/'], '--url expected NAME=URL'],
  ])('of %s', async (given, text) => {
    const { code, stderr } = await runCommand('schema', 'compose', ...given);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
  });

  test('of a server that is not there', async () => {
    const address = 'a=http://127.0.0.1:1/graphql';
    const { code, stderr } = await runCommand('schema', 'compose', address);
    expect(code).toBe(1);
    expect(stderr).toContain('expected to tell its SDL, got no answer in JSON');
  });

  test('of a gateway that would find a subgraph nowhere', async () => {
    const folder = await folderWith({ 'a.graphql': WEATHER });
    const output = ['--output', join(folder, 'out.graphql')];
    const given = join(folder, 'a.graphql');
    const { code, stderr } = await runCommand('schema', 'compose', given, ...output);
    expect(code).toBe(2);
    expect(stderr).toContain('--output expected the address of each subgraph, got none of a');
  });
});
