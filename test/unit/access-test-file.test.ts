/** Files of permission tests: both forms, what they come to, and what is refused. */

import { describe, expect, test } from 'vitest';
import type { AccessTest } from '../../src/access/access-tests.ts';
import { runTests, type TestResult } from '../../src/access/run-tests.ts';
import { parseTestFile, type TestFileOptions } from '../../src/access/test-file.ts';
import { DatabaseError, describeError, ErrorCode } from '../../src/base/errors.ts';
import { ACCESS_TESTS_BYTES_MAX } from '../../src/base/limits.ts';
import { ReferenceAnswerer } from '../reference/reference-answerer.ts';

const MODEL = `model
  schema 1.1
type user
type group
  relations
    define member: [user, user:*]
type document
  relations
    define parent: [document]
    define editor: [user with soon]
    define viewer: [user, group#member] or editor or viewer from parent
condition soon(days: int) {
  days < 3
}`;

const STORE = `name: a store
model: |
${indent(MODEL, 2)}
tuples:
  - {object: "group:a", relation: member, user: "user:anne"}
tests:
  - name: the first
    description: of two
    tuples:
      - object: document:1
        relation: viewer
        user: group:a#member
      - object: document:1
        relation: editor
        user: user:bob
        condition: {name: soon, context: {}}
    check:
      - users: [user:anne, user:carl]
        objects: [document:1, document:2]
        assertions: {viewer: false, editor: false}
      - user: user:bob
        object: document:1
        context: {days: 1}
        assertions:
          viewer: true
    list_objects:
      - user: user:anne
        type: document
        assertions: {viewer: [document:1], editor: []}
    list_users:
      - object: document:1
        user_filter: [{type: group, relation: member}]
        assertions: {viewer: {users: [group:a#member]}}
  - check:
      - {user: "user:anne", object: "group:a", assertions: {member: true}}
      - {user: "user:anne", object: "document:1", assertions: {viewer: false}}
`;

const MATRIX = `tests:
  - name: the matrix
    stages:
      - model: |
${indent(MODEL, 10)}
        tuples:
          - {object: "document:1", relation: viewer, user: "user:anne"}
          - {object: "document:1", relation: parent, user: "document:2"}
        checkAssertions:
          - tuple: {object: "document:1", relation: viewer, user: "user:anne"}
            expectation: true
          - tuple: {object: "document:1", relation: viewer, user: "user:bob"}
            contextualTuples:
              - object: document:2
                relation: editor
                user: user:bob
                condition: {name: soon}
            context: {days: 1}
            expectation: true
          - tuple: {object: "document:1", relation: viewer, user: "a:b:c"}
            errorCode: 2000
          - tuple: {object: "folder:1", relation: viewer, user: "user:bob"}
            errorCode: 2000
          - tuple: {object: "document:1", relation: viewer, user: "user:bob"}
            contextualTuples: [{object: "document:1", relation: owner, user: "user:bob"}]
            errorCode: 2027
          - tuple: {object: "document:1", relation: viewer, user: "user:bob"}
            contextualTuples: [{object: "document:1", relation: viewer, user: "bob"}]
            errorCode: 2027
        listObjectsAssertions:
          - request: {user: "user:anne", type: document, relation: viewer}
            expectation: [document:1]
          - request: {user: "user:anne", type: folder, relation: viewer}
            errorCode: 2021
          - request: {user: "user:anne", type: document, relation: owner}
            errorCode: 2022
        listUsersAssertions:
          - request: {filters: [user], object: "document:1", relation: viewer}
            expectation: [user:anne]
          - request: {filters: ["user#x"], object: "document:1", relation: viewer}
            errorCode: 2022
      - model: |
          model
            schema 1.1
          type user
          type document
            relations
              define viewer: [user]
        checkAssertions:
          - tuple: {object: "document:1", relation: viewer, user: "user:anne"}
            expectation: true
`;

describe('a file of tests', () => {
  test('in the form of the command line is run, with a store per test', async () => {
    const results = await run(STORE);
    expect(results.map(({ name, isPassed, got }) => [name, isPassed ? true : got])).toEqual([
      ['the first: check document:1#viewer@user:anne', 'true'],
      ['the first: check document:1#editor@user:anne', true],
      ['the first: check document:2#viewer@user:anne', true],
      ['the first: check document:2#editor@user:anne', true],
      ['the first: check document:1#viewer@user:carl', true],
      ['the first: check document:1#editor@user:carl', true],
      ['the first: check document:2#viewer@user:carl', true],
      ['the first: check document:2#editor@user:carl', true],
      ['the first: check document:1#viewer@user:bob', true],
      ['the first: list document of which user:anne is viewer', true],
      ['the first: list document of which user:anne is editor', true],
      ['the first: list group#member that are viewer of document:1', true],
      ['test 2: check group:a#member@user:anne', true],
      ['test 2: check document:1#viewer@user:anne', true],
    ]);
  });

  test('in the form of the matrix is run, with the tuples of earlier stages', async () => {
    const results = await run(MATRIX);
    expect(results.filter(({ isPassed }) => !isPassed)).toEqual([]);
    expect(results.map(({ kind }) => kind)).toEqual([
      ...new Array<string>(6).fill('check'),
      ...new Array<string>(3).fill('listObjects'),
      ...new Array<string>(2).fill('listUsers'),
      'check',
    ]);
  });

  test('tells what it expected and what it got', async () => {
    const wrong = MATRIX.replace('expectation: [user:anne]', 'expectation: [user:bob, user:anne]')
      .replace('expectation: true', 'expectation: false')
      .replace('errorCode: 2000', 'errorCode: 2002')
      .replace('errorCode: 2021', 'expectation: []');
    const results = await run(wrong);
    const failed = results.filter(({ isPassed }) => !isPassed);
    const malformed = 'tuple expected subject type:id, type:* or type:id#relation, got a:b:c';
    expect(failed.map(({ expected, got }) => [expected, got])).toEqual([
      ['false', 'true'],
      ['error 2002', `error 2000, ${malformed}`],
      ['[]', 'error 2021, question expected a type of the model, got folder'],
      ['[user:anne, user:bob]', '[user:anne]'],
    ]);
  });

  test('reads the files that it names, below its own', () => {
    const files = new Map([
      ['models/a.fga', MODEL],
      ['a.yaml', '- {object: "group:a", relation: member, user: "user:anne"}'],
      ['b.json', '[{"object": "group:b", "relation": "member", "user": "user:*"}]'],
    ]);
    const readFile = (path: string) => files.get(path) ?? '';
    const text = 'model_file: models/a.fga\ntuple_file: a.yaml\ntuple_files: [b.json]\ntests: [{}]';
    const [only] = parseTestFile(text, { readFile });
    expect(only?.stages[0]?.model.types.size).toBe(3);
    expect(only?.stages[0]?.tuples.map(({ object }) => object.id)).toEqual(['a', 'b']);
  });

  test('gives contexts as JSON has them', () => {
    const text = STORE.replace(
      'context: {days: 1}',
      'context: {a: {__proto__: [{b: 1}], c: null}}',
    );
    const [first] = parseTestFile(text);
    const asked = first?.stages[0]?.assertions.find(({ context }) => context.size > 0);
    expect(JSON.stringify(asked?.context.get('a'))).toBe('{"__proto__":[{"b":1}],"c":null}');
  });

  test('may have keys of any name', async () => {
    const text = STORE.replace('context: {days: 1}', 'context: {days: 1, __proto__: 2}');
    const results = await run(text);
    expect(results.filter(({ isPassed }) => !isPassed).length).toBe(1);
  });
});

describe('a file is refused', () => {
  test.each([
    ['that is empty', '', '1:1: test file expected a map, got none'],
    ['that is a list', '- a', '1:1: test file expected a map, got a list'],
    ['that is no YAML', 'tests: [', /^1:\d+: test file expected YAML, got /],
    ['of two documents', 'tests: []\n---\ntests: []', /^2:1: test file expected YAML, got /],
    ['with an alias', 'tests: &a []\nname: *a', '2:7: test file expected no aliases, got *a'],
    [
      'with a field twice',
      'name: a\nname: b',
      '1:1: test file expected one field name, got another',
    ],
    [
      'with a list as a key',
      '? [a]\n: b',
      '1:1: test file expected names of fields, got another key',
    ],
    ['with tests that are no list', 'tests: a', '1:1: tests expected a list, got a'],
    ['with a test that is no map', 'tests: [a]', '1:1: tests[0] expected a map, got a'],
    ['without a model', 'tests: []', '1:1: test file expected model or model_file, got none'],
    ['with two models', 'model: a\nmodel_file: a.fga', /^1:1: test file expected model or .*both$/],
    [
      'with a modular model',
      'model_file: fga.mod',
      /a model_file of the form \.fga, got fga\.mod$/,
    ],
    [
      'with another field',
      'model: a\nfoo: b',
      /^1:1: test file expected no field but .*, got foo$/,
    ],
    ['with a model that is none', 'model: a', /expected a model, got mistakes at\n1:1: model exp/],
  ])('%s', (_, text, message) => {
    expectMalformed(text, message);
  });

  test.each([
    ['user: "user:anne"}\ntests', 'user: anne}\ntests', /a tuple, got tuple expected subject/],
    ['relation: member, ', 'relation: members, ', /a tuple, got tuple group:a#members@user:anne/],
    [
      'relation: viewer\n',
      'relation:\n',
      /^\d+:9: tests\[0\]\.tuples\[0\]\.relation expected text, got none$/,
    ],
    ['name: soon, ', 'name: later, ', /a tuple, got tuple document:1#editor@user:bob/],
    ['context: {}', 'context: {days: x}', /a tuple, got condition soon expected int for param/],
    ['context: {}', 'context: []', /tuples\[1\]\.condition\.context expected a map, got a list$/],
    ['users: [', 'user: user:a\n        users: [', /tests\[0\]\.check\[0\] expected user or users/],
    ['users: [user:anne, user:carl]', 'users: []', /expected users to name some, got none$/],
    ['users: [user:anne, user:carl]', 'users: [1]', /users\[0\] expected text, got 1$/],
    ['objects: [document:1, document:2]', '', /expected object or objects, got none$/],
    ['viewer: false', 'viewer: 1', /assertions\.viewer expected true or false, got 1$/],
    ['{viewer: [document:1], ', '{viewer: document:1, ', /viewer expected a list, got document:1$/],
    ['{users: [', '{user: [', /expected no field but users, got user$/],
    ['[{type: group, relation: member}]', '[]', /expected one user_filter, got others$/],
    ['- name: the first', '- name: [a]', /^\d+:\d+: tests\[0\]\.name expected text, got a list$/],
  ])('of the command line, where %j is %j', (from, to, message) => {
    expect(STORE).toContain(from);
    expectMalformed(STORE.replace(from, to), message);
  });

  test.each([
    ['- name: the matrix', '- title: the matrix', /expected no field but name, stages, got title$/],
    ['checkAssertions', 'checks', /stages\[0\] expected no field but .*, got checks$/],
    ['expectation: true', 'expectation: yes please', /expected true or false, got yes please$/],
    ['expectation: true', 'expected: true', /expected no field but .*, got expected$/],
    ['expectation: true', 'errorCode: a', /errorCode expected a whole number, got a$/],
    ['errorCode: 2000', 'errorCode: 2000\n            expectation: true', /errorCode, got both$/],
    ['filters: [user]', 'filters: [user, group]', /request expected one filter, got 2$/],
    ['filters: [user]', 'filters: []', /request expected one filter, got 0$/],
    ['context: {days: 1}', 'context: 1', /context expected a map, got 1$/],
    ['user: "document:2"', 'user: document', /^\d+:13: .*tuples\[1\] expected a tuple, got tuple/],
    ['define parent', 'defin parent', /stages\[0\] expected a model, got mistakes at\n9:5: model/],
  ])('of the matrix, where %j is %j', (from, to, message) => {
    expect(MATRIX).toContain(from);
    expectMalformed(MATRIX.replace(from, to), message);
  });

  test.each([
    ...['/etc/a.yaml', '../a.yaml', 'a/../../b.yaml', 'a//b.yaml', '\\a.yaml', 'a\\..\\b.yaml'],
    ...['c:/a.yaml', 'a\0.yaml', './/a.yaml'],
  ])('that names %j, which is not below it', (path) => {
    const text = `model_file: a.fga\ntuple_file: ${JSON.stringify(path)}`;
    const readFile = (named: string) => (named === 'a.fga' ? MODEL : 'no other is read');
    expectMalformed(text, /expected a path below the file, got /, { readFile });
  });

  test.each([
    ['tuple_file: a.csv', /expected a tuple_file of the form \.yaml or \.json, got a\.csv$/],
    ['tuple_file: b.yaml', /^b\.yaml:1:1: tuples expected a list, got a map$/],
    ['tuple_file: c.yaml', /^c\.yaml:1:3: tuples\[0\]\.relation expected text, got none$/],
  ])('that names a file of another form: %s', (line, message) => {
    const files = new Map([
      ['a.fga', MODEL],
      ['b.yaml', 'a: b'],
      ['c.yaml', '- object: a:b'],
    ]);
    const readFile = (path: string) => files.get(path) ?? '';
    expectMalformed(`model_file: a.fga\n${line}`, message, { readFile });
  });

  test('that names files where none can be read', () => {
    expectMalformed('model_file: a.fga', 'test file expected no other files, got a.fga');
  });

  test('with its own name in the error', () => {
    expectMalformed('tests: a', 'a.fga.yaml:1:1: tests expected a list, got a', {
      file: 'a.fga.yaml',
    });
  });
});

describe('a hostile file ends soon', () => {
  test.each([
    ['too long', `a: ${'x'.repeat(ACCESS_TESTS_BYTES_MAX)}`],
    ['too long in bytes', `a: ${'é'.repeat(ACCESS_TESTS_BYTES_MAX / 2)}`],
    ['open brackets', '['.repeat(50_000)],
    ['nested lists', `${'['.repeat(1_000)}${']'.repeat(1_000)}`],
    ['nested items', `${'- '.repeat(50_000)}a`],
    ['very many fields', Array.from({ length: 30_000 }, (_, i) => `k${i}: 1`).join('\n')],
    [
      'very many anchors',
      Array.from({ length: 20_000 }, (_, i) => `- &k${i} 1\n- *k${i}`).join('\n'),
    ],
    ['aliases of aliases', bomb()],
    ['escapes that are none', '- "\\q"\n'.repeat(50_000)],
  ])('%s', (_, text) => {
    const start = performance.now();
    expect(() => parseTestFile(text)).toThrow(DatabaseError);
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  function bomb(): string {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 20; level++) {
      const aliases = new Array<string>(9).fill(`*a${level - 1}`).join(', ');
      lines.push(`a${level}: &a${level} [${aliases}]`);
    }
    return lines.join('\n');
  }
});

function run(text: string): Promise<TestResult[]> {
  return Array.fromAsync(runTests(parseTestFile(text), () => new ReferenceAnswerer()));
}

function expectMalformed(
  text: string,
  message: string | RegExp,
  options: TestFileOptions = {},
): void {
  let tests: AccessTest[] | undefined;
  try {
    tests = parseTestFile(text, options);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const codes: readonly string[] = [ErrorCode.MALFORMED, ErrorCode.INVALID_INPUT];
    expect(codes).toContain(error.code);
    if (typeof message === 'string') expect(describeError(error)).toBe(message);
    else expect(describeError(error)).toMatch(message);
  }
  expect(tests).toBeUndefined();
}

function indent(text: string, columns: number): string {
  return text.replaceAll(/^/gm, ' '.repeat(columns));
}
