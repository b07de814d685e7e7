/** Tuples: how their parts are written, and which of them have a place in a model. */

import { describe, expect, test } from 'vitest';
import { AccessError, AccessReason } from '../../src/access/access-error.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import {
  expectFitting,
  fits,
  formatObject,
  formatSubject,
  formatTuple,
  parseGrantedObject,
  parseObject,
  parseRelation,
  parseSubject,
  parseSubjectFilter,
  type Tuple,
} from '../../src/access/tuple.ts';
import { ErrorCode } from '../../src/base/errors.ts';
import { OBJECT_BYTES_MAX, RELATION_BYTES_MAX, SUBJECT_BYTES_MAX } from '../../src/base/limits.ts';

const MODEL = parseModel(`model
  schema 1.1
type user
type group
  relations
    define member: [user, user:*, group#member]
type document
  relations
    define parent: [document, group]
    define owner: [user with soon, group#member with soon, user:* with open]
    define viewer: [user, user with soon] or owner or member from parent

condition soon(at: timestamp, days: int, tags: list<string>) {
  at < timestamp("2027-01-01T00:00:00Z") && days < 3 && tags.size() < 9
}
condition open(at: timestamp) {
  at < timestamp("2027-01-01T00:00:00Z")
}
`);

describe('parts of tuples', () => {
  test.each([
    'document:1',
    'document:a@b.example/c|d+e-f_g=*',
    'document:é',
    `document:${'i'.repeat(OBJECT_BYTES_MAX - 9)}`,
  ])('object %s', (text) => {
    expect(formatObject(parseObject(text))).toBe(text);
  });

  test('of a grant of a space may be all of a type', () => {
    expect(parseGrantedObject('document:*')).toEqual({ type: 'document', id: '*' });
    expect(parseGrantedObject('document:1')).toEqual({ type: 'document', id: '1' });
    for (const text of ['document', '*', '*:*', 'document:*#reader', 'document:a b']) {
      expectRefused(
        () => parseGrantedObject(text),
        /^tuple expected object type:id or type:\*, got /,
      );
    }
  });

  test.each([
    'user:anne',
    'user:*',
    'user:a*',
    'group:eng#member',
    'document:1#read.salary',
    `user:${'i'.repeat(SUBJECT_BYTES_MAX - 5)}`,
  ])('subject %s', (text) => {
    expect(formatSubject(parseSubject(text))).toBe(text);
  });

  test.each([
    ...['', 'document', ':', ':1', 'document:', 'document:a:b', 'document:a#b', 'document:a b'],
    ...[
      'document:*',
      'a#b:c',
      'a*:b',
      'a@b:c',
      'document:a\nb',
      'document:a\u0000',
      'document:\ud800',
    ],
    `document:${'i'.repeat(OBJECT_BYTES_MAX - 8)}`,
    `document:${'é'.repeat(OBJECT_BYTES_MAX / 2 - 4)}`,
    `${'t'.repeat(255)}:1`,
  ])('%j is no object', (text) => {
    expectRefused(() => parseObject(text), /^tuple expected object type:id, got /);
  });

  test.each([
    ...[
      '',
      '*',
      'anne',
      'a:b:c',
      'user:',
      'user:*#member',
      'group:a*#member',
      'group:a#',
      '#member',
    ],
    ...['group:a#b#c', 'group#member', 'group:a#b c', 'group:a#b:c', 'group:a#b@c', 'group:a#*'],
    `user:${'i'.repeat(SUBJECT_BYTES_MAX - 4)}`,
    `group:a#${'r'.repeat(RELATION_BYTES_MAX + 1)}`,
  ])('%j is no subject', (text) => {
    expectRefused(() => parseSubject(text), /^tuple expected subject /);
  });

  test.each(['', 'a b', 'a#b', 'a:b', 'a@b', '*', 'a\t', 'r'.repeat(RELATION_BYTES_MAX + 1)])(
    '%j is no relation',
    (text) => {
      expectRefused(() => parseRelation(text), /^tuple expected relation, got /);
    },
  );

  test('filters of subjects are types, or usersets of a type', () => {
    expect(parseSubjectFilter('user')).toEqual({ type: 'user' });
    expect(parseSubjectFilter('group#member')).toEqual({ type: 'group', relation: 'member' });
  });

  test.each(['', '#member', 'group#', 'group#a#b', 'user:*', 'user:anne', 'a b'])(
    '%j is no filter',
    (text) => {
      expectRefused(() => parseSubjectFilter(text), /^tuple expected filter /);
    },
  );

  test('a long text is refused without being repeated', () => {
    expect(() => parseObject('x'.repeat(10_000_000))).toThrow(/^.{1,150}$/);
  });
});

describe('a tuple fits', () => {
  test.each([
    ['document:1', 'viewer', 'user:anne'],
    ['document:1', 'parent', 'document:1'],
    ['document:1', 'parent', 'group:a'],
    ['group:a', 'member', 'user:*'],
    ['group:a', 'member', 'group:a#member'],
  ])('%s#%s@%s', (object, relation, subject) => {
    const fitting = tuple(object, relation, subject);
    expectFitting(MODEL, fitting);
    expect(fits(MODEL, fitting)).toBe(true);
    expect(formatTuple(fitting)).toBe(`${object}#${relation}@${subject}`);
  });

  test.each([
    ['viewer', 'user:anne', 'soon', {}],
    ['owner', 'user:anne', 'soon', { at: '2026-01-01T00:00:00Z', days: 1, tags: ['a'] }],
    ['owner', 'user:anne', 'soon', { days: '1' }],
    ['owner', 'group:a#member', 'soon', {}],
    ['owner', 'user:*', 'open', {}],
  ])('document:1#%s@%s with %s %j', (relation, subject, name, context) => {
    expectFitting(MODEL, conditional(relation, subject, name, context));
  });
});

describe('a tuple does not fit', () => {
  test.each([
    ['folder:1', 'viewer', 'user:anne', 'a type of the model, got folder'],
    ['document:1', 'editor', 'user:anne', 'a relation of document, got editor'],
    ['user:1', 'viewer', 'user:anne', 'a relation of user, got viewer'],
    ['document:1', 'viewer', 'group:a', 'a subject of user, user, got group'],
    ['document:1', 'viewer', 'user:*', 'a subject of user, user, got user:*'],
    ['document:1', 'viewer', 'group:a#member', 'a subject of user, user, got group#member'],
    ['document:1', 'viewer', 'employee:a', 'a subject of user, user, got employee'],
    ['document:1', 'parent', 'document:*', 'a subject of document, group, got document:*'],
    ['document:1', 'parent', 'group:a#member', 'a subject of document, group, got group#member'],
    ['document:1', 'owner', 'user:anne', 'soon, got no condition'],
    ['document:1', 'owner', 'user:*', 'open, got no condition'],
    ['__proto__:1', 'viewer', 'user:anne', 'a type of the model, got __proto__'],
    ['document:1', 'constructor', 'user:anne', 'a relation of document, got constructor'],
  ])('%s#%s@%s', (object, relation, subject, message) => {
    const unfit = tuple(object, relation, subject);
    const start = `tuple ${object}#${relation}@${subject} expected`;
    expectRefused(() => expectFitting(MODEL, unfit), `${start} ${message}`);
    expect(fits(MODEL, unfit)).toBe(false);
  });

  test('where its relation takes no subjects', () => {
    const model = parseModel(
      'model\n schema 1.1\ntype user\ntype a\n relations\n  define b: [user]\n  define c: b',
    );
    const expected = 'tuple a:1#c@user:anne expected no subject, got user';
    expectRefused(() => expectFitting(model, tuple('a:1', 'c', 'user:anne')), expected);
  });

  test.each([
    ['owner', 'user:anne', 'open', {}, 'soon, got open'],
    ['owner', 'user:*', 'soon', {}, 'open, got soon'],
    ['owner', 'user:anne', 'never', {}, 'soon, got never'],
    ['viewer', 'user:anne', 'open', {}, 'no condition or soon, got open'],
  ])('document:1#%s@%s with %s', (relation, subject, name, context, message) => {
    const unfit = conditional(relation, subject, name, context);
    const start = `tuple document:1#${relation}@${subject} expected`;
    expectRefused(() => expectFitting(MODEL, unfit), `${start} ${message}`);
  });

  test.each([
    [{ until: 1 }, 'declared parameters, got until'],
    [{ __proto: 1 }, 'declared parameters, got __proto'],
    [{ at: 'tomorrow' }, 'timestamp for parameter at, got "tomorrow"'],
    [{ at: 1 }, 'timestamp for parameter at, got 1'],
    [{ days: 1.5 }, 'int for parameter days, got 1.5'],
    [{ days: null }, 'int for parameter days, got null'],
    [{ tags: 'a' }, 'list<string> for parameter tags, got "a"'],
    [{ tags: ['a', 1] }, 'list<string> for parameter tags, got a list'],
  ])('with the context %j', (context, message) => {
    const unfit = conditional('owner', 'user:anne', 'soon', context);
    expectRefused(() => expectFitting(MODEL, unfit), `condition soon expected ${message}`);
  });
});

function tuple(object: string, relation: string, subject: string): Tuple {
  return { object: parseObject(object), relation, subject: parseSubject(subject) };
}

function conditional(relation: string, subject: string, name: string, context: object): Tuple {
  const condition = { name, context: new Map<string, unknown>(Object.entries(context)) };
  return { ...tuple('document:1', relation, subject), condition };
}

function expectRefused(run: () => unknown, message: string | RegExp): void {
  expect(run).toThrow(AccessError);
  expect(run).toThrow(
    expect.objectContaining({
      code: ErrorCode.INVALID_INPUT,
      reason: AccessReason.TUPLE,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    }),
  );
}
