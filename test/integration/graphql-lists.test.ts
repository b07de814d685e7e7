/** Lists of scalars and enums in the API: filters, pushes and pops, and what meets in a commit. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { ListValue } from '../../src/delta/value.ts';
import { type Api, serveTestSpace } from '../fixture/api.ts';
import { booksOf } from '../fixture/books.ts';
import { typePrinter } from '../fixture/printed-type.ts';
import { openTestSpace } from '../fixture/test-space.ts';
import { csvFiles, importNew } from '../unit/csv-fixture.ts';

const SDL = `
  type Book @node {
    code: ID! @id
    tags: [String!]!
    scores: [Int!]
    moods: [Mood!] @default(value: [SAD])
    seen: [DateTime!]
    at: Shelf
    next: [Book!]! @relationship(type: "NEXT", direction: OUT, properties: "Next")
  }
  type Shelf { rows: [BigInt!] }
  type Next @relationshipProperties { marks: [Float!] }
  enum Mood { SAD GLAD }
`;

let api: Api;

const { bookOf, codes, updated, updateText } = booksOf(() => api, 'tags scores');

beforeAll(async () => {
  api = await serveTestSpace(parseDefinition(SDL));
  await api.data(`mutation { createBooks(input: [
    { code: "a", tags: ["x", "y"], scores: [3, 1, 3], at: { rows: ["9007199254740993"] } }
    { code: "b", tags: [], moods: [GLAD, SAD], seen: ["2024-02-29T12:00:00.5+02:00"] }
    { code: "c", tags: "x", moods: null, next: { create: [
      { node: { code: "d", tags: ["\\"\\\\\\n"] }, edge: { marks: [0.5, -0.0] } }
    ] } }
  ]) { info { nodesCreated } } }`);
});

afterAll(() => api[Symbol.asyncDispose]());

test('the API has the types of the Neo4j GraphQL Library', () => {
  const fieldsOf = typePrinter(SDL);
  expect(fieldsOf('StringListFilters')).toBe(
    'input StringListFilters { eq: [String!] includes: String }',
  );
  expect(fieldsOf('MoodListEnumScalarFilters')).toBe(
    'input MoodListEnumScalarFilters { eq: [Mood!] includes: Mood }',
  );
  expect(fieldsOf('ListIntMutations')).toBe(
    'input ListIntMutations { set: [Int!] push: [Int!] pop: Int }',
  );
  expect(fieldsOf('IntListScalarAggregate')).toBe('type IntListScalarAggregate { count: Int! }');
  expect(fieldsOf('BookSort')).toBe('input BookSort { id: SortDirection code: SortDirection }');
  expect(fieldsOf('Shelf')).toBe('type Shelf { rows: [BigInt!] }');
  expect(fieldsOf('BookCreateInput')).toContain('tags: [String!]! scores: [Int!]');
  expect(fieldsOf('ShelfSort')).toBeUndefined();
  expect(fieldsOf('NextSort')).toBeUndefined();
});

test('lists are answered with the items as the scalar has them', async () => {
  const query = `{ books(sort: [{ code: ASC }]) { code tags scores moods seen at { rows }
    nextConnection { edges { properties { marks } } } } }`;
  const none = { scores: null, seen: null, at: null, nextConnection: { edges: [] } };
  expect(await api.data(query)).toEqual({
    books: [
      {
        ...none,
        code: 'a',
        tags: ['x', 'y'],
        scores: [3, 1, 3],
        moods: ['SAD'],
        at: { rows: ['9007199254740993'] },
      },
      { ...none, code: 'b', tags: [], moods: ['GLAD', 'SAD'], seen: ['2024-02-29T10:00:00.500Z'] },
      {
        ...none,
        code: 'c',
        tags: ['x'],
        moods: null,
        nextConnection: { edges: [{ properties: { marks: [0.5, 0] } }] },
      },
      { ...none, code: 'd', tags: ['"\\\n'], moods: ['SAD'] },
    ],
  });
});

test('filters ask for the whole list, or for an item', async () => {
  expect(await codes('{ tags: { eq: ["x"] } }')).toBe('c');
  expect(await codes('{ tags: { eq: [] } }')).toBe('b');
  expect(await codes('{ tags: { includes: "x" } }')).toBe('ac');
  expect(await codes('{ NOT: { tags: { includes: "x" } } }')).toBe('bd');
  expect(await codes('{ scores: { includes: 1, eq: [3, 1, 3] } }')).toBe('a');
  expect(await codes('{ moods: { includes: GLAD } }')).toBe('b');
  expect(await codes('{ moods: { eq: null } }')).toBe('c');
  expect(await codes('{ seen: { includes: "2024-02-29T10:00:00.500Z" } }')).toBe('b');
  expect(await codes('{ at: { rows: { includes: "9007199254740993" } } }')).toBe('a');
  expect(await codes('{ nextConnection: { some: { edge: { marks: { includes: 0 } } } } }')).toBe(
    'c',
  );
  expect(await api.error('{ books(where: { tags: { includes: null } }) { code } }')).toMatchObject({
    extensions: { code: 'INVALID_INPUT' },
  });
});

describe('an update', () => {
  const update = (operators: string) => updateText(operators, 'd');
  const answered = (operators: string) => updated(operators, 'd');

  test('sets, pushes and pops', async () => {
    expect(await answered('tags: { set: ["a"] }')).toMatchObject({ tags: ['a'] });
    expect(await answered('tags: { push: ["b", "c"] }')).toMatchObject({ tags: ['a', 'b', 'c'] });
    expect(await answered('tags: { pop: 1 }')).toMatchObject({ tags: ['a', 'b'] });
    expect(await answered('tags: { pop: 0 }')).toMatchObject({ tags: ['a', 'b'] });
    expect(await answered('tags: { pop: 9 }')).toMatchObject({ tags: [] });
    expect(await answered('scores: { push: 7 }')).toMatchObject({ scores: [7] });
    expect(await answered('scores: { set: null }')).toMatchObject({ scores: null });
  });

  test.each([
    ['two operators', 'tags: { push: ["a"], pop: 1 }'],
    ['a push of null', 'tags: { push: null }'],
    ['an item that is null', 'tags: { push: [null] }'],
    ['a pop below 0', 'tags: { pop: -1 }'],
    ['no list where one is required', 'tags: { set: null }'],
    ['no value of the enum', 'moods: { push: [BAD] }'],
  ])('refuses %s', async (_, operators) => {
    expect(await api.error(update(operators))).toMatchObject({
      extensions: { code: 'INVALID_INPUT' },
    });
  });

  test('of more bytes than a value has is refused, and nothing else', async () => {
    const long = 'x'.repeat(700_000);
    const push = update(`tags: { push: ["${long}"] }`);
    expect(await api.data(push)).toMatchObject({ updateBooks: { books: [{ tags: [long] }] } });
    expect(await api.error(push)).toMatchObject({ extensions: { code: 'LIMIT_EXCEEDED' } });
    expect(await answered('tags: { set: [] }')).toMatchObject({ tags: [] });
  });
});

test('pushes of one commit are all kept, in the order of their transactions', async () => {
  await using space = await openTestSpace(parseDefinition(SDL));
  const { result: id } = await space.write({ actor: 'user:a' }, (draft) => {
    const created = draft.createNode('Book', { key: 'k' });
    draft.setNodeValue(created, 'tags', new ListValue([]));
    return created;
  });
  const push = (tag: string) =>
    space.write({ actor: `user:${tag}` }, (draft) =>
      draft.changeNodeValue(id, 'tags', (value) => {
        const items = value instanceof ListValue ? value.items : [];
        return new ListValue([...items, tag]);
      }),
    );
  const tags = Array.from({ length: 50 }, (_, index) => `t${index}`);
  const written = await Promise.all(tags.map(push));
  expect(new Set(written.map(({ commit }) => commit)).size).toBeLessThan(tags.length);
  const node = space.graph.nodeById(id);
  if (node === undefined) throw new Error('a book is missing');
  expect(space.graph.nodeValue(node, 'tags')).toEqual(new ListValue(tags));
});

test('pushes of many requests are all kept', async () => {
  const tags = Array.from({ length: 40 }, (_, index) => `t${index}`);
  await api.data(
    'mutation { createBooks(input: [{ code: "p", tags: [] }]) { info { nodesCreated } } }',
  );
  await Promise.all(tags.map((tag) => updated(`tags: { push: ["${tag}"] }`, 'p')));
  const book = await bookOf<{ tags: string[] }>('tags', 'p');
  expect(book.tags.toSorted()).toEqual(tags.toSorted());
});

test('whoever writes past the API is told which item is wrong', async () => {
  await using space = await openTestSpace(parseDefinition(SDL));
  const write = (path: string, value: ListValue | string) =>
    space.write({ actor: 'user:a' }, (draft) => {
      const id = draft.createNode('Book', { key: 'x' });
      draft.setNodeValue(id, 'tags', new ListValue([]));
      draft.setNodeValue(id, path, value);
    });
  await expect(write('tags', 'x')).rejects.toThrow('Book.tags expected list, got string');
  await expect(write('tags', new ListValue([1n]))).rejects.toThrow('expected string, got int64');
  await expect(write('moods', new ListValue(['GLAD', 'BAD']))).rejects.toThrow('a value of Mood');
  await expect(write('tags', new ListValue(['\ud800']))).rejects.toThrow('a lone surrogate');
});

test('a file with a column for a list is refused', async () => {
  const files = await csvFiles({ 'a.csv': 'code:ID(Book),tags,:LABEL\na,x,Book\n' });
  await expect(importNew(files, parseDefinition(SDL))).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: 'column "tags" expected a field of one value, got [String!]',
    position: { line: 1, column: 15 },
  });
});
