/**
 * What sets of values are to hold, from "Sets of values" of schema/graphql.md, and random changes
 * of them, as a mutation takes them.
 */

import type { FieldDefinition } from '../reference/query-definition.ts';
import {
  REFERENCE_SCALARS,
  type ReferenceValue,
  type StoredValue,
  scalarNamed,
} from '../reference/query-scalar.ts';
import type { Seeded } from '../seeded.ts';
import type { SemanticsValues } from './semantics-values.ts';

export interface SetRules {
  /** The list that is shown of values of a scalar. */
  readonly shown: (values: readonly ReferenceValue[], scalar: string) => readonly ReferenceValue[];
  /** What comes first where a value is removed and added. */
  readonly first: 'remove' | 'add';
}

export const SET_RULES: SetRules = {
  shown: (values, scalar) => {
    const { compare } = scalarNamed(REFERENCE_SCALARS, scalar);
    return [...new Set(values)].sort(compare);
  },
  first: 'remove',
};

/** Wrong in one thing each. */
export const WRONG_SET_RULES: Readonly<Record<string, SetRules>> = {
  'values stay in the order in which they came': {
    ...SET_RULES,
    shown: (values) => [...new Set(values)],
  },
  'values are there as often as they came': {
    ...SET_RULES,
    shown: (values, scalar) => [...values].sort(scalarNamed(REFERENCE_SCALARS, scalar).compare),
  },
  'a removal goes after an add': { ...SET_RULES, first: 'add' },
};

export interface SetTally {
  /** Values that came to a set, or went from it, by operators of its own. */
  added: number;
  removed: number;
  /** Sets that lost their last value. */
  emptied: number;
  /** Values that one update removed and added. */
  both: number;
}

export function emptySetTally(): SetTally {
  return { added: 0, removed: 0, emptied: 0, both: 0 };
}

export function addTally(sum: SetTally | undefined, tally: SetTally): void {
  if (sum === undefined) return;
  sum.added += tally.added;
  sum.removed += tally.removed;
  sum.emptied += tally.emptied;
  sum.both += tally.both;
}

/** Sets among the fields, members of nested ones too. */
export function setsOf(fields: readonly FieldDefinition[]): SetField[] {
  return fields.flatMap((field) => {
    if (field.kind === 'nested') return setsOf(field.fields);
    return field.kind === 'list' && field.isSet ? [field] : [];
  });
}

type SetField = Extract<FieldDefinition, { readonly kind: 'list' }>;

export class ReferenceSets {
  readonly tally = emptySetTally();
  readonly #random: Seeded;
  readonly #pool: SemanticsValues;
  readonly #rules: SetRules;
  /** By the values of an element: paths to which no list was ever set. */
  readonly #bare = new WeakMap<ReadonlyMap<string, StoredValue>, Set<string>>();

  constructor(random: Seeded, pool: SemanticsValues, rules: SetRules) {
    this.#random = random;
    this.#pool = pool;
    this.#rules = rules;
  }

  /** Operators of one field, and what they make of the values once they are carried out. */
  change(field: SetField, values: Map<string, StoredValue>) {
    const random = this.#random;
    const { path, scalar } = field;
    const { parse } = scalarNamed(REFERENCE_SCALARS, scalar);
    const inputs = this.#pool.values[scalar] ?? [];
    const some = () => Array.from({ length: random.between(1, 3) }, () => random.pick(inputs));
    const operators = {
      ...(random.chance(0.6) && { add: some() }),
      // All that may be there, sometimes.
      ...(random.chance(0.6) && { remove: random.chance(0.2) ? inputs : some() }),
    };
    const [add, remove] = [operators.add ?? [], operators.remove ?? []].map((each) =>
      each.map(parse),
    );
    const carryOut = () => {
      const held = values.get(path);
      const before = held === undefined ? [] : (held as readonly ReferenceValue[]);
      const bare = this.#bareOf(values);
      if (held === undefined) bare.add(path);
      const after = this.#applied(scalar, { before, add: add ?? [], remove: remove ?? [] });
      if (after.length > 0 || !bare.has(path)) values.set(path, after);
      else values.delete(path);
      this.#count(before, after, { add: add ?? [], remove: remove ?? [] });
    };
    return { operators, carryOut };
  }

  /** Fields were set whole: to lists, or to nothing. */
  replaced(values: Map<string, StoredValue>, names: readonly string[]): void {
    const bare = this.#bareOf(values);
    for (const path of bare) if (names.includes(path.split('.')[0] ?? '')) bare.delete(path);
  }

  #bareOf(values: Map<string, StoredValue>): Set<string> {
    const known = this.#bare.get(values) ?? new Set<string>();
    this.#bare.set(values, known);
    return known;
  }

  #applied(
    scalar: string,
    {
      before,
      add,
      remove,
    }: Readonly<Record<'before' | 'add' | 'remove', readonly ReferenceValue[]>>,
  ): readonly ReferenceValue[] {
    const without = (values: readonly ReferenceValue[]) =>
      values.filter((value) => !remove.includes(value));
    const { first, shown } = this.#rules;
    const all = first === 'remove' ? [...without(before), ...add] : without([...before, ...add]);
    return shown(all, scalar);
  }

  #count(
    before: readonly ReferenceValue[],
    after: readonly ReferenceValue[],
    { add, remove }: Readonly<Record<'add' | 'remove', ReferenceValue[]>>,
  ): void {
    this.tally.added += after.filter((value) => !before.includes(value)).length;
    this.tally.removed += before.filter((value) => !after.includes(value)).length;
    this.tally.both += add.filter((value) => remove.includes(value)).length;
    if (before.length > 0 && after.length === 0) this.tally.emptied += 1;
  }
}
