/** Operations that a server's owner has written down, and a server that runs no others. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { readTrustedDocuments } from '../../src/server/trusted-documents.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const DEFINITION = parseDefinition('type Airport @node { code: ID! @id  name: String }');
const BY_CODE = 'query ByCode($code: ID!) { airport(where: { code: { eq: $code } }) { name } }';
const COUNT = '{ airportsConnection { totalCount } }';
const DOCUMENTS = { 'sha256:1': BY_CODE, 'sha256:2': COUNT };
const KENNEDY = { data: { airport: { name: 'Kennedy' } } };

async function trustedIn(content: unknown, isOnly = false) {
  const folder = await temporaryDirectory();
  const file = join(folder, 'documents.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return await readTrustedDocuments(file, isOnly);
}

async function open(isOnly: boolean): Promise<Api> {
  const trustedDocuments = await trustedIn(DOCUMENTS, isOnly);
  const api = await serveTestSpace(DEFINITION, { trustedDocuments });
  await api.space.write({ actor: 'user:test' }, (draft) => {
    const node = draft.createNode('Airport', { key: 'JFK' });
    draft.setNodeValue(node, 'name', 'Kennedy');
  });
  return api;
}

async function post(api: Api, body: object): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(api.server.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json() };
}

test('a document is run by its id, by POST and by GET, the first time and again', async () => {
  await using api = await open(false);
  const asked = { documentId: 'sha256:1', variables: { code: 'JFK' } };
  const address = new URL(api.server.graphql);
  address.searchParams.set('documentId', 'sha256:1');
  address.searchParams.set('variables', '{"code":"JFK"}');
  for (let time = 0; time < 3; time++) {
    expect(await post(api, asked)).toEqual({ status: 200, answer: KENNEDY });
    expect(await (await fetch(address)).json()).toEqual(KENNEDY);
  }
  expect(await api.data('{ __typename }')).toEqual({ __typename: 'Query' });
});

test.each([
  ['an unknown id', { documentId: 'sha256:3' }, 'NOT_FOUND'],
  ['an id and a text', { documentId: 'sha256:2', query: COUNT }, 'INVALID_INPUT'],
  ['neither', { documentId: null }, 'INVALID_INPUT'],
  ['a number', { documentId: 2 }, 'INVALID_INPUT'],
])('refuses %s', async (_, body, code) => {
  await using api = await open(false);
  expect(await post(api, body)).toMatchObject({
    status: 400,
    answer: { errors: [{ extensions: { code } }] },
  });
});

test('where only trusted documents are run, no other text is, over whatever it comes', async () => {
  await using api = await open(true);
  const forbidden = { answer: { errors: [{ extensions: { code: 'FORBIDDEN' } }] }, status: 403 };
  expect(await post(api, { query: COUNT })).toMatchObject({ status: 200 });
  expect(await post(api, { query: `${COUNT} ` })).toMatchObject(forbidden);
  const address = new URL(api.server.graphql);
  address.searchParams.set('query', '{ __typename }');
  expect((await fetch(address)).status).toBe(403);
  expect(await overWebSocket(api, '{ __typename }')).toMatchObject([
    { extensions: { code: 'FORBIDDEN' } },
  ]);
  expect(await overWebSocket(api, COUNT)).toEqual({
    data: { airportsConnection: { totalCount: 1 } },
  });
});

test('reads the files that tools write, and says what is wrong with others', async () => {
  const operations = [{ id: 'a', name: 'ByCode', type: 'query', body: BY_CODE }];
  const format = 'apollo-persisted-query-manifest';
  const manifest = await trustedIn({ format, version: 1, operations });
  expect(manifest.textOf({ documentId: 'a' })).toBe(BY_CODE);
  await expect(trustedIn('{')).rejects.toMatchObject({ code: 'MALFORMED' });
  await expect(trustedIn([COUNT])).rejects.toThrow('expected an object of ids and texts');
  await expect(trustedIn({ a: 1 })).rejects.toThrow('expected the text of a document for a');
  await expect(trustedIn({ format, operations: [{ id: 1 }] })).rejects.toThrow('an id and a body');
});

function overWebSocket(api: Api, query: string): Promise<unknown> {
  const client = createClient({ url: api.server.graphql.replace('http', 'ws') });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  client.subscribe({ query }, { next: resolve, error: resolve, complete: () => undefined });
  return promise.finally(() => client.dispose());
}
