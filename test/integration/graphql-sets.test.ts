/** Sets of values in the API: inputs, what is read of them, and what is told of their changes. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { FrameType } from '../../src/replication/frame.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';
import { booksOf } from '../fixture/books.ts';
import { onNode, payloadFor } from '../fixture/door.ts';
import { liveBySse } from '../fixture/live-client.ts';
import { typePrinter } from '../fixture/printed-type.ts';
import { subscribed } from '../fixture/subscribers.ts';
import { answerToTransaction } from '../fixture/sync-client.ts';

const SDL = `
  interface Tagged { tags: [String!]! }
  type Book implements Tagged @node {
    code: ID! @id
    tags: [String!]! @set
    scores: [Int!] @set
    moods: [Mood!] @set @default(value: [SAD, GLAD, SAD])
    changedAt: DateTime @timestamp(operations: [UPDATE])
    at: Shelf
    next: [Book!]! @relationship(type: "NEXT", direction: OUT, properties: "Next")
  }
  type Shelf { rows: [BigInt!] @set name: String }
  type Next @relationshipProperties { marks: [Float!]! @set }
  type Reader @node { name: String! likes: [Tagged!]! @relationship(type: "LIKES", direction: OUT) }
  enum Mood { SAD GLAD }`;

const SHOWN = 'tags scores moods at { rows } nextConnection { edges { properties { marks } } }';

let api: Api;

const { bookOf, codes, updated, updateText } = booksOf(() => api, SHOWN);

beforeAll(async () => {
  api = await serveTestSpace(parseDefinition(SDL));
});

afterAll(() => api[Symbol.asyncDispose]());

beforeEach(async () => {
  await api.data('mutation { deleteBooks { nodesDeleted } deleteReaders { nodesDeleted } }');
  await api.data(`mutation { createBooks(input: [
    { code: "a", tags: ["y", "x", "y"], scores: [3, 1, 3], at: { rows: ["9007199254740993", 2] } }
    { code: "b", tags: [], moods: [], next: { create: [
      { node: { code: "c", tags: "x", moods: null }, edge: { marks: [0.5, -0.0, 0.5] } }
    ] } }
  ]) { info { nodesCreated } } }`);
});

test('[B7] the API has operators of sets, and everything else as for lists', () => {
  const fieldsOf = typePrinter(SDL);
  expect(fieldsOf('SetStringMutations')).toBe(
    'input SetStringMutations { set: [String!] add: [String!] remove: [String!] }',
  );
  expect(fieldsOf('SetMoodMutations')).toContain('add: [Mood!]');
  expect(fieldsOf('TaggedUpdateInput')).toBe(
    'input TaggedUpdateInput { tags: SetStringMutations }',
  );
  expect(fieldsOf('ShelfMutations')).toContain('rows: SetBigIntMutations');
  expect(fieldsOf('NextUpdateInput')).toContain('marks: SetFloatMutations');
  expect(fieldsOf('BookCreateInput')).toContain('tags: [String!]! scores: [Int!]');
  expect(fieldsOf('BookWhere')).toContain('tags: StringListFilters');
  expect(fieldsOf('ListStringMutations')).toBeUndefined();
});

test('[B6] a create takes a list, and it is answered each value once, in order', async () => {
  const query = `{ books(sort: [{ code: ASC }]) { code tags scores moods at { rows }
    nextConnection { edges { properties { marks } } } } }`;
  const none = { scores: null, at: null, nextConnection: { edges: [] } };
  expect(await api.data(query)).toEqual({
    books: [
      {
        ...none,
        code: 'a',
        tags: ['x', 'y'],
        scores: [1, 3],
        moods: ['GLAD', 'SAD'],
        at: { rows: ['2', '9007199254740993'] },
      },
      {
        ...{ ...none, code: 'b', tags: [], moods: [] },
        nextConnection: { edges: [{ properties: { marks: [0, 0.5] } }] },
      },
      { ...none, code: 'c', tags: ['x'], moods: null },
    ],
  });
});

test('[B6] an upsert replaces what a node has, and of two with one key the later one', async () => {
  const upsert = `mutation { upsertBooks(input: [
    { code: "a", tags: ["p"] }, { code: "a", tags: ["q"] }
    { code: "n", tags: ["r"] }, { code: "n", tags: ["s"] }]) { books { tags } } }`;
  expect(await api.data(upsert)).toEqual({
    upsertBooks: { books: [['q'], ['s']].map((tags) => ({ tags })) },
  });
});

test('filters and figures are those of lists', async () => {
  expect(await codes('{ tags: { eq: ["x", "y"] } }')).toBe('a');
  expect(await codes('{ tags: { eq: ["y", "x"] } }')).toBe('');
  expect(await codes('{ tags: { includes: "x" } }')).toBe('ac');
  expect(await codes('{ NOT: { tags: { includes: "x" } } }')).toBe('b');
  expect(await codes('{ tags: { eq: [] } }')).toBe('b');
  expect(await codes('{ moods: { eq: null } }')).toBe('c');
  expect(await codes('{ at: { rows: { includes: 2 } } }')).toBe('a');
  expect(await codes('{ nextConnection: { some: { edge: { marks: { includes: 0 } } } } }')).toBe(
    'b',
  );
  const figures = '{ booksConnection { aggregate { node { tags { count } moods { count } } } } }';
  expect(await api.data(figures)).toEqual({
    booksConnection: { aggregate: { node: { tags: { count: 3 }, moods: { count: 2 } } } },
  });
});

describe('[B7] an update', () => {
  test('adds, removes, and sets all of them', async () => {
    expect(await updated('tags: { add: ["z", "x", "z"] }')).toMatchObject({
      tags: ['x', 'y', 'z'],
    });
    expect(await updated('tags: { remove: ["x", "no"] }')).toMatchObject({ tags: ['y', 'z'] });
    expect(await updated('tags: { add: "y", remove: ["y", "z"] }')).toMatchObject({ tags: ['y'] });
    expect(await updated('tags: { set: ["k", "j", "k"] }')).toMatchObject({ tags: ['j', 'k'] });
    expect(await updated('tags: { add: [] }')).toMatchObject({ tags: ['j', 'k'] });
    expect(await updated('tags: { remove: ["j", "k"] }')).toMatchObject({ tags: [] });
    expect(await updated('scores: { set: null }')).toMatchObject({ scores: null });
    expect(await updated('scores: { add: [2] }')).toMatchObject({ scores: [2] });
    expect(await updated('moods: { remove: [SAD] }')).toMatchObject({ moods: ['GLAD'] });
  });

  test('changes members of nested objects and edges', async () => {
    expect(await updated('at: { rows: { add: ["5"], remove: [2] } }')).toMatchObject({
      at: { rows: ['5', '9007199254740993'] },
    });
    expect(await updated('at: { set: { rows: [7] } }')).toMatchObject({ at: { rows: ['7'] } });
    const edge = 'next: [{ update: [{ edge: { marks: { add: [1.5], remove: [0] } } }] }]';
    expect(await updated(edge, 'b')).toMatchObject({
      nextConnection: { edges: [{ properties: { marks: [0.5, 1.5] } }] },
    });
    const connect = `next: [{ connect: [{ where: { node: { code: { eq: "c" } } },
      edge: { marks: [9] } }] }]`;
    expect(await updated(connect, 'b')).toMatchObject({
      nextConnection: { edges: [{ properties: { marks: [9] } }] },
    });
  });

  test('of an interface is that of its types', async () => {
    await api.data(`mutation { createReaders(input: [{ name: "r", likes: { connect: [
      { where: { node: { tags: { includes: "y" } } } }] } }]) { info { nodesCreated } } }`);
    const update = `mutation { updateReaders(update: { likes: [{ update: [
      { node: { tags: { add: ["liked"], remove: ["x"] } } }] }] }) { readers {
        likes { tags } } } }`;
    expect(await api.data(update)).toEqual({
      updateReaders: { readers: [{ likes: [{ tags: ['liked', 'y'] }] }] },
    });
  });

  test.each([
    ['set beside add', 'tags: { set: ["a"], add: ["b"] }'],
    ['an add of null', 'tags: { add: null }'],
    ['a removal of null', 'tags: { remove: null }'],
    ['an item that is null', 'tags: { add: [null] }'],
    ['null, where values are required', 'tags: { set: null }'],
    ['no value of the enum', 'moods: { add: [BAD] }'],
    ['a push', 'tags: { push: ["a"] }'],
  ])('refuses %s', async (_, operators) => {
    expect(await api.error(updateText(operators))).toMatchObject({
      extensions: { code: 'INVALID_INPUT' },
    });
  });

  test('names the place of what is refused', async () => {
    expect(await api.error(updateText('tags: { add: ["b"], remove: null }'))).toMatchObject({
      extensions: { inputPath: ['update', 'tags', 'remove'] },
    });
  });
});

test('adds of many requests are all kept', async () => {
  const tags = Array.from({ length: 40 }, (_, index) => `t${index}`);
  await Promise.all(tags.map((tag) => updated(`tags: { add: ["${tag}"], remove: ["x"] }`)));
  expect(await bookOf('tags')).toEqual({ tags: [...tags, 'y'].toSorted() });
});

describe('what is told of a change', () => {
  test('[K2] a subscriber is told of the field, and what it was', async () => {
    const query = `subscription { bookChanges(fields: [tags]) {
      event fields before { tags } after { tags } book { tags } } }`;
    const subscriber = await subscribed(api.server, query);
    await updated('scores: { add: [9] }');
    await updated('tags: { add: ["z"] }');
    await updated('tags: { remove: ["x"] }');
    await subscriber.received(2);
    const heard = subscriber.results.map(({ data }) => data?.bookChanges);
    const fields = ['tags', 'changedAt'];
    const event = 'UPDATED';
    const [one, two, three] = [
      ['x', 'y'],
      ['x', 'y', 'z'],
      ['y', 'z'],
    ].map((tags) => ({ tags }));
    expect(heard).toEqual([
      { event, fields, before: one, after: two, book: two },
      { event, fields, before: two, after: three, book: three },
    ]);
    subscriber.stop();
  });

  test('a live query shows it', async () => {
    const query = 'query @live { books(where: { tags: { includes: "new" } }) { code tags } }';
    const client = liveBySse(api.server, query);
    await client.revision(1);
    await updated('tags: { add: ["new"] }', 'b');
    await client.revision(2);
    expect(client.data).toEqual({ books: [{ code: 'b', tags: ['new'] }] });
    await updated('tags: { remove: ["new"] }', 'b');
    await client.revision(3);
    expect(client.data).toEqual({ books: [] });
    client.stop();
  });

  test('[M20] the lineage is that of the latest add that shows', async () => {
    const { id } = await bookOf<{ id: string }>('id');
    const writer = async () => {
      const { lineage } = await api.data(`{ lineage(id: "${id}", field: "tags") { position } }`);
      return (lineage as { position: number }).position;
    };
    const created = await writer();
    await updated('tags: { add: ["z"] }');
    expect(await writer()).toBe(created + 1);
    await updated('tags: { remove: ["z"] }');
    expect(await writer()).toBe(created);
  });

  test('[B9] the lineage of a value is that of its latest add', async () => {
    const book = await bookOf<{
      id: string;
      nextConnection: { edges: Record<string, { position: number } | null>[] };
    }>(
      `id nextConnection { edges { lineage(field: "marks") { position }
        zero: lineage(field: "marks", item: "0") { position }
        none: lineage(field: "marks", item: "7") { position } } }`,
      'b',
    );
    const [edge] = book.nextConnection.edges;
    expect(edge).toEqual({ lineage: edge?.zero, zero: edge?.zero, none: null });
    const created = edge?.zero?.position ?? 0;
    const positions = async (...asked: readonly (readonly [field: string, item: string])[]) => {
      const fields = asked.map(([field, item], index) => {
        const args = `id: "${book.id}", field: "${field}", item: ${JSON.stringify(item)}`;
        return `p${index}: lineage(${args}) { position }`;
      });
      const data = await api.data(`{ ${fields.join(' ')} }`);
      return Object.values(data).map((each) => (each as { position: number } | null)?.position);
    };
    await updated('tags: { add: ["p"] }, scores: { add: [1, 2] }', 'b');
    await updated('tags: { add: ["q"] }, scores: { add: [2] }', 'b');
    await updated('at: { rows: { add: ["9007199254740993"] } }, moods: { add: [SAD] }', 'b');
    expect(
      await positions(
        ...([
          ['tags', 'p'],
          ['tags', 'q'],
          ['tags', 'r'],
          ['scores', '1'],
          ['scores', '2'],
        ] as const),
        ...([
          ['at.rows', '9007199254740993'],
          ['moods', 'SAD'],
        ] as const),
      ),
    ).toEqual([1, 2, undefined, 1, 2, 3, 3].map((step) => step && created + step));
    for (const [field, item] of [
      ['scores', 'x'],
      ['moods', 'BAD'],
      ['code', 'b'],
    ] as const) {
      const args = `id: "${book.id}", field: "${field}", item: "${item}"`;
      const query = `{ lineage(${args}) { position } }`;
      expect(await api.error(query)).toMatchObject({ extensions: { code: 'INVALID_INPUT' } });
    }
  });
});

test('the version of a node changes with its sets, and @at shows what they were', async () => {
  const asked = async () => {
    const { id, version } = await bookOf<{ id: string; version: string }>('id version');
    const { lineage } = await api.data(`{ lineage(id: "${id}", field: "tags") { commit } }`);
    return { version, commit: (lineage as { commit: string }).commit };
  };
  const before = await asked();
  await updated('tags: { add: ["z"], remove: ["x"] }');
  const after = await asked();
  expect(after.version).not.toBe(before.version);
  const tagsAt = async (commit: string) => {
    const query = `query @at(commit: "${commit}") { book(where: { code: { eq: "a" } }) { tags } }`;
    return (await api.data(query)).book;
  };
  expect(await tagsAt(before.commit)).toEqual({ tags: ['x', 'y'] });
  expect(await tagsAt(after.commit)).toEqual({ tags: ['y', 'z'] });
});

test('[Q10] a client adds and removes by a transaction of its own', async () => {
  const { id } = await bookOf<{ id: string }>('id');
  const path = 'tags';
  const adds = [{ kind: 'own', position: 0 }] as const;
  const payload = payloadFor([
    'user:*',
    onNode(id, { operation: 'add', path, value: 'sent' }),
    onNode(id, { operation: 'remove', path, value: 'x', adds }),
  ]);
  const answer = await answerToTransaction(api.server.sync, { payload });
  expect(answer.type).toBe(FrameType.WRITTEN);
  expect(await codes('{ tags: { eq: ["sent", "y"] } }')).toBe('a');
});
