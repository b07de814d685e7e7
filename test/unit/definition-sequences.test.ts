/** Sequences in a definition: where they may be, and what is said where they may not. */

import { expect, test } from 'vitest';
import { DatabaseError, describeError } from '../../src/base/errors.ts';
import { checkEvolution } from '../../src/definition/evolve.ts';
import { scalarFields } from '../../src/definition/fields.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Case, lines, node, refusal } from './definition-refusal.ts';

test('[D50] a list may be a sequence, in a nested type and of an interface too', () => {
  const { nodeTypes, interfaceTypes, edgeTypes } = parseDefinition(`
    interface Stepped { steps: [String!]! tags: [String!] }
    type A implements Stepped @node { steps: [String!]! @sequence tags: [String!] @set
      at: Place others: [A!]! @relationship(type: "AA", direction: OUT, properties: "P") }
    type Place { numbers: [Int!] @sequence @access(read: "r") }
    type P @relationshipProperties { colours: [Colour!] @deprecated @sequence }
    enum Colour { RED GREEN }`);
  const types = [
    nodeTypes.get('A'),
    interfaceTypes.get('Stepped'),
    edgeTypes.get('AA')?.properties,
  ];
  const sequences = types.map((type) =>
    scalarFields(type?.fields ?? [])
      .filter(({ collection }) => collection === 'sequence')
      .map(({ path }) => path),
  );
  expect(sequences).toEqual([['steps', 'at.numbers'], ['steps'], ['colours']]);
});

test.each<Case>([
  [
    '[D50] a sequence of one value',
    node('n: Int @sequence'),
    '2:10: @sequence expected a list of values, got field n of type Int',
  ],
  [
    '[D50] a sequence that is a set',
    node('tags: [String!] @set @sequence'),
    '2:24: field tags of type A expected one of @set, @sequence, @updates, got both',
  ],
  [
    '[D9] a sequence with an argument',
    node('tags: [String!] @sequence(of: 1)'),
    '2:29: @sequence expected no arguments, got of',
  ],
  [
    '[D50] a sequence in one type of an interface, and a set in another',
    lines(
      'interface I { tags: [Int!] }',
      'type A implements I @node { tags: [Int!] @sequence }',
      'type B implements I @node { tags: [Int!] @set }',
    ),
    '3:29: field tags of type B expected @sequence, as in type A of interface I, got @set',
  ],
  [
    '[D7] a type that has the name of mutations of a sequence',
    lines(node('tags: [String!] @sequence'), 'type SequenceString { n: Int }'),
    '4:6: type SequenceString expected type names of its own, ' +
      'got SequenceString of a sequence of String',
  ],
  ['[D4] a type that is the API’s own', 'type SequenceMove @node { n: Int }', '1:6: '],
])('%s', (_, text, error) => {
  expect(refusal(text)).toContain(error);
});

test('[D49] a list may become a sequence, which stays one', () => {
  const of = (directive: string) => node(`tags: [String!]!${directive}`);
  const refusalOf = (before: string, after: string): string => {
    try {
      checkEvolution(parseDefinition(of(before)), parseDefinition(of(after)));
    } catch (error) {
      if (error instanceof DatabaseError) return describeError(error);
      throw error;
    }
    return 'no error';
  };
  expect(refusalOf('', ' @sequence')).toBe('no error');
  expect(refusalOf(' @sequence', ' @sequence')).toBe('no error');
  const expected = '2:3: field tags of type A expected';
  expect(refusalOf(' @sequence', '')).toBe(`${expected} @sequence, as before, got none`);
  expect(refusalOf(' @sequence', ' @set')).toBe(`${expected} @sequence, as before, got @set`);
  expect(refusalOf(' @set', ' @sequence')).toBe(`${expected} @set, as before, got @sequence`);
});
