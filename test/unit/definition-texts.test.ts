/** Texts and their updates in a definition: where they may be, and what is said elsewhere. */

import { expect, test } from 'vitest';
import { DatabaseError, describeError } from '../../src/base/errors.ts';
import { checkEvolution } from '../../src/definition/evolve.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Case, lines, node, refusal } from './definition-refusal.ts';

test('[D56] a text is of updates of its type, and of edges too', () => {
  const { nodeTypes, edgeTypes } = parseDefinition(`
    type A @node { edits: [Bytes!] @updates @access(read: "r")
      body: String! @text(of: "edits") @deprecated
      title: String @text(of: "edits", name: "title")
      others: [A!]! @relationship(type: "AA", direction: OUT, properties: "P") }
    type P @relationshipProperties { notes: [Bytes!] @updates text: String @text(of: "notes") }`);
  const of = (type: { readonly computed: readonly object[] } | undefined) =>
    type?.computed.map((field) => ('text' in field ? field.text : undefined));
  expect(of(nodeTypes.get('A'))).toEqual([
    { of: 'edits', root: 'text' },
    { of: 'edits', root: 'title' },
  ]);
  expect(of(edgeTypes.get('AA')?.properties)).toEqual([{ of: 'notes', root: 'text' }]);
});

const EDITS = 'edits: [Bytes!] @updates';

test.each<Case>([
  [
    '[D57] updates of text',
    node('edits: [String!] @updates'),
    '2:20: @updates expected a field of type [Bytes!], got field edits of type [String!]',
  ],
  [
    '[D57] one value',
    node('edits: Bytes @updates'),
    '2:16: @updates expected a field of type [Bytes!], got field edits of type Bytes',
  ],
  [
    '[D57] updates that are required',
    node('edits: [Bytes!]! @updates'),
    '2:20: @updates expected a field of type [Bytes!], got field edits of type [Bytes!]!',
  ],
  [
    '[D57] updates with a default',
    node('edits: [Bytes!] @updates @default(value: [])'),
    '2:28: @updates expected no @default, got it',
  ],
  [
    '[D57] updates that are a sequence as well',
    node('edits: [Bytes!] @updates @sequence'),
    '2:28: field edits of type A expected one of @set, @sequence, @updates, got both',
  ],
  [
    '[D57] updates of a nested type',
    lines(node('at: P'), 'type P { edits: [Bytes!] @updates }'),
    '4:26: @updates expected a field outside nested types, got field edits of nested type P',
  ],
  [
    '[D56] a text without updates',
    node(EDITS, 'body: String @text'),
    '3:16: @text expected the argument of, got none',
  ],
  [
    '[D56] a text of what is a sequence',
    node('edits: [Bytes!] @sequence', 'body: String @text(of: "edits")'),
    '3:16: @text of field body of type A expected a field with @updates, got edits',
  ],
  [
    '[D56] a text of no field',
    node(EDITS, 'body: String @text(of: "other")'),
    '3:16: @text of field body of type A expected a field with @updates, got other',
  ],
  [
    '[D56] a text of another kind',
    node(EDITS, 'body: Int @text(of: "edits")'),
    '3:13: @text expected a field of type String, got field body of type Int',
  ],
  [
    '[D56] a text that is indexed',
    node(EDITS, 'body: String @text(of: "edits") @index'),
    '3:35: @index expected a field that is stored, got computed field body',
  ],
  [
    '[D56] a text that a function makes',
    node(EDITS, 'body: String @text(of: "edits") @customResolver'),
    '3:35: @customResolver expected a field that is stored, got computed field body',
  ],
])('%s is refused', (_, text, error) => {
  expect(refusal(text)).toContain(error);
});

test('[D49] updates stay what they are, and a list becomes updates', () => {
  const refusalOf = (before: string, after: string): string => {
    try {
      checkEvolution(parseDefinition(node(before)), parseDefinition(node(after)));
    } catch (error) {
      if (error instanceof DatabaseError) return describeError(error);
      throw error;
    }
    return 'no error';
  };
  expect(refusalOf('edits: [Bytes!]', EDITS)).toBe('no error');
  expect(refusalOf(EDITS, 'edits: [Bytes!] @sequence')).toContain('@updates, as before');
  expect(refusalOf('edits: [Bytes!] @sequence', EDITS)).toContain('@sequence, as before');
});
