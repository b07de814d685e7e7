/** What a gateway is told: nodes by their keys, with what it gives itself, and the schema. */

import { Trace } from '@apollo/usage-reporting-protobuf';
import { describe, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { PRINCIPAL_HEADER } from '../../src/server/authentication/credential.ts';
import { serveTestSpace } from '../fixture/api.ts';
import { serveGuarded } from '../fixture/guarded-api.ts';
import { type Operation, testChannel, withIds } from '../fixture/leak-channel.ts';
import {
  answerOf,
  EVE,
  type LeakWorld,
  openLeakWorld,
  ROOT,
  ROUTER_SECRET,
} from '../fixture/leak-world.ts';

const PERSON = '... on Person { email name salary badge }';

/** A query for references, each without its braces, and what is answered. */
function entities(
  references: readonly string[],
  selection: string,
  ...patterns: readonly string[]
): Operation {
  const all = references.map((each) => `{ __typename: ${each} }`).join(' ');
  return [`{ _entities(representations: [${all}]) { ${selection} } }`, ...patterns];
}

const ECHO = '\\[\\{"name":"red","people":\\[\\]\\}\\]';
const NOTHING = '\\{"data":\\{"_entities":\\[null(?:,null)*\\]\\}\\}';

testChannel('entities', [
  entities(['"Person", email: "ann@x"', '"Person", email: "hal@x"'], PERSON, 'Ann', ',null\\]'),
  entities(['"Person", id: "«hal»"', '"Person", id: "«ida»"'], PERSON, NOTHING),
  entities(['"Vault", code: "v1"', '"Vault", code: "v2"', '"Vault", code: "no"'], '__typename'),
  entities(['"Person", id: "«ann»"', '"Vault", id: "«v1:Vault»"'], '__typename', 'Person.*null'),
  // Of an index of one field: Hal and Ida have the name of Ann.
  entities(['"Person", name: "Ann"', '"Person", name: "Bob"'], PERSON, 'ann@x.*bob@x'),
  entities(['"Vault", label: "gold"'], '... on Vault { code }', NOTHING),
  entities(['"Person", badge: "b1"', '"Person", badge: "b9"'], PERSON, NOTHING),
  entities(['"Person", badge: "badge of hal@x"'], PERSON, NOTHING),
  // Of several fields: one that is seen, and one that is not.
  entities(['"Person", name: "Ann", salary: 100', '"Person", name: "Bob", salary: 200'], PERSON),
  entities(['"Person", name: "Ann", salary: 100'], PERSON, NOTHING),
  entities(['"Person", name: "Ann", salary: null'], PERSON, NOTHING),
  entities(['"Person", note: "note 0", home: { street: "Elm Street" }'], PERSON, NOTHING),
  entities(['"Person", note: "note 0", home: { street: null }'], PERSON, NOTHING),
  entities(['"Person", note: "note 0", home: null'], PERSON, NOTHING),
  // A natural key finds the node, and the other field is compared with it; what others have and is
  // not found is answered with what it is named by.
  entities(['"Team", name: "red", budget: 1'], `... on Team { name people { email } }`, ECHO),
  entities(['"Team", name: "red"'], '... on Team { name budget people { email } }', 'ann@x'),
]);

testChannel('entities of interfaces', [
  entities(['"Prized", bonus: 7', '"Prized", id: "«hal»"'], '__typename', NOTHING),
  entities(['"Prized", id: "«ann»"', '"Prized", id: "«v1:Vault»"'], '__typename', 'Person'),
  entities(['"Prized", bonus: null'], '__typename', NOTHING),
  entities(
    ['"Prized", id: "«bob»"', '"Prized", id: "«v2:Vault»"'],
    '... on Prized { bonus } ... on Person { name }',
    '"bonus":null,"name":"Bob"',
    'NOT_GRANTED',
  ),
]);

testChannel('errors and places of entities', [
  entities(
    ['"Person", name: "Ann"', '"Person"', '"Nothing", name: "Ann"', '"Person", badge: "b1"'],
    PERSON,
    '"data":\\{"_entities":\\[\\{"email":"ann@x"[^}]*\\},null,null,null\\]',
    '"path":\\["_entities",1\\].*"path":\\["_entities",2\\]',
    '"path":\\["_entities",0,"badge"\\],"code":"NOT_GRANTED","relation":"read.badge"',
  ),
  entities(
    ['"Vault", label: "gold"', '"Person", email: { a: 1 }', '"Vault", label: "gold"'],
    '... on Vault { code }',
    '"_entities":\\[null,null,null\\]',
    '"path":\\["_entities",1\\]',
  ),
  entities(['"Prized", bonus: 7', '"Prized", bonus: "7"'], '__typename', 'value of Int'),
  [
    `{ one: _entities(representations: [{ __typename: "Person", id: "«hal»" }]) { __typename }
      two: _entities(representations: [
        { __typename: "Person", id: "«ann»" }, { __typename: "Person", id: "«ida»" }
      ]) { ...P } }
     fragment P on Person { salary home { street } knows { email } paid }`,
    '"one":\\[null\\],"two":\\[\\{"salary":null',
    '"path":\\["two",0,"salary"\\]',
  ],
  // Eve sees one Ann and no vault, root sees several.
  entities(['"Person", name: "Ann"', '"Vault", label: "gold"'], '__typename', 'Person"\\},null\\]'),
]);

const ASKED = '... on Person { email graded promoted admitted }';

testChannel('fields that are made of what a gateway gives', [
  entities(
    ['"Person", email: "ann@x", grade: 3, marks: ["m1"], salary: 100'],
    ASKED,
    '"graded":"\\{[^}]*name[^}]*Ann[^}]*grade[^}]*3\\}"',
    '"promoted":null,"admitted":null',
    '"relation":"read.salary".*|"relation":"read.marks"',
  ),
  entities(['"Person", email: "bob@x", grade: 3'], ASKED, '"promoted":null,"admitted":null'),
  entities(['"Person", email: "bob@x"'], ASKED, 'of another subgraph, got none'),
  entities(['"Person", email: "bob@x", grade: "x"'], ASKED, 'expected a value of Int'),
  entities(
    ['"Person", email: "bob@x", marks: ["m2"]', '"Person", email: "cid@x", marks: null'],
    '... on Person { admitted }',
    '"admitted":null',
    'NOT_GRANTED',
  ),
  entities(['"Person", email: "hal@x", grade: 3', '"Person", email: "ida@x", grade: 3'], ASKED),
  // What is given for one node is nothing to those that it leads to.
  entities(
    ['"Person", email: "cid@x", grade: 3, marks: []'],
    '... on Person { knows { email graded } }',
    'got none',
  ),
  ['{ people { email graded admitted } }', 'got none'],
]);

const TRACED = {
  'content-type': 'application/json',
  'apollo-federation-include-trace': 'ftv1',
} as const;

/** What differs by itself: times and their places in bytes. */
async function traceOf(world: LeakWorld, actor: string, query: string): Promise<unknown> {
  const response = await fetch(world.server.graphql, {
    method: 'POST',
    headers: {
      ...TRACED,
      'router-authorization': ROUTER_SECRET,
      [PRINCIPAL_HEADER]: actor,
    },
    body: JSON.stringify({ query: withIds(query, world) }),
  });
  const answer = (await response.json()) as { extensions?: { ftv1?: string } };
  const { ftv1 = '', ...extensions } = answer.extensions ?? {};
  const { root } = Trace.toObject(Trace.decode(Buffer.from(ftv1, 'base64')));
  return { answer: { ...answer, extensions }, root: withoutTimes(root) };
}

function withoutTimes(node: unknown): unknown {
  const text = JSON.stringify(node);
  return JSON.parse(text, (name, value) => (/Time$/.test(name) ? undefined : value));
}

/** The messages in a trace, wherever they stand. */
function errorsOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { error = [] } = node as { readonly error?: readonly { readonly message: string }[] };
  return [...error.map(({ message }) => message), ...Object.values(node).flatMap(errorsOf)];
}

describe('traces', () => {
  const QUERIES = [
    `{ _entities(representations: [
      { __typename: "Person", name: "Ann", grade: 1 } { __typename: "Person", id: "«hal»" }
      { __typename: "Vault", label: "gold" } { __typename: "Person", name: "Ann", salary: 100 }
      { __typename: "Person" }
    ]) { __typename ... on Person { email salary home { street } knows { email } admitted } } }`,
    '{ people { email badge knows { email } vaults { code } } prizeds { bonus } }',
    '{ node(id: "«hal»") { id } shortestPath(from: "«ann»", to: "«hal»") { length } }',
    '{ person(where: { badge: { eq: "b1" } }) { email graded } }',
  ];

  test('have the same errors, types and places, whatever is hidden', async () => {
    await using one = await openLeakWorld('one');
    await using other = await openLeakWorld('other');
    for (const query of QUERIES) {
      const told = await traceOf(one, EVE, query);
      expect(await traceOf(other, EVE, query)).toEqual(told);
      expect(JSON.stringify(told)).toContain('"responseName"');
    }
    const [asked = ''] = QUERIES;
    expect(await traceOf(other, ROOT, asked)).not.toEqual(await traceOf(one, ROOT, asked));
  });

  test('have the errors that the answer has', async () => {
    await using world = await openLeakWorld('one');
    for (const query of QUERIES) {
      const { answer, root } = (await traceOf(world, EVE, query)) as {
        readonly answer: { readonly errors?: readonly { readonly message: string }[] };
        readonly root: unknown;
      };
      const messages = errorsOf(root);
      const expected = (answer.errors ?? []).map(({ message }) => message);
      expect(messages.sort()).toEqual(expected.sort());
    }
  });

  test('are for those alone who may ask how they are answered', async () => {
    const limits = { principals: { 'user:acme/program': { explain: true } } };
    await using guarded = await serveGuarded({ anonymous: true, limits });
    const ask = async (headers: Readonly<Record<string, string>>) => {
      const body = JSON.stringify({ query: '{ airports { code } }' });
      return await (await fetch(guarded.url, { method: 'POST', headers, body })).text();
    };
    const plain = await ask({ 'content-type': 'application/json' });
    expect(await ask(TRACED)).toBe(plain);
    expect(await ask({ ...TRACED, 'router-authorization': ROUTER_SECRET })).toBe(plain);
    expect(await ask({ ...TRACED, authorization: `Bearer ${guarded.apiKey}` })).toContain('ftv1');
  });

  test('tell what went wrong within a function as little as the answer', async () => {
    const sdl = 'type City @node { code: ID! @id made: String @customResolver }';
    const made = () => {
      throw new Error('a secret of the owner');
    };
    await using api = await serveTestSpace(parseDefinition(sdl), { resolvers: { City: { made } } });
    await api.data('mutation { createCities(input: [{ code: "A" }]) { info { nodesCreated } } }');
    const body = JSON.stringify({ query: '{ cities { code made } }' });
    const response = await fetch(api.server.graphql, { method: 'POST', headers: TRACED, body });
    const { errors, extensions } = await response.json();
    const { root } = Trace.toObject(Trace.decode(Buffer.from(extensions.ftv1, 'base64')));
    expect(errors).toHaveLength(1);
    expect(errorsOf(root)).toEqual([errors[0].message]);
    expect(JSON.stringify(root)).not.toContain('secret');
  });
});

describe('the schema of a subgraph', () => {
  test('is the same whatever is hidden', async () => {
    await using one = await openLeakWorld('one');
    await using other = await openLeakWorld('other');
    const query = '{ _service { sdl } }';
    const told = await answerOf(one, EVE, { query });
    expect(await answerOf(other, EVE, { query })).toBe(told);
    expect(told).toContain('type Person');
  });

  test('is told by nothing where it is told to routers alone', async () => {
    await using api = await serveTestSpace(parseDefinition(SDL), { introspection: false });
    const operations = [
      '{ _service { sdl } }',
      '{ _entities(representations: [{}]) { __typename } }',
      '{ _entities(representations: [{ __typename: "Team" }]) { __typename } }',
      '{ _entities(representations: [{ __typename: "Tea" }]) { __typename } }',
      '{ _entities(representations: [{ __typename: "Team", code: {} }]) { __typename } }',
      '{ _entitie(representations: []) { __typename } _servic { sdl } }',
      '{ _entities(representations: []) { ... on Tea { code } } }',
    ];
    for (const operation of operations) {
      const { errors } = await api.send(operation);
      expect(errors).not.toBeUndefined();
      expect(JSON.stringify(errors)).not.toMatch(/budget|City|Did you mean/);
    }
  });
});

const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
  type Team @node @key(fields: "code") @key(fields: "budget") { code: ID! @id budget: Int }
  type City @node @key(fields: "code") { code: ID! @id }
`;
