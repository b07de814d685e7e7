/**
 * A subgraph of Apollo Federation: the Products schema of Apollo's compatibility suite, with the
 * cases of that suite that ask the subgraph itself
 * (apollographql/apollo-federation-subgraph-compatibility, packages/compatibility/src/tests).
 */

import { stripIgnoredCharacters } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Api } from '../fixture/api.ts';
import { serveProducts } from '../gateways/products-space.ts';

let api: Api;

beforeAll(async () => {
  api = await serveProducts();
  return () => api[Symbol.asyncDispose]();
});

async function entities(representations: readonly unknown[], selection: string) {
  return await api.send(
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ${selection} }
    }`,
    { representations },
  );
}

describe('the SDL of the subgraph', () => {
  let sdl = '';
  beforeAll(async () => {
    const data = await api.data('{ _service { sdl } }');
    sdl = stripIgnoredCharacters((data._service as { readonly sdl: string }).sdl);
  });

  test.each([
    ['@composeDirective', /schema.*@composeDirective\(name:"@custom"\)/],
    ['a definition of it', /directive@custom on OBJECT/],
    ['the directive where it stands', /type Product[^{]*@custom/],
    ['@inaccessible', /unit:String@inaccessible/],
    ['@interfaceObject', /type Inventory@interfaceObject@key\(fields:"id"\)/],
    ['one @key', /type User@key\(fields:"email"\)/],
    ['a @key of several fields', /type DeprecatedProduct[^{]*@key\(fields:"sku package"\)/],
    ['a @key within an object', /type ProductResearch[^{]*@key\(fields:"study { caseNumber }"\)/],
    ['several @keys', /"id"\)@key\(fields:"sku package"\)@key\(fields:"sku variation { id }"\)/],
    ['@override', /name:String@override\(from:"users"\)/],
    ['@provides', /createdBy(?:\([^)]*\))?:\[User!\]!@provides\(fields:"totalProductsCreated"\)/],
    ['@requires', /PerYear:Int@requires\(fields:"totalProductsCreated yearsOfEmployment"\)/],
    ['@shareable', /type ProductDimension@shareable/],
    ['@tag', /notes:String@tag\(name:"internal"\)/],
    ['@external', /yearsOfEmployment:Int!@external/],
    ['@link', /extend schema@link\(url:"https:\/\/specs.apollo.dev\/federation\/v2.3"/],
  ])('has %s', (_name, form) => {
    expect(sdl).toMatch(form);
  });

  test('hides what is made of a field that is @inaccessible', () => {
    expect(sdl.match(/unit:[A-Za-z!]+@inaccessible/g)).toHaveLength(6);
    expect(sdl).toMatch(/dimensions_unit@inaccessible/);
  });

  test("has neither what is a gateway's own nor what is about a whole space", () => {
    expect(sdl).not.toMatch(
      /_entities|_service|_Any|lineage\(id|shortestPath|Node\b|grantChanges|@live|@at/,
    );
  });

  test('leaves queries for types of others to them', () => {
    expect(sdl).not.toMatch(/[{ ](?:user|users|inventory|inventories)\(/);
    expect(sdl).toMatch(/products\(/);
  });
});

describe('_entities', () => {
  test('finds a node by one field', async () => {
    const reference = { __typename: 'User', email: 'support@apollographql.com' };
    expect(await entities([reference], '... on User { email name }')).toEqual({
      data: { _entities: [{ email: 'support@apollographql.com', name: 'Jane Smith' }] },
    });
  });

  test('finds a node by several fields', async () => {
    const key = { sku: 'apollo-federation-v1', package: '@apollo/federation-v1' };
    const reference = { __typename: 'DeprecatedProduct', ...key };
    const selection = '... on DeprecatedProduct { sku package reason }';
    expect(await entities([reference], selection)).toEqual({
      data: { _entities: [{ ...key, reason: 'Migrate to Federation V2' }] },
    });
  });

  test('finds a node by a field within an object', async () => {
    const reference = { __typename: 'ProductResearch', study: { caseNumber: '1234' } };
    const selection = '... on ProductResearch { study { caseNumber description } }';
    expect(await entities([reference], selection)).toEqual({
      data: { _entities: [{ study: { caseNumber: '1234', description: 'Federation Study' } }] },
    });
  });

  test('finds nodes by any of several keys', async () => {
    const references = [
      { __typename: 'Product', id: 'apollo-federation' },
      { __typename: 'Product', sku: 'federation', package: '@apollo/federation' },
      { __typename: 'Product', sku: 'studio', variation: { id: 'platform' } },
    ];
    expect(await entities(references, '... on Product { id sku }')).toEqual({
      data: {
        _entities: [
          { id: 'apollo-federation', sku: 'federation' },
          { id: 'apollo-federation', sku: 'federation' },
          { id: 'apollo-studio', sku: 'studio' },
        ],
      },
    });
  });

  test('answers nodes of several types in the order in which they are named', async () => {
    const references = [
      { __typename: 'Inventory', id: 'apollo-oss' },
      { __typename: 'Product', id: 'nothing' },
      { __typename: 'Product', id: 'apollo-studio', dimensions: { size: 'of no key' } },
    ];
    const selection = `__typename
      ... on Product { dimensions { unit } }
      ... on Inventory { deprecatedProducts { sku reason } }`;
    expect(await entities(references, selection)).toEqual({
      data: {
        _entities: [
          {
            __typename: 'Inventory',
            deprecatedProducts: [
              { sku: 'apollo-federation-v1', reason: 'Migrate to Federation V2' },
            ],
          },
          null,
          { __typename: 'Product', dimensions: { unit: 'kg' } },
        ],
      },
    });
  });

  test('makes a field of what other subgraphs have', async () => {
    const reference = { __typename: 'User', email: 'support@apollographql.com' };
    const required = { totalProductsCreated: 1337, yearsOfEmployment: 10 };
    const selection = '... on User { averageProductsCreatedPerYear email }';
    expect(await entities([{ ...reference, ...required }], selection)).toEqual({
      data: {
        _entities: [{ averageProductsCreatedPerYear: 134, email: 'support@apollographql.com' }],
      },
    });
  });

  test('reads what a relationship provides where it is kept', async () => {
    const query = `{ product(where: { id: { eq: "apollo-federation" } }) {
      createdBy { email totalProductsCreated }
    } }`;
    expect(await api.data(query)).toEqual({
      product: {
        createdBy: [{ email: 'support@apollographql.com', totalProductsCreated: 1337 }],
      },
    });
  });
});

describe('a representation', () => {
  const place = { path: ['_entities', 0] };

  test.each([
    ['text', 'an object with its __typename, got none', 'User'],
    ['no __typename', 'an object with its __typename, got none', { email: 'a' }],
    ['a type that is none', 'a type with @key, got Nothing', { __typename: 'Nothing' }],
    ['a type without a key', 'a type with @key, got Query', { __typename: 'Query' }],
    ['no key', 'the fields of a key: email, got none', { __typename: 'User' }],
    ['other fields', 'sku variation.id, got sku', { __typename: 'Product', sku: 'x' }],
    ['a wrong value', 'a value of ID, got another', { __typename: 'User', email: { a: 1 } }],
  ])('that has %s is an error of its own place', async (_name, message, given) => {
    const { data, errors } = await entities(
      [given, { __typename: 'Product', id: 'apollo-studio' }],
      '... on Product { id }',
    );
    expect(data).toEqual({ _entities: [null, { id: 'apollo-studio' }] });
    expect(errors).toMatchObject([{ ...place, extensions: { code: 'INVALID_INPUT' } }]);
    expect(errors?.[0]?.message).toContain(message);
  });

  test('that lacks what a field requires is an error of the field', async () => {
    const reference = { __typename: 'User', email: 'support@apollographql.com' };
    const selection = '... on User { name averageProductsCreatedPerYear }';
    const { data, errors } = await entities([reference], selection);
    expect(data).toEqual({
      _entities: [{ name: 'Jane Smith', averageProductsCreatedPerYear: null }],
    });
    expect(errors?.[0]?.message).toContain('expected a value of another subgraph, got none');
  });

  test('by a key that several nodes have is an error of its place', async () => {
    const double = 'sku: "double", package: "p"';
    await api.data(`mutation { createDeprecatedProducts(input: [{ ${double} }, { ${double} }]) {
      info { nodesCreated }
    } }`);
    const reference = { __typename: 'DeprecatedProduct', sku: 'double', package: 'p' };
    const { data, errors } = await entities([reference], '... on DeprecatedProduct { sku }');
    expect(data).toEqual({ _entities: [null] });
    expect(errors?.[0]?.message).toContain('expected one node that has its values, got several');
  });

  test('by such a key leaves others as they are, however many there are', async () => {
    const double = 'sku: "twice", package: "p"';
    await api.data(`mutation { createDeprecatedProducts(input: [{ ${double} }, { ${double} }]) {
      info { nodesCreated }
    } }`);
    const twice = { __typename: 'DeprecatedProduct', sku: 'twice', package: 'p' };
    const product = { __typename: 'Product', id: 'apollo-studio' };
    const references = [product, twice, { ...product, id: 'no' }, 'none', product, twice, product];
    const selection = '... on Product { id } ... on DeprecatedProduct { sku }';
    const { data, errors } = await entities(references, selection);
    const found = { id: 'apollo-studio' };
    expect(data).toEqual({ _entities: [found, null, null, null, found, null, found] });
    expect(errors?.map(({ path }) => path)).toEqual([1, 3, 5].map((index) => ['_entities', index]));
  });

  test('with null in a key names nothing', async () => {
    const reference = { __typename: 'Product', sku: 'studio', variation: null };
    expect(await entities([reference], '... on Product { id }')).toEqual({
      data: { _entities: [null] },
    });
  });
});

describe('a node that other subgraphs have and this one keeps nothing of', () => {
  test('has the values that it is named by, no others and no relationships', async () => {
    const reference = { __typename: 'Inventory', id: 'of others' };
    const selection = `__typename ... on Inventory {
      id
      deprecatedProducts { sku }
      deprecatedProductsConnection(first: 1) { totalCount edges { cursor } }
    }`;
    expect(await entities([reference, { __typename: 'Product', id: 'none' }], selection)).toEqual({
      data: {
        _entities: [
          {
            __typename: 'Inventory',
            id: 'of others',
            deprecatedProducts: [],
            deprecatedProductsConnection: { totalCount: 0, edges: [] },
          },
          null,
        ],
      },
    });
  });

  test('has computed what a gateway brings', async () => {
    const reference = { __typename: 'User', email: 'other@apollographql.com' };
    const required = { totalProductsCreated: 12, yearsOfEmployment: 4 };
    const selection = '... on User { email name averageProductsCreatedPerYear }';
    expect(await entities([{ ...reference, ...required }], selection)).toEqual({
      data: {
        _entities: [
          { email: 'other@apollographql.com', name: null, averageProductsCreatedPerYear: 3 },
        ],
      },
    });
  });
});
