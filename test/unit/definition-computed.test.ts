/** Computed fields of a definition: what they may be, what they require, how they come and go. */

import { describe, expect, test } from 'vitest';
import { DatabaseError, describeError } from '../../src/base/errors.ts';
import { checkEvolution } from '../../src/definition/evolve.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Case, lines, node, refusal } from './definition-refusal.ts';

const SDL = `
  type Person @node {
    code: ID! @id
    first: String!
    tags: [String!]
    home: Home
    "Both names."
    full: String! @customResolver(requires: "first, home { at { latitude } city } code")
    old: [State!] @customResolver(requires: "tags") @deprecated(reason: "ask elsewhere")
    any: JSON @customResolver
    knows: [Person!]! @relationship(type: "KNOWS", direction: OUT, properties: "Link")
  }
  type Home { city: String at: Point }
  type Link @relationshipProperties {
    since: Int
    age: Int! @customResolver(requires: "since")
  }
  enum State { OPEN }
`;

describe('a definition', () => {
  const { nodeTypes, edgeTypes } = parseDefinition(SDL);

  test('[D41] keeps computed fields beside those that are stored', () => {
    const person = nodeTypes.get('Person');
    expect(person?.fields.map(({ name }) => name)).toEqual(['code', 'first', 'tags', 'home']);
    expect(person?.computed).toMatchObject([
      { name: 'full', scalar: 'String', required: true, description: 'Both names.' },
      { name: 'old', isList: true, required: false, deprecated: 'ask elsewhere' },
      { name: 'any', scalar: 'JSON', enumType: undefined },
    ]);
    expect(person?.computed[1]?.enumType?.names).toEqual(['OPEN']);
    const link = edgeTypes.get('KNOWS')?.properties;
    expect(link?.computed).toMatchObject([{ name: 'age', scalar: 'Int', requires: ['since'] }]);
    expect(link?.fields.map(({ name }) => name)).toEqual(['since']);
  });

  test('[D42] reads what they require as paths', () => {
    const requires = nodeTypes.get('Person')?.computed.map((field) => field.requires);
    const full = ['first', 'home.at.latitude', 'home.city', 'code'];
    expect(requires).toEqual([full, ['tags'], []]);
  });
});

const REQUIRES = '4:39: requires of field c of type A expected';
const NAMES = 'requires of computed field c expected names of fields';
const EXAMPLE = 'as in "name location { latitude }"';

function requiring(text: string): string {
  const fields = node('n: Int', 'at: Point', `c: String @customResolver(requires: "${text}")`);
  return lines(fields, 'type B @node { m: Int }');
}

function wrongText(text: string): Case {
  return [
    `[D42] requires of ${text || 'nothing'}`,
    requiring(text),
    `4:39: ${NAMES}, ${EXAMPLE}, got "${text}"`,
  ];
}

const REFUSED: readonly Case[] = [
  ...['', '{', '}', 'n }', '{ n }', 'at { }', 'at { latitude', 'at { { latitude } }'].map(
    wrongText,
  ),
  ...['n { m } { k }', 'x: n', 'n(a: 1)', '...F', '$n', 'n @skip', 'n ?', 'n.m'].map(wrongText),
  wrongText('a { b { c { d { e { f { g { h { i } } } } } } } }'),
  ['[D42] requires of no field', requiring('n m'), `${REQUIRES} fields that are stored, got m`],
  ['[D42] requires of itself', requiring('c'), `${REQUIRES} fields that are stored, got c`],
  ['[D42] requires of the id', requiring('id'), `${REQUIRES} fields that are stored, got id`],
  [
    '[D42] requires of a member that is not there',
    requiring('at { height }'),
    `${REQUIRES} fields that are stored, got at.height`,
  ],
  [
    '[D42] requires of a member of a value',
    requiring('n { m }'),
    `${REQUIRES} fields that are stored, got n.m`,
  ],
  [
    '[D42] requires of a nested object',
    requiring('at n'),
    `${REQUIRES} members of at in { }, got it alone`,
  ],
  [
    '[D42] requires of a field twice',
    requiring('n at { latitude } at { latitude }'),
    `${REQUIRES} each field once, got at.latitude again`,
  ],
  [
    '[D42] requires of a relationship',
    lines(
      node('n: Int', 'as: [A!]! @relationship(type: "X", direction: OUT)'),
      'type B @node { m: Int as: [A!]! @relationship(type: "Y", direction: OUT)',
      'c: Int @customResolver(requires: "as") }',
    ),
    '6:34: requires of field c of type B expected fields that are stored, got as',
  ],
  [
    '[D42] requires of what is no text',
    node('n: Int', 'c: Int @customResolver(requires: ["n"])'),
    '3:36: requires of @customResolver expected a string, got ["n"]',
  ],
  [
    '[D41] a nested type',
    node('n: Int', 'c: Point @customResolver'),
    '3:12: @customResolver expected a field with a scalar type, got nested field c of type A',
  ],
  [
    '[D41] a member of a nested type',
    lines(node('n: N'), 'type N { n: Int', 'c: Int @customResolver }'),
    '5:8: @customResolver expected a field outside nested types, got field c of nested type N',
  ],
  [
    '[D41] a relationship',
    node('n: Int', 'as: [A!]! @relationship(type: "X", direction: OUT) @customResolver'),
    '3:54: @customResolver expected a field that holds a value, got relationship as',
  ],
  [
    '[D41] a type that is none',
    node('n: Int', 'c: Number @customResolver'),
    '3:6: field c of type A expected a scalar or a declared type, got Number',
  ],
  [
    '[D2] an argument',
    node('n: Int', 'c(a: Int): Int @customResolver'),
    '3:5: field c of type A expected no arguments, got a',
  ],
  ...['@index', '@unique', '@default(value: 1)', '@access(read: "r")'].map((directive): Case => {
    const name = directive.replace(/\(.*/, '');
    return [
      `[D41] ${name}`,
      node('n: Int', `c: Int @customResolver ${directive}`),
      `3:26: ${name} expected a field that is stored, got computed field c`,
    ];
  }),
  [
    '[D41] a type that has nothing else',
    node('c: Int @customResolver'),
    '1:6: type A expected a field that a caller can set, got only computed and @timestamp fields',
  ],
  [
    '[D8] the name of a connection',
    node(
      'n: Int',
      'as: [A!]! @relationship(type: "X", direction: OUT)',
      'asConnection: Int @customResolver',
    ),
    '4:3: field name of type A expected one that as does not generate, got asConnection',
  ],
];

test.each(REFUSED)('%s is refused with its line and column', (_name, text, expected) => {
  expect(refusal(text)).toBe(expected);
});

const NONE = 'type A @node { n: Int }';
const COMPUTED = 'type A @node { n: Int c: Int @customResolver(requires: "n") }';
const STORED = 'type A @node { n: Int c: Int }';
const CHANGED = 'type A @node { n: Int m: Int c: [ID!]! @customResolver(requires: "m") }';
const EDGE = (field: string) => `
  type A @node { as: [A!]! @relationship(type: "X", direction: OUT, properties: "P") }
  type P @relationshipProperties { n: Int ${field} }`;

test.each([
  ['appears', NONE, COMPUTED, 'no error'],
  ['vanishes', COMPUTED, NONE, 'no error'],
  ['changes', COMPUTED, CHANGED, 'no error'],
  [
    'was stored',
    STORED,
    COMPUTED,
    '1:23: field c of type A expected a stored field, as before, got a computed field',
  ],
  [
    'becomes stored',
    COMPUTED,
    STORED,
    '1:23: field c of type A expected a computed field, as before, got a stored field',
  ],
  [
    'of edges was stored',
    EDGE('c: Int'),
    EDGE('c: Int @customResolver'),
    '3:43: field c of edge type X expected a stored field, as before, got a computed field',
  ],
])('[D43] a computed field that %s', (_name, before, after, expected) => {
  expect(evolution(before, after)).toBe(expected);
});

function evolution(before: string, after: string): string {
  try {
    checkEvolution(parseDefinition(before), parseDefinition(after));
  } catch (error) {
    if (error instanceof DatabaseError) return describeError(error);
    throw error;
  }
  return 'no error';
}
