/** `serve --resolvers`: a module with the functions of computed fields. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { subscribeByWebSocket } from '../fixture/subscribers.ts';
import { folderWith, runCommand, serveCommand } from './run-command.ts';

const SDL = `type Person @node(plural: "people") {
  first: String!
  last: String!
  fullName: String! @customResolver(requires: "first last")
}`;

const RESOLVERS = `
interface Named { readonly first: string; readonly last: string }
const join = ({ first, last }: Named): string => [first, last].join(' ');
export default { Person: { fullName: async (person: Named) => join(person) } };
`;

async function folder(resolvers: string, name = 'resolvers.ts') {
  const at = await folderWith({ 'g.graphql': SDL, [name]: resolvers });
  const file = join(at, name);
  return { file, options: ['--data', join(at, 'data'), '--schema', join(at, 'g.graphql')] };
}

test('a module in TypeScript answers over HTTP and WebSocket', async () => {
  const { file, options } = await folder(RESOLVERS);
  const { line, stop } = await serveCommand(...options, '--resolvers', file);
  const ask = async (query: string) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ query });
    const response = await fetch(String(line.graphql), { method: 'POST', headers, body });
    return await response.json();
  };
  const ann = [{ fullName: 'Ann Bell' }];
  const create =
    'mutation { createPeople(input: [{ first: "Ann", last: "Bell" }]) { people { fullName } } }';
  expect(await ask(create)).toEqual({ data: { createPeople: { people: ann } } });
  expect(await ask('{ people { fullName } }')).toEqual({ data: { people: ann } });
  const subscriber = subscribeByWebSocket(String(line.graphql), '{ people { fullName } }');
  await subscriber.ended;
  expect(subscriber.results).toEqual([{ data: { people: ann } }]);
  expect(await stop('SIGTERM')).toBe(0);
}, 30_000);

test.each([
  ['that is not there', undefined, ': --resolvers expected a file, got nothing there'],
  ['that is no code', 'export default {', ': resolvers expected a module that loads, got '],
  ['that throws', 'throw new Error("no key")', ' expected a module that loads, got no key'],
  ['without a default', 'export const a = 1;', 'expected functions by type and field, got none'],
  [
    'with a list',
    'export default { Person: [] };',
    ': resolvers of Person expected functions by field, got a list',
  ],
  [
    'with a text',
    'export default { Person: { fullName: "Ann" } };',
    ': resolver of Person.fullName expected a function, got a value of type string',
  ],
  [
    'without a function',
    'export default {};',
    'resolvers expected a function for each computed field, got none for Person.fullName',
  ],
  [
    'with one too many',
    'export default { Person: { fullName: () => "", age: () => 1 } };',
    'resolvers expected computed fields of the definition, got Person.age',
  ],
])(
  'a module %s is refused, and nothing is served',
  async (_name, text, message) => {
    const { file, options } = await folder(text ?? '', text === undefined ? 'other.js' : 'r.mjs');
    const named = text === undefined ? file.replace('other.js', 'none.js') : file;
    const ports = ['--port', '0', '--metrics-port', '0', '--sync-port', '0'];
    const { code, stderr } = await runCommand('serve', ...ports, ...options, '--resolvers', named);
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  },
  30_000,
);

test('a definition with computed fields is not served without them', async () => {
  const { options } = await folder('');
  const { code, stderr } = await runCommand('serve', '--port', '0', ...options);
  expect(code).not.toBe(0);
  expect(stderr).toContain('got none for Person.fullName');
}, 30_000);
