/** Permission models from their text: what is read, and which limits there are. */

import { describe, expect, test, vi } from 'vitest';
import { parseModel } from '../../src/access/parse-model.ts';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import {
  CONDITION_LENGTH_MAX,
  CONDITION_PARAMETERS_MAX,
  MODEL_BYTES_MAX,
  MODEL_TYPES_MAX,
  RELATION_SUBJECTS_MAX,
  REWRITE_DEPTH_MAX,
  REWRITE_PARTS_MAX,
  TYPE_RELATIONS_MAX,
} from '../../src/base/limits.ts';
import { doc, modelError, modelText } from '../fixture/model-text.ts';

/** Two seconds on an idle machine. */
const SOON_MILLISECONDS = 5_000;
const CONDITION = 'condition c(x: int) { x == 1 }\n';
const EVERYTHING = `# A comment, and a line of spaces:
      
model
  schema 1.1

type user
type group
  relations
    define member: [user, group#member, user:*]  # who is in it
type document
  relations
    define parent: [document]
    define blocked: [user with soon, user:* with soon] # Another comment.
    define owner: [ user,
                    group#member ]
    define viewer: ([user] or owner or viewer from parent) but not blocked
    define editor: (viewer and owner) and (owner)

condition soon(at: timestamp, ids: list<string>, all: map<uint>) {
  at < timestamp("2027-01-01T00:00:00Z") // Not later.
  && ids.size() < 2
}
`;

describe('a model is read', () => {
  test('with every operator, subject and type of parameters', () => {
    const model = parseModel(EVERYTHING);
    expect([...model.types.keys()]).toEqual(['user', 'group', 'document']);
    expect(model.types.get('user')?.relations.size).toBe(0);
    expect(model.types.get('group')?.relations.get('member')).toEqual({
      name: 'member',
      rewrite: { kind: 'direct' },
      subjects: [
        { type: 'user', isWildcard: false },
        { type: 'group', relation: 'member', isWildcard: false },
        { type: 'user', isWildcard: true },
      ],
    });
    const relations = model.types.get('document')?.relations;
    expect(relations?.get('blocked')?.subjects).toEqual([
      { type: 'user', isWildcard: false, condition: 'soon' },
      { type: 'user', isWildcard: true, condition: 'soon' },
    ]);
    expect(relations?.get('viewer')?.rewrite).toEqual({
      kind: 'exclusion',
      base: {
        kind: 'union',
        parts: [
          { kind: 'direct' },
          { kind: 'computed', relation: 'owner' },
          { kind: 'from', relation: 'viewer', tupleset: 'parent' },
        ],
      },
      subtract: { kind: 'computed', relation: 'blocked' },
    });
    expect(relations?.get('editor')?.rewrite).toEqual({
      kind: 'intersection',
      parts: [
        {
          kind: 'intersection',
          parts: [
            { kind: 'computed', relation: 'viewer' },
            { kind: 'computed', relation: 'owner' },
          ],
        },
        { kind: 'computed', relation: 'owner' },
      ],
    });
  });

  test('with conditions, without their comments', () => {
    const model = parseModel(EVERYTHING);
    expect(model.conditions.get('soon')).toEqual({
      name: 'soon',
      expression: 'at < timestamp("2027-01-01T00:00:00Z") \n  && ids.size() < 2',
      parameters: new Map<string, object>([
        ['at', { kind: 'timestamp' }],
        ['ids', { kind: 'list', element: { kind: 'string' } }],
        ['all', { kind: 'map', element: { kind: 'uint' } }],
      ]),
    });
  });

  test('with relations for single fields', () => {
    const model = parseModel(modelText(doc('owner: [user]', 'read.salary: [user] or owner')));
    expect([...(model.types.get('doc')?.relations.keys() ?? [])]).toEqual(['owner', 'read.salary']);
  });

  test.each(['__proto__', 'constructor', 'toString'])('with %s as the name of a type', (name) => {
    const model = parseModel(modelText(`type ${name}\n  relations\n    define a: [user, ${name}]`));
    expect([...model.types.keys()]).toEqual(['user', name]);
    expect(model.types.get(name)?.relations.get('a')?.subjects[1]?.type).toBe(name);
  });

  test('with lines that end as on Windows, and without an end of the last one', () => {
    const model = parseModel(modelText(doc('a: [user]')).trimEnd().replaceAll('\n', '\r\n'));
    expect(model.types.get('doc')?.relations.has('a')).toBe(true);
  });
});

describe('a limit of a model is named', () => {
  const many = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => line(index)).join('');
  test.each([
    ['bytes', 'x'.repeat(MODEL_BYTES_MAX + 1)],
    ['bytes', `# ${'é'.repeat(MODEL_BYTES_MAX / 2)}`],
    ['types', modelText(many(MODEL_TYPES_MAX, (index) => `type t${index}\n`))],
    ['relations', modelText(doc(...relations(TYPE_RELATIONS_MAX + 1)))],
    ['open parentheses', modelText(doc(`a: ${'('.repeat(REWRITE_DEPTH_MAX + 1)}[user]`))],
    ['nested words', modelText(doc(...nested(100)))],
    ['operands in a relation', modelText(doc(`a: [user]${' or a'.repeat(REWRITE_PARTS_MAX)}`))],
    [
      'subjects of a relation',
      modelText(doc(`a: [user${', user'.repeat(RELATION_SUBJECTS_MAX)}]`)),
    ],
    [
      'parameters of a condition',
      modelText(
        `condition c(a: int${many(CONDITION_PARAMETERS_MAX, (i) => `, a${i}: int`)}) { a == 1 }`,
      ),
    ],
  ])('%s', (what, source) => {
    expect(() => parseModel(source)).toThrow(
      expect.objectContaining({
        code: ErrorCode.LIMIT_EXCEEDED,
        message: expect.stringMatching(new RegExp(`^model expected at most \\d+ ${what}, got `)),
      }),
    );
  });

  test('characters of a condition', () => {
    const expression = `x == ${'1 + '.repeat(CONDITION_LENGTH_MAX / 4)}1`;
    expect(modelError(modelText(`condition c(x: int) { ${expression} }`))).toBe(
      `4:11: condition c expected at most ${CONDITION_LENGTH_MAX} characters, got 1030`,
    );
  });

  test('and everything below it is taken', () => {
    const nested = `${'('.repeat(REWRITE_DEPTH_MAX)}[user]${')'.repeat(REWRITE_DEPTH_MAX)}`;
    expect(parseModel(modelText(doc(`a: ${nested}`))).types.size).toBe(2);
    const model = parseModel(modelText(doc(...relations(TYPE_RELATIONS_MAX))));
    expect(model.types.get('doc')?.relations.size).toBe(TYPE_RELATIONS_MAX);
  });
});

describe('a hostile text ends soon', () => {
  const HALF = MODEL_BYTES_MAX / 2 - 100;
  test.each([
    ['open parentheses', modelText(doc(`a: ${'('.repeat(2 * HALF)}`))],
    ['closed parentheses', modelText(doc(`a: ${')'.repeat(2 * HALF)}`))],
    ['nested parentheses in every line', modelText(doc(...nested(2_000)))],
    ['parentheses up to the limit', modelText(doc('a: [user]', ...nested(28, '( ', ' )')))],
    ['parentheses up to the limit, and a mistake', modelText(doc(...nested(55), 'b: ['))],
    ['parentheses in a list of subjects', modelText(doc(`a: [user,\n${'('.repeat(HALF)}`))],
    ['parentheses after conditions', modelText(`${CONDITION}${doc(...nested(800))}`)],
    ['parentheses in conditions', modelText(`condition c(a: int) {${'('.repeat(2 * HALF)}`)],
    ['empty lines in a condition', modelText(`condition c(a: int) {${'\n'.repeat(HALF)}}`)],
    [
      'empty lines in a text',
      modelText(`condition c(a: int) { """${'\n'.repeat(HALF)}""" == "" }`),
    ],
    ['carriage returns', modelText(`type a${'\r'.repeat(2 * HALF)}b`)],
    ['spaces and tabs', modelText(' \t\n'.repeat(HALF / 2))],
    ['conditions', modelText('condition c('.repeat(HALF / 8))],
    ['backslashes', modelText(`condition c(a: int) {${'\\'.repeat(2 * HALF)}`)],
    ['empty lines', modelText('\n'.repeat(2 * HALF))],
    ['spaces', modelText(`type a${' '.repeat(2 * HALF)}b`)],
    ['comments', modelText('# x\n'.repeat(HALF / 2))],
    ['junk', modelText('$'.repeat(2 * HALF))],
    ['words', modelText('define '.repeat(HALF / 4))],
    ['dashes', modelText(`type ${'a-'.repeat(HALF)}`)],
    ['dots', modelText(`type ${'a.'.repeat(HALF)}`)],
    ['quotes', modelText(`condition c(a: int) {${'"'.repeat(2 * HALF)}`)],
    ['lines that are mistakes', modelText('type 1\n'.repeat(HALF / 4))],
    ['a chain of relations', modelText(doc(...chain(TYPE_RELATIONS_MAX)))],
    ['unions of all relations', modelText(doc(...unions(24)))],
  ])('of %s, and prints nothing', (_, source) => {
    const printed = [
      vi.spyOn(process.stdout, 'write'),
      vi.spyOn(process.stderr, 'write'),
      vi.spyOn(console, 'log'),
      vi.spyOn(console, 'error'),
    ];
    const start = performance.now();
    try {
      parseModel(source);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
    }
    expect(performance.now() - start).toBeLessThan(SOON_MILLISECONDS);
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  /** Each computes from the next, and the last is the first that can be held. */
  function chain(count: number): string[] {
    const last = count - 1;
    return Array.from({ length: count }, (_, index) =>
      index === last ? `a${index}: [user]` : `a${index}: a${index + 1}`,
    );
  }

  /** Nobody holds any: a search that follows each path would not end. */
  function unions(count: number): string[] {
    const usersets = Array.from({ length: count }, (_, index) => `doc#a${index}`).join(', ');
    return Array.from({ length: count }, (_, index) => `a${index}: [${usersets}]`);
  }
});

function relations(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `a${index}: [user]`);
}

function nested(count: number, open = '(', close = ')'): string[] {
  const [before, after] = [open.repeat(REWRITE_DEPTH_MAX), close.repeat(REWRITE_DEPTH_MAX)];
  return Array.from({ length: count }, (_, index) => `a${index}: ${before}a${after}`);
}
