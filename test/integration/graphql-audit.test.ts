/** GraphQL over HTTP, as graphql-http audits it; and what browsers must not be able to send. */

import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

const AUDITS = 61;

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(flightsDefinition());
});

afterAll(() => api[Symbol.asyncDispose]());

test("graphql-http's audit passes in full", async () => {
  const results = await auditServer({ url: api.server.graphql });
  const failed = results.filter(({ status }) => status !== 'ok');
  expect(failed.map(({ id, name }) => `${id} ${name}`)).toEqual([]);
  expect(results).toHaveLength(AUDITS);
  expect(api.internalErrors).toEqual([]);
});
