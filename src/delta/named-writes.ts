/** The writes of others that a transaction names: sets that increments add to, and adds. */

import type { AddressedDelta, Delta, IncrementBase, SeenAdd, Transaction } from './delta.ts';

/** Where a transaction stands that is named. */
export type NamedWrite = SeenAdd;

/** Answers where a named transaction stands now; undefined where it stands nowhere. */
export type Renamed = (named: NamedWrite) => NamedWrite | undefined;

/** The same transaction with other names; undefined where it names one that stands nowhere. */
export function renameWrites(transaction: Transaction, renamed: Renamed): Transaction | undefined {
  const deltas: AddressedDelta[] = [];
  for (const { subject, delta } of transaction.deltas) {
    const changed = renameIn(delta, renamed);
    if (changed === undefined) return undefined;
    deltas.push({ subject, delta: changed });
  }
  return { ...transaction, deltas };
}

function renameIn(delta: Delta, renamed: Renamed): Delta | undefined {
  switch (delta.operation) {
    case 'increment': {
      const base = renameBase(delta.base, renamed);
      return base && { ...delta, base };
    }
    case 'remove': {
      const adds = delta.adds.map(renamed).filter((add) => add !== undefined);
      return adds.length === delta.adds.length ? { ...delta, adds } : undefined;
    }
    default:
      return delta;
  }
}

function renameBase(base: IncrementBase, renamed: Renamed): IncrementBase | undefined {
  return base.kind === 'none' ? base : renamed(base);
}
