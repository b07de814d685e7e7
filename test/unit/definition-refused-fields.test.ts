/** Mistakes in the fields and relationships of a definition. */

import { describe, expect, test } from 'vitest';
import { type Case, lines, node, refusal, related } from './definition-refusal.ts';

const FIELDS: readonly Case[] = [
  [
    '[D24] an index of one field',
    'type A @node(indexes: [["n"]]) { n: Int }',
    '1:23: indexes of @node expected lists of 2 to 4 names of fields, got [["n"]]',
  ],
  [
    '[D24] an index of five fields',
    'type A @node(indexes: [["a", "b", "c", "d", "a"]]) { a: Int b: Int c: Int d: Int }',
    '1:23: indexes of @node expected lists of 2 to 4 names of fields, ' +
      'got [["a", "b", "c", "d", "a"]]',
  ],
  [
    '[D24] an index of what is no list of lists',
    'type A @node(indexes: ["n", "m"]) { n: Int m: Int }',
    '1:23: indexes of @node expected lists of 2 to 4 names of fields, got ["n", "m"]',
  ],
  [
    '[D24] an index of a field that is not there',
    'type A @node(indexes: [["n", "m"]]) { n: Int }',
    '1:30: an index of type A expected the name of a field that holds a value, got m',
  ],
  [
    '[D24] an index of a nested field',
    'type A @node(indexes: [["n", "place"]]) { n: Int place: Point }',
    '1:30: an index of type A expected the name of a field that holds a value, got place',
  ],
  [
    '[D24] an index of the natural key',
    'type A @node(indexes: [["n", "code"]]) { n: Int code: ID! @id }',
    '1:30: an index of type A expected the name of a field that holds a value, got its natural key',
  ],
  [
    '[D24] an index that names a field twice',
    'type A @node(indexes: [["n", "n"]]) { n: Int }',
    '1:30: an index of type A expected fields that differ, got n again',
  ],
  [
    '[D24] an index that comes twice',
    'type A @node(indexes: [["n", "m"], ["n", "m"]]) { n: Int m: Int }',
    '1:37: type A expected each index once, got n,m again',
  ],
  [
    '[D10] an unknown type',
    node('n: Int', 'm: Integer'),
    '3:6: field m of type A expected a scalar or a declared type, got Integer',
  ],
  [
    '[D10] a type named as a member of all objects',
    node('n: toString'),
    '2:6: field n of type A expected a scalar or a declared type, got toString',
  ],
  [
    '[D28] a list of items that may be null',
    node('n: Int', 'tags: [String]!'),
    '3:9: field tags of type A expected type [String!], got [String]!',
  ],
  [
    '[D28] a list of lists',
    node('n: Int', 'tags: [[String!]!]'),
    '3:9: field tags of type A expected type [String!], got [[String!]!]',
  ],
  [
    '[D28] a list of a nested type',
    node('places: [Point!]'),
    '2:11: field places of type A expected one nested object, got [Point!]',
  ],
  [
    '[D28] an index of a list',
    node('tags: [String!] @index'),
    '2:19: @index expected a field whose values have an order, got field tags of type [String!]',
  ],
  [
    '[D28] a list that is unique',
    node('tags: [String!] @unique'),
    '2:19: @unique expected a field whose values have an order, got field tags of type [String!]',
  ],
  [
    '[D29] an index of JSON',
    node('data: JSON @index'),
    '2:14: @index expected a field whose values have an order, got field data of type JSON',
  ],
  [
    '[D29] a duration that is unique',
    node('took: Duration @unique'),
    '2:18: @unique expected a field whose values have an order, got field took of type Duration',
  ],
  [
    '[D29] a default that is no duration',
    node('took: Duration @default(value: "1D")'),
    '2:34: @default of Duration field took expected a string like "P1Y2M10DT2H30M", got "1D"',
  ],
  [
    '[D29] a default that is null',
    node('data: JSON @default(value: null)'),
    '2:30: @default of JSON field data expected JSON other than null, got null',
  ],
  [
    '[D29] a default with a name without quotes',
    node('data: JSON @default(value: { a: [X] })'),
    '2:30: @default of JSON field data expected JSON other than null, got {a: [X]}',
  ],
  [
    '[D12] a key that is JSON',
    node('data: JSON! @id'),
    '2:9: @id field data expected type ID! or String!, got JSON!',
  ],
  [
    '[D28] an index of several fields with a list',
    'type A @node(indexes: [["n", "tags"]]) { n: Int tags: [Int!] }',
    '1:30: an index of type A expected fields whose values have an order, got tags of type [Int!]',
  ],
  [
    '[D12] a key that is a list',
    node('keys: [ID!]! @id'),
    '2:9: @id field keys expected type ID! or String!, got [ID!]!',
  ],
  [
    '[D15] a timestamp that is a list',
    node('n: Int', 'at: [DateTime!] @timestamp'),
    '3:19: @timestamp field at expected type DateTime, got [DateTime!]',
  ],
  [
    '[D28] a default that is no list',
    node('ns: [Int!] @default(value: 1)'),
    '2:30: @default of [Int!] field ns expected a list, each item an integer of 32 bits, got 1',
  ],
  [
    '[D28] a default with an item of another type',
    node('ns: [Int!] @default(value: [1, "a"])'),
    '2:30: @default of [Int!] field ns expected a list, each item an integer of 32 bits, ' +
      'got [1, "a"]',
  ],
  [
    '[D4] a type that has the name of mutations of lists',
    lines(node('n: Int'), 'type ListString { n: Int }'),
    '4:6: type name expected one that the API does not take, got ListString',
  ],
  [
    '[D7] a type that has the name of mutations of lists of an enum',
    lines(node('n: Int'), 'enum E { X }', 'type ListE { n: Int }'),
    '5:6: type ListE expected type names of its own, got ListE of enum E',
  ],
  [
    '[D10] a field whose type is edge properties',
    'type A @node { p: P }\ntype P @relationshipProperties { n: Int }',
    '1:19: field p of type A expected a scalar or a nested type, got edge properties P',
  ],
  [
    '[D11] a nested type that contains itself',
    lines(node('n: N'), 'type N { again: N }'),
    '4:17: field again of type N expected a nested type that does not contain it, got N',
  ],
  [
    '[D11] nested types that contain each other',
    lines(node('n: M'), 'type M { n: N }', 'type N { m: M }'),
    '5:13: field m of type N expected a nested type that does not contain it, got M',
  ],
  [
    '[D11] a path of nine segments',
    lines(node('n: N1'), chain(8)),
    '2:3: field n of type A expected at most 8 levels, got 9',
  ],
  [
    '[D11] a path of 256 bytes',
    node(`${'n'.repeat(246)}: Point`),
    `2:3: field ${'n'.repeat(246)} of type A expected paths of at most 255 bytes, got 256`,
  ],
  [
    '[D11] a directive for values on a nested field',
    node('place: Point @index'),
    '2:16: @index expected a field with a scalar type, got nested field place of type A',
  ],
  [
    '[D12] a nullable key',
    node('code: String @id'),
    '2:9: @id field code expected type String!, got String',
  ],
  [
    '[D12] a key of another scalar',
    node('code: Int! @id'),
    '2:9: @id field code expected type ID! or String!, got Int!',
  ],
  [
    '[D12] a second key',
    node('code: ID! @id', 'other: ID! @id'),
    '3:3: type A expected one @id field, got code and other',
  ],
  [
    '[D12] a unique key',
    node('code: ID! @id @unique'),
    '2:17: @id field code expected no @unique, as a key is unique already, got it',
  ],
  [
    '[D12] an indexed key',
    node('code: ID! @index @id'),
    '2:13: @id field code expected no @index, as a key is indexed already, got it',
  ],
  [
    '[D12] a key with a default',
    node('code: ID! @id @default(value: "x")'),
    '2:17: @id field code expected no @default, as a key is given at creation, got it',
  ],
  [
    '[D12] a key in edge properties',
    lines(node('n: Int'), 'type P @relationshipProperties { code: ID! @id }'),
    '4:44: @id expected a field of a node type, got field code of edge properties P',
  ],
  [
    '[D12] a key in a nested type',
    lines(node('n: N'), 'type N { code: ID! @id }'),
    '4:20: @id expected a field of a node type, got field code of nested type N',
  ],
  [
    '[D13] a unique field of edge properties',
    lines(node('n: Int'), 'type P @relationshipProperties { n: Int @unique }'),
    '4:41: @unique expected a field of a node type, got field n of edge properties P',
  ],
  [
    '[D13] an indexed member of a nested type',
    lines(node('n: N'), 'type N { n: Int @index }'),
    '4:17: @index expected a field of a node type, got field n of nested type N',
  ],
  [
    '[D14] a default in a nested type',
    lines(node('n: N'), 'type N { n: Int @default(value: 1) }'),
    '4:17: @default expected a field outside nested types, got field n of nested type N',
  ],
  [
    '[D14] a default on a nested field',
    node('place: Point @default(value: {latitude: 1.0})'),
    '2:16: @default expected a field with a scalar type, got nested field place of type A',
  ],
  [
    '[D15] a timestamp on another scalar',
    node('n: Int', 'at: String @timestamp'),
    '3:14: @timestamp field at expected type DateTime, got String',
  ],
  [
    '[D15] a timestamp in a nested type',
    lines(node('n: N'), 'type N { at: DateTime @timestamp }'),
    '4:23: @timestamp expected a field outside nested types, got field at of nested type N',
  ],
  [
    '[D15] a timestamp with a default',
    node('n: Int', 'at: DateTime @timestamp @default(value: "2026-01-31T12:00:00Z")'),
    '3:27: @timestamp field at expected no @default, got it',
  ],
  [
    '[D15] an unknown operation',
    node('n: Int', 'at: DateTime @timestamp(operations: [DELETE])'),
    '3:39: operations of @timestamp expected CREATE, UPDATE or both, got [DELETE]',
  ],
  [
    '[D15] no operation',
    node('n: Int', 'at: DateTime @timestamp(operations: [])'),
    '3:39: operations of @timestamp expected CREATE, UPDATE or both, got []',
  ],
  [
    '[D15] an operation twice',
    node('n: Int', 'at: DateTime @timestamp(operations: [CREATE, CREATE])'),
    '3:39: operations of @timestamp expected CREATE, UPDATE or both, got [CREATE, CREATE]',
  ],
  [
    '[D15] a type of timestamps only',
    node('at: DateTime @timestamp'),
    '1:6: type A expected a field that a caller can set, got only @timestamp fields',
  ],
];

const RELATIONSHIPS: readonly Case[] = [
  [
    '[D17] a node type without @relationship',
    node('n: Int', 'bs: [A!]!'),
    '3:8: field bs of type A expected @relationship for node type A, got none',
  ],
  [
    '[D17] one node instead of a list',
    related('B', 'type: "X", direction: OUT'),
    '3:7: relationship bs of type A expected type [B!]!, got B',
  ],
  [
    '[D17] a list that can be null',
    related('[B!]', 'type: "X", direction: OUT'),
    '3:7: relationship bs of type A expected type [B!]!, got [B!]',
  ],
  [
    '[D17] a list with elements that can be null',
    related('[B]!', 'type: "X", direction: OUT'),
    '3:7: relationship bs of type A expected type [B!]!, got [B]!',
  ],
  [
    '[D17] a list of lists',
    related('[[B!]!]!', 'type: "X", direction: OUT'),
    '3:7: relationship bs of type A expected type [B!]!, got [[B!]!]!',
  ],
  [
    '[D17] a relationship to an unknown type',
    related('[C!]!', 'type: "X", direction: OUT'),
    '3:8: relationship bs of type A expected a list of a node type, an interface or a union, ' +
      'got unknown type C',
  ],
  [
    '[D17] a relationship to a scalar',
    related('[Int!]!', 'type: "X", direction: OUT'),
    '3:8: relationship bs of type A expected a list of a node type, an interface or a union, ' +
      'got built-in type Int',
  ],
  [
    '[D17] a relationship to a nested type',
    related('[N!]!', 'type: "X", direction: OUT'),
    '3:8: relationship bs of type A expected a list of a node type, an interface or a union, ' +
      'got nested type N',
  ],
  [
    '[D17] a relationship to edge properties',
    related('[P!]!', 'type: "X", direction: OUT'),
    '3:8: relationship bs of type A expected a list of a node type, an interface or a union, ' +
      'got edge properties P',
  ],
  [
    '[D17] a relationship in a nested type',
    lines(node('n: N'), 'type N { as: [A!]! @relationship(type: "X", direction: OUT) }'),
    '4:20: @relationship expected a field of a node type, got field as of nested type N',
  ],
  [
    '[D17] a relationship in edge properties',
    lines(
      node('n: Int'),
      'type P @relationshipProperties { as: [A!]! @relationship(type: "X", direction: OUT) }',
    ),
    '4:44: @relationship expected a field of a node type, got field as of edge properties P',
  ],
  [
    '[D17] another directive on a relationship',
    node('n: Int', 'as: [A!]! @relationship(type: "X", direction: OUT) @deprecated'),
    '3:54: @deprecated expected a field that holds a value, got relationship as',
  ],
  [
    '[D18] an empty edge type',
    related('[B!]!', 'type: "", direction: OUT'),
    '3:33: type of @relationship expected 1 to 64 bytes, got 0',
  ],
  [
    '[D18] an edge type of 65 bytes',
    related('[B!]!', `type: "${'ä'.repeat(32)}x", direction: OUT`),
    '3:33: type of @relationship expected 1 to 64 bytes, got 65',
  ],
  [
    '[D18] a control character in an edge type',
    related('[B!]!', 'type: "a\\u0007", direction: OUT'),
    '3:33: type of @relationship expected no control characters, got "a\\u0007"',
  ],
  [
    '[D18] two relationships that show the same edges',
    node(
      'n: Int',
      'x: [A!]! @relationship(type: "X", direction: OUT)',
      'y: [A!]! @relationship(type: "X", direction: OUT)',
    ),
    '4:3: relationship y of type A expected edges of its own, got those of x',
  ],
  [
    '[D19] unknown edge properties',
    related('[B!]!', 'type: "X", direction: OUT, properties: "Q"'),
    '3:66: properties of @relationship expected a @relationshipProperties type, got unknown type Q',
  ],
  [
    '[D19] a node type as edge properties',
    related('[B!]!', 'type: "X", direction: OUT, properties: "B"'),
    '3:66: properties of @relationship expected a @relationshipProperties type, got node type B',
  ],
  [
    '[D19] a nested type as edge properties',
    related('[B!]!', 'type: "X", direction: OUT, properties: "N"'),
    '3:66: properties of @relationship expected a @relationshipProperties type, got nested type N',
  ],
  [
    '[D19] two edge properties for one edge type',
    lines(
      node(
        'n: Int',
        'x: [A!]! @relationship(type: "X", direction: OUT, properties: "P")',
        'y: [A!]! @relationship(type: "X", direction: IN, properties: "Q")',
      ),
      'type P @relationshipProperties { n: Int }',
      'type Q @relationshipProperties { n: Int }',
    ),
    '4:64: edge type X expected properties P, as where it is first named, got properties Q',
  ],
  [
    '[D19] edge properties at one end only',
    lines(
      node(
        'n: Int',
        'x: [A!]! @relationship(type: "X", direction: OUT, properties: "P")',
        'y: [A!]! @relationship(type: "X", direction: IN)',
      ),
      'type P @relationshipProperties { n: Int }',
    ),
    '4:12: edge type X expected properties P, as where it is first named, got no properties',
  ],
];

describe.each([
  ['fields', FIELDS],
  ['relationships', RELATIONSHIPS],
] as const)('%s', (_group, cases: readonly Case[]) => {
  test.each(cases)('%s is refused with its line and column', (_name, text, expected) => {
    expect(refusal(text)).toBe(expected);
  });
});

/** Nested types, each within the one before: `N1` to `N8`. */
function chain(count: number): string {
  const types = Array.from({ length: count }, (_, index) => {
    const inner = index + 1 === count ? 'Int' : `N${index + 2}`;
    return `type N${index + 1} { n: ${inner} }`;
  });
  return lines(...types);
}
