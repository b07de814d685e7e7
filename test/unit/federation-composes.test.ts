/** What the SDL of a subgraph is made of composes, whatever a definition hides or names. */

import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { subgraphSdl } from '../../src/graphql/federation/subgraph-sdl.ts';
import { buildSchema } from '../../src/graphql/schema.ts';

const NAMES = '"@key", "@shareable", "@external", "@requires", "@inaccessible", "@tag"';
const LINK = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.7", import: [${NAMES}])`;

function sdlOf(text: string): string {
  const definition = parseDefinition(`${LINK}\n${text}`);
  return subgraphSdl(buildSchema(definition), definition);
}

/** What is wrong with a graph of these subgraphs. */
function errorsOf(...sdls: readonly string[]): readonly string[] {
  const subgraphs = sdls.map((sdl, index) => {
    return { name: `s${index}`, url: '', typeDefs: parse(sdl) };
  });
  return (composeServices(subgraphs).errors ?? []).map(({ message }) => message);
}

function keyed(members: string, others = ''): string {
  return `${others} type T @node @key(fields: "code") { code: ID! @id ${members} }`;
}

const OF_ITS_OWN = 'ts: [T!]! @relationship(type: "A", direction: OUT, properties: "P")';

test.each([
  ['a required field', keyed('n: Int! @inaccessible')],
  ['the only field beside the key', keyed('n: Int @inaccessible')],
  ['a relationship', keyed('ts: [T!]! @relationship(type: "A", direction: OUT) @inaccessible')],
  ['an object that is required', keyed('n: N!', 'type N @inaccessible { a: Int }')],
  ['all fields of an object', keyed('n: N!', 'type N { a: Int @inaccessible }')],
  ['an enum that is required', keyed('e: E!', 'enum E @inaccessible { A }')],
  ['all values of an enum', keyed('e: E', 'enum E { A @inaccessible }')],
  [
    'properties of edges',
    keyed(OF_ITS_OWN, 'type P @relationshipProperties @inaccessible { e: Int }'),
  ],
  ['a property', keyed(OF_ITS_OWN, 'type P @relationshipProperties { e: Int! @inaccessible }')],
  ['a key', keyed('n: Int').replace('@id', '@id @inaccessible')],
  [
    'every type of an interface',
    'interface I { n: Int } type T implements I @node @inaccessible { n: Int }',
  ],
  ['a type', `${keyed('n: Int')} type S @node @inaccessible { n: Int! }`],
])('where %s is hidden', (_, text) => {
  expect(errorsOf(sdlOf(text))).toEqual([]);
});

test('a field of the name of what pages have leaves theirs', () => {
  const sdl = sdlOf(keyed('totalCount: Int @inaccessible'));
  expect(errorsOf(sdl)).toEqual([]);
  expect(sdl).toMatch(/type TsConnection \{[^}]*totalCount: Int!\n/);
});

test('fields of others of every type', () => {
  const external = `p: Point @external s: [Duration!] @external j: JSON @external e: E @external
    d: D @external c: Int @requires(fields: "p { latitude } s j e d { n e }")`;
  const types = 'enum E { A B } type D { n: Int @shareable e: E @external }';
  const other = `${LINK}
    scalar Duration scalar JSON enum E { A B } type D { n: Int @shareable e: E @shareable }
    type Point @shareable { latitude: Float! longitude: Float! }
    type T @key(fields: "code") { code: ID! p: Point s: [Duration!] j: JSON e: E d: D }`;
  const errors = errorsOf(sdlOf(keyed(external, types)), other);
  expect(errors).toEqual([]);
});

test('an object of others that the text extends', () => {
  const text = keyed(
    'd: D @external c: Int @requires(fields: "d { n }")',
    'extend type D { n: Int }',
  );
  const other = `${LINK}
    type D { n: Int @shareable } type T @key(fields: "code") { code: ID! d: D }`;
  const errors = errorsOf(sdlOf(text).replace('type D {', 'type D @shareable {'), other);
  expect(errors).toEqual([]);
});

test('of very many hidden fields no type is read for each of them', () => {
  const fields = Array.from({ length: 60 }, (_, index) => `a${index}: Int @inaccessible`).join(
    '\n',
  );
  const types = Array.from(
    { length: 120 },
    (_, index) => `type T${index} @node { ${fields} n: Int }`,
  );
  expect(sdlOf(types.join('\n'))).toContain('a59: Int @inaccessible');
});
