/** The obvious evaluator itself: the four values, and where a way ends. */

import { describe, expect, test } from 'vitest';
import { ACCESS_DEPTH_MAX } from '../../assembly/abi-access.ts';
import { AccessError, AccessReason } from '../../src/access/access-error.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import { parseObject, parseSubject, type Tuple } from '../../src/access/tuple.ts';
import { ReferenceAccess, type Verdict } from '../reference/reference-access.ts';

const MODEL = parseModel(`model
  schema 1.1
type user
type doc
  relations
    define yes: [user, user:*]
    define no: [user]
    define fails: [user with fails, doc#yes with fails]
    define set: [doc#set, user, user:*]
    define next: [doc]
    define far: [user] or far from next

    define yes_or_fails: yes or fails
    define no_or_fails: no or fails
    define yes_and_fails: yes and fails
    define no_and_fails: no and fails
    define yes_but_not_no: yes but not no
    define yes_but_not_yes: yes but not yes
    define yes_but_not_fails: yes but not fails
    define no_but_not_fails: no but not fails
    define fails_but_not_yes: fails but not yes
condition fails(x: int) {
  1 / x == 1
}
`);
const FAILS = new Map([['x', 0]]);

const TUPLES = [tuple('doc:a', 'yes', 'user:anne'), tuple('doc:a', 'fails', 'user:anne', 'fails')];

describe('an answer', () => {
  test.each<readonly [string, Verdict]>([
    ['yes', 'granted'],
    ['no', 'denied'],
    ['fails', 'error'],
    ['yes_or_fails', 'granted'],
    ['no_or_fails', 'error'],
    ['yes_and_fails', 'error'],
    ['no_and_fails', 'denied'],
    ['yes_but_not_no', 'granted'],
    ['yes_but_not_yes', 'denied'],
    ['yes_but_not_fails', 'error'],
    ['no_but_not_fails', 'denied'],
    ['fails_but_not_yes', 'denied'],
  ])('of %s is %s', (relation, verdict) => {
    expect(check(TUPLES, 'doc:a', relation, 'user:anne')).toBe(verdict);
  });
});

describe('a circle', () => {
  const model = parseModel(`model
  schema 1.1
type user
type doc
  relations
    define base: [user]
    define other: [user]
    define fails: [user with fails]
    define turns: base but not turned
    define turned: [user, doc#turns]
    define or_other: turns or other
    define and_other: turns and other
    define but_not_other: turns but not other
    define or_fails: turns or fails
    define and_fails: turns and fails
    define but_not_fails: turns but not fails
    define set: [doc#set, user]
condition fails(x: int) {
  1 / x == 1
}
`);
  const tuples = [
    tuple('doc:a', 'base', 'user:anne'),
    tuple('doc:a', 'turned', 'doc:a#turns'),
    tuple('doc:a', 'fails', 'user:anne', 'fails'),
    tuple('doc:b', 'set', 'doc:c#set'),
    tuple('doc:c', 'set', 'doc:b#set'),
    tuple('doc:c', 'set', 'user:anne'),
  ];
  const bob = [...tuples, tuple('doc:a', 'base', 'user:bob'), tuple('doc:a', 'other', 'user:bob')];
  test.each<readonly [string, string, Verdict]>([
    ['turns', 'user:anne', 'undefined'],
    ['turned', 'user:anne', 'undefined'],
    ['or_other', 'user:anne', 'undefined'],
    ['or_other', 'user:bob', 'granted'],
    ['and_other', 'user:anne', 'denied'],
    ['and_other', 'user:bob', 'undefined'],
    ['but_not_other', 'user:anne', 'undefined'],
    ['but_not_other', 'user:bob', 'denied'],
    ['or_fails', 'user:anne', 'error'],
    ['and_fails', 'user:anne', 'error'],
    ['but_not_fails', 'user:anne', 'error'],
    ['or_fails', 'user:bob', 'undefined'],
    ['and_fails', 'user:bob', 'denied'],
    ['turns', 'user:carl', 'denied'],
  ])('through the other side of an exclusion: %s for %s is %s', (relation, subject, verdict) => {
    const question = { object: parseObject('doc:a'), relation, subject: parseSubject(subject) };
    const access = new ReferenceAccess(model, bob);
    expect(access.check({ ...question, context: FAILS, contextualTuples: [] })).toBe(verdict);
  });

  test.each<readonly [string, string, Verdict]>([
    ['doc:b', 'user:anne', 'granted'],
    ['doc:b', 'user:carl', 'denied'],
    ['doc:b', 'doc:c#set', 'granted'],
    ['doc:c', 'doc:c#set', 'granted'],
    ['doc:c', 'doc:d#set', 'denied'],
  ])('of usersets: set of %s for %s is %s', (object, subject, verdict) => {
    expect(check(tuples, object, 'set', subject)).toBe(verdict);
  });
});

describe('everybody', () => {
  const tuples = [tuple('doc:a', 'yes', 'user:*')];
  test.each<readonly [string, Verdict]>([
    ['user:anne', 'granted'],
    ['user:*', 'granted'],
    ['doc:a', 'denied'],
    ['doc:a#no', 'denied'],
    ['doc:a#yes', 'granted'],
  ])('of the type user holds a relation; %s: %s', (subject, verdict) => {
    expect(check(tuples, 'doc:a', 'yes', subject)).toBe(verdict);
  });

  test('is not in what names only one', () => {
    expect(check([tuple('doc:a', 'yes', 'user:anne')], 'doc:a', 'yes', 'user:*')).toBe('denied');
  });
});

describe('a condition that fails', () => {
  test('has no say about whom its tuple does not name', () => {
    expect(check(TUPLES, 'doc:a', 'fails', 'user:bob')).toBe('denied');
  });

  test('has a say about all that its userset may name', () => {
    const tuples = [tuple('doc:a', 'fails', 'doc:b#yes', 'fails')];
    expect(check(tuples, 'doc:a', 'fails', 'user:bob')).toBe('error');
  });
});

describe('the way to an answer', () => {
  /** So many steps from doc:0 to anne's. */
  const chain = (steps: number) => [
    ...Array.from({ length: steps }, (_, at) => tuple(`doc:${at}`, 'next', `doc:${at + 1}`)),
    tuple(`doc:${steps}`, 'far', 'user:anne'),
  ];

  test('has so many steps, and no more', () => {
    expect(check(chain(ACCESS_DEPTH_MAX), 'doc:0', 'far', 'user:anne')).toBe('granted');
    expect(check(chain(ACCESS_DEPTH_MAX + 1), 'doc:0', 'far', 'user:anne')).toBe('error');
  });

  test('ends a list by an error, too', () => {
    const access = new ReferenceAccess(MODEL, chain(ACCESS_DEPTH_MAX + 1));
    const given = { relation: 'far', context: new Map(), contextualTuples: [] };
    const subject = parseSubject('user:anne');
    const tooFar = expect.objectContaining({ reason: AccessReason.DEPTH });
    const objects = () => access.listObjects({ type: 'doc', subject, ...given });
    const object = parseObject('doc:0');
    const users = () => access.listUsers({ object, filter: { type: 'user' }, ...given });
    for (const list of [objects, users]) {
      expect(list).toThrow(AccessError);
      expect(list).toThrow(tooFar);
    }
  });
});

describe('lists', () => {
  const access = new ReferenceAccess(MODEL, [
    tuple('doc:a', 'set', 'doc:b#set'),
    tuple('doc:b', 'set', 'user:anne'),
    tuple('doc:b', 'set', 'user:*'),
    tuple('doc:c', 'no', 'user:anne'),
  ]);
  const given = { relation: 'set', context: new Map(), contextualTuples: [] };

  test('of objects have each object once', () => {
    const subject = parseSubject('user:anne');
    expect(access.listObjects({ type: 'doc', subject, ...given })).toEqual(['doc:a', 'doc:b']);
    const contextualTuples = [tuple('doc:d', 'set', 'user:bob')];
    const bob = { type: 'doc', subject: parseSubject('user:bob'), ...given, contextualTuples };
    expect(access.listObjects(bob).sort()).toEqual(['doc:a', 'doc:b', 'doc:d']);
  });

  test('of users have everybody, and usersets on the way', () => {
    const object = parseObject('doc:a');
    const users = access.listUsers({ object, filter: { type: 'user' }, ...given });
    expect(users.sort()).toEqual(['user:*', 'user:anne']);
    const sets = access.listUsers({ object, filter: { type: 'doc', relation: 'set' }, ...given });
    expect(sets.sort()).toEqual(['doc:a#set', 'doc:b#set']);
    const others = access.listUsers({ object, filter: { type: 'doc' }, ...given });
    expect(others).toEqual([]);
  });
});

function check(
  tuples: readonly Tuple[],
  object: string,
  relation: string,
  subject: string,
): Verdict {
  return new ReferenceAccess(MODEL, tuples).check({
    object: parseObject(object),
    relation,
    subject: parseSubject(subject),
    context: FAILS,
    contextualTuples: [],
  });
}

function tuple(object: string, relation: string, subject: string, condition?: string): Tuple {
  const made = { object: parseObject(object), relation, subject: parseSubject(subject) };
  if (condition === undefined) return made;
  return { ...made, condition: { name: condition, context: new Map() } };
}
