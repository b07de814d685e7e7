/** Sets of values in drafts: which deltas their changes are, and what comes of concurrent ones. */

import { beforeEach, describe, expect, test } from 'vitest';
import { REMOVED_ADDS_MAX } from '../../assembly/abi.ts';
import { SET_VALUES_MAX } from '../../src/base/collection-limits.ts';
import type { Commit } from '../../src/delta/commit.ts';
import type { AddressedDelta, Delta } from '../../src/delta/delta.ts';
import { readPayload } from '../../src/delta/payload-reader.ts';
import { readTransaction } from '../../src/delta/transaction-reader.ts';
import { type ListItem, ListValue, type Value } from '../../src/delta/value.ts';
import { verifyProof } from '../../src/proof/verify.ts';
import { draftTransaction } from '../../src/space/draft-transaction.ts';
import type { Draft } from '../../src/space/space.ts';
import { AuthorsApart, set } from '../fixture/authors-apart.ts';
import { onNode } from '../fixture/door.ts';

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
const BY = { actor: 'user:test' };
const FUTURE = 1_750_000_000_000 + 20_000;
const PAST = 1_750_000_000_000 - 20_000;

let apart: AuthorsApart;
let a: string;

beforeEach(async () => {
  apart = await AuthorsApart.open({ sdl: SDL });
  a = await written((draft) => {
    const id = draft.createNode('Book', { key: 'a' });
    draft.setNodeValue(id, 'tags', list('y', 'x', 'y'));
    return id;
  });
});

const list = (...items: readonly ListItem[]) => new ListValue(items);

async function written<T>(build: (draft: Draft) => T): Promise<T> {
  return (await apart.door.space.write(BY, build)).result;
}

function value(path = 'tags', id = a): Value {
  const { graph } = apart.door.space;
  const node = graph.nodeById(id);
  return node === undefined ? null : graph.nodeValue(node, path);
}

function items(path = 'tags'): readonly ListItem[] | null {
  const held = value(path);
  return held instanceof ListValue ? held.items : null;
}

/** The deltas of the first transaction of the last commit, in one line each. */
function deltas(): string[] {
  const commit = apart.door.commits().at(-1) as Commit;
  const { dictionary, transactions } = readPayload(commit.payloadBytes, commit.layout);
  const { space, author } = commit.header;
  const [transaction = new Uint8Array(0)] = transactions;
  const read = readTransaction({ dictionary, transaction, index: 0, space, author });
  return read.deltas.map(({ delta }) => textOf(delta));
}

function textOf(delta: Delta): string {
  if (delta.operation === 'set') {
    const given = delta.value instanceof ListValue ? delta.value.items : delta.value;
    return `set ${JSON.stringify(given)}`;
  }
  if (delta.operation === 'add') return `add ${String(delta.value)}`;
  if (delta.operation !== 'remove') return delta.operation;
  const kinds = new Set(delta.adds.map(({ kind }) => kind));
  return `remove ${String(delta.value)}, ${delta.adds.length} of ${[...kinds].join()}`;
}

const add = (item: ListItem, path = 'tags'): AddressedDelta =>
  onNode(a, { operation: 'add', path, value: item });

describe('[D46] who gives a whole set', () => {
  test('sets the empty list and adds each value once, in ascending order as it shows', () => {
    expect(deltas()).toEqual(['createNodeByKey', 'set []', 'add y', 'add x']);
    expect(items()).toEqual(['x', 'y']);
  });

  test('replaces what is there, what the transaction has added too', async () => {
    await written((draft) => {
      draft.addToNodeSet(a, 'tags', ['n']);
      draft.setNodeValue(a, 'tags', list('m', 'n'));
      draft.setNodeValue(a, 'tags', list('o', 'n'));
    });
    expect(items()).toEqual(['n', 'o']);
    expect(deltas()).toEqual(['set []', 'add o', 'add n']);
    await written((draft) => {
      draft.addToNodeSet(a, 'marks', [2]);
      draft.setNodeValue(a, 'marks', null);
    });
    expect(value('marks')).toBeNull();
  });

  test('shows the empty list once all values are gone', async () => {
    await written((draft) => draft.removeFromNodeSet(a, 'tags', ['x', 'y']));
    expect(items()).toEqual([]);
    await written((draft) => draft.setNodeValue(a, 'marks', list(1)));
    await written((draft) => draft.setNodeValue(a, 'marks', null));
    expect(value('marks')).toBeNull();
    await written((draft) => draft.addToNodeSet(a, 'marks', [1]));
    await written((draft) => draft.removeFromNodeSet(a, 'marks', [1]));
    expect(value('marks')).toBeNull();
  });

  test('begins anew where the node was deleted, in the same transaction too', async () => {
    await written((draft) => {
      draft.deleteNode(a);
      draft.createNode('Book', { key: 'a' });
      draft.setNodeValue(a, 'tags', list());
      draft.addToNodeSet(a, 'tags', ['z']);
    });
    expect(items()).toEqual(['z']);
  });

  test('loses adds of others that are earlier, and keeps later ones', async () => {
    await apart.write('other', FUTURE, [add('later')]);
    await written((draft) => draft.setNodeValue(a, 'tags', list('mine')));
    expect(items()).toEqual(['mine']);
    await apart.write('other', FUTURE + 30_000, [add('later')]);
    expect(items()).toEqual(['later', 'mine']);
  });
});

describe('[D45] an add', () => {
  test('takes the place of the earlier adds of its value', async () => {
    await written((draft) => draft.addToNodeSet(a, 'tags', ['x', 'z', 'z']));
    expect(deltas()).toEqual(['add x', 'add z', 'remove x, 1 of commit']);
    expect(items()).toEqual(['x', 'y', 'z']);
    await written((draft) => draft.addToNodeSet(a, 'tags', []));
    expect(deltas()).toHaveLength(3);
  });

  test('wins over a removal that has not seen it, whichever comes first', async () => {
    await written((draft) => draft.addToNodeSet(a, 'marks', [1]));
    await written((draft) => draft.removeFromNodeSet(a, 'marks', [1]));
    expect(value('marks')).toBeNull();
    await apart.write('other', PAST, [add(1, 'marks')]);
    expect(items('marks')).toEqual([1]);
  });

  test('and removals of one commit meet what those before them did', async () => {
    const { space } = apart.door;
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
    const done = await Promise.all(acts.map((act) => space.write(BY, act)));
    expect(new Set(done.map(({ commit }) => commit)).size).toBe(1);
    expect(items()).toEqual(['p', 'y']);
  });
});

describe('[D45] a removal', () => {
  test('names the adds that are here, in several deltas where they are many', async () => {
    const count = 2 * REMOVED_ADDS_MAX + 7;
    const adds = Array.from({ length: count }, () => [add('x')]);
    await apart.write('other', FUTURE, ...adds);
    await written((draft) => draft.removeFromNodeSet(a, 'tags', ['x', 'none']));
    expect(deltas()).toEqual([
      ...Array(2).fill(`remove x, ${REMOVED_ADDS_MAX} of commit`),
      'remove x, 8 of commit',
    ]);
    expect(items()).toEqual(['y']);
  });

  test('of what is not there writes nothing', async () => {
    const { commit } = await apart.door.space.write(BY, (draft) =>
      draft.removeFromNodeSet(a, 'tags', ['none']),
    );
    expect(commit).toBeUndefined();
  });

  test('of zero is one of -0, which another author has added', async () => {
    await apart.write('other', FUTURE, [add(-0, 'marks'), add(0, 'marks')]);
    expect(items('marks')).toEqual([0, -0]);
    await written((draft) => draft.removeFromNodeSet(a, 'marks', [0]));
    expect(value('marks')).toBeNull();
  });

  test('leaves a required set the empty list, where nobody has set it', async () => {
    const { id, create } = apart.keyed('Book', 'bare');
    await apart.write('other', FUTURE, [
      create,
      onNode(id, { operation: 'add', path: 'tags', value: 'x' }),
      onNode(id, { operation: 'add', path: 'marks', value: 1 }),
    ]);
    await written((draft) => {
      draft.removeFromNodeSet(id, 'tags', ['x']);
      draft.removeFromNodeSet(id, 'marks', [1]);
    });
    expect([value('tags', id), value('marks', id)]).toEqual([list(), null]);
  });
});

describe('[D47] a list that was set whole', () => {
  beforeEach(() => apart.write('other', FUTURE, [set(a, 'tags', list('q', 'p', 'q'))]));

  test('keeps its values when one is added', async () => {
    expect(items()).toEqual(['q', 'p', 'q']);
    await written((draft) => draft.addToNodeSet(a, 'tags', ['r', 'p']));
    expect(items()).toEqual(['p', 'q', 'r']);
    await written((draft) => draft.removeFromNodeSet(a, 'tags', ['p', 'q', 'r']));
    expect(items()).toEqual([]);
  });

  test('keeps the others when one is removed', async () => {
    await written((draft) => draft.removeFromNodeSet(a, 'tags', ['none']));
    expect(items()).toEqual(['q', 'p', 'q']);
    await written((draft) => draft.removeFromNodeSet(a, 'tags', ['q']));
    expect(deltas()).toEqual(['set []', 'add p']);
    expect(items()).toEqual(['p']);
  });
});

test('members of nested fields and properties of edges may be sets', async () => {
  const edge = { from: a, type: 'NEXT', to: a };
  await written((draft) => {
    draft.setNodeValue(a, 'at.rows', list(2n));
    draft.addToNodeSet(a, 'at.rows', [1n]);
    draft.createEdge(edge);
    draft.addToEdgeSet(edge, 'moods', ['SAD', 'GLAD']);
  });
  await written((draft) => {
    draft.removeFromNodeSet(a, 'at.rows', [2n]);
    draft.removeFromEdgeSet(edge, 'moods', ['SAD']);
  });
  expect(items('at.rows')).toEqual([1n]);
  const { graph } = apart.door.space;
  const row = graph.edgeByName(edge);
  expect(row && graph.edgeValue(row, 'moods')).toEqual(list('GLAD'));
  // What is required within a nested field that is there.
  await expect(written((draft) => draft.setNodeValue(a, 'at.rows', null))).resolves.toBeUndefined();
  await expect(written((draft) => draft.setNodeValue(a, 'at.name', 'n'))).rejects.toMatchObject({
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
  await expect(written(act)).rejects.toMatchObject({ code });
  expect(items()).toEqual(['x', 'y']);
});

test('[D48] what has met beyond the limit can be removed', async () => {
  await written((draft) => draft.setNodeValue(a, 'marks', list(...numbers(SET_VALUES_MAX))));
  await apart.write('other', FUTURE, [add(-1, 'marks'), add(-2, 'marks')]);
  const one = (draft: Draft) => draft.removeFromNodeSet(a, 'marks', [5]);
  await written(one);
  expect(items('marks')).toHaveLength(SET_VALUES_MAX + 1);
  await expect(written((draft) => draft.addToNodeSet(a, 'marks', [5]))).rejects.toMatchObject({
    code: 'LIMIT_EXCEEDED',
    facts: { limit: SET_VALUES_MAX, actual: SET_VALUES_MAX + 2 },
  });
});

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

describe('[Q10] the transaction of a client', () => {
  const OWN = { kind: 'own', position: 0 } as const;
  const remove = (item: ListItem, adds: Extract<Delta, { operation: 'remove' }>['adds']) =>
    onNode(a, { operation: 'remove', path: 'tags', value: item, adds });

  test('adds and removes, and the server finds what it removes', async () => {
    await written((draft) =>
      draftTransaction(draft, { deltas: [add('c'), remove('x', [OWN]), add('d')] }),
    );
    expect(items()).toEqual(['c', 'd', 'y']);
  });

  test('names no adds of its own finding', async () => {
    const adds = [{ kind: 'commit', hash: new Uint8Array(32), position: 0 }] as const;
    const write = written((draft) => draftTransaction(draft, { deltas: [remove('x', adds)] }));
    await expect(write).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('[A21] a commit of another author', () => {
  const MODEL = `model
  schema 1.1
type user
type Book
  relations
    define read: [user]
    define write: [user]
    define write.tags: [user]`;
  const grant = (relation: string) => ({ object: 'Book:*', relation, subject: 'user:test' });
  const removal = (item: ListItem): AddressedDelta => {
    const adds = [{ kind: 'own', position: 0 }] as const;
    return onNode(a, { operation: 'remove', path: 'tags', value: item, adds });
  };

  test('that adds without the right to write the field is masked, whole', async () => {
    const { access } = apart.door.space;
    await access.installModel({ source: MODEL });
    await access.grant([grant('write')]);
    await apart.write('other', FUTURE, [add('new'), add(1, 'marks')], [add(2, 'marks')]);
    expect([items(), items('marks')]).toEqual([['x', 'y'], [2]]);
    await access.grant([grant('write.tags')]);
    await apart.write('other', FUTURE + 1_000, [add('new'), add(1, 'marks')]);
    expect([items(), items('marks')]).toEqual([
      ['new', 'x', 'y'],
      [1, 2],
    ]);
  });

  test('that removes without it is masked too', async () => {
    const { access } = apart.door.space;
    await access.installModel({ source: MODEL });
    await access.grant([grant('write')]);
    await apart.write('other', FUTURE, [removal('x'), add(1, 'marks')]);
    expect(value('marks')).toBeNull();
    await access.grant([grant('write.tags')]);
    await apart.write('other', FUTURE + 1_000, [add('own'), removal('own'), add(1, 'marks')]);
    expect([items(), items('marks')]).toEqual([['x', 'y'], [1]]);
  });
});

test('[P6] a proof of a set says what its last writer added', async () => {
  await written((draft) => {
    draft.removeFromNodeSet(a, 'tags', ['x']);
    draft.addToNodeSet(a, 'tags', ['z', 'y']);
  });
  const { space } = apart.door;
  const node = space.graph.nodeById(a);
  const proof = node && (await space.nodeProof(node, 'tags'));
  const outcome = verifyProof(proof ?? '');
  expect(outcome).toMatchObject({ claim: { write: 'add', value: list('z', 'y') } });
});

describe('[B8] under permissions', () => {
  const MODEL = `model
  schema 1.1
type user
type Book
  relations
    define read: [user]
    define read.tags: [user]
    define write: [user]`;
  const grant = (relation: string) => ({ object: 'Book:*', relation, subject: BY.actor });

  test('who may not read a set may set it, and neither add nor remove', async () => {
    const { access } = apart.door.space;
    await access.installModel({ source: MODEL });
    await access.grant(['read', 'write'].map(grant));
    const acts = [
      (draft: Draft) => draft.addToNodeSet(a, 'tags', ['z']),
      (draft: Draft) => draft.removeFromNodeSet(a, 'tags', ['x']),
      (draft: Draft) => draft.removeFromNodeSet(a, 'tags', ['none']),
    ];
    for (const act of acts) await expect(written(act)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await written((draft) => draft.setNodeValue(a, 'tags', list('s')));
    expect(items()).toEqual(['s']);
    await access.grant([grant('read.tags')]);
    for (const act of acts) await written(act);
    expect(items()).toEqual(['s', 'z']);
  });
});
