/** What a gateway may that others may not: to read the schema, and to trace operations. */

import { Trace } from '@apollo/usage-reporting-protobuf';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import type { ServeOptions } from '../../src/server/serve.ts';
import { type Api, type ApiResult, serveTestSpace } from '../fixture/api.ts';
import { subscribeByWebSocket } from '../fixture/subscribers.ts';

const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
  type City @node @key(fields: "code") {
    code: ID! @id
    name: String
    roads: [City!]! @relationship(type: "ROAD", direction: OUT)
  }
`;
const SECRET = 'a secret of a router';
const SERVICE = '{ _service { sdl } }';
const TRACED = { 'apollo-federation-include-trace': 'ftv1' };
const ROUTER = { 'router-authorization': SECRET };

async function serve(options: Partial<ServeOptions> = {}): Promise<Api> {
  const api = await serveTestSpace(parseDefinition(SDL), options);
  onTestFinished(() => api[Symbol.asyncDispose]());
  return api;
}

interface Traced extends ApiResult {
  readonly extensions?: { readonly ftv1?: string };
}

async function ask(
  { server }: Api,
  query: string,
  { headers = {}, variables = {} }: { readonly headers?: object; readonly variables?: object } = {},
): Promise<Traced> {
  const response = await fetch(server.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Traced;
}

describe('_service', () => {
  test('tells the SDL to whoever asks where introspection is on', async () => {
    const api = await serve();
    expect(JSON.stringify(await ask(api, SERVICE))).toContain('type City @key(fields');
  });

  test('tells it where it is off to a router that shows its secret', async () => {
    const api = await serve({ introspection: false, routerSecret: SECRET });
    const { data } = await ask(api, SERVICE, { headers: ROUTER });
    expect(JSON.stringify(data)).toContain('type City @key(fields');
  });

  test.each([
    ['no secret', {}],
    ['another one', { 'router-authorization': `${SECRET}!` }],
    ['a begin of it', { 'router-authorization': SECRET.slice(0, -1) }],
  ])('refuses it then to one that shows %s', async (_name, headers) => {
    const api = await serve({ introspection: false, routerSecret: SECRET });
    const { data, errors } = await ask(api, SERVICE, { headers });
    expect(data).toEqual({ _service: { sdl: null } });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('refuses it to everybody where there is no secret', async () => {
    const api = await serve({ introspection: false });
    const { errors } = await ask(api, SERVICE, { headers: ROUTER });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('refuses it over connections that stay, which show none', async () => {
    const api = await serve({ introspection: false, routerSecret: SECRET });
    const subscriber = subscribeByWebSocket(api.server.graphql, SERVICE, {});
    onTestFinished(() => subscriber.stop());
    await subscriber.received(1);
    expect(JSON.stringify(subscriber.results)).toContain('FORBIDDEN');
  });
});

describe('a trace', () => {
  const query =
    'query ($code: ID) { city(where: { code: { eq: $code } }) { named: name roads { code } } }';
  const create = `mutation { createCities(input: [{
    code: "A", name: "Aa", roads: { create: [{ node: { code: "B" } }, { node: { code: "C" } }] }
  }]) { info { nodesCreated } } }`;

  function decode(answer: Traced) {
    return Trace.decode(Buffer.from(answer.extensions?.ftv1 ?? '', 'base64'));
  }

  test('tells of each field where it stands, what it is and how long it took', async () => {
    const api = await serve();
    await api.data(create);
    const variables = { code: 'A' };
    const plain = await ask(api, query, { variables });
    const answer = await ask(api, query, { variables, headers: TRACED });
    expect(answer.data).toEqual(plain.data);
    const { root, durationNs, startTime } = decode(answer);
    const [city] = root?.child ?? [];
    expect(city).toMatchObject({ responseName: 'city', type: 'City', parentType: 'Query' });
    expect(city?.child).toMatchObject([
      { responseName: 'named', originalFieldName: 'name', type: 'String', parentType: 'City' },
      {
        responseName: 'roads',
        type: '[City!]!',
        child: [
          { index: 0, child: [{ responseName: 'code', type: 'ID!' }] },
          { index: 1, child: [{ responseName: 'code', type: 'ID!' }] },
        ],
      },
    ]);
    expect(city?.endTime).toBeGreaterThan(city?.startTime ?? 0);
    expect(durationNs).toBeGreaterThan(Number(city?.endTime));
    expect(Number(startTime?.seconds)).toBeGreaterThan(1e9);
  });

  test('tells where an error is, as the answer tells it', async () => {
    const api = await serve();
    const answer = await ask(
      api,
      `{ _entities(representations: [{ __typename: "No" }]) {
      __typename
    } }`,
      { headers: TRACED },
    );
    expect(answer.errors).toHaveLength(1);
    const { root } = decode(answer);
    const messages = JSON.stringify(root);
    expect(messages).toContain(answer.errors?.[0]?.message);
  });

  test('of an answer with very many fields is whole', async () => {
    const api = await serve();
    const input = Array.from({ length: 1000 }, (_, index) => `{ code: "x${index}" }`);
    for (let index = 0; index < input.length; index += 100) {
      const some = input.slice(index, index + 100).join('\n');
      await api.data(`mutation { createCities(input: [${some}]) { info { nodesCreated } } }`);
    }
    const many = '{ cities { code name id version again: code twice: name } }';
    const answer = await ask(api, many, { headers: TRACED });
    expect(decode(answer).root?.child?.[0]?.child).toHaveLength(1000);
  });

  test('is kept of what asks for it alone', async () => {
    const api = await serve();
    expect(await ask(api, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    const answer = await ask(api, '{ __typename }', { headers: TRACED });
    expect(answer).toEqual({
      data: { __typename: 'Query' },
      extensions: { ftv1: expect.any(String) },
    });
  });
});
