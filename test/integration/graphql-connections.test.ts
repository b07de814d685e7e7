import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

interface Page {
  readonly totalCount: number;
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly code: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const PARTS = `totalCount edges { cursor node { code } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(flightsDefinition());
  await api.data(FIVE_AIRPORTS);
});

afterAll(() => api[Symbol.asyncDispose]());

async function page(args: string): Promise<Page> {
  const { airportsConnection } = await api.data(`{ airportsConnection(${args}) { ${PARTS} } }`);
  return airportsConnection as Page;
}

function codesOf({ edges }: Page): string[] {
  return edges.map(({ node }) => node.code);
}

test.each([
  '[]',
  '[{ code: ASC }]',
  '[{ country: DESC }]',
  '[{ state: ASC }, { name: DESC }]',
  '[{ location: { longitude: DESC } }]',
])('pages of any size, in both directions, make up the whole list sorted by %s', async (sort) => {
  const whole = codesOf(await page(`sort: ${sort}`));
  expect(whole.toSorted()).toEqual(['BSL', 'JFK', 'LAX', 'LHR', 'ZRH']);
  for (let size = 1; size <= 6; size++) {
    const [forth, back]: [string[], string[]] = [[], []];
    let [after, before] = ['', ''];
    for (let hasMore = true; hasMore; ) {
      const next = await page(`sort: ${sort}, first: ${size} ${after}`);
      forth.push(...codesOf(next));
      after = `after: "${next.pageInfo.endCursor}"`;
      hasMore = next.pageInfo.hasNextPage;
      expect(next.totalCount).toBe(5);
    }
    for (let hasMore = true; hasMore; ) {
      const previous = await page(`sort: ${sort}, last: ${size} ${before}`);
      back.unshift(...codesOf(previous));
      before = `before: "${previous.pageInfo.startCursor}"`;
      hasMore = previous.pageInfo.hasPreviousPage;
    }
    expect([forth, back]).toEqual([whole, whole]);
  }
});

test('a cursor stays right when its own node is deleted', async () => {
  await api.data(`mutation { createAirports(input: [
    { code: "LHX", name: "Gone", country: "USA" }
  ]) { info { nodesCreated } } }`);
  const { pageInfo, edges } = await page('sort: { code: ASC }, first: 5');
  expect(edges.at(-1)?.node.code).toBe('LHX');
  await api.data('mutation { deleteAirports(where: { code: { eq: "LHX" } }) { nodesDeleted } }');
  const rest = await page(`sort: { code: ASC }, after: "${pageInfo.endCursor}"`);
  expect(codesOf(rest)).toEqual(['ZRH']);
});

test('an empty page has no cursors', async () => {
  expect(await page('first: 0')).toEqual({
    totalCount: 5,
    edges: [],
    pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test('a connection along a relationship pages by its edges', async () => {
  const first = await relatedPage('first: 2');
  expect(codesOf(first)).toEqual(['LAX', 'LHR']);
  expect(first.pageInfo.hasNextPage).toBe(true);
  const second = await relatedPage(`first: 2, after: "${first.pageInfo.endCursor}"`);
  expect(codesOf(second)).toEqual(['ZRH']);
  expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
});

async function relatedPage(args: string): Promise<Page> {
  const { airport } = await api.data(`{ airport(where: { code: { eq: "JFK" } }) {
    routesConnection(sort: { edge: { flights: DESC } }, ${args}) { ${PARTS} }
  } }`);
  return (airport as { routesConnection: Page }).routesConnection;
}

test('bad cursors and counts are refused', async () => {
  const { pageInfo } = await page('sort: { code: ASC }, first: 1');
  const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const refused = [
    'after: "nothing"',
    'after: ""',
    `after: "${'A'.repeat(10_000)}"`,
    `after: "${pageInfo.endCursor}"`,
    `sort: { name: ASC }, before: "${pageInfo.endCursor}"`,
    `after: "${json({})}"`,
    `after: "${json([1, 'Airport'])}"`,
    `after: "${json([2, 'Airport', 'x'])}"`,
    `after: "${json([1, 'Airport', 'x', 'y'])}"`,
    `sort: { code: ASC }, after: "${json([1, 'Airport +code', 'x', { i: 'one' }])}"`,
    `sort: { code: ASC }, after: "${json([1, 'Airport +code', 'x', { b: '*' }])}"`,
    `sort: { code: ASC }, after: "${json([1, 'Airport +code', 'x', { z: '' }])}"`,
    'first: -1',
    'first: 1, last: 1',
  ];
  for (const args of refused) {
    const error = await api.error(`{ airportsConnection(${args}) { totalCount } }`);
    expect([args, error.extensions?.code]).toEqual([args, 'INVALID_INPUT']);
  }
  const error = await api.error('{ airportsConnection(first: 10001) { totalCount } }');
  expect(error.extensions).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    facts: { limit: 'PAGE_ITEMS_MAX', max: 10_000, actual: 10_001 },
  });
  expect(api.internalErrors).toEqual([]);
});
