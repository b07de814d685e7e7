/** Figures over connections, and over groups of equal values. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition } from '../fixture/test-space.ts';

let api: Api;

beforeAll(async () => {
  api = await serveTestSpace(flightsDefinition());
  await api.data(FIVE_AIRPORTS);
});

afterAll(() => api[Symbol.asyncDispose]());

describe('an aggregate', () => {
  test('is over all nodes that match, whatever the page', async () => {
    const query = `{ airportsConnection(where: { country: { in: ["USA", "CHE"] } }, first: 1) {
      edges { node { code } }
      aggregate {
        count { nodes }
        node {
          code { count min max }
          name { shortest longest }
          state { count min max }
          location { latitude { count min max sum average } }
        }
      }
    } }`;
    expect(await api.data(query)).toMatchObject({
      airportsConnection: {
        edges: [{}],
        aggregate: {
          count: { nodes: 4 },
          node: {
            code: { count: 4, min: 'BSL', max: 'ZRH' },
            name: { shortest: 'Basel', longest: 'Los Angeles' },
            state: { count: 2, min: 'CA', max: 'NY' },
            location: { latitude: { count: 2, min: 33.9, max: 40.6, sum: 74.5, average: 37.25 } },
          },
        },
      },
    });
  });

  test('of a relationship has figures of its edges too', async () => {
    const query = `{ airports(where: { code: { in: ["JFK", "ZRH"] } }, sort: { code: ASC }) {
      routesConnection { aggregate {
        count { nodes edges }
        node { country { min max } }
        edge { flights { count min max sum average } }
      } }
    } }`;
    const none = { count: 0, min: null, max: null, sum: null, average: null };
    expect(await api.data(query)).toEqual({
      airports: [
        {
          routesConnection: {
            aggregate: {
              count: { nodes: 3, edges: 3 },
              node: { country: { min: 'CHE', max: 'USA' } },
              edge: { flights: { count: 3, min: 10, max: 30, sum: '60', average: 20 } },
            },
          },
        },
        {
          routesConnection: {
            aggregate: {
              count: { nodes: 0, edges: 0 },
              node: { country: { min: null, max: null } },
              edge: { flights: none },
            },
          },
        },
      ],
    });
  });
});

describe('groups', () => {
  test('come in the order of their values, missing ones last', async () => {
    const query = `{ airportsConnection { groups(by: [state, country]) {
      values { state country } count { nodes } node { code { min } }
    } } }`;
    expect(await api.data(query)).toEqual({
      airportsConnection: {
        groups: [
          group({ state: 'CA', country: 'USA' }, 1, 'LAX'),
          group({ state: 'NY', country: 'USA' }, 1, 'JFK'),
          group({ state: null, country: 'CHE' }, 2, 'BSL'),
          group({ state: null, country: 'GBR' }, 1, 'LHR'),
        ],
      },
    });
  });

  test('of a relationship may be by its edges', async () => {
    const query = `{ airport(where: { code: { eq: "LHR" } }) { routesConnection {
      groups(byEdge: [flights]) { edgeValues { flights } count { edges } node { code { max } } }
    } } }`;
    expect(await api.data(query)).toEqual({
      airport: {
        routesConnection: {
          groups: [
            { edgeValues: { flights: 5 }, count: { edges: 2 }, node: { code: { max: 'ZRH' } } },
          ],
        },
      },
    });
  });

  test('by a nested field name its path', async () => {
    const query = `{ airportsConnection(where: { country: { eq: "USA" } }) {
      groups(by: [location_latitude]) { values { location_latitude } }
    } }`;
    expect(await api.data(query)).toEqual({
      airportsConnection: {
        groups: [{ values: { location_latitude: 33.9 } }, { values: { location_latitude: 40.6 } }],
      },
    });
  });

  test('by nothing, and values that they are not by, are errors of the caller', async () => {
    const none = '{ airportsConnection { groups(by: []) { count { nodes } } } }';
    expect(await api.error(none)).toMatchObject({
      message: 'groups expected to be by 1 to 8 fields, got 0',
      extensions: { code: 'INVALID_INPUT' },
    });
    const other = '{ airportsConnection { groups(by: [country]) { values { state } } } }';
    expect(await api.error(other)).toMatchObject({
      message: 'state expected to be a field that groups are by, got another',
      extensions: { code: 'INVALID_INPUT' },
      path: ['airportsConnection', 'groups', 0, 'values', 'state'],
    });
  });
});

test('text is as long as it has code points, and of several the least counts', async () => {
  const named = (code: string, name: string) =>
    `{ code: "${code}", name: "${name}", country: "X" }`;
  await api.data(`mutation { createAirports(input: [
    ${named('E1', '\u{1F600}\u{1F600}')} ${named('E2', 'abc')} ${named('E3', 'abd')}
    ${named('E4', '\u00e9\u00e9')}
  ]) { airports { code } } }`);
  const query = `{ airportsConnection(where: { country: { eq: "X" } }) {
    aggregate { node { name { shortest longest } } } } }`;
  const answer = {
    airportsConnection: {
      aggregate: { node: { name: { shortest: '\u00e9\u00e9', longest: 'abc' } } },
    },
  };
  expect(await api.data(query)).toEqual(answer);
  // Through resolvers.
  const resolved = await api.data(query.replace(/}$/, '__schema { queryType { name } } }'));
  expect(resolved).toMatchObject(answer);
});

test('a sum beyond a Float is an error of the caller, and so is its average', async () => {
  const huge = { latitude: 1.7e308, longitude: 0 };
  const input = ['F1', 'F2'].map((code) => ({ code, name: code, country: 'Y', location: huge }));
  const create = `mutation ($input: [AirportCreateInput!]!) {
    createAirports(input: $input) { airports { code } } }`;
  await api.data(create, { input });
  for (const figure of ['sum', 'average']) {
    const query = `{ airportsConnection(where: { country: { eq: "Y" } }) {
      aggregate { node { location { latitude { ${figure} } } } } } }`;
    expect(await api.error(query)).toMatchObject({
      message: 'a sum expected a finite Float, got Infinity',
      extensions: { code: 'LIMIT_EXCEEDED' },
    });
  }
});

function group(values: object, nodes: number, min: string) {
  return { values, count: { nodes }, node: { code: { min } } };
}
