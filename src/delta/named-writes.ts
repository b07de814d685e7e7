/**
 * The writes of others that a transaction names: sets that increments add to, adds, and items and
 * places of sequences.
 */

import type {
  AddressedDelta,
  Delta,
  IncrementBase,
  ItemPlace,
  SeenAdd,
  Transaction,
} from './delta.ts';

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
      const adds = renameEach(delta.adds, renamed);
      return adds && { ...delta, adds };
    }
    case 'removeItems': {
      const runs = renameEach(delta.runs, renamed);
      return runs && { ...delta, runs };
    }
    case 'insert': {
      const place = renamePlace(delta.place, renamed);
      return place && { ...delta, ...place };
    }
    case 'move': {
      const [item, place] = [renameOne(delta.item, renamed), renamePlace(delta.place, renamed)];
      return item && place && { ...delta, item, ...place };
    }
    default:
      return delta;
  }
}

function renameBase(base: IncrementBase, renamed: Renamed): IncrementBase | undefined {
  return base.kind === 'none' ? base : renamed(base);
}

/** What a name says beside the transaction stays. */
function renameOne<Named extends NamedWrite>(named: Named, renamed: Renamed): Named | undefined {
  const found = renamed(named);
  if (found === undefined) return undefined;
  return { ...named, hash: undefined, ...found };
}

function renameEach<Named extends NamedWrite>(
  all: readonly Named[],
  renamed: Renamed,
): Named[] | undefined {
  const found = all.map((named) => renameOne(named, renamed)).filter((each) => each !== undefined);
  return found.length === all.length ? found : undefined;
}

/** The root is named by nobody. */
function renamePlace(
  place: ItemPlace,
  renamed: Renamed,
): { readonly place: ItemPlace } | undefined {
  if (place === undefined) return { place };
  const of = renameOne(place.of, renamed);
  return of && { place: { ...place, of } };
}
