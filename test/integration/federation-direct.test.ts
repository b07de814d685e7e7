/**
 * References of a gateway that come again are answered without the GraphQL server, by one plan
 * whatever they name: the same as that server answers.
 */

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { GRAPHQL_VARIABLES_DEPTH_MAX } from '../../src/base/limits.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import type { CompiledPlan } from '../../src/graphql/compiled-operation.ts';
import { CompiledOperations } from '../../src/graphql/compiled-operations.ts';
import { type Api, type ApiResult, serveTestSpace } from '../fixture/api.ts';

const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
  type Product @node @key(fields: "code") {
    code: ID! @id
    stock: Int
  }
  type Brand @node @key(fields: "seat { city }") {
    name: String
    seat: Seat!
  }
  type Seat {
    city: String!
  }`;
const QUERY = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Product { stock } ... on Brand { name } }
}`;

let api: Api;
let plans: CompiledPlan[] = [];

const { planOf } = CompiledOperations.prototype;
CompiledOperations.prototype.planOf = function (...asked) {
  const plan = planOf.apply(this, asked);
  if (plan !== undefined) plans.push(plan);
  return plan;
};

/** Calls of the engine, by the names of its exports. */
let calls: string[] = [];
const exported = Object.getOwnPropertyDescriptor(WebAssembly.Instance.prototype, 'exports');

/** Engines that are made from now on tell their calls. */
Object.defineProperty(WebAssembly.Instance.prototype, 'exports', {
  configurable: true,
  get(this: WebAssembly.Instance): WebAssembly.Exports {
    const own = exported?.get?.call(this) as WebAssembly.Exports;
    const told = Object.entries(own).map(([name, value]) => {
      if (typeof value !== 'function') return [name, value] as const;
      const call = (...given: unknown[]): unknown => {
        calls.push(name);
        return value(...given);
      };
      return [name, call] as const;
    });
    return Object.fromEntries(told);
  },
});

beforeAll(async () => {
  api = await serveTestSpace(parseDefinition(SDL));
  await api.data(`mutation {
    createProducts(input: [{ code: "a", stock: 1 }, { code: "b", stock: 2 }]) {
      info { nodesCreated }
    }
    createBrands(input: [{ name: "Nordlys", seat: { city: "Aarhus" } }]) {
      info { nodesCreated }
    }
  }`);
  await api.send(QUERY, { representations: [A] });
});

afterAll(async () => {
  CompiledOperations.prototype.planOf = planOf;
  if (exported) Object.defineProperty(WebAssembly.Instance.prototype, 'exports', exported);
  await api[Symbol.asyncDispose]();
});

beforeEach(() => {
  plans = [];
});

/** A comment makes another text of it, which the GraphQL server answers. */
let asked = 0;
async function answeredAnew(representations: readonly unknown[]): Promise<ApiResult> {
  asked += 1;
  return await api.send(`${QUERY} # ${asked}`, { representations });
}

const A = { __typename: 'Product', code: 'a' };
const B = { __typename: 'Product', code: 'b' };
const NORDLYS = { __typename: 'Brand', seat: { city: 'Aarhus' } };

test('references of any number and of all types share a plan', async () => {
  const all = [[], [B], [A, B, NORDLYS], Array.from({ length: 100 }, () => B)];
  for (const representations of all) {
    const answer = await api.send(QUERY, { representations });
    expect(answer).toEqual(await answeredAnew(representations));
    expect(answer.errors).toBeUndefined();
  }
  expect(new Set(plans).size).toBe(1);
  expect(plans).toHaveLength(all.length);
});

test('a hundred references are as many calls of the engine as one', async () => {
  const callsOf = async (representations: readonly unknown[]) => {
    calls = [];
    const { data } = await api.send(QUERY, { representations });
    expect(data?._entities).toHaveLength(representations.length);
    return calls;
  };
  const one = await callsOf([A]);
  expect(one.filter((name) => name === 'runPlan')).toHaveLength(1);
  const types = [A, B, NORDLYS, { __typename: 'Product', code: 'none' }];
  const hundred = Array.from({ length: 100 }, (_, index) => types[index % types.length]);
  expect(await callsOf(hundred)).toEqual(one);
});

test.each([
  ['none', null],
  ['no type', { code: 'a' }],
  ['a type that every object inherits', { __typename: 'constructor', code: 'a' }],
  ['no key', { __typename: 'Product' }],
  ['nothing within a key', { __typename: 'Brand', seat: {} }],
  ['text within a key', { __typename: 'Brand', seat: 'Aarhus' }],
  ['a list for a key', { __typename: 'Product', code: ['a'] }],
  ['half a pair of surrogates', { __typename: 'Product', code: '\ud800' }],
])('a reference that has %s is refused as the GraphQL server does', async (_, wrong) => {
  const answer = await api.send(QUERY, { representations: [A, wrong] });
  expect(answer).toEqual(await answeredAnew([A, wrong]));
  expect(answer.errors).toHaveLength(1);
});

test('a prototype of its own names nothing', async () => {
  const text = '{ "__typename": "Product", "__proto__": { "code": "a" } }';
  const { errors } = await api.send(QUERY, { representations: [JSON.parse(text)] });
  expect(errors?.[0]?.message).toContain('the fields of a key: code, got __proto__');
});

test('references are nested no deeper than other variables', async () => {
  let deep: unknown = 'Aarhus';
  for (let depth = 0; depth < GRAPHQL_VARIABLES_DEPTH_MAX; depth++) deep = { city: deep };
  const { errors } = await api.send(QUERY, { representations: [{ ...NORDLYS, seat: deep }] });
  expect(errors?.[0]?.extensions?.facts).toMatchObject({ limit: 'GRAPHQL_VARIABLES_DEPTH_MAX' });
});
