/** Sequences in drafts: which deltas their changes are, and what comes of concurrent ones. */

import { beforeEach, describe, expect, test } from 'vitest';
import type { Commit } from '../../src/delta/commit.ts';
import type { ItemName } from '../../src/delta/delta.ts';
import type { ListItem, ListValue } from '../../src/delta/value.ts';
import { HeldSequence } from '../../src/space/held-sequence.ts';
import type { SequenceChange } from '../../src/space/sequence-change.ts';
import { changedSequence } from '../../src/space/sequence-changes.ts';
import type { Draft } from '../../src/space/space.ts';
import { set } from '../fixture/authors-apart.ts';
import { onNode } from '../fixture/door.ts';
import { DraftedNode, FUTURE, list, PAST } from '../fixture/drafted-node.ts';
import { append, insert, move, pop, remove } from '../fixture/sequence-changes.ts';

const SDL = `
  type Book @node {
    code: ID! @id
    steps: [String!]! @sequence
    marks: [Float!] @sequence
    flags: [Boolean!] @sequence
    list: [String!]
    tags: [String!] @set
    at: Shelf
    next: [Book!]! @relationship(type: "NEXT", direction: OUT, properties: "Next")
  }
  type Shelf { rows: [BigInt!]! @sequence name: String }
  type Next @relationshipProperties { moods: [Mood!] @sequence }
  enum Mood { SAD GLAD }`;

let book: DraftedNode;
let a: string;

beforeEach(async () => {
  book = await DraftedNode.create({
    sdl: SDL,
    type: 'Book',
    path: 'steps',
    value: list('x', 'y', 'x'),
  });
  a = book.id;
});

describe('[D53] who gives a whole sequence', () => {
  test('sets the empty list and inserts its values, in the order given', () => {
    expect(book.deltas()).toEqual(['createNodeByKey', 'set []', 'insert 0: x y x']);
    expect(book.word()).toBe('xyx');
  });

  test('replaces what is there, what the transaction has inserted too', async () => {
    await book.write((draft) => {
      draft.changeNodeSequence(a, 'steps', append('n'));
      draft.setNodeValue(a, 'steps', list('m', 'n'));
      draft.changeNodeSequence(a, 'steps', insert(1, 'k'));
      draft.setNodeValue(a, 'steps', list('o', 'n'));
      draft.changeNodeSequence(a, 'steps', insert(1, 'p'));
    });
    expect(book.deltas()).toEqual(['set []', 'insert 0: o n', 'insert 2 left of own 1: p']);
    expect(book.word()).toBe('opn');
  });

  test('shows the empty list once all values are gone, or nothing', async () => {
    await book.change(remove(0, 3));
    expect(book.deltas()).toEqual(['remove 0+3']);
    expect(book.items()).toEqual([]);
    const onMarks = (change: SequenceChange) =>
      book.write((draft) => draft.changeNodeSequence(a, 'marks', change));
    await onMarks(append(1));
    await onMarks(pop(1));
    expect(book.value('marks')).toBeNull();
    await book.write((draft) => draft.setNodeValue(a, 'marks', list(1)));
    await book.write((draft) => draft.setNodeValue(a, 'marks', null));
    expect(book.value('marks')).toBeNull();
  });

  test('begins anew where the node was deleted, in the same transaction too', async () => {
    await book.write((draft) => {
      draft.changeNodeSequence(a, 'steps', append('old'));
      draft.deleteNode(a);
      draft.createNode('Book', { key: 'a' });
      draft.setNodeValue(a, 'steps', list());
      draft.changeNodeSequence(a, 'steps', append('z'));
      draft.changeNodeSequence(a, 'steps', insert(0, 'w'));
    });
    expect(book.word()).toBe('wz');
  });

  test('loses inserts of others that are earlier, and keeps later ones', async () => {
    await book.writeApart(FUTURE, [book.inserted(['later'])]);
    await book.write((draft) => draft.setNodeValue(a, 'steps', list('mine')));
    expect(book.items()).toEqual(['mine']);
    await book.writeApart(FUTURE + 30_000, [book.inserted(['later'])]);
    expect(book.items()).toEqual(['mine', 'later']);
  });
});

describe('[D51] a change', () => {
  test('inserts right of what is before it, or left of what comes next', async () => {
    await book.change(insert(3, 'e'));
    expect(book.deltas()).toEqual(['insert 0 right of commit 2: e']);
    await book.change(insert(1, 'b', 'c'));
    expect(book.deltas()).toEqual(['insert 0 left of commit 1: b c']);
    await book.change(insert(0, 'a'));
    expect(book.deltas()).toEqual(['insert 0 left of commit 0: a']);
    expect(book.word()).toBe('axbcyxe');
    await book.change(remove(2), insert(2, 'd'));
    // A removed value keeps its place: what comes next to it is left of that.
    expect(book.deltas()).toEqual(['remove 0+1', 'insert 0 left of commit 0: d']);
    expect(book.word()).toBe('axdcyxe');
  });

  test('is right of what is before it, where what comes next is of another place', async () => {
    const created = (book.apart.door.commits().at(-1) as Commit).hash;
    await book.change(insert(0, 'p'));
    const first = { kind: 'commit', hash: created, position: 0, number: 0 } as const;
    const own = { kind: 'own', position: 0, number: 0 } as const;
    const left = (of: ItemName, number: number, item: string) =>
      book.on({
        ...{ operation: 'insert', path: 'steps', number },
        ...{ place: { side: 'left', of }, values: [item] },
      });
    await book.writeApart(FUTURE, [left(first, 0, 's'), left(own, 1, 't')]);
    expect(book.word()).toBe('ptsxyx');
    await book.change(insert(1, 'q'));
    expect(book.deltas()).toEqual(['insert 0 right of commit 0: q']);
    expect(book.word()).toBe('pqtsxyx');
  });

  test('moves a value to where it is to be afterwards', async () => {
    await book.change(insert(3, 'e'));
    await book.change(move(0, 3));
    expect(book.deltas()).toEqual(['move 0 right of commit 0: 0']);
    expect(book.word()).toBe('yxex');
    await book.change(move(3, 0));
    expect(book.word()).toBe('xyxe');
    await book.change(move(1, 2), move(0, 1));
    expect(book.word()).toBe('xxye');
  });

  test('sees what those before it did, in one transaction and in one commit', async () => {
    const acts = [
      [insert(1, 'p', 'q'), remove(2), append('r')],
      [move(4, 0), insert(1, 's')],
      [pop(1), append('t'), append('u'), insert(6, 'v')],
    ];
    const done = await Promise.all(
      acts.map((changes) =>
        book.transact((draft) => {
          for (const change of changes) draft.changeNodeSequence(a, 'steps', change);
          return (draft.nodeValue(a, 'steps') as ListValue).items.join('');
        }),
      ),
    );
    expect(new Set(done.map(({ commit }) => commit)).size).toBe(1);
    expect(done.map(({ result }) => result)).toEqual(['xpyxr', 'rsxpyx', 'rsxpytvu']);
    expect(book.word()).toBe('rsxpytvu');
  });

  test.each<[string, SequenceChange[]]>([
    ['an insert of nothing', [insert(1)]],
    ['an append of nothing', [append()]],
    ['a removal of nothing', [remove(3, 0), pop(0)]],
    ['a move to where it is', [move(1, 1)]],
  ])('%s writes nothing', async (_, changes) => {
    const { commit } = await book.transact((draft) => {
      for (const change of changes) draft.changeNodeSequence(a, 'steps', change);
    });
    expect(commit).toBeUndefined();
  });

  test('removes values of several commits by one delta, and what is left by pop', async () => {
    await book.change(insert(1, 'p'));
    await book.change(insert(2, 'q'));
    await book.change(remove(0, 4));
    expect(book.deltas()).toEqual(['remove 0+2 0+1 0+1']);
    expect(book.word()).toBe('x');
    await book.change(pop(7));
    expect(book.items()).toEqual([]);
  });

  test('leaves a required sequence the empty list, where nobody has set it', async () => {
    const { id, create } = book.apart.keyed('Book', 'bare');
    const insertOf = (path: string, item: ListItem) =>
      onNode(id, { operation: 'insert', path, number: 0, place: undefined, values: [item] });
    await book.writeApart(FUTURE, [create, insertOf('steps', 'x'), insertOf('marks', 1)]);
    await book.write((draft) => {
      draft.changeNodeSequence(id, 'steps', append('y'));
      draft.changeNodeSequence(id, 'steps', remove(0, 2));
      draft.changeNodeSequence(id, 'marks', remove(0));
    });
    expect([book.value('steps', id), book.value('marks', id)]).toEqual([list(), null]);
  });
});

describe('[D51] a position', () => {
  test.each<[string, SequenceChange, string]>([
    ['of an insert', insert(4, 'z'), 'a position from 0 to 3 to insert at, got 4'],
    ['of a removal', remove(4), 'a position from 0 to 3 to remove from, got 4'],
    ['of a removal of too many', remove(1, 3), 'at most 2 values to remove from 1, got 3'],
    ['that is moved', move(3, 0), 'a position from 0 to 2 to move from, got 3'],
    ['to which it is moved', move(0, 3), 'a position from 0 to 2 to move to, got 3'],
    ['below 0', insert(-1, 'z'), 'a position from 0 to 3 to insert at, got -1'],
    ['that is no whole number', insert(0.5, 'z'), 'got 0.5'],
    ['a count below 0', pop(-1), 'a count from 0, got -1'],
    ['a count of a removal below 0', remove(0, -1), 'a count from 0, got -1'],
  ])('%s is refused where the list has none', async (_, change, message) => {
    const refused = expect(book.change(change)).rejects;
    await refused.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(book.change(change)).rejects.toThrow(message);
    await book.writeApart(FUTURE, [set(a, 'steps', list('x', 'y', 'x'))]);
    await expect(book.change(change)).rejects.toThrow(message);
    expect(book.word()).toBe('xyx');
  });

  test('of an empty sequence has nothing to move', async () => {
    await book.change(pop(3));
    await expect(book.change(move(0, 0))).rejects.toThrow('a value to move, got none');
  });
});

describe('[D52] an append', () => {
  test('comes behind all others, whatever was inserted and moved', async () => {
    await book.change(insert(3, 'e'), move(0, 3));
    await book.change(append('f', 'g'));
    expect(book.deltas()).toEqual(['insert 0: f g']);
    expect(book.word()).toBe('yxexfg');
  });

  test('reads nothing of what is there', () => {
    const read = () => {
      throw new Error('places were read');
    };
    const size = { placeBytes: 1_000, shownBytes: 600 };
    const held = new HeldSequence(read, { size, below: null, isSet: true });
    const own = { kind: 'own', position: 0 } as const;
    const of = { name: 'Book.steps', path: 'steps', required: true, own };
    const first = changedSequence({ ...of, held }, append('f'));
    const second = changedSequence({ ...of, held: first.held }, append('g', 'h'));
    expect(second.deltas).toMatchObject([{ operation: 'insert', number: 1, place: undefined }]);
    expect(second.held.size).toEqual({ placeBytes: 1_054, shownBytes: 618 });
    expect(() => changedSequence({ ...of, held: second.held }, insert(0, 'a'))).toThrow(
      'were read',
    );
  });

  test('of another author stands by its stamp', async () => {
    await book.write((draft) => draft.changeNodeSequence(a, 'marks', append(2, 3)));
    await book.writeApart(PAST, [book.inserted([1], 'marks')]);
    await book.writeApart(FUTURE, [book.inserted([4], 'marks')]);
    expect(book.items('marks')).toEqual([1, 2, 3, 4]);
  });
});

describe('[D54] a list that was set whole', () => {
  beforeEach(() => book.writeApart(FUTURE, [set(a, 'steps', list('q', 'p', 'q'))]));

  test.each<[SequenceChange, string]>([
    [append('r'), 'qpqr'],
    [insert(1, 'r', 's'), 'qrspq'],
    [remove(1), 'qq'],
    [pop(2), 'q'],
    [move(0, 1), 'pqq'],
  ])('keeps its other values', async (change, expected) => {
    expect(book.word()).toBe('qpq');
    await book.change(change);
    expect(book.deltas()).toEqual(['set []', `insert 0: ${[...expected].join(' ')}`]);
    expect(book.word()).toBe(expected);
    await book.change(remove(0, expected.length));
    expect(book.items()).toEqual([]);
  });
});

test('[D50] members of nested fields and properties of edges may be sequences', async () => {
  const edge = { from: a, type: 'NEXT', to: a };
  await book.write((draft) => {
    draft.setNodeValue(a, 'at.rows', list(2n));
    draft.changeNodeSequence(a, 'at.rows', insert(0, 1n));
    draft.createEdge(edge);
    draft.changeEdgeSequence(edge, 'moods', append('SAD', 'GLAD', 'SAD'));
  });
  await book.write((draft) => {
    draft.changeNodeSequence(a, 'at.rows', remove(1));
    draft.changeEdgeSequence(edge, 'moods', move(2, 0));
    draft.changeEdgeSequence(edge, 'moods', remove(1));
  });
  expect(book.items('at.rows')).toEqual([1n]);
  const { graph } = book.space;
  const row = graph.edgeByName(edge);
  expect(row && graph.edgeValue(row, 'moods')).toEqual(list('SAD', 'GLAD'));
});

test.each<[string, string, (draft: Draft) => void]>([
  ['a list that is none', 'INVALID_INPUT', (draft) => draft.changeNodeSequence(a, 'list', pop(1))],
  ['a set', 'INVALID_INPUT', (draft) => draft.changeNodeSequence(a, 'tags', append('x'))],
  ['a sequence, as a set', 'INVALID_INPUT', (draft) => draft.addToNodeSet(a, 'steps', ['x'])],
  ['no field', 'INVALID_INPUT', (draft) => draft.changeNodeSequence(a, 'other', pop(1))],
  ['another kind', 'INVALID_INPUT', (draft) => draft.changeNodeSequence(a, 'steps', append(1n))],
  [
    'half a pair',
    'INVALID_INPUT',
    (draft) => draft.changeNodeSequence(a, 'steps', append('\ud800')),
  ],
  [
    'no node',
    'NOT_FOUND',
    (draft) => draft.changeNodeSequence('0123456789abcdef', 'steps', pop(1)),
  ],
  [
    '[D55] more bytes than a sequence may have',
    'LIMIT_EXCEEDED',
    (draft) => {
      draft.changeNodeSequence(a, 'steps', append('l'.repeat(600_000)));
      draft.changeNodeSequence(a, 'steps', insert(0, 'm'.repeat(600_000)));
    },
  ],
  [
    '[D55] more values than one transaction inserts',
    'LIMIT_EXCEEDED',
    (draft) => {
      draft.changeNodeSequence(a, 'flags', append(...Array<boolean>(60_000).fill(true)));
      draft.changeNodeSequence(a, 'flags', append(...Array<boolean>(6_000).fill(true)));
    },
  ],
])('%s is refused', async (_, code, act) => {
  await expect(book.write(act)).rejects.toMatchObject({ code });
  expect([book.word(), book.value('flags')]).toEqual(['xyx', null]);
});

test('[D55] what has met beyond the limit can be removed', async () => {
  const long = 'l'.repeat(600_000);
  await book.change(append(long));
  await book.writeApart(FUTURE, [book.inserted([long])]);
  expect(book.items()).toHaveLength(5);
  const facts = { limit: 1_048_576, actual: 1_200_034 };
  await expect(book.change(append('z'))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', facts });
  await book.change(remove(3));
  await book.change(append('z'));
  expect(book.items()).toEqual(['x', 'y', 'x', long, 'z']);
});
