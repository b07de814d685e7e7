/** Mistakes in what a definition says to Federation, and what is said of them. */

import { describe, expect, test } from 'vitest';
import { refusal } from './definition-refusal.ts';

const DIRECTIVES = [
  ...['@key', '@shareable', '@external', '@requires', '@provides', '@override', '@tag'],
  ...['@inaccessible', '@interfaceObject', '@composeDirective'],
];
const KEYED = 'type T @node @key(fields: "code")';

const OF_INTERFACE = 'type T implements I @node @key(fields: "id") { n: Int }';

type Case = readonly [name: string, text: string, error: string];

function linked(text: string, minor = 7, imports: readonly string[] = DIRECTIVES): string {
  const names = imports.map((name) => (name.startsWith('{') ? name : `"${name}"`)).join(', ');
  const url = `"https://specs.apollo.dev/federation/v2.${minor}"`;
  return `extend schema @link(url: ${url}, import: [${names}])\n${text}`;
}

/** A keyed type with these members beside its key. */
function keyed(...members: string[]): string {
  return linked(`${KEYED} { code: ID! @id\n${members.join('\n')} }`);
}

function link(given: string): string {
  return `extend schema @link(${given})\n${KEYED} { code: ID! @id }`;
}

const FEDERATION = 'url: "https://specs.apollo.dev/federation/v2.7"';

const LINKS: readonly Case[] = [
  [
    'a url that is none',
    link(`${FEDERATION}) @link(url: "none"`),
    'the url of a specification, got "none"',
  ],
  ['two urls', link(`${FEDERATION}, url: "https://a.dev/b/v1.0"`), 'expected url once'],
  ['a number as name', link(`${FEDERATION}, as: 5`), 'as of @link expected a string, got 5'],
  ['an empty name', link(`${FEDERATION}, as: ""`), 'expected a name without __, got ""'],
  ['a name with __', link(`${FEDERATION}, as: "a__b"`), 'a name without __, got "a__b"'],
  ['the name of links', link(`${FEDERATION}, as: "link"`), 'that no other link has'],
  [
    'one name of two links',
    link(`${FEDERATION}) @link(url: "https://a.dev/federation"`),
    'no other',
  ],
  ['a purpose that is none', link(`${FEDERATION}, for: FUN`), 'SECURITY or EXECUTION, got FUN'],
  ['one import alone', link(`${FEDERATION}, import: "@key"`), 'expected a list, as in ["@key"]'],
  ['null as an import', link(`${FEDERATION}, import: [null]`), 'got null'],
  ['an import without @', link(`${FEDERATION}, import: ["key"]`), 'names of Federation, got key'],
  ['an import that is no name', link(`${FEDERATION}, import: ["@a b"]`), 'got "@a b"'],
  ['another letter', link(`${FEDERATION}, import: ["@é"]`), 'got "@é"'],
  [
    'an import with another member',
    link(`${FEDERATION}, import: [{ name: "@key", at: 5 }]`),
    'got {name: "@key", at: 5}',
  ],
  [
    'one directive under two names',
    link(`${FEDERATION}, import: ["@key", { name: "@key", as: "@primary" }]`),
    'expected each name once, got @key again',
  ],
  [
    'two directives under one name',
    link(`${FEDERATION}, import: ["@key", { name: "@tag", as: "@key" }]`),
    'expected each name once, got @key again',
  ],
  [
    'a directive of definitions',
    link(`${FEDERATION}, import: [{ name: "@tag", as: "@node" }]`),
    'expected a name that definitions do not take, got @node',
  ],
  [
    'a type of Federation that is declared',
    `${linked('', 7, ['@key', 'FieldSet'])}type FieldSet @node { n: Int }`,
    'type name expected one that no specification takes, got FieldSet',
  ],
  [
    'a type with a name of Federation',
    linked('type federation__Scope @node { n: Int }'),
    'type name expected one that no specification takes, got federation__Scope',
  ],
];

const VERSIONS: readonly Case[] = [
  ['@policy', linked(`${KEYED} { code: ID! @id }`, 5, ['@key', '@policy']), 'v2.6 or later'],
  ['a type', linked(`${KEYED} { code: ID! @id }`, 4, ['@key', 'Scope']), 'v2.5 or later'],
  [
    'a directive that is not imported',
    linked(`${KEYED} @federation__authenticated { code: ID! @id }`, 4, ['@key']),
    '@federation__authenticated expected Federation v2.5 or later, got v2.4',
  ],
  [
    'a key of an interface',
    linked(`interface I @key(fields: "id") { n: Int } ${OF_INTERFACE}`, 2, ['@key']),
    '@key of an interface expected Federation v2.3 or later, got v2.2',
  ],
  [
    'a label',
    linked('type T @node { n: Int @override(from: "b", label: "l") }', 6, ['@override']),
    '@override with a label expected Federation v2.7 or later, got v2.6',
  ],
];

const OBJECT = 'type D { n: Int }';

const FIELD_SETS: readonly Case[] = [
  [
    'a comment in a key',
    linked('type T @node @key(fields: "a # b") { a: Int }'),
    'names of fields',
  ],
  [
    'a path of 256 bytes',
    linked(`type T @node @key(fields: "${'a'.repeat(256)}") { a: Int }`),
    'names of fields',
  ],
  [
    'a key of an interface that its type lacks',
    linked(`interface I @key(fields: "n m") { n: Int m: Int }
    type T implements I @node @key(fields: "n") { n: Int m: Int }`),
    '3:23: type T expected the key "n m" of interface I, got none that is resolved here',
  ],
  [
    'a key of an interface that is not resolved',
    linked(`interface I @key(fields: "n") { n: Int }
    type T implements I @node @key(fields: "n", resolvable: false) { n: Int }`),
    'expected the key "n" of interface I',
  ],
  [
    'what is kept',
    keyed('n: Int', 'c: Int @requires(fields: "n")'),
    '@requires of field c of type T expected fields that are @external, got n',
  ],
  [
    'a key',
    keyed('c: Int @requires(fields: "code")'),
    '@requires of field c of type T expected fields that are @external, got code',
  ],
  [
    'an object alone',
    `${keyed('d: D @external', 'c: Int @requires(fields: "d")')} ${OBJECT}`,
    'expected members of d in { }, got it alone',
  ],
  [
    'what an object does not have',
    `${keyed('d: D @external', 'c: Int @requires(fields: "d { x }")')} ${OBJECT}`,
    'expected fields of type D, got x',
  ],
  [
    'what every object of JavaScript has',
    `${keyed('d: D @external', 'c: Int @requires(fields: "d { constructor }")')} ${OBJECT}`,
    'expected fields of type D, got constructor',
  ],
  [
    'a member of a value',
    keyed('d: Int @external', 'c: Int @requires(fields: "d { n }")'),
    'expected no members of a value, got d.n',
  ],
  [
    'a member that a point does not have',
    keyed('d: Point @external', 'c: Int @requires(fields: "d { height }")'),
    'expected fields of type Point, got height',
  ],
  [
    'what a related type does not have',
    keyed(
      'ts: [T!]! @relationship(type: "A", direction: OUT) @provides(fields: "n")',
      'm: Int @external',
    ),
    '@provides of field ts of type T expected fields of type T, got n',
  ],
  [
    'a relationship, and so a cycle',
    keyed(
      'ts: [T!]! @relationship(type: "A", direction: OUT) @provides(fields: "ts { ts { n } }")',
      'n: Int @external',
    ),
    'expected no relationship, which takes arguments, got ts.ts.n',
  ],
  [
    'a field of a value',
    keyed('n: Int @provides(fields: "x")'),
    'that leads to nodes, got another',
  ],
  [
    'no selection',
    keyed('ts: [T!]! @relationship(type: "A", direction: OUT) @provides(fields: "{{{")'),
    'expected names of fields',
  ],
];

const FIELDS: readonly Case[] = [
  [
    'the name of what is generated',
    keyed(
      'ts: [T!]! @relationship(type: "A", direction: OUT)',
      'tsConnection: Int @external c: Int @requires(fields: "tsConnection")',
    ),
    'field name of type T expected one that ts does not generate, got tsConnection',
  ],
  [
    'a field of an interface',
    linked(`interface I { n: Int }
    ${KEYED.replace('@node', 'implements I @node')} { code: ID! @id n: Int @external }`),
    'field n of type T expected to be stored, as in interface I, got @external',
  ],
  [
    'all that edges have',
    `${keyed('ts: [T!]! @relationship(type: "A", direction: OUT, properties: "P")')}
    type P @relationshipProperties { e: Int @external }`,
    'type P expected a field that is kept here, got only fields of other subgraphs',
  ],
];

const DIRECTIVE_USES: readonly Case[] = [
  ['@shareable twice', keyed('n: Int @shareable @shareable'), 'T.n expected @shareable once'],
  [
    'a field of an interface that is shareable',
    linked(`interface I { n: Int @shareable } ${OF_INTERFACE}`),
    '@shareable expected to be on a type or a field, got a field of an interface I.n',
  ],
  ['its own twice', linked('directive @a on OBJECT type T @node @a @a { n: Int }'), '@a once'],
  [
    'an argument twice',
    linked('directive @a(b: Int) on OBJECT type T @node @a(b: 1, b: 2) { n: Int }'),
    '@a expected b once, got it again',
  ],
  ['@deprecated anew', linked('directive @deprecated on OBJECT'), 'its own, got @deprecated'],
  ['@node anew', linked('directive @node on OBJECT'), 'a name of its own, got @node'],
  ['@link anew', linked('directive @link on SCHEMA'), 'a name of its own, got @link'],
  ['a name with __', linked('directive @__a on OBJECT'), 'a name of its own, got @__a'],
  ...['@none', 'key', '@key'].map((name): Case => {
    return [
      `${name} composed`,
      `extend schema @composeDirective(name: "${name}")\n${linked(`${KEYED} { code: ID! @id }`)}`,
      `that another @link imports and the text defines, got "${name}"`,
    ];
  }),
];

describe.each([
  ['links', LINKS],
  ['a version that lacks it', VERSIONS],
  ['a selection of fields', FIELD_SETS],
  ['an external field', FIELDS],
  ['a directive', DIRECTIVE_USES],
])('%s', (_, cases) => {
  test.each(cases)('%s is refused', (_name, text, error) => {
    expect(refusal(text)).toContain(error);
  });
});

test.each([
  ['the link of links', `${link(`${FEDERATION}, import: ["@key"]`)}`, 'specs.apollo.dev/link/v1.0'],
  ['an import twice', link(`${FEDERATION}, import: ["@key", "@key"]`), ''],
  ['another name', link(`${FEDERATION}, as: "fed"`).replace('@key', '@fed__key'), ''],
  [
    'names of JavaScript',
    linked('type constructor @node @key(fields: "toString") { toString: Int }'),
    '',
  ],
])('%s is taken', (_name, text, other) => {
  const links = other === '' ? '' : `extend schema @link(url: "https://${other}")\n`;
  expect(refusal(`${links}${text}`)).toBe('no error');
});

test('of very many directives on one type nothing is read twice', () => {
  const tags = '@a '.repeat(100_000);
  const text = linked(`directive @a repeatable on OBJECT type T @node ${tags} { n: Int }`);
  expect(refusal(text)).toBe('no error');
});
