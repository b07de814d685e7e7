/** Who may change a sequence, by whom it is changed, and what proves it. */

import { beforeEach, describe, expect, test } from 'vitest';
import type { Commit } from '../../src/delta/commit.ts';
import type { Delta } from '../../src/delta/delta.ts';
import { verifyProof } from '../../src/proof/verify.ts';
import { draftTransaction } from '../../src/space/draft-transaction.ts';
import { DraftedNode, FUTURE, list } from '../fixture/drafted-node.ts';
import { append, insert, move, pop, remove } from '../fixture/sequence-changes.ts';

const SDL =
  'type Book @node { code: ID! @id steps: [String!]! @sequence marks: [Float!] @sequence }';

let book: DraftedNode;

beforeEach(async () => {
  book = await DraftedNode.create({
    sdl: SDL,
    type: 'Book',
    path: 'steps',
    value: list('x', 'y', 'x'),
  });
});

test('[P6] a proof of a sequence says what its last writer inserted', async () => {
  await book.change(insert(1, 'p', 'q'), append('r'), remove(0));
  const outcome = verifyProof(await book.prove());
  expect(outcome).toMatchObject({ claim: { write: 'insert', value: list('p', 'q', 'r') } });
});

describe('[Q10] the transaction of a client', () => {
  const given = (...deltas: readonly Delta[]) =>
    book.write((draft) =>
      draftTransaction(draft, { deltas: deltas.map((delta) => book.on(delta)) }),
    );
  const path = 'steps';
  const own = { kind: 'own', position: 0, number: 0 } as const;

  test('appends, and the server numbers what it appends', async () => {
    const one = { operation: 'insert', path, number: 9, place: undefined, values: ['c'] } as const;
    await given(one, { ...one, values: ['d', 'e'] });
    expect(book.deltas()).toEqual(['insert 0: c', 'insert 1: d e']);
    expect(book.word()).toBe('xyxcde');
  });

  test.each<Delta>([
    { operation: 'insert', path, number: 0, place: { side: 'left', of: own }, values: ['c'] },
    { operation: 'removeItems', path, runs: [{ ...own, count: 1 }] },
    { operation: 'move', path, number: 1, item: own, place: undefined },
  ])('names no items: $operation', async (delta) => {
    await expect(given(delta)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('under permissions', () => {
  const RELATIONS = ['read', 'read.steps', 'write', 'write.steps'];

  test('[B15] who may not read a sequence may set it, and not change it', async () => {
    await book.rule(...RELATIONS);
    await book.grant('read', 'write', 'write.steps');
    const changes = [append('z'), append(), insert(9, 'z'), remove(0, 0), move(0, 1), pop(1)];
    for (const change of changes) {
      await expect(book.change(change)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    await book.write((draft) => draft.setNodeValue(book.id, 'steps', list('s', 't')));
    expect(book.word()).toBe('st');
    await book.grant('read.steps');
    await book.change(append('z'), move(0, 1), pop(1));
    expect(book.word()).toBe('ts');
  });

  test('[A21] a commit that inserts or moves without the right is masked, whole', async () => {
    const created = (book.apart.door.commits().at(-1) as Commit).hash;
    const first = { kind: 'commit', hash: created, position: 0, number: 0 } as const;
    const moves = book.on({
      ...{ operation: 'move', path: 'steps', number: 5, item: first, place: undefined },
    });
    const removes = book.on({
      ...{ operation: 'removeItems', path: 'steps', runs: [{ ...first, count: 1 }] },
    });
    await book.rule(...RELATIONS);
    await book.grant('write');
    await book.writeApart(
      FUTURE,
      [book.inserted(['n']), moves, book.inserted([1], 'marks')],
      [removes],
    );
    expect([book.word(), book.items('marks')]).toEqual(['xyx', null]);
    await book.grant('write.steps');
    await book.writeApart(FUTURE + 1_000, [
      book.inserted(['n']),
      moves,
      book.inserted([1], 'marks'),
    ]);
    expect([book.word(), book.items('marks')]).toEqual(['yxnx', [1]]);
  });
});
