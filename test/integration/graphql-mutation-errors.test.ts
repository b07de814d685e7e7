import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition, librariesDefinition } from '../fixture/test-space.ts';

let flights: Api;
let libraries: Api;

beforeAll(async () => {
  flights = await serveTestSpace(flightsDefinition());
  libraries = await serveTestSpace(librariesDefinition());
  await flights.data(FIVE_AIRPORTS);
  await libraries.data(`mutation { createBooks(input: [
    { isbn: "1", title: "One", pages: 2147483647 } { isbn: "2", title: "Two" }
  ]) { info { nodesCreated } } }`);
});

afterAll(async () => {
  await flights[Symbol.asyncDispose]();
  await libraries[Symbol.asyncDispose]();
});

const NOBODY = '{ where: { node: { code: { eq: "QQQ" } } }, edge: { flights: 1 } }';
const NICE = 'code: "NCE", name: "Nice", country: "FRA"';
const GENEVA = '{ code: "GVA", name: "Geneva", country: "CHE" }';

/** A field of a mutation, its error's code, and the place in its input. */
const FLIGHTS: readonly (readonly [string, string, readonly (string | number)[]])[] = [
  [
    `createAirports(input: [${GENEVA}, { ${NICE}, routes: { connect: [
      { where: { node: { code: { eq: "JFK" } } }, edge: { flights: 1 } }, ${NOBODY}] } }]) {
      __typename }`,
    'NOT_FOUND',
    ['input', 1, 'routes', 'connect', 1],
  ],
  [
    `createAirports(input: { ${NICE}, routes: { create: { edge: { flights: 1 }, node: {
      code: "GVA", name: "x", country: "x", arrivals: { connect: ${NOBODY} } } } } }) {
      __typename }`,
    'NOT_FOUND',
    ['input', 0, 'routes', 'create', 0, 'node', 'arrivals', 'connect', 0],
  ],
  [
    `createAirports(input: [${GENEVA}, { code: "JFK", name: "x", country: "x" }]) { __typename }`,
    'ALREADY_EXISTS',
    ['input', 1, 'code'],
  ],
  [
    `createAirports(input: [${GENEVA}, { code: "", name: "x", country: "x" }]) { __typename }`,
    'INVALID_INPUT',
    ['input', 1, 'code'],
  ],
  [
    `upsertAirports(input: [${GENEVA}, { code: "JFK", name: "x", country: "x", routes: { connect:
      ${NOBODY} } }]) { __typename }`,
    'NOT_FOUND',
    ['input', 1, 'routes', 'connect', 0],
  ],
  [
    'updateAirports(where: { OR: [{ city: { gt: null } }] }) { __typename }',
    'INVALID_INPUT',
    ['where'],
  ],
  ['updateAirports(atMost: 1) { __typename }', 'LIMIT_EXCEEDED', ['atMost']],
  ['deleteAirports(atMost: 4) { __typename }', 'LIMIT_EXCEEDED', ['atMost']],
  ['updateAirports(ifVersion: "x") { __typename }', 'INVALID_INPUT', ['ifVersion']],
  [
    'updateAirports(where: { code: { eq: "JFK" } }, ifVersion: "x") { __typename }',
    'CONFLICT',
    ['ifVersion'],
  ],
  [
    `updateAirports(where: { code: { eq: "JFK" } }, update: { city: { set: "x" }, routes: [
      { update: [{ edge: { flights: { set: 1, add: 1 } } }] }] }) { __typename }`,
    'INVALID_INPUT',
    ['update', 'routes', 0, 'update', 0, 'edge', 'flights'],
  ],
  [
    `updateAirports(where: { code: { eq: "JFK" } }, update: { routes: [{}, { update: [{}, { edge: {
      flights: { set: null } } }] }] }) { __typename }`,
    'INVALID_INPUT',
    ['update', 'routes', 1, 'update', 1, 'edge', 'flights', 'set'],
  ],
  [
    'updateAirports(update: { name: { set: null } }) { __typename }',
    'INVALID_INPUT',
    ['update', 'name', 'set'],
  ],
];

const LIBRARIES: typeof FLIGHTS = [
  [
    `createBooks(input: [{ isbn: "3", title: "3" }, { isbn: "4", title: "One" }]) { __typename }`,
    'ALREADY_EXISTS',
    ['input', 1, 'title'],
  ],
  [
    'updateBooks(where: { isbn: { eq: "2" } }, update: { title: { set: "One" } }) { __typename }',
    'ALREADY_EXISTS',
    ['update', 'title', 'set'],
  ],
  [
    'updateBooks(where: { isbn: { eq: "1" } }, update: { pages: { add: 1 } }) { __typename }',
    'INVALID_INPUT',
    ['update', 'pages', 'add'],
  ],
  [
    'updateBooks(update: { size: { width: { set: 1 } } }) { __typename }',
    'INVALID_INPUT',
    ['update', 'size', 'width', 'set'],
  ],
];

const CLASSES: Readonly<Record<string, string>> = {
  CONFLICT: 'ConflictError',
  NOT_FOUND: 'NotFoundError',
  FORBIDDEN: 'ForbiddenError',
  ALREADY_EXISTS: 'AlreadyExistsError',
  INVALID_INPUT: 'InvalidInputError',
  LIMIT_EXCEEDED: 'LimitError',
};

describe.each([
  ['flights', () => flights, FLIGHTS],
  ['libraries', () => libraries, LIBRARIES],
] as const)('of %s, what fails', (_, api, cases) => {
  test.each(cases)('says where in the input: %s', async (field, code, path) => {
    const error = await api().error(`mutation { ${field} }`);
    expect(error.extensions).toMatchObject({ code, inputPath: path });
  });

  test.each(cases)('is a result of the twin: %s', async (field, code, path) => {
    const name = `try${field.charAt(0).toUpperCase()}${field.slice(1)}`;
    const before = api().space.stateHash();
    const data = await api().data(
      `mutation { result: ${name.replace(
        /\{\s+__typename \}$/,
        `{
      __typename ... on MutationError { code message path } }`,
      )} }`,
    );
    expect(data.result).toEqual({
      __typename: CLASSES[code],
      code,
      message: expect.stringContaining('expected'),
      path: path.map(String),
    });
    expect(api().space.stateHash()).toBe(before);
    expect(api().internalErrors).toEqual([]);
  });
});

test('a twin that succeeds answers what the mutation does', async () => {
  const data = await flights.data(`mutation {
    tryCreateAirports(input: ${GENEVA}) { __typename ... on CreateAirportsMutationResponse {
      info { nodesCreated } airports { code } } }
    tryUpsertAirports(input: ${GENEVA}) { ... on UpdateAirportsMutationResponse { info {
      nodesCreated } } }
    tryUpdateAirports(where: { code: { eq: "GVA" } }, update: { city: { set: "Geneva" } }) {
      ... on UpdateAirportsMutationResponse { airports { city } } }
    tryDeleteAirports(where: { code: { eq: "GVA" } }) { ... on DeleteInfo { nodesDeleted } }
  }`);
  expect(data).toEqual({
    tryCreateAirports: {
      __typename: 'CreateAirportsMutationResponse',
      info: { nodesCreated: 1 },
      airports: [{ code: 'GVA' }],
    },
    tryUpsertAirports: { info: { nodesCreated: 0 } },
    tryUpdateAirports: { airports: [{ city: 'Geneva' }] },
    tryDeleteAirports: { nodesDeleted: 1 },
  });
});

test('a conflict tells the version, and a limit its name', async () => {
  const data = await flights.data(`mutation {
    conflict: tryUpdateAirports(where: { code: { eq: "JFK" } }, ifVersion: "x") {
      ... on ConflictError { version } }
    limit: tryDeleteAirports(atMost: 1) { ... on LimitError { limit } }
  }`);
  const { airport } = await flights.data('{ airport(where: { code: { eq: "JFK" } }) { version } }');
  expect(data).toEqual({ conflict: airport, limit: { limit: 'atMost' } });
});

test('bugs and writes that have stopped stay errors', async () => {
  await using api = await serveTestSpace(flightsDefinition());
  await api.space[Symbol.asyncDispose]();
  const error = await api.error(`mutation { tryCreateAirports(input: ${GENEVA}) { __typename } }`);
  expect(error).toMatchObject({ extensions: { code: 'UNAVAILABLE' } });
  expect(error.extensions).not.toHaveProperty('inputPath');
});
