/**
 * A query that comes again is answered without the GraphQL server: the same as that server answers,
 * whatever has changed since, and for each caller what it sees.
 */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { CompiledOperations } from '../../src/graphql/compiled-operations.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';

const SDL = `type Person @node {
  key: ID! @id  name: String  age: Int @index  salary: Float
  friends: [Person!]! @relationship(type: "KNOWS", direction: OUT)
}`;
const MODEL = `model
  schema 1.1
type user
type Person
  relations
    define viewer: [user, user:*]
    define payroll: [user]
    define read: viewer
    define read.salary: payroll
type KNOWS
  relations
    define read: [user:*]`;
const RESPONSE = 'application/graphql-response+json';
const PRINCIPAL = 'x-massive-graph-principal';

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(parseDefinition(SDL));
  await api.data(`mutation { createPeople(input: [
    { key: "ann", name: "Ann", age: 30, salary: 1.5
      friends: { create: [{ node: { key: "bob", name: "Bob", age: 41 } }] } }
    { key: "cy", name: "Cy 😀", age: 52, salary: 2 }
  ]) { info { nodesCreated } } }`);
});

afterAll(() => api[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  readonly headers: readonly (readonly [string, string])[];
}

async function ask(body: object, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(api.server.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: '*/*', ...headers },
    body: JSON.stringify(body),
  });
  const type = response.headers.get('content-type');
  const text = await response.text();
  const told = [...response.headers].filter(([name]) => name !== 'date');
  return { status: response.status, type, text, headers: told };
}

/** Nothing of an answer tells whether it is direct: somebody else may have asked before. */
let direct = 0;
const { find } = CompiledOperations.prototype;
CompiledOperations.prototype.find = function (...asked) {
  const found = find.apply(this, asked);
  if (found !== undefined) direct += 1;
  return found;
};

/** A comment makes another text of it, which the GraphQL server answers. */
let asked = 0;
function anew<Body extends { readonly query: string }>(body: Body): Body {
  asked += 1;
  return { ...body, query: `${body.query} # ${asked}` };
}

/** Asks until it is answered directly, and as often by the GraphQL server. */
async function expectSame(body: { readonly query: string }, headers: Record<string, string> = {}) {
  const wanted = await ask(anew(body), headers);
  for (let time = 0; time < 3; time++) expect(await ask(body, headers)).toEqual(wanted);
  return wanted;
}

const BY_KEY = `query ByKey($key: ID!) {
  person(where: { key: { eq: $key } }) { name age friends { name } }
}`;

test('with other values of its variables, it answers other nodes', async () => {
  const names: unknown[] = [];
  for (const key of ['ann', 'bob', 'cy', 'nobody', '']) {
    const { text } = await expectSame({ query: BY_KEY, variables: { key } } as never);
    names.push(JSON.parse(text).data.person?.name);
  }
  expect(names).toEqual(['Ann', 'Bob', 'Cy 😀', undefined, undefined]);
});

test.each([
  ['query ($age: Int) { people(where: { age: { gte: $age } }) { name } }', { age: 41 }],
  ['query ($age: Int) { people(where: { age: { gte: $age } }) { name } }', { age: 2147483647 }],
  ['query ($age: Int) { people(where: { age: { eq: $age } }) { name } }', { age: null }],
  ['query ($age: Int) { people(where: { age: { eq: $age } }) { name } }', {}],
  ['query ($age: Int = 30) { people(where: { age: { eq: $age } }) { name } }', {}],
  ['query ($pay: Float) { people(where: { salary: { lt: $pay } }) { name } }', { pay: 1.75 }],
  ['query ($limit: Int) { people(limit: $limit) { name } }', { limit: 1 }],
  ['query ($limit: Int) { people(limit: $limit) { name } }', { limit: 2 }],
  ['query ($on: Boolean!) { people { name @include(if: $on) age } }', { on: true }],
  ['query ($on: Boolean!) { people { name @include(if: $on) age } }', { on: false }],
  ['query ($in: [ID!]) { people(where: { key: { in: $in } }) { name } }', { in: ['cy', 'ann'] }],
  ['query ($is: PersonWhere) { people(where: $is) { name } }', { is: { name: { eq: 'Bob' } } }],
  [
    'query ($part: String) { people(where: { name: { contains: $part } }) { name } }',
    { part: '😀' },
  ],
  ['query ($id: ID!) { node(id: $id) { id } }', { id: 'none' }],
])('answers the same: %s %o', async (query, variables) => {
  const { text, status } = await expectSame({ query, variables } as never);
  expect([status, JSON.parse(text).errors]).toEqual([200, undefined]);
});

test.each([
  ['a value of another type', { key: { not: 'text' } }],
  ['a value that is missing', {}],
  ['a value that is null', { key: null }],
])('%s is an error, each time', async (_, variables) => {
  await ask({ query: BY_KEY, variables: { key: 'ann' } });
  const { text } = await expectSame({ query: BY_KEY, variables } as never);
  expect(JSON.parse(text).errors[0].extensions.code).toBe('INVALID_INPUT');
});

test.each([
  ['*/*', 'application/json; charset=utf-8'],
  ['application/json', 'application/json; charset=utf-8'],
  [RESPONSE, `${RESPONSE}; charset=utf-8`],
  [`${RESPONSE}, application/json`, `${RESPONSE}; charset=utf-8`],
  [`application/json, ${RESPONSE}`, 'application/json; charset=utf-8'],
  [`application/json;q=0.5, ${RESPONSE};q=0.9`, `${RESPONSE}; charset=utf-8`],
  ['text/html, application/*', 'application/json; charset=utf-8'],
  ['text/event-stream', 'text/event-stream'],
])('answers in the form that is accepted: %s', async (accept, type) => {
  const body = { query: '{ people { name } }' };
  expect((await expectSame(body, { accept })).type).toBe(type);
});

test('what is written shows at once', async () => {
  const body = { query: '{ peopleConnection { totalCount } }' };
  await expectSame(body);
  await api.data('mutation { createPeople(input: [{ key: "dee" }]) { info { nodesCreated } } }');
  expect((await expectSame(body)).text).toContain('"totalCount":4');
});

test('permissions hold from the moment of their record, for each caller its own', async () => {
  const body = { query: '{ people(sort: [{ key: ASC }]) { key salary } }' };
  const before = await expectSame(body, { [PRINCIPAL]: 'user:acme/ann' });
  expect(JSON.parse(before.text).data.people).toHaveLength(4);
  await api.space.access.installModel({ source: MODEL });
  const none = await expectSame(body, { [PRINCIPAL]: 'user:acme/ann' });
  expect(JSON.parse(none.text)).toEqual({ data: { people: [] } });
  await api.space.access.grant([
    { object: 'Person:*', relation: 'viewer', subject: 'user:*' },
    { object: 'Person:*', relation: 'payroll', subject: 'user:acme/pay' },
  ]);
  const hidden = await expectSame(body, { [PRINCIPAL]: 'user:acme/ann' });
  const { data, extensions } = JSON.parse(hidden.text);
  expect(data.people[0]).toEqual({ key: 'ann', salary: null });
  expect(extensions.hidden[0]).toMatchObject({ path: ['people', 0, 'salary'] });
  const seen = await expectSame(body, { [PRINCIPAL]: 'user:acme/pay' });
  expect(JSON.parse(seen.text).data.people[0]).toEqual({ key: 'ann', salary: 1.5 });
});

test('most of what came again was answered directly, and nothing that came first', async () => {
  expect(direct).toBeGreaterThan(50);
  const before = direct;
  await ask(anew({ query: '{ people { name } }' }));
  expect(direct).toBe(before);
});

test('its operations are counted like others', async () => {
  const count = async () => {
    const metrics = await (await fetch(api.server.metrics)).text();
    const [, seen] =
      /^massive_graph_\w*operation\w*count\{[^}]*query[^}]*\} (\d+)/m.exec(metrics) ?? [];
    return Number(seen);
  };
  const before = await count();
  for (let time = 0; time < 5; time++) await ask({ query: '{ people { name } }' });
  expect((await count()) - before).toBe(5);
});
