import { expect, test } from 'vitest';
import type { Delta, SeenAdd, Transaction } from '../../src/delta/delta.ts';
import { renameWrites } from '../../src/delta/named-writes.ts';

const HASH = new Uint8Array(32).fill(1);
const BEFORE: SeenAdd = { kind: 'commit', hash: HASH, position: 3 };
const NOW: SeenAdd = { kind: 'own', position: 7 };
const LOST: SeenAdd = { kind: 'commit', hash: HASH, position: 4 };
const place = (of: SeenAdd) => ({ side: 'left', of: { ...of, number: 2 } }) as const;

const naming: readonly [string, (named: SeenAdd) => Delta][] = [
  ['increment', (base) => ({ operation: 'increment', path: 'a', base, amount: 1n })],
  ['remove', (add) => ({ operation: 'remove', path: 'a', value: 'x', adds: [BEFORE, add] })],
  [
    'removeItems',
    (named) => ({ operation: 'removeItems', path: 'a', runs: [{ ...named, number: 1, count: 5 }] }),
  ],
  [
    'insert',
    (of) => ({ operation: 'insert', path: 'a', number: 0, place: place(of), values: ['x'] }),
  ],
  [
    'move of an item',
    (named) => {
      const item = { ...named, number: 1 };
      return { operation: 'move', path: 'a', number: 9, item, place: place(BEFORE) };
    },
  ],
  [
    'move to a place',
    (of) => {
      const item = { ...BEFORE, number: 1 };
      return { operation: 'move', path: 'a', number: 9, item, place: place(of) };
    },
  ],
];

test.each(naming)('[A25] what a %s names is named where it stands now, or nothing is', (_, of) => {
  const renamed = renameWrites(transactionOf(of(BEFORE)), (named) =>
    named.position === BEFORE.position ? NOW : undefined,
  );
  const [{ delta } = { delta: undefined }] = renamed?.deltas ?? [];
  const text = JSON.stringify(delta, shown);
  expect(text).toContain('"kind":"own","position":7');
  expect(text).not.toContain('commit');
  const before = JSON.stringify(of(BEFORE), shown);
  expect(text).toBe(before.replaceAll('"kind":"commit","position":3', '"kind":"own","position":7'));
  const asked: SeenAdd[] = [];
  const lost = renameWrites(transactionOf(of(LOST)), (named) => {
    asked.push(named);
    return named.position === LOST.position ? undefined : NOW;
  });
  expect([lost, asked.some(({ position }) => position === LOST.position)]).toEqual([
    undefined,
    true,
  ]);
});

test('[A25] what names nothing stays', () => {
  const counted: Delta = { operation: 'increment', path: 'a', base: { kind: 'none' }, amount: 1n };
  const appended: Delta = {
    ...{ operation: 'insert', path: 'a', number: 0, place: undefined, values: ['x'] },
  };
  for (const delta of [counted, appended]) {
    expect(renameWrites(transactionOf(delta), () => undefined)).toEqual(transactionOf(delta));
  }
});

function transactionOf(delta: Delta): Transaction {
  const subject = { element: 'node', id: 'A'.repeat(16) } as const;
  return { id: new Uint8Array(16), actor: 'user:a', deltas: [{ subject, delta }] };
}

function shown(name: string, value: unknown): unknown {
  if (name === 'hash') return undefined;
  return typeof value === 'bigint' ? `${value}` : value;
}
