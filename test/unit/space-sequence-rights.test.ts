/** Who may change a sequence, by whom it is changed, and what proves it. */

import { beforeEach, describe, expect, test } from 'vitest';
import type { Commit } from '../../src/delta/commit.ts';
import type { AddressedDelta, Delta } from '../../src/delta/delta.ts';
import { type ListItem, ListValue } from '../../src/delta/value.ts';
import { verifyProof } from '../../src/proof/verify.ts';
import { draftTransaction } from '../../src/space/draft-transaction.ts';
import type { SequenceChange } from '../../src/space/sequence-change.ts';
import type { Draft } from '../../src/space/space.ts';
import { AuthorsApart } from '../fixture/authors-apart.ts';
import { onNode } from '../fixture/door.ts';
import { append, deltasOf, insert, list, move, pop, remove } from '../fixture/sequence-changes.ts';

const SDL =
  'type Book @node { code: ID! @id steps: [String!]! @sequence marks: [Float!] @sequence }';
const BY = { actor: 'user:test' };
const FUTURE = 1_750_000_000_000 + 20_000;

let apart: AuthorsApart;
let a: string;

beforeEach(async () => {
  apart = await AuthorsApart.open({ sdl: SDL });
  a = await written((draft) => {
    const id = draft.createNode('Book', { key: 'a' });
    draft.setNodeValue(id, 'steps', list('x', 'y', 'x'));
    return id;
  });
});

async function written<T>(build: (draft: Draft) => T): Promise<T> {
  return (await apart.door.space.write(BY, build)).result;
}

async function changed(...changes: readonly SequenceChange[]): Promise<void> {
  await written((draft) => {
    for (const change of changes) draft.changeNodeSequence(a, 'steps', change);
  });
}

function items(path = 'steps'): readonly ListItem[] | undefined {
  const { graph } = apart.door.space;
  const node = graph.nodeById(a);
  const held = node === undefined ? null : graph.nodeValue(node, path);
  return held instanceof ListValue ? held.items : undefined;
}

const text = () => items()?.join('');
const deltas = () => deltasOf(apart.door.commits().at(-1));

/** What another author writes, who holds nothing of what is there. */
const other = (values: readonly ListItem[], path = 'steps'): AddressedDelta =>
  onNode(a, { operation: 'insert', path, number: 0, place: undefined, values });

test('[P6] a proof of a sequence says what its last writer inserted', async () => {
  await changed(insert(1, 'p', 'q'), append('r'), remove(0));
  const { space } = apart.door;
  const node = space.graph.nodeById(a);
  const proof = node && (await space.nodeProof(node, 'steps'));
  const outcome = verifyProof(proof ?? '');
  expect(outcome).toMatchObject({ claim: { write: 'insert', value: list('p', 'q', 'r') } });
});

describe('[Q10] the transaction of a client', () => {
  const given = (...deltas: readonly Delta[]) =>
    written((draft) =>
      draftTransaction(draft, { deltas: deltas.map((delta) => onNode(a, delta)) }),
    );
  const path = 'steps';
  const own = { kind: 'own', position: 0, number: 0 } as const;

  test('appends, and the server numbers what it appends', async () => {
    const one = { operation: 'insert', path, number: 9, place: undefined, values: ['c'] } as const;
    await given(one, { ...one, values: ['d', 'e'] });
    expect(deltas()).toEqual(['insert 0: c', 'insert 1: d e']);
    expect(text()).toBe('xyxcde');
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
  const MODEL = `model
  schema 1.1
type user
type Book
  relations
    define read: [user]
    define read.steps: [user]
    define write: [user]
    define write.steps: [user]`;
  const grant = (relation: string, subject: string) => ({ object: 'Book:*', relation, subject });

  test('[B15] who may not read a sequence may set it, and not change it', async () => {
    const { access } = apart.door.space;
    await access.installModel({ source: MODEL });
    await access.grant(['read', 'write', 'write.steps'].map((each) => grant(each, BY.actor)));
    const changes = [append('z'), append(), insert(9, 'z'), remove(0, 0), move(0, 1), pop(1)];
    for (const change of changes) {
      await expect(changed(change)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    await written((draft) => draft.setNodeValue(a, 'steps', list('s', 't')));
    expect(text()).toBe('st');
    await access.grant([grant('read.steps', BY.actor)]);
    await changed(append('z'), move(0, 1), pop(1));
    expect(text()).toBe('ts');
  });

  test('[A21] a commit that inserts or moves without the right is masked, whole', async () => {
    const { access } = apart.door.space;
    const created = (apart.door.commits().at(-1) as Commit).hash;
    const first = { kind: 'commit', hash: created, position: 0, number: 0 } as const;
    const moves = onNode(a, {
      ...{ operation: 'move', path: 'steps', number: 5, item: first, place: undefined },
    });
    const removes = onNode(a, {
      ...{ operation: 'removeItems', path: 'steps', runs: [{ ...first, count: 1 }] },
    });
    await access.installModel({ source: MODEL });
    await access.grant([grant('write', BY.actor)]);
    await apart.write('other', FUTURE, [other(['n']), moves, other([1], 'marks')], [removes]);
    expect([text(), items('marks')]).toEqual(['xyx', undefined]);
    await access.grant([grant('write.steps', BY.actor)]);
    await apart.write('other', FUTURE + 1_000, [other(['n']), moves, other([1], 'marks')]);
    expect([text(), items('marks')]).toEqual(['yxnx', [1]]);
  });
});
