/** `@at`: a query about the graph as it was, over HTTP. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

const BY_RESOLVERS = '__schema { queryType { name } }';

describe('a query with @at', () => {
  let api: Api;
  /** After five airports, before one of them is deleted and another is renamed. */
  let then: number;
  let commit: string;

  beforeAll(async () => {
    api = await serveTestSpace(flightsDefinition());
    await api.data(FIVE_AIRPORTS);
    then = api.space.usage().logLength;
    const { lineage } = await api.data(`{ lineage(id: "${await idOf('BSL')}") { commit } }`);
    ({ commit } = lineage as { commit: string });
    await api.data('mutation { deleteAirports(where: { code: { eq: "BSL" } }) { nodesDeleted } }');
    await api.data(`mutation { updateAirports(where: { code: { eq: "ZRH" } },
      update: { name: { set: "Kloten" } }) { airports { name } } }`);
  });

  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  async function idOf(code: string, at = ''): Promise<string> {
    const { airport } = await api.data(
      `query ${at} { airport(where: { code: { eq: "${code}" } }) { id } }`,
    );
    return (airport as { id: string }).id;
  }

  test.each(['', BY_RESOLVERS])('is answered as it was then %s', async (also) => {
    const asked = `{ airports(where: { country: { eq: "CHE" } }, sort: [{ code: ASC }]) {
      code name } airportsConnection { totalCount } ${also} }`;
    const past = await api.data(`query @at(cursor: ${then}) ${asked}`);
    expect(past).toMatchObject({
      airports: [
        { code: 'BSL', name: 'Basel' },
        { code: 'ZRH', name: 'Zürich' },
      ],
      airportsConnection: { totalCount: 5 },
    });
    expect(await api.data(asked)).toMatchObject({
      airports: [{ code: 'ZRH', name: 'Kloten' }],
      airportsConnection: { totalCount: 4 },
    });
  });

  test('names a commit, and takes variables', async () => {
    const asked = 'query Q($at: String) @at(commit: $at) { airportsConnection { totalCount } }';
    const other = 'query Q($at: String!) @at(commit: $at) { airportsConnection { totalCount } }';
    for (const text of [asked, other]) {
      expect(await api.data(text, { at: commit })).toEqual({
        airportsConnection: { totalCount: 5 },
      });
    }
  });

  test('names a time', async () => {
    const asked = 'query ($at: DateTime) @at(time: $at) { airportsConnection { totalCount } }';
    const counts = async (at: string) => await api.data(asked, { at });
    const count = (totalCount: number) => ({ airportsConnection: { totalCount } });
    expect(await counts('2001-01-01T00:00:00Z')).toEqual(count(0));
    expect(await counts('1969-12-31T23:59:59.999999Z')).toEqual(count(0));
    expect(await counts('9999-12-31T23:59:59.999999Z')).toEqual(count(4));
  });

  test('pages by cursors of the same past', async () => {
    const page = async (args: string) => {
      const { airportsConnection } = await api.data(`query @at(cursor: ${then}) {
        airportsConnection(sort: [{ code: ASC }], first: 2 ${args}) { edges { cursor node { code } }
        pageInfo { hasNextPage endCursor } } }`);
      return airportsConnection as {
        edges: { node: { code: string } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
    };
    const codes: string[] = [];
    for (let args = ''; ; ) {
      const { edges, pageInfo } = await page(args);
      codes.push(...edges.map(({ node }) => node.code));
      if (!pageInfo.hasNextPage) break;
      args = `, after: "${pageInfo.endCursor}"`;
    }
    expect(codes).toEqual(['BSL', 'JFK', 'LAX', 'LHR', 'ZRH']);
  });

  test('tells the lineage of what showed then, of values gone since', async () => {
    const at = `@at(cursor: ${then})`;
    const id = await idOf('BSL', at);
    const { lineage, proof } = await api.data(
      `query ${at} { lineage(id: "${id}", field: "name") { commit } proof(id: "${id}") }`,
    );
    expect(lineage).toEqual({ commit });
    expect(proof).toContain('{');
    expect(await api.data(`{ lineage(id: "${id}") { commit } }`)).toEqual({ lineage: null });
  });

  test.each([
    ['no point', 'query @at { airports { code } }', 'got 0 of them'],
    ['two points', 'query @at(cursor: 1, commit: "x") { airports { code } }', 'got 2 of them'],
    ['null', 'query @at(cursor: null) { airports { code } }', 'got 0 of them'],
    ['no CID', 'query @at(commit: "x") { airports { code } }', 'expected a CID'],
    ['no time', 'query @at(time: "soon") { airports { code } }', 'RFC 3339'],
    ['twice', 'query @at(cursor: 1) @at(cursor: 2) { airports { code } }', 'only be used once'],
    [
      'a mutation',
      'mutation @at(cursor: 1) { deleteAirports { nodesDeleted } }',
      'may not be used on MUTATION',
    ],
    [
      'a subscription',
      'subscription @at(cursor: 1) { nodeChanges { event } }',
      'may not be used on SUBSCRIPTION',
    ],
    ['a field', '{ airports @at(cursor: 1) { code } }', 'may not be used on FIELD'],
  ])('is refused for %s', async (_, text, message) => {
    const error = await api.error(text);
    expect(error.message).toContain(message);
    expect(error.extensions?.code).toBe('INVALID_INPUT');
    expect(api.internalErrors).toEqual([]);
  });

  test('is refused for a commit that is not here', async () => {
    const unknown = 'bafyreichlr7fgfb6k4nwgdl7trc22jlxpmir3o7i2p52p44w6c4ukc474a';
    const error = await api.error(`query @at(commit: "${unknown}") { airports { code } }`);
    expect(error.extensions?.code).toBe('NOT_FOUND');
  });
});
