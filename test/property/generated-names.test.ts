/**
 * Whatever a definition calls its types and fields, it is refused with the place and the name, or
 * makes an API in which everything is there and answers. Names that could meet what is generated
 * are taken from the API itself, so that what it is given later is met here too.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { serveTestSpace } from '../fixture/api.ts';
import { definitionText, HARMLESS, judge, type Names, namesIn, shapeOf } from './hostile-names.ts';

const harmless = buildSchema(parseDefinition(definitionText(HARMLESS)));
const shape = shapeOf(harmless);
const { types, roots, members } = namesIn(harmless);

/** Names that mean something to GraphQL, to JavaScript, or to filters, cursors and versions. */
const WORDS = [
  ...['__proto__', '__typename', '__schema', '__x', '_', 'constructor', 'prototype', 'toString'],
  ...['valueOf', 'hasOwnProperty', 'then', 'toJSON', 'length', 'name', 'arguments', 'class'],
  ...['AND', 'OR', 'NOT', 'true', 'false', 'null', 'set', 'id', 'key', 'version', 'ifVersion'],
  ...['type', 'query', 'mutation', 'fragment', 'on', 'node', 'nodes', 'edge', 'edges', 'cursor'],
];

const TYPE_NAMES = [...new Set([...types, ...roots.map(upperFirst), ...WORDS.map(upperFirst)])];
const MEMBER_NAMES = [...new Set([...members, ...WORDS, ...types.map(lowerFirst)])];

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** What is wrong with what each name leads to in one place of the definition, and how many do. */
function judgeAll(place: keyof Names, names: readonly string[]) {
  const wrong: string[] = [];
  const made: string[] = [];
  for (const name of names) {
    const verdict = judge(definitionText({ ...HARMLESS, [place]: name }), shape);
    if (verdict.kind === 'wrong') wrong.push(`${name}: ${verdict.why}`);
    if (verdict.kind === 'made') made.push(name);
    if (verdict.kind !== 'refused') continue;
    const isNamed = verdict.message.toLowerCase().includes(name.toLowerCase());
    if (!isNamed) wrong.push(`${name}: refused for ${verdict.message}`);
  }
  return { wrong, made, refusedCount: names.length - made.length - wrong.length };
}

describe('a name of the API', () => {
  test.each(['node', 'other', 'properties', 'nested', 'enum', 'interface', 'union'] as const)(
    'as that of a type is refused with its place, or leaves the API whole: %s',
    (place) => {
      const { wrong, made, refusedCount } = judgeAll(place, TYPE_NAMES);
      expect(wrong).toEqual([]);
      expect(refusedCount).toBeGreaterThan(80);
      expect(made.length).toBeGreaterThan(20);
    },
    120_000,
  );

  test('as that of a value of an enum is refused with its place, or leaves the API whole', () => {
    const { wrong, made, refusedCount } = judgeAll('enumValue', WORDS);
    expect(wrong).toEqual([]);
    expect(refusedCount).toBeGreaterThan(3);
    expect(made.length).toBeGreaterThan(20);
  }, 120_000);

  test('as a plural is refused with its place, or leaves the API whole', () => {
    const { wrong, made, refusedCount } = judgeAll('plural', [...roots, ...WORDS]);
    expect(wrong).toEqual([]);
    expect(refusedCount).toBeGreaterThan(20);
    expect(made.length).toBeGreaterThan(20);
  }, 120_000);
});

/** All of them as scalars of each kind of type, and as relationships, at once. */
interface Members {
  readonly fields: readonly string[];
  readonly relationships: readonly string[];
  readonly properties: readonly string[];
  readonly nested: readonly string[];
}

function manyMembers({ fields, relationships, properties, nested }: Members): string {
  const scalars = (names: readonly string[]) => names.map((name) => `  ${name}: Int\n`).join('');
  const edges = relationships.map(
    (name, index) => `  ${name}: [Tune!]! @relationship(type: "R${index}", direction: OUT)\n`,
  );
  return `type Tune @node {
  code: String! @id
  sleeve: Cover
  next: [Tune!]! @relationship(type: "NEXT", direction: OUT, properties: "Gig")
${scalars(fields)}}
type Band @node {
  size: Int
${edges.join('')}}
type Gig @relationshipProperties {
${scalars(properties)}}
type Cover {
${scalars(nested)}}
`;
}

/** Those that a definition may have, each beside the ones before it. */
function allowed(place: keyof Members, own: readonly string[]): string[] {
  const none = { fields: [], relationships: [], properties: ['fee'], nested: ['width'] };
  const kept: string[] = [];
  for (const name of MEMBER_NAMES) {
    if (own.includes(name)) continue;
    try {
      parseDefinition(manyMembers({ ...none, [place]: [...kept, name] }));
      kept.push(name);
    } catch (error) {
      expect(error).toMatchObject({ code: 'INVALID_INPUT', position: expect.anything() });
      expect(String(error)).toContain(name);
    }
  }
  expect(kept.length).toBeGreaterThan(MEMBER_NAMES.length / 2);
  return kept;
}

describe('all names of the API that a definition may have', () => {
  const all: Members = {
    fields: allowed('fields', ['code', 'sleeve', 'next']),
    relationships: allowed('relationships', ['size']),
    properties: allowed('properties', []),
    nested: allowed('nested', []),
  };

  test('are fields and relationships beside each other', () => {
    const numbered = (names: readonly string[]) => names.map((_, index) => `m${index}`);
    const other: Members = {
      fields: numbered(all.fields),
      relationships: numbered(all.relationships),
      properties: numbered(all.properties),
      nested: numbered(all.nested),
    };
    const expected = shapeOf(buildSchema(parseDefinition(manyMembers(other))));
    expect(judge(manyMembers(all), expected)).toMatchObject({ kind: 'made' });
  });

  test('hold values, which are read, sorted, filtered and figured', async () => {
    await using api = await serveTestSpace(parseDefinition(manyMembers(all)));
    const valuesOf = (names: readonly string[]) =>
      Object.fromEntries(names.map((name, index) => [name, index]));
    const input = {
      ...valuesOf(all.fields),
      code: 'a',
      sleeve: valuesOf(all.nested),
    };
    const next = { create: [{ node: { code: 'b' }, edge: valuesOf(all.properties) }] };
    await api.data(
      `mutation ($input: [TuneCreateInput!]!) {
        createTunes(input: $input) { info { nodesCreated } }
      }`,
      { input: [{ ...input, next }] },
    );
    const selected = (names: readonly string[]) => names.join(' ');
    for (const name of all.fields) {
      const index = all.fields.indexOf(name);
      const query = `query ($where: TuneWhere, $sort: [TuneSort!]) {
        tunes(where: $where, sort: $sort) { ${name} }
        tunesConnection { aggregate { node { ${name} { max } } } }
      }`;
      const variables = { where: { [name]: { eq: index } }, sort: [{ [name]: 'ASC' }] };
      const { tunes, tunesConnection } = await api.data(query, variables);
      const figures = Object.fromEntries([[name, { max: index }]]);
      expect({ tunes, tunesConnection }).toEqual({
        tunes: [Object.fromEntries([[name, index]])],
        tunesConnection: { aggregate: { node: figures } },
      });
    }
    const whole = await api.data(`{ tune(where: { code: { eq: "a" } }) {
      sleeve { ${selected(all.nested)} }
      nextConnection { edges { properties { ${selected(all.properties)} } } }
    } }`);
    expect(whole.tune).toEqual({
      sleeve: valuesOf(all.nested),
      nextConnection: { edges: [{ properties: valuesOf(all.properties) }] },
    });
  }, 120_000);
});

test('names that are put together of generated words are refused, or leave the API whole', () => {
  const word = fc.constantFrom(
    ...['A', 'B', 'Tune', 's', 'es', '_', 'Create', 'Update', 'Delete', 'Where', 'Sort', 'Field'],
    ...['Edge', 'Connection', 'Relationship', 'Change', 'Changes', 'Aggregate', 'Input', 'Unique'],
    ...['Mutation', 'Mutations', 'Response', 'Filters', 'Scalar', 'Node', 'Connect'],
    ...['Enum', 'List', 'Implementation'],
  );
  const text = fc
    .tuple(fc.constantFrom('A', 'B', 'Tune', 'Create'), fc.array(word, { maxLength: 3 }))
    .map(([first, rest]) => first + rest.join(''));
  const upper = text.map(upperFirst);
  const lower = text.map(lowerFirst);
  const tally = { made: 0, refused: 0 };
  fc.assert(
    fc.property(
      fc.record({
        ...{ node: upper, plural: lower, other: upper, properties: upper, nested: upper },
        ...{ enum: upper, interface: upper, union: upper, shared: lower, ends: lower },
        ...{ relationship: lower, back: lower, field: lower },
      }),
      (names) => {
        const verdict = judge(definitionText({ ...HARMLESS, ...names }), shape);
        if (verdict.kind === 'wrong') throw new Error(verdict.why);
        tally[verdict.kind] += 1;
      },
    ),
    { numRuns: 1_500, seed: 20_261_127 },
  );
  expect(tally.made).toBeGreaterThan(100);
  expect(tally.refused).toBeGreaterThan(100);
}, 120_000);
