/** Sequences in the API: inputs, what is read of them, and what is told of their changes. */

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
  interface Stepped { steps: [String!]! }
  type Book implements Stepped @node {
    code: ID! @id
    steps: [String!]! @sequence
    scores: [Int!] @sequence
    moods: [Mood!] @sequence @default(value: [SAD, GLAD, SAD])
    changedAt: DateTime @timestamp(operations: [UPDATE])
    at: Shelf
    next: [Book!]! @relationship(type: "NEXT", direction: OUT, properties: "Next")
  }
  type Shelf { rows: [BigInt!] @sequence name: String }
  type Next @relationshipProperties { marks: [Float!]! @sequence }
  type Reader @node { name: String!
    likes: [Stepped!]! @relationship(type: "LIKES", direction: OUT) }
  enum Mood { SAD GLAD }`;

const SHOWN = 'steps scores moods at { rows } nextConnection { edges { properties { marks } } }';

let api: Api;

const { bookOf, codes, updated, updateText } = booksOf(() => api, SHOWN);

beforeAll(async () => {
  api = await serveTestSpace(parseDefinition(SDL));
});

afterAll(() => api[Symbol.asyncDispose]());

beforeEach(async () => {
  await api.data('mutation { deleteBooks { nodesDeleted } deleteReaders { nodesDeleted } }');
  await api.data(`mutation { createBooks(input: [
    { code: "a", steps: ["y", "x", "y"], scores: [3, 1], at: { rows: ["9007199254740993", 2] } }
    { code: "b", steps: [], moods: [], next: { create: [
      { node: { code: "c", steps: "x", moods: null }, edge: { marks: [0.5, -0.0, 0.5] } }
    ] } }
  ]) { info { nodesCreated } } }`);
});

/** What the steps are after an update, in one word. */
async function steps(operators: string): Promise<string> {
  const { steps: shown } = (await updated(`steps: { ${operators} }`)) as { steps: string[] };
  return shown.join('');
}

test('[B13] the API has operators of sequences, and everything else as for lists', () => {
  const fieldsOf = typePrinter(SDL);
  const changes =
    'push: [String!] pop: Int insert: SequenceStringInput remove: SequenceRange move: SequenceMove';
  expect(fieldsOf('SequenceStringMutations')).toBe(
    `input SequenceStringMutations { set: [String!] ${changes} changes: [SequenceStringChange!] }`,
  );
  expect(fieldsOf('SequenceStringChange')).toBe(`input SequenceStringChange @oneOf { ${changes} }`);
  expect(fieldsOf('SequenceMoodInput')).toBe(
    'input SequenceMoodInput { at: Int! values: [Mood!]! }',
  );
  expect(fieldsOf('SequenceRange')).toBe('input SequenceRange { at: Int! count: Int }');
  expect(fieldsOf('SequenceMove')).toBe('input SequenceMove { from: Int! to: Int! }');
  expect(fieldsOf('SteppedUpdateInput')).toContain('steps: SequenceStringMutations');
  expect(fieldsOf('ShelfMutations')).toContain('rows: SequenceBigIntMutations');
  expect(fieldsOf('NextUpdateInput')).toContain('marks: SequenceFloatMutations');
  expect(fieldsOf('BookCreateInput')).toContain('steps: [String!]! scores: [Int!]');
  expect(fieldsOf('BookWhere')).toContain('steps: StringListFilters');
});

test('[B12] a create takes a list, and it is answered as it was given', async () => {
  const query = `{ books(sort: [{ code: ASC }]) { code steps scores moods at { rows }
    nextConnection { edges { properties { marks } } } } }`;
  const none = { scores: null, at: null, nextConnection: { edges: [] } };
  expect(await api.data(query)).toEqual({
    books: [
      {
        ...none,
        code: 'a',
        steps: ['y', 'x', 'y'],
        scores: [3, 1],
        moods: ['SAD', 'GLAD', 'SAD'],
        at: { rows: ['9007199254740993', '2'] },
      },
      {
        ...{ ...none, code: 'b', steps: [], moods: [] },
        nextConnection: { edges: [{ properties: { marks: [0.5, 0, 0.5] } }] },
      },
      { ...none, code: 'c', steps: ['x'], moods: null },
    ],
  });
});

test('[B12] an upsert replaces what a node has, and of two of one key the later', async () => {
  const upsert = `mutation { upsertBooks(input: [
    { code: "a", steps: ["p"] }, { code: "a", steps: ["q", "q"] }
    { code: "n", steps: ["r"] }, { code: "n", steps: ["s"] }]) { books { steps } } }`;
  expect(await api.data(upsert)).toEqual({
    upsertBooks: { books: [['q', 'q'], ['s']].map((shown) => ({ steps: shown })) },
  });
});

test('filters and figures are those of lists', async () => {
  expect(await codes('{ steps: { eq: ["y", "x", "y"] } }')).toBe('a');
  expect(await codes('{ steps: { eq: ["x", "y", "y"] } }')).toBe('');
  expect(await codes('{ steps: { includes: "x" } }')).toBe('ac');
  expect(await codes('{ steps: { eq: [] } }')).toBe('b');
  expect(await codes('{ moods: { eq: null } }')).toBe('c');
  expect(await codes('{ at: { rows: { includes: 2 } } }')).toBe('a');
  const figures = '{ booksConnection { aggregate { node { steps { count } moods { count } } } } }';
  expect(await api.data(figures)).toEqual({
    booksConnection: { aggregate: { node: { steps: { count: 3 }, moods: { count: 2 } } } },
  });
});

describe('[B13] an update', () => {
  test('makes one change', async () => {
    expect(await steps('insert: { at: 1, values: ["p", "q"] }')).toBe('ypqxy');
    expect(await steps('push: "z"')).toBe('ypqxyz');
    expect(await steps('move: { from: 5, to: 0 }')).toBe('zypqxy');
    expect(await steps('remove: { at: 1, count: 2 }')).toBe('zqxy');
    expect(await steps('remove: { at: 3 }')).toBe('zqx');
    expect(await steps('pop: 2')).toBe('z');
    expect(await steps('pop: 9')).toBe('');
    expect(await steps('insert: { at: 0, values: "k" }')).toBe('k');
    expect(await steps('set: ["n", "m", "n"]')).toBe('nmn');
    expect(await updated('scores: { set: null }')).toMatchObject({ scores: null });
    expect(await updated('scores: { insert: { at: 0, values: [2] } }')).toMatchObject({
      scores: [2],
    });
    expect(await updated('moods: { move: { from: 1, to: 0 } }')).toMatchObject({
      moods: ['GLAD', 'SAD', 'SAD'],
    });
  });

  test('makes several in their order, each to what those before it have left', async () => {
    const changes = `[{ insert: { at: 3, values: ["p", "q"] } }, { move: { from: 4, to: 0 } },
      { remove: { at: 1 } }, { push: ["r"] }, { pop: 1 }, { insert: { at: 1, values: "s" } }]`;
    expect(await steps(`changes: ${changes}`)).toBe('qsxyp');
    expect(await steps('changes: { push: ["t"] }')).toBe('qsxypt');
    expect(await steps('changes: []')).toBe('qsxypt');
  });

  test('changes members of nested objects and edges', async () => {
    expect(await updated('at: { rows: { insert: { at: 1, values: ["5"] } } }')).toMatchObject({
      at: { rows: ['9007199254740993', '5', '2'] },
    });
    expect(await updated('at: { set: { rows: [7] } }')).toMatchObject({ at: { rows: ['7'] } });
    const edge = 'next: [{ update: [{ edge: { marks: { move: { from: 1, to: 0 } } } }] }]';
    expect(await updated(edge, 'b')).toMatchObject({
      nextConnection: { edges: [{ properties: { marks: [0, 0.5, 0.5] } }] },
    });
  });

  test('of an interface is that of its types', async () => {
    await api.data(`mutation { createReaders(input: [{ name: "r", likes: { connect: [
      { where: { node: { steps: { includes: "y" } } } }] } }]) { info { nodesCreated } } }`);
    const update = `mutation { updateReaders(update: { likes: [{ update: [
      { node: { steps: { changes: [{ pop: 1 }, { push: "liked" }] } } }] }] }) { readers {
        likes { steps } } } }`;
    expect(await api.data(update)).toEqual({
      updateReaders: { readers: [{ likes: [{ steps: ['y', 'x', 'liked'] }] }] },
    });
  });

  test.each([
    ['two operators', 'steps: { push: "a", pop: 1 }', 'steps expected one operator'],
    ['two operators in one change', 'steps: { changes: { push: "a", pop: 1 } }', 'exactly one'],
    ['no operator in a change', 'steps: { changes: [{}] }', 'exactly one'],
    ['a push of null', 'steps: { push: null }', 'push of steps expected a value, got null'],
    ['changes that are null', 'steps: { changes: null }', 'expected a list of changes, got null'],
    ['an item that is null', 'steps: { push: [null] }', ''],
    ['null, where values are required', 'steps: { set: null }', 'expected a value'],
    ['no value of the enum', 'moods: { push: [BAD] }', ''],
    ['an add', 'steps: { add: ["a"] }', ''],
  ])('refuses %s', async (_, operators, message) => {
    const error = await api.error(updateText(operators));
    expect(error).toMatchObject({ extensions: { code: 'INVALID_INPUT' } });
    expect(error.message).toContain(message);
  });

  test('makes at most 1,024 changes', async () => {
    const changes = `[${'{ push: "z" } '.repeat(1_025)}]`;
    expect(await api.error(updateText(`steps: { changes: ${changes} }`))).toMatchObject({
      message: 'changes of steps expected at most 1024, got 1025',
      extensions: { code: 'LIMIT_EXCEEDED', facts: { limit: 'SEQUENCE_CHANGES_MAX' } },
    });
  });
});

describe('[B14] a position', () => {
  test.each([
    ['insert: { at: 4, values: "z" }', 'a position from 0 to 3 to insert at, got 4', ['insert']],
    ['insert: { at: -1, values: "z" }', 'a position from 0 to 3 to insert at, got -1', ['insert']],
    ['remove: { at: 2, count: 2 }', 'at most 1 values to remove from 2, got 2', ['remove']],
    ['move: { from: 3, to: 0 }', 'a position from 0 to 2 to move from, got 3', ['move']],
    ['pop: -1', 'a count from 0, got -1', ['pop']],
    [
      'changes: [{ pop: 3 }, { move: { from: 0, to: 0 } }]',
      'a value to move, got none',
      ['changes', 1, 'move'],
    ],
  ])('that the list has not is refused: %s', async (operator, message, place) => {
    expect(await api.error(updateText(`steps: { ${operator} }`))).toMatchObject({
      message: `Book.steps expected ${message}`,
      extensions: { code: 'INVALID_INPUT', inputPath: ['update', 'steps', ...place] },
    });
    expect(await codes('{ steps: { eq: ["y", "x", "y"] } }')).toBe('a');
  });
});

test('[D52] appends of many requests are all kept, those of one in a row', async () => {
  const count = 40;
  const pushes = Array.from({ length: count }, (_, index) => `push: ["${index}a", "${index}b"]`);
  await Promise.all(pushes.map((push) => updated(`steps: { ${push} }`)));
  const { steps: shown } = await bookOf<{ steps: string[] }>('steps');
  expect(shown.slice(0, 3)).toEqual(['y', 'x', 'y']);
  expect(shown).toHaveLength(3 + 2 * count);
  for (let index = 0; index < count; index++) {
    expect(shown[shown.indexOf(`${index}a`) + 1]).toBe(`${index}b`);
  }
});

describe('what is told of a change', () => {
  test('[K2] a subscriber is told of the field, and what it was', async () => {
    const query = `subscription { bookChanges(fields: [steps]) {
      event fields before { steps } after { steps } book { steps } } }`;
    const subscriber = await subscribed(api.server, query);
    await updated('scores: { push: [9] }');
    await steps('insert: { at: 1, values: "z" }');
    await steps('move: { from: 1, to: 0 }');
    await steps('pop: 1');
    await subscriber.received(3);
    const heard = subscriber.results.map(({ data }) => data?.bookChanges);
    const states = ['yxy', 'yzxy', 'zyxy', 'zyx'].map((word) => ({ steps: [...word] }));
    expect(heard).toEqual(
      states.slice(1).map((after, index) => ({
        ...{ event: 'UPDATED', fields: ['steps', 'changedAt'] },
        ...{ before: states[index], after, book: after },
      })),
    );
    subscriber.stop();
  });

  test('[N1] a subscriber that comes back is told each list that it missed', async () => {
    const told = 'event cursor before { steps } after { steps }';
    const subscriber = await subscribed(api.server, `subscription { bookChanges { ${told} } }`);
    await steps('push: "p"');
    await subscriber.received(1);
    const [first] = subscriber.results.map(({ data }) => data?.bookChanges);
    subscriber.stop();
    await steps('move: { from: 3, to: 0 }');
    await steps('remove: { at: 1, count: 2 }');
    const { cursor } = first as { cursor: string };
    const query = `subscription { bookChanges(since: "${cursor}") { ${told} } }`;
    const again = await subscribed(api.server, query);
    await again.received(2);
    const heard = again.results.map(({ data }) => data?.bookChanges);
    const states = ['yxyp', 'pyxy', 'py'].map((word) => ({ steps: [...word] }));
    expect(heard).toMatchObject([
      { event: 'UPDATED', before: states[0], after: states[1] },
      { event: 'UPDATED', before: states[1], after: states[2] },
    ]);
    again.stop();
  });

  test('a live query shows it', async () => {
    const query = 'query @live { books(where: { steps: { includes: "new" } }) { code steps } }';
    const client = liveBySse(api.server, query);
    await client.revision(1);
    await updated('steps: { push: ["new", "old"] }', 'b');
    await client.revision(2);
    await updated('steps: { move: { from: 1, to: 0 } }', 'b');
    await client.revision(3);
    expect(client.data).toEqual({ books: [{ code: 'b', steps: ['old', 'new'] }] });
    await updated('steps: { remove: { at: 1 } }', 'b');
    await client.revision(4);
    expect(client.data).toEqual({ books: [] });
    client.stop();
  });
});

test('[B16] the lineage is of the latest insert, or of the value at a position', async () => {
  const { id } = await bookOf<{ id: string }>('id');
  const positions = async (...ats: readonly (number | undefined)[]) => {
    const fields = ats.map((at, index) => {
      const asked = at === undefined ? '' : `, at: ${at}`;
      return `p${index}: lineage(id: "${id}", field: "steps"${asked}) { position }`;
    });
    const data = await api.data(`{ ${fields.join(' ')} }`);
    return Object.values(data).map((each) => (each as { position: number } | null)?.position);
  };
  const [created = 0] = await positions(undefined);
  await steps('insert: { at: 1, values: "z" }');
  await steps('move: { from: 0, to: 2 }');
  expect(await positions(undefined, 0, 1, 2, 3, 4, -1)).toEqual([
    ...[created + 1, created + 1, created, created, created],
    ...[undefined, undefined],
  ]);
  await steps('remove: { at: 0 }');
  expect(await positions(undefined)).toEqual([created]);
  const book = await bookOf<{ nextConnection: { edges: unknown[] } }>(
    `nextConnection { edges { first: lineage(field: "marks", at: 0) { position }
      none: lineage(field: "marks", at: 3) { position } } }`,
    'b',
  );
  expect(book.nextConnection.edges).toEqual([{ first: { position: created }, none: null }]);
  expect(
    await api.error(`{ lineage(id: "${id}", field: "code", at: 0) { position } }`),
  ).toMatchObject({ extensions: { code: 'INVALID_INPUT' } });
});

test('the version of a node changes with its sequences, and @at shows what they were', async () => {
  const asked = async () => {
    const { id, version } = await bookOf<{ id: string; version: string }>('id version');
    const { lineage } = await api.data(`{ lineage(id: "${id}", field: "changedAt") { commit } }`);
    return { version, commit: (lineage as { commit: string } | null)?.commit };
  };
  await steps('push: "z"');
  const before = await asked();
  await steps('move: { from: 3, to: 0 }');
  const after = await asked();
  expect(after.version).not.toBe(before.version);
  const stepsAt = async (commit: string | undefined) => {
    const query = `query @at(commit: "${commit}") { book(where: { code: { eq: "a" } }) { steps } }`;
    const { book } = await api.data(query);
    return (book as { steps: string[] }).steps.join('');
  };
  expect(await stepsAt(before.commit)).toBe('yxyz');
  expect(await stepsAt(after.commit)).toBe('zyxy');
  const expected = `ifVersion: "${before.version}"`;
  const stale = updateText('steps: { remove: { at: 0 } }').replace(
    'update:',
    `${expected}, update:`,
  );
  expect(await api.error(stale)).toMatchObject({ extensions: { code: 'CONFLICT' } });
});

test('[Q10] a client appends by a transaction of its own', async () => {
  const { id } = await bookOf<{ id: string }>('id');
  const insert = { operation: 'insert', path: 'steps', number: 0, place: undefined } as const;
  const payload = payloadFor(['user:*', onNode(id, { ...insert, values: ['s', 't'] })]);
  const answer = await answerToTransaction(api.server.sync, { payload });
  expect(answer.type).toBe(FrameType.WRITTEN);
  expect(await codes('{ steps: { eq: ["y", "x", "y", "s", "t"] } }')).toBe('a');
});
