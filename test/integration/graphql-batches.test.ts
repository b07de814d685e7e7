import { afterEach, beforeEach, expect, test } from 'vitest';
import { MUTATION_INPUTS_MAX } from '../../src/base/limits.ts';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

const BATCH = `mutation ($operations: [AirportBatchOperation!]!) { batchAirports(
  operations: $operations) { __typename
  ... on BatchAirportsMutationResponse { info { nodesCreated nodesDeleted relationshipsCreated
    relationshipsDeleted } airports { code city } }
  ... on MutationError { code path } ... on ConflictError { version } } }`;

let api: Api;

beforeEach(async () => {
  api = await serveTestSpace(flightsDefinition());
  await api.data(FIVE_AIRPORTS);
});

afterEach(() => api[Symbol.asyncDispose]());

const airport = (code: string) => ({ code, name: code, country: 'CHE' });
const of = (code: string) => ({ code: { eq: code } });

function operationsOf(ifVersion: string): object[] {
  const nobody = { where: { node: of('QQQ') }, edge: { flights: 1 } };
  return [
    { create: airport('GVA') },
    { create: airport('ZRH') },
    { upsert: airport('BSL') },
    { update: { where: of('JFK'), update: { city: { set: 'NYC' } }, ifVersion } },
    { update: { where: of('LAX'), update: { city: { set: 'LA' } }, ifVersion: 'old' } },
    { update: { where: of('ZRH'), update: { routes: { connect: nobody } } } },
    { delete: { where: of('LHR') } },
    { delete: { where: of('QQQ'), ifVersion } },
  ];
}

test('each has its result, in its place, and one that fails leaves the others', async () => {
  const { airport: jfk } = await api.data(
    '{ airport(where: { code: { eq: "JFK" } }) { version } }',
  );
  const { version } = jfk as { readonly version: string };
  const { batchAirports } = await api.data(BATCH, {
    operations: operationsOf(version),
  });
  const { airport: lax } = await api.data(
    '{ airport(where: { code: { eq: "LAX" } }) { version } }',
  );
  const info = {
    nodesCreated: 0,
    nodesDeleted: 0,
    relationshipsCreated: 0,
    relationshipsDeleted: 0,
  };
  const success = (counts: object, airports: readonly object[]) => ({
    __typename: 'BatchAirportsMutationResponse',
    info: { ...info, ...counts },
    airports,
  });
  expect(batchAirports).toEqual([
    success({ nodesCreated: 1 }, [{ code: 'GVA', city: null }]),
    {
      __typename: 'AlreadyExistsError',
      code: 'ALREADY_EXISTS',
      path: ['operations', '1', 'create', 'code'],
    },
    success({}, [{ code: 'BSL', city: null }]),
    success({}, [{ code: 'JFK', city: 'NYC' }]),
    {
      __typename: 'ConflictError',
      code: 'CONFLICT',
      path: ['operations', '4', 'update', 'ifVersion'],
      ...(lax as object),
    },
    {
      __typename: 'NotFoundError',
      code: 'NOT_FOUND',
      path: ['operations', '5', 'update', 'update', 'routes', '0', 'connect', '0'],
    },
    success({ nodesDeleted: 1, relationshipsDeleted: 3 }, []),
    {
      __typename: 'NotFoundError',
      code: 'NOT_FOUND',
      path: ['operations', '7', 'delete', 'ifVersion'],
    },
  ]);
});

test('a thousand operations are few commits', async () => {
  let commits = 0;
  api.space.watchGroups((group) => (commits += group.commits));
  const operations = Array.from({ length: 1000 }, (_, index) => ({ create: airport(`A${index}`) }));
  const { batchAirports } = await api.data(
    BATCH.replace('airports { code city }', '').replace('relationshipsDeleted', ''),
    { operations },
  );
  expect(new Set((batchAirports as object[]).map((each) => JSON.stringify(each))).size).toBe(1);
  expect(api.space.graph.counts().nodes).toBe(1005);
  // A turn of the writer ends by the clock: on a machine that is busy it takes fewer.
  expect(commits).toBeLessThan(200);
});

test('an operation is one thing, and a batch has not too many', async () => {
  const one = { create: airport('GVA'), delete: { where: of('ZRH') } };
  for (const operations of [[one], [{}], [{ create: null }]]) {
    expect(await api.error(BATCH, { operations })).toMatchObject({
      extensions: { code: 'INVALID_INPUT' },
    });
  }
  const many = Array.from({ length: MUTATION_INPUTS_MAX + 1 }, () => ({ delete: { where: {} } }));
  const query = BATCH.replace(/\.\.\. on BatchA.*city \} \}/s, '');
  expect(await api.error(query, { operations: many })).toMatchObject({
    extensions: {
      code: 'LIMIT_EXCEEDED',
      facts: { limit: 'MUTATION_INPUTS_MAX' },
      inputPath: ['operations'],
    },
  });
  expect(await api.data(BATCH, { operations: [] })).toEqual({ batchAirports: [] });
});
