/** Mistakes in the text, the names and the directives of a definition. */

import { describe, expect, test } from 'vitest';
import { type Case, lines, node, refusal, related } from './definition-refusal.ts';

const FIELD_DIRECTIVES =
  '@relationship, @id, @unique, @index, @set, @sequence, @updates, @text, @default, ' +
  '@timestamp, @customResolver, @access or @deprecated';

const TEXT: readonly Case[] = [
  ['[D1] an empty text', '', '1:1: definition expected SDL, got <EOF>'],
  [
    '[D1] a missing brace',
    'type A @node {\n  n: Int\n',
    '3:1: definition expected Name, got <EOF>',
  ],
  [
    '[D1] a stray character',
    'type A @node {\n  n: Int ?\n}',
    '2:10: definition expected SDL, got "?"',
  ],
  [
    '[D1] an unterminated string',
    'type A @node {\n  "no end\n  n: Int\n}',
    '2:10: definition expected SDL, got unterminated string',
  ],
  ['[D1] a field without a type', node('n'), '3:1: definition expected ":", got "}"'],
  ['[D1] empty braces', 'type A @node {}', '1:15: definition expected Name, got "}"'],
  [
    '[D1] a variable as a value',
    node('n: Int @default(value: $x)'),
    '2:26: definition expected SDL, got variable "$x" in constant value',
  ],
  [
    '[D2] a scalar',
    'scalar Date\ntype A @node { n: Int }',
    '1:1: definition expected object types, interfaces, unions and enums, got scalar type',
  ],
  [
    '[D2] an input',
    'input I { n: Int }',
    '1:1: definition expected object types, interfaces, unions and enums, got input object type',
  ],
  [
    '[D2] a schema',
    'schema { query: A }',
    '1:1: definition expected object types, interfaces, unions and enums, got schema',
  ],
  [
    '[D2] a directive definition',
    'directive @x on OBJECT',
    '1:1: definition expected object types, interfaces, unions and enums, got directive',
  ],
  [
    '[D2] an extension',
    'type A @node { n: Int }\nextend type A { m: Int }',
    '2:1: definition expected object types, interfaces, unions and enums, ' +
      'got object type extension',
  ],
  [
    '[D2] an operation',
    '{ a { n } }',
    '1:1: definition expected object types, interfaces, unions and enums, got operation',
  ],
  [
    '[D36] a nested type that implements an interface',
    'type A implements I { n: Int }',
    '1:19: type A expected no interfaces, got implements I',
  ],
  [
    '[D2] a type without fields',
    'type A @node',
    '1:6: type A expected at least one field, got none',
  ],
  [
    '[D2] a type declared twice',
    'type A @node { n: Int }\n"again"\ntype A { n: Int }',
    '3:6: type A expected one declaration, got another',
  ],
  [
    '[D2] a field with arguments',
    node('n(first: Int): Int'),
    '2:5: field n of type A expected no arguments, got first',
  ],
  [
    '[D3] a type in two roles',
    'type A @relationshipProperties @node { n: Int }',
    '1:8: type A expected @node or @relationshipProperties, got both',
  ],
  [
    '[D3] no node type',
    'type A { n: Int }',
    '1:1: definition expected at least one @node type, got none',
  ],
];

const NAMES: readonly Case[] = [
  [
    '[D4] a type name of 65 bytes',
    `type ${'A'.repeat(65)} @node { n: Int }`,
    '1:6: type name expected at most 64 bytes, got 65',
  ],
  [
    '[D4] a type name of introspection',
    'type __A @node { n: Int }',
    '1:6: type name expected no leading __, got __A',
  ],
  [
    '[D4] a type name of the API',
    'type Query @node { n: Int }',
    '1:6: type name expected one that the API does not take, got Query',
  ],
  [
    '[D4] a nested type with the name of a built-in one',
    'type A @node { n: Int }\ntype Point { n: Int }',
    '2:6: type name expected one that the API does not take, got Point',
  ],
  [
    '[D4] a type name of changes',
    'type ChangeSet @node { n: Int }',
    '1:6: type name expected one that the API does not take, got ChangeSet',
  ],
  [
    '[D4] a type with the name of what `conflicts` lists',
    'type A @node { n: Int }\nenum Conflict { B }',
    '2:6: enum name expected one that the API does not take, got Conflict',
  ],
  [
    '[D4] a type with the name of a scalar',
    'type DateTime @node { n: Int }',
    '1:6: type name expected one that the API does not take, got DateTime',
  ],
  [
    '[D5] a plural that is no name',
    'type A @node(plural: "a b") { n: Int }',
    '1:22: plural of type A expected a GraphQL name of at most 64 bytes, got "a b"',
  ],
  [
    '[D5] a plural of introspection',
    'type A @node(plural: "__as") { n: Int }',
    '1:22: plural of type A expected a GraphQL name of at most 64 bytes, got "__as"',
  ],
  [
    '[D5] a plural of 65 bytes',
    `type A @node(plural: "${'a'.repeat(65)}") { n: Int }`,
    `1:22: plural of type A expected a GraphQL name of at most 64 bytes, got "${'a'.repeat(65)}"`,
  ],
  [
    '[D6] a plural that is the singular',
    'type Fish @node(plural: "fish") { n: Int }',
    '1:25: type Fish expected query names of its own, got fish of type Fish',
  ],
  [
    '[D6] a plural of another type',
    'type Box @node { n: Int }\ntype Crate @node(plural: "boxes") { n: Int }',
    '2:26: type Crate expected query names of its own, got boxes of type Box',
  ],
  [
    '[D6] a singular that is the plural of another',
    'type Airport @node { n: Int }\ntype Airports @node { n: Int }',
    '2:6: type Airports expected query names of its own, got airports of type Airport',
  ],
  [
    '[D6] type names that differ in capitals only',
    'type Airport @node { n: Int }\ntype airport @node(plural: "other") { n: Int }',
    '2:6: type airport expected query names of its own, got airport of type Airport',
  ],
  [
    '[D6] a singular with the name of a query',
    'type ShortestPath @node { n: Int }',
    '1:6: type ShortestPath expected query names of its own, got shortestPath of the API itself',
  ],
  [
    '[D7] a type with a generated name',
    'type AirportWhere { n: Int }\ntype Airport @node { w: AirportWhere }',
    '1:6: type AirportWhere expected a name not generated for type Airport, got AirportWhere',
  ],
  [
    '[D7] a type with the generated name of a mutation',
    'type A @node { n: Int }\ntype CreateAsMutation { n: Int }',
    '2:6: type CreateAsMutation expected a name not generated for type A, got CreateAsMutation',
  ],
  [
    '[D7] a type with the generated name of a scalar',
    'type StringFilters @node { n: Int }',
    '1:6: type StringFilters expected a name not generated for the API itself, got StringFilters',
  ],
  [
    '[D7] a relationship that meets a generated name',
    node('n: Int', 'edge: [A!]! @relationship(type: "X", direction: OUT)'),
    '3:3: relationship edge of type A expected a name not generated for type A, got AEdge',
  ],
  [
    '[D7] a relationship that meets a type name',
    lines(
      node('n: Int', 'bs: [A!]! @relationship(type: "X", direction: OUT)'),
      'type ABs @node { n: Int }',
      'type ABsEdges @node { n: Int }',
    ),
    '6:6: type ABsEdges expected type names of its own, got ABsEdges of relationship bs of type A',
  ],
  [
    '[D7] a plural that meets a type name',
    'type A @node(plural: "many") { m: Many }\ntype Many { n: Int }',
    '2:6: type Many expected type names of its own, got Many of type A',
  ],
  [
    '[D8] two fields of one name',
    node('n: Int', 'n: String'),
    '3:3: field n of type A expected one declaration, got another',
  ],
  [
    '[D8] a relationship with the name of a field',
    node('n: Int', 'n: [A!]! @relationship(type: "X", direction: OUT)'),
    '3:3: field n of type A expected one declaration, got another',
  ],
  [
    '[D8] a field name of introspection',
    node('__n: Int'),
    '2:3: field name of type A expected no leading __, got __n',
  ],
  [
    '[D8] a field named id',
    node('id: ID!'),
    "2:3: field name of type A expected another than id, the database's own, got id",
  ],
  [
    '[D8] a natural key named id that is a String',
    node('id: String! @id'),
    "2:3: field name of type A expected another than id, the database's own, got id",
  ],
  [
    '[D8] a field named version',
    node('version: Int'),
    "2:3: field name of type A expected another than version, the database's own, got version",
  ],
  [
    '[D8] a field named as an operator',
    node('NOT: Int'),
    '2:3: field name of type A expected no operator of filters, got NOT',
  ],
  [
    '[D8] a field name of 256 bytes',
    node(`${'n'.repeat(256)}: Int`),
    '2:3: field name of type A expected at most 255 bytes, got 256',
  ],
  [
    '[D8] a field with the name of a connection',
    node('bsConnection: Int', 'bs: [A!]! @relationship(type: "X", direction: OUT)'),
    '2:3: field name of type A expected one that bs does not generate, got bsConnection',
  ],
];

const DIRECTIVES: readonly Case[] = [
  [
    '[D9] an unknown directive on a type',
    'type A @nod { n: Int }',
    '1:8: type A expected @node, @relationshipProperties or @access, got @nod',
  ],
  [
    '[D9] an unknown directive on a field',
    node('n: Int @indexed'),
    `2:10: field n of type A expected ${FIELD_DIRECTIVES}, got @indexed`,
  ],
  [
    '[D9] a directive named as a member of all objects',
    node('n: Int @constructor'),
    `2:10: field n of type A expected ${FIELD_DIRECTIVES}, got @constructor`,
  ],
  [
    '[D9] a field directive on a type',
    'type A @node @id { n: Int }',
    '1:14: @id expected to be on a field, got type A',
  ],
  [
    '[D9] a type directive on a field',
    node('n: Int @node'),
    '2:10: @node expected to be on a type, got field n of type A',
  ],
  [
    '[D9] @deprecated on a type',
    'type A @node @deprecated { n: Int }',
    '1:14: @deprecated expected to be on a field, got type A',
  ],
  [
    '[D9] a directive twice',
    node('n: Int @index @index'),
    '2:17: field n of type A expected @index once, got it again',
  ],
  [
    '[D9] an unknown argument',
    node('n: Int @index(name: "x")'),
    '2:17: @index expected no arguments, got name',
  ],
  [
    '[D9] an unknown argument beside known ones',
    'type A @node(plurals: "as") { n: Int }',
    '1:14: @node expected the argument plural or indexes, got plurals',
  ],
  [
    '[D9] an argument twice',
    'type A @node(plural: "as", plural: "as") { n: Int }',
    '1:28: @node expected plural once, got it again',
  ],
  [
    '[D9] a missing argument',
    node('n: Int @default'),
    '2:10: @default expected the argument value, got none',
  ],
  [
    '[D9] a missing direction',
    related('[B!]!', 'type: "X"'),
    '3:13: @relationship expected the argument direction, got none',
  ],
  [
    '[D9] an argument of another kind',
    related('[B!]!', 'type: X, direction: OUT'),
    '3:33: type of @relationship expected a string, got X',
  ],
  [
    '[D9] an unknown direction',
    related('[B!]!', 'type: "X", direction: BOTH'),
    '3:49: direction of @relationship expected IN or OUT, got BOTH',
  ],
  [
    '[D9] a direction in quotes',
    related('[B!]!', 'type: "X", direction: "OUT"'),
    '3:49: direction of @relationship expected IN or OUT, got "OUT"',
  ],
  [
    '[D9] a null argument',
    'type A @node(plural: null) { n: Int }',
    '1:22: plural of @node expected a string, got null',
  ],
  [
    '[D25] @access that names nothing',
    node('n: Int @access'),
    '2:10: @access expected the argument read or write, got none',
  ],
  [
    '[D25] @access to another verb',
    node('n: Int @access(read: "r", delete: "d")'),
    '2:29: @access expected the argument read or write, got delete',
  ],
  ...['', 'a b', 'a#b', 'a:b', '*', 'r'.repeat(51)].map(
    (name): Case => [
      `[D25] @access by ${name}`,
      node(`n: Int @access(read: "${name}")`),
      `2:24: read of @access expected the name of a relation, got "${name}"`,
    ],
  ),
  [
    '[D25] @access on a relationship',
    node('n: Int', 'as: [A!]! @relationship(type: "X", direction: OUT) @access(read: "r")'),
    '3:54: @access expected a field that holds a value, got relationship as',
  ],
  [
    '[D25] @access on a nested type',
    'type A @node { p: P }\ntype P @access(read: "r") { n: Int }',
    '2:8: @access expected a node type or edge properties, got nested type P',
  ],
  [
    '[D25] @access on the natural key',
    node('k: ID! @id @access(read: "r")'),
    '2:14: @id field k expected no @access, as a key is seen with its node, got it',
  ],
];

describe.each([
  ['text', TEXT],
  ['names', NAMES],
  ['directives', DIRECTIVES],
] as const)('%s', (_group, cases: readonly Case[]) => {
  test.each(cases)('%s is refused with its line and column', (_name, text, expected) => {
    expect(refusal(text)).toBe(expected);
  });
});
