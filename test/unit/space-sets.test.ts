/** Sets of values in drafts: which deltas their changes are, and what comes of concurrent ones. */

import { beforeEach, describe, expect, test } from 'vitest';
import { REMOVED_ADDS_MAX } from '../../assembly/abi.ts';
import { SET_VALUES_MAX } from '../../src/base/collection-limits.ts';
import type { AddressedDelta, SeenAdd } from '../../src/delta/delta.ts';
import type { ListItem } from '../../src/delta/value.ts';
import { verifyProof } from '../../src/proof/verify.ts';
import { draftTransaction } from '../../src/space/draft-transaction.ts';
import type { Draft } from '../../src/space/space.ts';
import { set } from '../fixture/authors-apart.ts';
import { onNode } from '../fixture/door.ts';
import { DraftedNode, FUTURE, list, PAST } from '../fixture/drafted-node.ts';

const SDL = `
  type Book @node {
    code: ID! @id
    tags: [String!]! @set
    marks: [Float!] @set
    list: [String!]
    at: Shelf
    next: [Book!]! @relationship(type: "NEXT", direction: OUT, properties: "Next")
  }
  type Shelf { rows: [BigInt!]! @set name: String }
  type Next @relationshipProperties { moods: [Mood!] @set }
  enum Mood { SAD GLAD }`;

let book: DraftedNode;
let a: string;

beforeEach(async () => {
  book = await DraftedNode.create({
    sdl: SDL,
    type: 'Book',
    path: 'tags',
    value: list('y', 'x', 'y'),
  });
  a = book.id;
});

const add = (item: ListItem, path = 'tags'): AddressedDelta =>
  book.on({ operation: 'add', path, value: item });

/** By its own transaction, where the adds are not said. */
const remove = (item: ListItem, adds: readonly SeenAdd[] = [{ kind: 'own', position: 0 }]) =>
  book.on({ operation: 'remove', path: 'tags', value: item, adds });

describe('[D46] who gives a whole set', () => {
  test('sets the empty list and adds each value once, in ascending order as it shows', () => {
    expect(book.deltas()).toEqual(['createNodeByKey', 'set []', 'add y', 'add x']);
    expect(book.items()).toEqual(['x', 'y']);
  });

  test('replaces what is there, what the transaction has added too', async () => {
    await book.write((draft) => {
      draft.addToNodeSet(a, 'tags', ['n']);
      draft.setNodeValue(a, 'tags', list('m', 'n'));
      draft.setNodeValue(a, 'tags', list('o', 'n'));
    });
    expect(book.items()).toEqual(['n', 'o']);
    expect(book.deltas()).toEqual(['set []', 'add o', 'add n']);
    await book.write((draft) => {
      draft.addToNodeSet(a, 'marks', [2]);
      draft.setNodeValue(a, 'marks', null);
    });
    expect(book.value('marks')).toBeNull();
  });

  test('shows the empty list once all values are gone', async () => {
    await book.write((draft) => draft.removeFromNodeSet(a, 'tags', ['x', 'y']));
    expect(book.items()).toEqual([]);
    await book.write((draft) => draft.setNodeValue(a, 'marks', list(1)));
    await book.write((draft) => draft.setNodeValue(a, 'marks', null));
    expect(book.value('marks')).toBeNull();
    await book.write((draft) => draft.addToNodeSet(a, 'marks', [1]));
    await book.write((draft) => draft.removeFromNodeSet(a, 'marks', [1]));
    expect(book.value('marks')).toBeNull();
  });

  test('begins anew where the node was deleted, in the same transaction too', async () => {
    await book.write((draft) => {
      draft.deleteNode(a);
      draft.createNode('Book', { key: 'a' });
      draft.setNodeValue(a, 'tags', list());
      draft.addToNodeSet(a, 'tags', ['z']);
    });
    expect(book.items()).toEqual(['z']);
  });

  test('loses adds of others that are earlier, and keeps later ones', async () => {
    await book.writeApart(FUTURE, [add('later')]);
    await book.write((draft) => draft.setNodeValue(a, 'tags', list('mine')));
    expect(book.items()).toEqual(['mine']);
    await book.writeApart(FUTURE + 30_000, [add('later')]);
    expect(book.items()).toEqual(['later', 'mine']);
  });
});

describe('[D45] an add', () => {
  test('takes the place of the earlier adds of its value', async () => {
    await book.write((draft) => draft.addToNodeSet(a, 'tags', ['x', 'z', 'z']));
    expect(book.deltas()).toEqual(['add x', 'add z', 'remove x, 1 of commit']);
    expect(book.items()).toEqual(['x', 'y', 'z']);
    await book.write((draft) => draft.addToNodeSet(a, 'tags', []));
    expect(book.deltas()).toHaveLength(3);
  });

  test('wins over a removal that has not seen it, whichever comes first', async () => {
    await book.write((draft) => draft.addToNodeSet(a, 'marks', [1]));
    await book.write((draft) => draft.removeFromNodeSet(a, 'marks', [1]));
    expect(book.value('marks')).toBeNull();
    await book.writeApart(PAST, [add(1, 'marks')]);
    expect(book.items('marks')).toEqual([1]);
  });

  test('and removals of one commit meet what those before them did', async () => {
    const acts = [
      (draft: Draft) => draft.addToNodeSet(a, 'tags', ['n']),
      (draft: Draft) => draft.removeFromNodeSet(a, 'tags', ['n', 'x']),
      (draft: Draft) => draft.addToNodeSet(a, 'tags', ['x']),
      (draft: Draft) => draft.removeFromNodeSet(a, 'tags', ['x', 'x']),
      (draft: Draft) => {
        draft.addToNodeSet(a, 'tags', ['p', 'q']);
        draft.removeFromNodeSet(a, 'tags', ['p']);
        draft.addToNodeSet(a, 'tags', ['p']);
        draft.removeFromNodeSet(a, 'tags', ['q']);
        expect(draft.nodeValue(a, 'tags')).toEqual(list('p', 'y'));
      },
    ];
    const done = await Promise.all(acts.map((act) => book.transact(act)));
    expect(new Set(done.map(({ commit }) => commit)).size).toBe(1);
    expect(book.items()).toEqual(['p', 'y']);
  });
});

describe('[D45] a removal', () => {
  test('names the adds that are here, in several deltas where they are many', async () => {
    const count = 2 * REMOVED_ADDS_MAX + 7;
    const adds = Array.from({ length: count }, () => [add('x')]);
    await book.writeApart(FUTURE, ...adds);
    await book.write((draft) => draft.removeFromNodeSet(a, 'tags', ['x', 'none']));
    expect(book.deltas()).toEqual([
      ...Array(2).fill(`remove x, ${REMOVED_ADDS_MAX} of commit`),
      'remove x, 8 of commit',
    ]);
    expect(book.items()).toEqual(['y']);
  });

  test('of what is not there writes nothing', async () => {
    const { commit } = await book.transact((draft) => draft.removeFromNodeSet(a, 'tags', ['none']));
    expect(commit).toBeUndefined();
  });

  test('of zero is one of -0, which another author has added', async () => {
    await book.writeApart(FUTURE, [add(-0, 'marks'), add(0, 'marks')]);
    expect(book.items('marks')).toEqual([0, -0]);
    await book.write((draft) => draft.removeFromNodeSet(a, 'marks', [0]));
    expect(book.value('marks')).toBeNull();
  });

  test('leaves a required set the empty list, where nobody has set it', async () => {
    const { id, create } = book.apart.keyed('Book', 'bare');
    await book.writeApart(FUTURE, [
      create,
      onNode(id, { operation: 'add', path: 'tags', value: 'x' }),
      onNode(id, { operation: 'add', path: 'marks', value: 1 }),
    ]);
    await book.write((draft) => {
      draft.removeFromNodeSet(id, 'tags', ['x']);
      draft.removeFromNodeSet(id, 'marks', [1]);
    });
    expect([book.value('tags', id), book.value('marks', id)]).toEqual([list(), null]);
  });
});

describe('[D47] a list that was set whole', () => {
  beforeEach(() => book.writeApart(FUTURE, [set(a, 'tags', list('q', 'p', 'q'))]));

  test('keeps its values when one is added', async () => {
    expect(book.items()).toEqual(['q', 'p', 'q']);
    await book.write((draft) => draft.addToNodeSet(a, 'tags', ['r', 'p']));
    expect(book.items()).toEqual(['p', 'q', 'r']);
    await book.write((draft) => draft.removeFromNodeSet(a, 'tags', ['p', 'q', 'r']));
    expect(book.items()).toEqual([]);
  });

  test('keeps the others when one is removed', async () => {
    await book.write((draft) => draft.removeFromNodeSet(a, 'tags', ['none']));
    expect(book.items()).toEqual(['q', 'p', 'q']);
    await book.write((draft) => draft.removeFromNodeSet(a, 'tags', ['q']));
    expect(book.deltas()).toEqual(['set []', 'add p']);
    expect(book.items()).toEqual(['p']);
  });
});

test('members of nested fields and properties of edges may be sets', async () => {
  const edge = { from: a, type: 'NEXT', to: a };
  await book.write((draft) => {
    draft.setNodeValue(a, 'at.rows', list(2n));
    draft.addToNodeSet(a, 'at.rows', [1n]);
    draft.createEdge(edge);
    draft.addToEdgeSet(edge, 'moods', ['SAD', 'GLAD']);
  });
  await book.write((draft) => {
    draft.removeFromNodeSet(a, 'at.rows', [2n]);
    draft.removeFromEdgeSet(edge, 'moods', ['SAD']);
  });
  expect(book.items('at.rows')).toEqual([1n]);
  const { graph } = book.space;
  const row = graph.edgeByName(edge);
  expect(row && graph.edgeValue(row, 'moods')).toEqual(list('GLAD'));
  // What is required within a nested field that is there.
  await expect(
    book.write((draft) => draft.setNodeValue(a, 'at.rows', null)),
  ).resolves.toBeUndefined();
  await expect(book.write((draft) => draft.setNodeValue(a, 'at.name', 'n'))).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
});

test.each<[string, string, (draft: Draft) => void]>([
  ['a list that is no set', 'INVALID_INPUT', (draft) => draft.addToNodeSet(a, 'list', ['x'])],
  ['a field of one value', 'INVALID_INPUT', (draft) => draft.removeFromNodeSet(a, 'at.name', [])],
  ['no field', 'INVALID_INPUT', (draft) => draft.addToNodeSet(a, 'other', ['x'])],
  ['a value of another kind', 'INVALID_INPUT', (draft) => draft.addToNodeSet(a, 'tags', [1n])],
  ['half a character', 'INVALID_INPUT', (draft) => draft.addToNodeSet(a, 'tags', ['\ud800'])],
  ['no node', 'NOT_FOUND', (draft) => draft.addToNodeSet('0123456789abcdef', 'tags', ['x'])],
  [
    '[D48] more values than a set may have',
    'LIMIT_EXCEEDED',
    (draft) => draft.addToNodeSet(a, 'marks', numbers(SET_VALUES_MAX + 1)),
  ],
  [
    '[D48] more bytes than a set may have',
    'LIMIT_EXCEEDED',
    (draft) => draft.addToNodeSet(a, 'tags', ['l'.repeat(600_000), 'm'.repeat(600_000)]),
  ],
])('%s is refused', async (_, code, act) => {
  await expect(book.write(act)).rejects.toMatchObject({ code });
  expect(book.items()).toEqual(['x', 'y']);
});

test('[D48] what has met beyond the limit can be removed', async () => {
  await book.write((draft) => draft.setNodeValue(a, 'marks', list(...numbers(SET_VALUES_MAX))));
  await book.writeApart(FUTURE, [add(-1, 'marks'), add(-2, 'marks')]);
  const one = (draft: Draft) => draft.removeFromNodeSet(a, 'marks', [5]);
  await book.write(one);
  expect(book.items('marks')).toHaveLength(SET_VALUES_MAX + 1);
  await expect(book.write((draft) => draft.addToNodeSet(a, 'marks', [5]))).rejects.toMatchObject({
    code: 'LIMIT_EXCEEDED',
    facts: { limit: SET_VALUES_MAX, actual: SET_VALUES_MAX + 2 },
  });
});

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

describe('[Q10] the transaction of a client', () => {
  test('adds and removes, and the server finds what it removes', async () => {
    await book.write((draft) =>
      draftTransaction(draft, { deltas: [add('c'), remove('x'), add('d')] }),
    );
    expect(book.items()).toEqual(['c', 'd', 'y']);
  });

  test('names no adds of its own finding', async () => {
    const adds = [{ kind: 'commit', hash: new Uint8Array(32), position: 0 }] as const;
    const write = book.write((draft) => draftTransaction(draft, { deltas: [remove('x', adds)] }));
    await expect(write).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('[A21] a commit of another author', () => {
  test('that adds without the right to write the field is masked, whole', async () => {
    await book.rule('read', 'write', 'write.tags');
    await book.grant('write');
    await book.writeApart(FUTURE, [add('new'), add(1, 'marks')], [add(2, 'marks')]);
    expect([book.items(), book.items('marks')]).toEqual([['x', 'y'], [2]]);
    await book.grant('write.tags');
    await book.writeApart(FUTURE + 1_000, [add('new'), add(1, 'marks')]);
    expect([book.items(), book.items('marks')]).toEqual([
      ['new', 'x', 'y'],
      [1, 2],
    ]);
  });

  test('that removes without it is masked too', async () => {
    await book.rule('read', 'write', 'write.tags');
    await book.grant('write');
    await book.writeApart(FUTURE, [remove('x'), add(1, 'marks')]);
    expect(book.value('marks')).toBeNull();
    await book.grant('write.tags');
    await book.writeApart(FUTURE + 1_000, [add('own'), remove('own'), add(1, 'marks')]);
    expect([book.items(), book.items('marks')]).toEqual([['x', 'y'], [1]]);
  });
});

test('[P6] a proof of a set says what its last writer added', async () => {
  await book.write((draft) => {
    draft.removeFromNodeSet(a, 'tags', ['x']);
    draft.addToNodeSet(a, 'tags', ['z', 'y']);
  });
  const outcome = verifyProof(await book.prove());
  expect(outcome).toMatchObject({ claim: { write: 'add', value: list('z', 'y') } });
});

describe('[B8] under permissions', () => {
  test('who may not read a set may set it, and neither add nor remove', async () => {
    await book.rule('read', 'read.tags', 'write');
    await book.grant('read', 'write');
    const acts = [
      (draft: Draft) => draft.addToNodeSet(a, 'tags', ['z']),
      (draft: Draft) => draft.removeFromNodeSet(a, 'tags', ['x']),
      (draft: Draft) => draft.removeFromNodeSet(a, 'tags', ['none']),
    ];
    for (const act of acts)
      await expect(book.write(act)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await book.write((draft) => draft.setNodeValue(a, 'tags', list('s')));
    expect(book.items()).toEqual(['s']);
    await book.grant('read.tags');
    for (const act of acts) await book.write(act);
    expect(book.items()).toEqual(['s', 'z']);
  });
});
