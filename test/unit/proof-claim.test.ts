/** What a transaction claims to have written to a set of values. */

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
