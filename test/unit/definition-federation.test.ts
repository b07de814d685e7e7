/** What a definition says to Apollo Federation, and mistakes in it. */

import { describe, expect, test } from 'vitest';
import { checkEvolution } from '../../src/definition/evolve.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { type Case, lines, refusal } from './definition-refusal.ts';

const URL = 'https://specs.apollo.dev/federation/v2.7';
const NAMES = ['key', 'external', 'requires', 'provides', 'interfaceObject', 'tag', 'shareable'];
const IMPORT = NAMES.map((name) => `"@${name}"`).join(' ');
const LINK = `extend schema @link(url: "${URL}", import: [${IMPORT}])`;

function linked(...texts: string[]): string {
  return lines(LINK, ...texts);
}

describe('keys of an entity', () => {
  const TYPE = `type Product @node(indexes: [["sku", "size"]])
    @key(fields: "id") @key(fields: "code") @key(fields: "sku size") @key(fields: "size sku")
    @key(fields: "maker { name }") @key(fields: "mark, maker { name } size") @key(fields: "sku id")
    @key(fields: "size mark", resolvable: false) {
      code: ID! @id
      sku: String
      size: Int
      mark: String @unique
      maker: Maker
    }
    type Maker { name: String city: String }`;
  const { federation, nodeTypes } = parseDefinition(linked(TYPE));
  const keys = federation?.entities.get('Product')?.keys ?? [];

  test('[F6] are found by an id, a natural key, or an index', () => {
    expect(keys.map(({ ways }) => ways)).toEqual([
      [{ type: 'Product', by: 'id', paths: ['id'], index: [] }],
      [{ type: 'Product', by: 'key', paths: ['code'], index: [] }],
      [{ type: 'Product', by: 'index', paths: ['sku', 'size'], index: ['sku', 'size'] }],
      [{ type: 'Product', by: 'index', paths: ['sku', 'size'], index: ['sku', 'size'] }],
      [{ type: 'Product', by: 'index', paths: ['maker.name'], index: ['maker.name'] }],
      [{ type: 'Product', by: 'index', paths: ['mark', 'maker.name', 'size'], index: ['mark'] }],
      [{ type: 'Product', by: 'id', paths: ['id', 'sku'], index: [] }],
    ]);
  });

  test('[F6] have an index made where there is none', () => {
    const product = nodeTypes.get('Product');
    expect(product?.compoundIndexes).toEqual([['sku', 'size']]);
    const maker = product?.fields.find(({ name }) => name === 'maker');
    expect(maker?.kind === 'nested' && maker.fields).toMatchObject([
      { path: 'maker.name', isIndexed: true },
      { path: 'maker.city', isIndexed: false },
    ]);
    const other = 'type A @node @key(fields: "a b c d e") { a: Int b: Int c: Int d: Int e: Int }';
    const { nodeTypes: others } = parseDefinition(linked(other));
    expect(others.get('A')?.compoundIndexes).toEqual([['a', 'b', 'c']]);
  });

  test('[F7] of an interface are found in each of its types', () => {
    const { federation: own } = parseDefinition(
      linked(
        'interface Named @key(fields: "id") { id: ID! name: String }',
        'type A implements Named @node @key(fields: "id") { id: ID! @id name: String }',
        'type B implements Named @node @key(fields: "id") { id: ID! @id name: String }',
      ),
    );
    expect(own?.entities.get('Named')?.keys).toEqual([
      {
        paths: ['id'],
        ways: [
          { type: 'A', by: 'key', paths: ['id'], index: [] },
          { type: 'B', by: 'key', paths: ['id'], index: [] },
        ],
      },
    ]);
  });
});

describe('fields of other subgraphs', () => {
  const { federation, nodeTypes } = parseDefinition(
    linked(
      'extend type User @node @key(fields: "email") {',
      '  email: ID! @id @external',
      '  kept: Int @external',
      '  "Of others."',
      '  unkept: [Place!]! @external',
      '  made: Int @requires(fields: "kept unkept { at }")',
      '}',
      'type Place { at: String }',
      'type Post @node { users: [User!]! @relationship(type: "BY", direction: OUT)',
      '  @provides(fields: "kept") title: String }',
    ),
  );

  test('[F9] are kept where a key has them or a relationship provides them', () => {
    expect(nodeTypes.get('User')?.fields.map(({ name }) => name)).toEqual(['email', 'kept']);
    expect(federation?.externals.get('User')).toEqual([
      { name: 'unkept', type: '[Place!]!', description: 'Of others.' },
    ]);
  });

  test('[F10] make what is computed of them', () => {
    expect(nodeTypes.get('User')?.computed).toMatchObject([
      { name: 'made', requires: [], external: ['kept', 'unkept.at'] },
    ]);
  });

  test('[F5] are of types that others have the queries for', () => {
    expect([...(federation?.foreign ?? [])]).toEqual(['User']);
  });

  test('[D20] come and go, as all that is said to Federation', () => {
    const plain = parseDefinition('type User @node { email: ID! @id kept: Int }');
    const other = parseDefinition(
      linked(
        'type User @node @key(fields: "email") { email: ID! @id kept: Int other: Int @external }',
      ),
    );
    expect(() => checkEvolution(plain, other)).not.toThrow();
    expect(() => checkEvolution(other, plain)).not.toThrow();
  });
});

test('[F2] directives go by the names that the text imports them by, or by their namespace', () => {
  const { federation } = parseDefinition(
    lines(
      `extend schema @link(url: "${URL}", as: "fed", import: [{ name: "@key", as: "@primary" }])`,
      'type A @node @primary(fields: "n") @fed__shareable { n: Int @fed__tag(name: "x") }',
    ),
  );
  expect(federation?.entities.get('A')?.keys).toHaveLength(1);
  expect(federation?.applied.get('A')).toEqual([
    { name: 'key', text: '@primary(fields: "n")' },
    { name: 'shareable', text: '@fed__shareable' },
  ]);
  expect(federation?.names).toEqual({
    shareable: 'fed__shareable',
    inaccessible: 'fed__inaccessible',
  });
});

test('[F1] a text without a link is none of Federation', () => {
  expect(parseDefinition('type A @node { n: Int }').federation).toBeUndefined();
});

const A = 'type A @node { n: Int }';
const FIRST = 'https://specs.apollo.dev/federation/v1.0';
const NAMES_ALONE = 'expected names of fields, as in "sku location { latitude }"';
const OWN_NAME = "expected another than nodeId, the database's own beside id";
const REFUSED: readonly Case[] = [
  [
    '[F1] a directive without a link',
    'type A @node @key(fields: "n") { n: Int }',
    `1:14: @key expected extend schema @link(url: "${URL}", import: ["@key"]), got none`,
  ],
  [
    '[F1] two links',
    lines(LINK, `extend schema @link(url: "${URL}")`, A),
    '2:15: definition expected one @link to Federation, got another',
  ],
  [
    '[F1] another version',
    lines(`extend schema @link(url: "${FIRST}")`, A),
    `1:21: url of @link expected Federation v2.0 to v2.14, got ${FIRST}`,
  ],
  [
    '[F1] operations in the schema',
    lines(`extend schema @link(url: "${URL}") { query: A }`, A),
    '1:72: extend schema expected directives alone, got query',
  ],
  [
    '[F2] a directive that is not imported',
    linked('type A @node @inaccessible { n: Int }'),
    '2:14: @inaccessible expected to be imported by @link, got no import of it',
  ],
  [
    '[F2] an import of nothing',
    lines(`extend schema @link(url: "${URL}", import: ["@keys"])`, A),
    '1:79: import of @link expected directives of Federation that definitions take, got @keys',
  ],
  [
    '[F3] a directive in another place',
    linked('type A @node @requires(fields: "n") { n: Int }'),
    '2:14: @requires expected to be on a field, got a type A',
  ],
  [
    '[F3] a directive twice',
    linked('type A @node { n: Int @external @external }'),
    '2:33: A.n expected @external once, got it again',
  ],
  [
    '[F3] a wrong argument',
    linked('type A @node @key(fields: ["n"]) { n: Int }'),
    '2:27: fields of @key expected a string, got ["n"]',
  ],
  [
    '[F3] no argument',
    linked('type A @node @key { n: Int }'),
    '2:14: @key expected the argument fields, got none',
  ],
  [
    '[F4] a directive that is not defined',
    lines(
      LINK,
      'extend schema @link(url: "https://a.test/custom/v1.0", import: ["@custom"])',
      'type A @node @custom { n: Int }',
    ),
    '3:14: @custom expected a definition: directive @custom on OBJECT, got none',
  ],
  [
    '[F4] a directive of its own in another place',
    linked('directive @custom on OBJECT', 'type A @node { n: Int @custom }'),
    '3:23: @custom expected to be on OBJECT, got a field A.n',
  ],
  [
    '[F6] a key of nothing',
    linked('type A @node @key(fields: "m") { n: Int }'),
    '2:27: @key of type A expected fields that are stored, got m',
  ],
  [
    '[F6] a key of a whole object',
    linked('type A @node @key(fields: "p") { p: Point }'),
    '2:27: @key of type A expected members of p in { }, got it alone',
  ],
  [
    '[F6] a key of a list',
    linked('type A @node @key(fields: "p") { p: [Int!] }'),
    '2:27: @key of type A expected fields whose values have an order, got p of type [Int!]',
  ],
  [
    '[F6] a key of what is computed',
    linked('type A @node @key(fields: "c") { n: Int c: Int @customResolver }'),
    '2:27: @key of type A expected fields that are stored, got c',
  ],
  [
    '[F6] a key with an argument',
    linked('type A @node @key(fields: "n(a: 1)") { n: Int }'),
    `2:27: @key of type A ${NAMES_ALONE}, got "n(a: 1)"`,
  ],
  [
    '[F6] a key of a nested type',
    linked(A, 'type P @key(fields: "x") { x: Int }'),
    '3:8: @key expected to be on a node type or an interface, got nested type P',
  ],
  [
    '[F8] an interface object without a key',
    linked('type A @node @interfaceObject { n: Int }'),
    '2:14: @interfaceObject expected a node type with @key, got node type A',
  ],
  [
    '[F9] an external field that is indexed',
    linked('type A @node { n: Int m: Int @external @index }'),
    '2:40: @index expected a field that is kept here, got external field m of type A',
  ],
  [
    '[F10] @requires on a relationship',
    linked(
      'type A @node { n: Int @external',
      '  as: [A!]! @relationship(type: "A", direction: OUT) @requires(fields: "n") }',
    ),
    '3:54: @requires expected a field that holds a value, got field as of type A',
  ],
  [
    '[F10] @requires of nothing',
    linked('type A @node { n: Int c: Int @requires(fields: "m") }'),
    '2:48: @requires of field c of type A expected fields of type A, got m',
  ],
  [
    '[D8] a field nodeId beside a natural key id',
    'type A @node { id: ID! @id nodeId: Int }',
    `1:28: field name of type A ${OWN_NAME}, got nodeId`,
  ],
  [
    '[D37] an interface without the id of its type',
    'interface I { n: Int }\ntype A implements I @node { id: ID! @id n: Int }',
    '2:19: type A expected interfaces that have its field id, got I',
  ],
];

test.each(REFUSED)('%s is refused with its line and column', (_name, text, error) => {
  expect(refusal(text)).toBe(error);
});
