import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Random } from '../../src/base/random.ts';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { flightsDefinition, librariesDefinition } from '../fixture/test-space.ts';

const NOON = Date.UTC(2026, 0, 31, 12);

let api: Api;

afterEach(() => api[Symbol.asyncDispose]());

describe('routes between airports', () => {
  beforeEach(async () => {
    api = await serveTestSpace(flightsDefinition());
    await api.data(FIVE_AIRPORTS);
  });

  test('are created with their nodes in one transaction, and counted', async () => {
    const commits: string[] = [];
    api.space.watch(({ commit, changes }) => commits.push(`${commit}: ${changes.length}`));
    const query = `mutation { createAirports(input: [{
      code: "GVA", name: "Geneva", country: "CHE"
      routes: {
        create: [{ node: { code: "NCE", name: "Nice", country: "FRA" }, edge: { flights: 4 } }]
        connect: [{ where: { node: { code: { in: ["JFK", "ZRH"] } } }, edge: { flights: 6 } }]
      }
      arrivals: { connect: { where: { node: { code: { eq: "ZRH" } } }, edge: { flights: 8 } } }
    }]) {
      info { nodesCreated relationshipsCreated }
      airports { code routes(sort: { code: ASC }) { code } arrivals { code } }
    } }`;
    expect(await api.data(query)).toEqual({
      createAirports: {
        info: { nodesCreated: 2, relationshipsCreated: 4 },
        airports: [
          {
            code: 'GVA',
            routes: [{ code: 'JFK' }, { code: 'NCE' }, { code: 'ZRH' }],
            arrivals: [{ code: 'ZRH' }],
          },
        ],
      },
    });
    expect(commits).toEqual([expect.stringMatching(/: 6$/)]);
  });

  test('are added by an upsert, to airports that are there or are not', async () => {
    const query = `mutation { upsertAirports(input: [
      { code: "JFK", name: "John F. Kennedy", country: "USA", city: null
        routes: { connect: [{ where: { node: { code: { in: ["LAX", "BSL"] } } },
          edge: { flights: 7 } }] } }
      { code: "GVA", name: "Geneva", country: "CHE" }
      { code: "GVA", name: "Cointrin", country: "CHE", city: "Geneva" }
    ]) {
      info { nodesCreated nodesDeleted relationshipsCreated }
      airports {
        code name city state
        routesConnection(sort: { node: { code: ASC } }) {
          edges { node { code } properties { flights } }
        }
      }
    } }`;
    const edge = (code: string, flights: number) => ({ node: { code }, properties: { flights } });
    expect(await api.data(query)).toEqual({
      upsertAirports: {
        info: { nodesCreated: 1, nodesDeleted: 0, relationshipsCreated: 1 },
        airports: [
          {
            code: 'JFK',
            name: 'John F. Kennedy',
            city: null,
            state: 'NY',
            routesConnection: {
              edges: [edge('BSL', 7), edge('LAX', 7), edge('LHR', 20), edge('ZRH', 10)],
            },
          },
          {
            code: 'GVA',
            name: 'Cointrin',
            city: 'Geneva',
            state: null,
            routesConnection: { edges: [] },
          },
        ],
      },
    });
  });

  test('an upsert writes all or nothing', async () => {
    const query = `mutation { upsertAirports(input: [
      { code: "LAX", name: "LA", country: "USA" }
      { code: "NCE", name: "Nice", country: "FRA"
        routes: { connect: [{ where: { node: { code: { eq: "QQQ" } } }, edge: { flights: 1 } }] } }
    ]) { info { nodesCreated } } }`;
    expect(await api.error(query)).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    const after = '{ airports(where: { code: { in: ["LAX", "NCE"] } }) { name } }';
    expect(await api.data(after)).toEqual({ airports: [{ name: 'Los Angeles' }] });
  });

  test('no more airports than may be are updated or deleted', async () => {
    const update = (atMost: number) => `mutation { updateAirports(atMost: ${atMost},
      where: { country: { eq: "CHE" } }, update: { name: { set: "X" } }) { airports { code } } }`;
    expect(await api.error(update(1))).toMatchObject({
      message: 'the nodes of type Airport that match expected at most 1, got 2',
      extensions: { code: 'LIMIT_EXCEEDED', facts: { limit: 'atMost', max: 1, actual: 2 } },
    });
    expect(await api.error(update(-1))).toMatchObject({ extensions: { code: 'INVALID_INPUT' } });
    expect(
      await api.error('mutation { deleteAirports(atMost: 4) { nodesDeleted } }'),
    ).toMatchObject({ extensions: { code: 'LIMIT_EXCEEDED' } });
    expect(await api.data('{ airports(where: { name: { eq: "X" } }) { code } }')).toEqual({
      airports: [],
    });
    expect(await api.data(update(2))).toMatchObject({ updateAirports: { airports: [{}, {}] } });
  });

  test('are disconnected, updated and deleted with the nodes they lead to', async () => {
    const query = `mutation { updateAirports(where: { code: { eq: "JFK" } }, update: {
      name: { set: "John F. Kennedy" }
      routes: {
        disconnect: { where: { node: { code: { eq: "LAX" } } } }
        delete: { where: { edge: { flights: { eq: 20 } } } }
        update: {
          where: { node: { code: { eq: "ZRH" } } }
          edge: { flights: { add: 5 } }, node: { name: { set: "Kloten" } }
        }
      }
    }) {
      info { nodesCreated nodesDeleted relationshipsCreated relationshipsDeleted }
      airports { name routesConnection { edges { properties { flights } node { name } } } }
    } }`;
    expect(await api.data(query)).toEqual({
      updateAirports: {
        info: {
          nodesCreated: 0,
          nodesDeleted: 1,
          relationshipsCreated: 0,
          // JFK to LAX; and of LHR: from JFK, to ZRH and BSL.
          relationshipsDeleted: 4,
        },
        airports: [
          {
            name: 'John F. Kennedy',
            routesConnection: {
              edges: [{ properties: { flights: 15 }, node: { name: 'Kloten' } }],
            },
          },
        ],
      },
    });
    expect(api.space.graph.counts()).toEqual({ nodes: 4, edges: 1 });
  });

  test('that are there already merge, and count as nothing new', async () => {
    const query = `mutation { updateAirports(where: { code: { eq: "JFK" } }, update: { routes: [
      { connect: { where: { node: { code: { eq: "LAX" } } }, edge: { flights: 31 } } }
    ] }) { info { relationshipsCreated } airports {
      routesConnection(where: { node: { code: { eq: "LAX" } } }) {
        edges { properties { flights } }
      }
    } } }`;
    expect(await api.data(query)).toEqual({
      updateAirports: {
        info: { relationshipsCreated: 0 },
        airports: [{ routesConnection: { edges: [{ properties: { flights: 31 } }] } }],
      },
    });
  });

  test('go with a deleted node', async () => {
    const query = `mutation { deleteAirports(where: { country: { eq: "USA" } }) {
      nodesDeleted relationshipsDeleted
    } }`;
    expect(await api.data(query)).toEqual({
      deleteAirports: { nodesDeleted: 2, relationshipsDeleted: 3 },
    });
    expect(await api.data('{ airports(sort: { code: ASC }) { code arrivals { code } } }')).toEqual({
      airports: [
        { code: 'BSL', arrivals: [{ code: 'LHR' }] },
        { code: 'LHR', arrivals: [] },
        { code: 'ZRH', arrivals: [{ code: 'LHR' }] },
      ],
    });
  });

  test('to nowhere, taken keys and missing values are refused and change nothing', async () => {
    const hash = api.space.stateHash();
    const aaa = 'code: "AAA", name: "a", country: "b"';
    const flights = (by: string) => `routes: { update: { edge: { flights: ${by} } } }`;
    const connect = '{ where: { node: { code: { eq: "QQQ" } } }, edge: { flights: 1 } }';
    const refused = [
      [`createAirports(input: [{ ${aaa}, routes: { connect: [${connect}] } }])`, 'NOT_FOUND'],
      [
        `updateAirports(update: { name: { set: "x" }, routes: { connect: [${connect}] } })`,
        'NOT_FOUND',
      ],
      [
        `createAirports(input: [{ ${aaa} }, { code: "JFK", name: "a", country: "b" }])`,
        'ALREADY_EXISTS',
      ],
      [`createAirports(input: [{ ${aaa} }, { ${aaa} }])`, 'ALREADY_EXISTS'],
      ['createAirports(input: [{ code: "", name: "a", country: "b" }])', 'INVALID_INPUT'],
      ['createAirports(input: [{ code: "AAA", name: "a" }])', 'INVALID_INPUT'],
      ['createAirports(input: [{ code: "AAA", name: 1, country: "b" }])', 'INVALID_INPUT'],
      [
        'createAirports(input: [{ code: "AAA", name: "a", country: "b", runways: 2 }])',
        'INVALID_INPUT',
      ],
      ['updateAirports(update: { name: { set: null } })', 'INVALID_INPUT'],
      ['updateAirports(update: { name: null })', 'INVALID_INPUT'],
      ['updateAirports(update: { code: { set: "AAA" } })', 'INVALID_INPUT'],
      [
        'updateAirports(update: { routes: { update: { edge: { flights: { set: 1, add: 1 } } } } })',
        'INVALID_INPUT',
      ],
      [
        'updateAirports(update: { routes: { update: { edge: { flights: { add: null } } } } })',
        'INVALID_INPUT',
      ],
      [`updateAirports(update: { ${flights('{ add: 2147483647 }')} })`, 'INVALID_INPUT'],
      [`updateAirports(update: { ${flights('{ subtract: -2147483648 }')} })`, 'INVALID_INPUT'],
    ] as const;
    for (const [mutation, code] of refused) {
      const error = await api.error(`mutation { ${mutation} { info { relationshipsCreated } } }`);
      expect([mutation, error.extensions?.code]).toEqual([mutation, code]);
    }
    expect(api.space.stateHash()).toBe(hash);
    expect(api.internalErrors).toEqual([]);
  });

  test('are counted on by concurrent increments without a loss', async () => {
    const increment = `mutation { updateAirports(where: { code: { eq: "JFK" } }, update: { routes: {
      update: { where: { node: { code: { eq: "LAX" } } }, edge: { flights: { add: 1 } } }
    } }) { info { nodesCreated } } }`;
    await Promise.all(Array.from({ length: 50 }, () => api.data(increment)));
    const query = `{ airport(where: { code: { eq: "JFK" } }) {
      routesConnection(where: { node: { code: { eq: "LAX" } } }) {
        edges { properties { flights } }
      }
    } }`;
    expect(await api.data(query)).toEqual({
      airport: { routesConnection: { edges: [{ properties: { flights: 80 } }] } },
    });
  });

  test('are counted as created once, however many connect them at once', async () => {
    const connect = `mutation { updateAirports(where: { code: { eq: "ZRH" } }, update: { routes: {
      connect: { where: { node: { code: { eq: "LAX" } } }, edge: { flights: 3 } }
    } }) { info { relationshipsCreated } } }`;
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.data(connect)));
    const counts = answers.map(
      ({ updateAirports }) => (updateAirports as { info: { relationshipsCreated: number } }).info,
    );
    expect(counts.reduce((sum, info) => sum + info.relationshipsCreated, 0)).toBe(1);
  });

  test('stay where a nested field of their end is removed whole, and not in part', async () => {
    const update = (location: string) =>
      `mutation { updateAirports(where: { code: { eq: "JFK" } }, update: {
        location: ${location}
      }) { airports { location { latitude longitude } } } }`;
    const placed = { latitude: 1, longitude: 2 };
    expect(await api.data(update('{ set: { latitude: 1, longitude: 2 } }'))).toEqual({
      updateAirports: { airports: [{ location: placed }] },
    });
    expect(await api.data(update('{ set: null }'))).toEqual({
      updateAirports: { airports: [{ location: null }] },
    });
  });
});

describe('a book', () => {
  const ones: Random = { bytes: (count) => new Uint8Array(count).fill(62) };

  beforeEach(async () => {
    api = await serveTestSpace(librariesDefinition(), {
      clock: { now: () => NOON },
      random: ones,
    });
  });

  test('keeps every scalar exactly', async () => {
    const query = `mutation ($input: [BookCreateInput!]!) { createBooks(input: $input) { books {
      isbn title pages copies price isLent printed cover size { height width }
    } } }`;
    const book = {
      isbn: '978-0',
      title: 'Ünïcödé 📚',
      pages: -2147483648,
      copies: '9223372036854775807',
      price: 0.1,
      isLent: true,
      printed: '1969-12-31T23:59:59.999999Z',
      cover: 'AP8=',
      size: { height: 1e300, width: null },
    };
    const { createBooks } = await api.data(query, { input: [book] });
    expect(createBooks).toEqual({ books: [book] });
  });

  test('gets its key, defaults and timestamps from the server', async () => {
    const query = `mutation { createBooks(input: [{ title: "Emma" }]) { books {
      isbn pages isLent copies createdAt updatedAt
    } } }`;
    expect(await api.data(query)).toEqual({
      createBooks: {
        books: [
          {
            isbn: '0000000000000000',
            pages: 100,
            isLent: false,
            copies: null,
            createdAt: '2026-01-31T12:00:00.000Z',
            updatedAt: null,
          },
        ],
      },
    });
    const update = `mutation { updateBooks(update: {
        copies: { add: 3 }
        size: { set: { height: 2 } }
        shelf: { room: { set: "A" }, row: { set: 1 } }
      }) {
      books { copies updatedAt size { height width } }
    } }`;
    expect(await api.data(update)).toEqual({
      updateBooks: {
        books: [
          {
            copies: '3',
            updatedAt: '2026-01-31T12:00:00.000Z',
            size: { height: 2, width: null },
          },
        ],
      },
    });
    const part = `mutation { updateBooks(update: { shelf: { set: { row: 2 } } }) {
      books { shelf { room row } }
    } }`;
    expect(await api.data(part)).toEqual({
      updateBooks: { books: [{ shelf: { room: null, row: 2 } }] },
    });
    const clear = `mutation { updateBooks(update: { copies: { set: null }, shelf: { set: null } }) {
      books { copies shelf { row } }
    } }`;
    expect(await api.data(clear)).toEqual({
      updateBooks: { books: [{ copies: null, shelf: null }] },
    });
  });

  test('is found by indexed and unique values, and by every other scalar', async () => {
    await api.data(`mutation { createBooks(input: [
      { isbn: "1", title: "One", genre: "a", copies: "9007199254740993", price: 1.5, cover: "AQ=="
        printed: "2020-01-01T00:00:00Z" }
      { isbn: "2", title: "Two", genre: "a", isLent: true, printed: "2021-01-01T01:00:00+01:00" }
      { isbn: "3", title: "Three", genre: "b", price: 0 }
    ]) { info { nodesCreated } } }`);
    const found = [
      ['{ title: { eq: "Two" } }', ['2']],
      ['{ title: { in: ["Two", "One", "Two"] } }', ['1', '2']],
      ['{ genre: { eq: "a" } }', ['1', '2']],
      ['{ genre: { eq: "a" }, title: { eq: "One" } }', ['1']],
      ['{ genre: { in: ["a", "b"] }, isLent: { eq: false } }', ['1', '3']],
      ['{ copies: { eq: "9007199254740993" } }', ['1']],
      ['{ copies: { lt: 9007199254740992 } }', []],
      ['{ price: { eq: -0.0 } }', ['3']],
      ['{ cover: { eq: "AQ==" } }', ['1']],
      ['{ printed: { eq: "2021-01-01T00:00:00.000000Z" } }', ['2']],
      ['{ printed: { gte: "2020-01-01T00:00:00Z", lt: "2021-01-01T00:00:00Z" } }', ['1']],
    ] as const;
    for (const [where, isbns] of found) {
      const { books } = await api.data(`{ books(where: ${where}, sort: { isbn: ASC }) { isbn } }`);
      expect([where, books]).toEqual([where, isbns.map((isbn) => ({ isbn }))]);
    }
  });

  test('with a taken unique value or a bad scalar is refused and changes nothing', async () => {
    await api.data(
      'mutation { createBooks(input: [{ isbn: "1", title: "One" }]) { books { id } } }',
    );
    const hash = api.space.stateHash();
    const refused = [
      ['isbn: "2", title: "One"', 'ALREADY_EXISTS'],
      ['isbn: "2", title: "Two", pages: 2147483648', 'INVALID_INPUT'],
      ['isbn: "2", title: "Two", pages: null', 'INVALID_INPUT'],
      ['isbn: null, title: "Two"', 'INVALID_INPUT'],
      ['isbn: "2", title: "Two", copies: "9223372036854775808"', 'INVALID_INPUT'],
      ['isbn: "2", title: "Two", copies: 1.5', 'INVALID_INPUT'],
      ['isbn: "2", title: "Two", copies: "0x10"', 'INVALID_INPUT'],
      ['isbn: "2", title: "Two", printed: "2020-02-30T00:00:00Z"', 'INVALID_INPUT'],
      ['isbn: "2", title: "Two", printed: "yesterday"', 'INVALID_INPUT'],
      ['isbn: "2", title: "Two", cover: "AQ"', 'INVALID_INPUT'],
      ['isbn: "2", title: "Two", createdAt: "2020-01-01T00:00:00Z"', 'INVALID_INPUT'],
      ['isbn: "2", title: "Two", size: { width: 1 }', 'INVALID_INPUT'],
    ] as const;
    for (const [input, code] of refused) {
      const error = await api.error(
        `mutation { createBooks(input: [{ ${input} }]) { books { id } } }`,
      );
      expect([input, error.extensions?.code]).toEqual([input, code]);
    }
    expect(api.space.stateHash()).toBe(hash);
    expect(api.internalErrors).toEqual([]);
  });

  test('of a type without a key is written through both ends of a relationship', async () => {
    const query = `mutation { createPeople(input: [{ name: "Jane", books: { create: [
      { node: { isbn: "1", title: "Emma" }, edge: { share: 1 } }
      { node: { isbn: "2", title: "Sanditon" } }
    ] } }]) { people { name booksConnection(sort: { node: { isbn: ASC } }) {
      edges { node { title authors { name } } properties { share edits at } }
    } } } }`;
    const at = '2026-01-31T12:00:00.000Z';
    const authors = [{ name: 'Jane' }];
    expect(await api.data(query)).toEqual({
      createPeople: {
        people: [
          {
            name: 'Jane',
            booksConnection: {
              edges: [
                { node: { title: 'Emma', authors }, properties: { share: 1, edits: 1, at } },
                { node: { title: 'Sanditon', authors }, properties: { share: null, edits: 1, at } },
              ],
            },
          },
        ],
      },
    });
  });
});
