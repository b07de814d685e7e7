/** Sets of values in a definition: where they may be, and what is said where they may not. */

import { describe, expect, test } from 'vitest';
import { DatabaseError, describeError } from '../../src/base/errors.ts';
import { checkEvolution } from '../../src/definition/evolve.ts';
import { scalarFields } from '../../src/definition/fields.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Case, lines, node, refusal } from './definition-refusal.ts';

test('[D44] a list may be a set of values, in a nested type and of an interface too', () => {
  const { nodeTypes, interfaceTypes, edgeTypes } = parseDefinition(`
    interface Tagged { tags: [String!]! notes: [String!] }
    type A implements Tagged @node { tags: [String!]! @set notes: [String!]
      at: Place others: [B!]! @relationship(type: "AB", direction: OUT, properties: "P") }
    type B implements Tagged @node {
      tags: [String!]! @deprecated @set @default(value: ["b", "a"]) @access(read: "r")
      notes: [String!] }
    type Place { numbers: [Int!] @set }
    type P @relationshipProperties { colours: [Colour!] @set }
    enum Colour { RED GREEN }`);
  const types = [nodeTypes.get('A'), nodeTypes.get('B'), interfaceTypes.get('Tagged')];
  const sets = [...types, edgeTypes.get('AB')?.properties].map((type) =>
    scalarFields(type?.fields ?? [])
      .filter(({ collection }) => collection === 'set')
      .map(({ path }) => path),
  );
  expect(sets).toEqual([['tags', 'at.numbers'], ['tags'], ['tags'], ['colours']]);
});

const CASES: readonly Case[] = [
  [
    '[D44] a set of one value',
    node('n: Int @set'),
    '2:10: @set expected a list of values, got field n of type Int',
  ],
  [
    '[D44] a natural key',
    node('k: ID! @id @set'),
    '2:14: @set expected a list of values, got field k of type ID',
  ],
  [
    '[D44] a nested field',
    node('at: Point @set'),
    '2:13: @set expected a field with a scalar type, got nested field at of type A',
  ],
  [
    '[D44] a relationship',
    node('n: Int', 'as: [A!]! @relationship(type: "X", direction: OUT) @set'),
    '3:54: @set expected a field that holds a value, got relationship as',
  ],
  [
    '[D41] a computed field',
    node('n: Int', 'tags: [String!] @customResolver @set'),
    '3:35: @set expected a field that is stored, got computed field tags',
  ],
  [
    '[D28] a set that is unique',
    node('tags: [String!] @unique @set'),
    '2:19: @unique expected a field whose values have an order, got field tags of type [String!]',
  ],
  [
    '[D28] an index of a set',
    node('tags: [String!] @set @index'),
    '2:24: @index expected a field whose values have an order, got field tags of type [String!]',
  ],
  [
    '[D15] a timestamp that is a set',
    node('n: Int', 'at: [DateTime!] @timestamp @set'),
    '3:19: @timestamp field at expected type DateTime, got [DateTime!]',
  ],
  [
    '[D28] a set of items that may be null',
    node('tags: [String]! @set'),
    '2:9: field tags of type A expected type [String!], got [String]!',
  ],
  [
    '[D9] a set twice',
    node('tags: [String!] @set @set'),
    '2:24: field tags of type A expected @set once, got it again',
  ],
  [
    '[D9] a set with an argument',
    node('tags: [String!] @set(of: 1)'),
    '2:24: @set expected no arguments, got of',
  ],
  ['[D9] a set on a type', 'type A @node @set { n: Int }', '1:14: @set expected to be on a field'],
  [
    '[D36] a set in an interface, which its types tell of',
    lines('interface I { tags: [Int!] @set }', 'type A implements I @node { tags: [Int!] @set }'),
    '1:28: @set expected to be on a field of a type, got field tags of type I',
  ],
  [
    '[D44] a set in one type of an interface alone',
    lines(
      'interface I { tags: [Int!] }',
      'type A implements I @node { tags: [Int!] @set }',
      'type B implements I @node { tags: [Int!] }',
    ),
    '3:29: field tags of type B expected @set, as in type A of interface I, ' +
      'got a list that is one value',
  ],
  [
    '[D44] a set in another type of an interface alone',
    lines(
      'interface I { tags: [Int!] }',
      'type A implements I @node { tags: [Int!] }',
      'type B implements I @node { tags: [Int!] @set }',
    ),
    '3:29: field tags of type B expected a list that is one value, as in type A of interface I, ' +
      'got @set',
  ],
  [
    '[D7] a type that has the name of mutations of a set',
    lines(node('tags: [String!] @set'), 'type SetString { n: Int }'),
    '4:6: type SetString expected type names of its own, got SetString of a set of String',
  ],
  [
    '[D7] a set of an enum whose mutations have the name of a type',
    lines('type SetE { n: Int }', 'enum E { X }', node('tags: [E!] @set')),
    '2:6: enum E expected type names of its own, got SetE of type SetE',
  ],
];

describe('refused', () => {
  test.each(CASES)('%s', (_, text, error) => {
    expect(refusal(text)).toContain(error);
  });
});

test('[D7] a type may have such a name where nothing is a set of that', () => {
  expect(refusal(lines(node('tags: [Int!] @set'), 'type SetString { n: Int }'))).toBe('no error');
});

describe('the next version', () => {
  const list = node('tags: [String!]!');
  const set = node('tags: [String!]! @set');
  const refusalOf = (before: string, after: string): string => {
    try {
      checkEvolution(parseDefinition(before), parseDefinition(after));
    } catch (error) {
      if (error instanceof DatabaseError) return describeError(error);
      throw error;
    }
    return 'no error';
  };

  test('[D49] a list may become a set', () => {
    expect(refusalOf(list, set)).toBe('no error');
    expect(refusalOf(set, set)).toBe('no error');
    expect(refusalOf(set, node('n: Int'))).toBe('no error');
  });

  test('[D49] a set stays one', () => {
    expect(refusalOf(set, list)).toBe(
      '2:3: field tags of type A expected @set, as before, got none',
    );
    const nested = (directive: string) =>
      lines(node('at: P'), `type P { tags: [Int!]${directive} }`);
    expect(refusalOf(nested(' @set'), nested(''))).toBe(
      '4:10: field at.tags of type A expected @set, as before, got none',
    );
  });
});
