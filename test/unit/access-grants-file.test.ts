/** Files of grants: what they come to, and what is refused at which place. */

import { describe, expect, test } from 'vitest';
import { parseGrants } from '../../src/access/grants-file.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import { formatTuple, parseGrantedObject } from '../../src/access/tuple.ts';
import { DatabaseError, describeError, ErrorCode } from '../../src/base/errors.ts';
import { ACCESS_TESTS_BYTES_MAX } from '../../src/base/limits.ts';

const MODEL = parseModel(`model
  schema 1.1
type user
type group
  relations
    define member: [user]
type document
  relations
    define parent: [document]
    define viewer: [user, user:*, group#member, user with soon] or viewer from parent
condition soon(days: int) {
  days < 3
}`);

test('[R26] grants are read in their order, also of all of a type and with conditions', () => {
  const grants = read(`
# Two to begin with.
- { object: "document:*", relation: viewer, user: "user:*" }
- { object: "group:crew", relation: member, user: "user:acme/ann" }
- object: document:1
  relation: viewer
  user: user:acme/ben
  condition: { name: soon, context: { days: 1 } }
- { object: "document:*", relation: parent, user: "document:1" }
`);
  expect(grants.map(formatTuple)).toEqual([
    'document:*#viewer@user:*',
    'group:crew#member@user:acme/ann',
    'document:1#viewer@user:acme/ben',
    'document:*#parent@document:1',
  ]);
  expect(grants[2]?.condition).toEqual({ name: 'soon', context: new Map([['days', 1]]) });
});

test.each(['', '# nothing yet\n', '[]'])('a file with no grant has none: %j', (text) => {
  expect(read(text)).toEqual([]);
});

test('objects go by the names of whoever reads, and one grant under two names is one', () => {
  const objectNamed = (text: string) =>
    text === 'document:plan' ? { type: 'document', id: '1' } : parseGrantedObject(text);
  const one = '- { object: "document:plan", relation: viewer, user: "user:acme/ann" }\n';
  const other = '- { object: "document:1", relation: viewer, user: "user:acme/ann" }\n';
  expect(parseGrants(one, { model: MODEL, objectNamed }).map(formatTuple)).toEqual([
    'document:1#viewer@user:acme/ann',
  ]);
  expect(() => parseGrants(one + other, { model: MODEL, objectNamed })).toThrow(
    'grants[1] expected a grant that is not there yet, got document:1#viewer@user:acme/ann',
  );
});

describe('what is refused, with its place', () => {
  const FINE = '- { object: "document:1", relation: viewer, user: "user:acme/ann" }\n';

  test.each([
    ['a map', 'tuples: []', '1:1: grants expected a list, got a map'],
    ['a text', 'document:1', '1:1: grants expected a list, got document:1'],
    ['a grant that is text', `${FINE}- document:1#viewer@user:a`, 'grants[1] expected a map, got'],
    ['no object', '- { relation: viewer, user: "user:a" }', '1:3: grants[0].object expected text'],
    ['no user', '- { object: "document:1", relation: viewer }', 'grants[0].user expected text'],
    ['a subject', '- { object: "document:1", relation: viewer, subject: "user:a" }', 'got subject'],
    ['no id', '- { object: document, relation: viewer, user: "user:a" }', '1:3: grants[0]'],
    ['all of all', '- { object: "*:*", relation: viewer, user: "user:a" }', '1:3: grants[0]'],
    [
      'a relation of all of a type as subject',
      '- { object: "document:1", relation: viewer, user: "group:*#member" }',
      'tuple expected subject',
    ],
    [
      'another relation',
      `${FINE}- { object: "document:1", relation: owner, user: "user:a" }`,
      '2:3: ',
    ],
    ['another type', '- { object: "folder:*", relation: viewer, user: "user:a" }', 'a type of the'],
    ['a subject of a type', '- { object: "group:a", relation: member, user: "user:*" }', '1:3: '],
    [
      'another condition',
      '- { object: "document:1", relation: viewer, user: "user:a", condition: { name: late } }',
      'expected no condition or soon, got late',
    ],
    [
      'a wrong parameter',
      '- object: document:1\n  relation: viewer\n  user: user:a\n' +
        '  condition: { name: soon, context: { days: often } }',
      '1:3: grants[0] expected a tuple, got condition soon expected int for parameter days',
    ],
    ['one twice', `${FINE}\n${FINE}`, '3:3: grants[1] expected a grant that is not there yet'],
    [
      'an alias',
      '- &a { object: "document:1", relation: viewer, user: "user:a" }\n- *a',
      'no aliases',
    ],
    ['no YAML', '- { object: "document:1', 'expected YAML'],
  ])('%s', (_, text, message) => {
    expect(mistakeOf(text)).toContain(message);
    expect(mistakeOf(text)).toMatch(/^grants\.yaml:\d+:\d+: /);
  });

  test('a file that is too long', () => {
    const text = `#${' '.repeat(ACCESS_TESTS_BYTES_MAX)}`;
    expect(() => read(text)).toThrow(`at most ${ACCESS_TESTS_BYTES_MAX} bytes`);
  });
});

function read(text: string) {
  return parseGrants(text, { model: MODEL, file: 'grants.yaml' });
}

function mistakeOf(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    expect(error.code).toBe(ErrorCode.MALFORMED);
    return describeError(error);
  }
  return 'no error';
}
