/** What a transaction claims to have written to a set of values, or a sequence. */

import { expect, test } from 'vitest';
import type { Delta, Transaction } from '../../src/delta/delta.ts';
import { ListValue } from '../../src/delta/value.ts';
import { claimOf } from '../../src/proof/claim.ts';
import { onNode } from '../fixture/door.ts';

const ID = 'AAAAAAAAAAAAAAAA';
const SUBJECT = { element: 'node', id: ID, type: 'Place', key: 'a' } as const;
const SEEN = [{ kind: 'own', position: 0 }] as const;

function claimed(...deltas: readonly Delta[]) {
  const transaction: Transaction = {
    id: new Uint8Array(16),
    actor: 'user:ada',
    deltas: deltas.map((delta) => onNode(ID, delta)),
  };
  const claim = claimOf(transaction, 1n << 16n, { subject: SUBJECT, path: 'tags' });
  return claim === undefined ? undefined : { write: claim.write, value: claim.value };
}

const add = (value: string, path = 'tags'): Delta => ({ operation: 'add', path, value });
const set: Delta = { operation: 'set', path: 'tags', value: null };

test('[P6] adds are proven as the list of what was added there, also beside a set', () => {
  const expected = { write: 'add', value: new ListValue(['red', 'blue']) };
  expect(claimed(add('red'), add('green', 'other'), add('blue'))).toEqual(expected);
  expect(claimed(add('red'), add('blue'), set)).toEqual(expected);
});

test('[P6] a removal alone writes nothing', () => {
  expect(claimed({ operation: 'remove', path: 'tags', value: 'red', adds: SEEN })).toBeUndefined();
  expect(claimed(set)).toEqual({ write: 'set', value: null });
});

test('[P6] inserts are proven as the list of what was inserted there, before adds', () => {
  const insert = (number: number, values: readonly string[], path = 'tags'): Delta => {
    return { operation: 'insert', path, number, place: undefined, values };
  };
  const move: Delta = {
    operation: 'move',
    path: 'tags',
    number: 9,
    item: { ...SEEN[0], number: 0 },
    place: undefined,
  };
  const expected = { write: 'insert', value: new ListValue(['red', 'red', 'blue']) };
  const deltas = [insert(0, ['red', 'red']), insert(0, ['x'], 'other'), insert(2, ['blue']), move];
  expect(claimed(...deltas)).toEqual(expected);
  expect(claimed(add('green'), ...deltas, set)).toEqual(expected);
  expect(claimed(move)).toBeUndefined();
});
