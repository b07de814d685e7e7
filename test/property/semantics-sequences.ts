/**
 * What sequences are to hold, from "Sequences" of schema/graphql.md, and random changes of them, as
 * a mutation takes them: each is one of an array.
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

export interface SequenceRules {
  /** Whether a value moves to where it is before it has left its place. */
  readonly movesBeforeLeaving: boolean;
  /** Whether each change is made to the list as it was before all of them. */
  readonly isAtOnce: boolean;
}

const SEQUENCE_RULES: SequenceRules = { movesBeforeLeaving: false, isAtOnce: false };

/** Wrong in one thing each. */
export const WRONG_SEQUENCE_RULES: Readonly<Record<string, SequenceRules>> = {
  'a value moves to a position of the list that it is still in': {
    ...{ isAtOnce: false, movesBeforeLeaving: true },
  },
  'of several changes the last one stands': { isAtOnce: true, movesBeforeLeaving: false },
};

/** How often each operator changed a list, and how often it lost its last value. */
export type SequenceTally = Record<Operator | 'changes' | 'emptied', number>;

type Operator = 'push' | 'pop' | 'insert' | 'remove' | 'move';
type Items = readonly ReferenceValue[];

interface Change {
  readonly operator: Operator;
  readonly operand: unknown;
  readonly apply: (items: Items) => Items;
}

export function emptySequenceTally(): SequenceTally {
  return { push: 0, pop: 0, insert: 0, remove: 0, move: 0, changes: 0, emptied: 0 };
}

/** Sequences among the fields, members of nested ones too. */
export function sequencesOf(fields: readonly FieldDefinition[]): SequenceField[] {
  return fields.flatMap((field) => {
    if (field.kind === 'nested') return sequencesOf(field.fields);
    return field.kind === 'list' && field.isSequence ? [field] : [];
  });
}

type SequenceField = Extract<FieldDefinition, { readonly kind: 'list' }>;

export class ReferenceSequences {
  readonly tally: SequenceTally;
  readonly #random: Seeded;
  readonly #pool: SemanticsValues;
  readonly #rules: SequenceRules;
  /** By the values of an element: paths to which no list was ever set. */
  readonly #bare = new WeakMap<ReadonlyMap<string, StoredValue>, Set<string>>();

  constructor(
    random: Seeded,
    pool: SemanticsValues,
    { tally = emptySequenceTally(), rules = SEQUENCE_RULES }: SequenceOptions = {},
  ) {
    this.#random = random;
    this.#pool = pool;
    this.tally = tally;
    this.#rules = rules;
  }

  /** Operators of one field, and what they make of the values once they are carried out. */
  change(field: SequenceField, values: Map<string, StoredValue>) {
    const { path } = field;
    const held = values.get(path);
    const before = held === undefined ? [] : (held as Items);
    const isOne = this.#random.chance(0.5);
    const changes: Change[] = [];
    let after = before;
    for (let count = isOne ? 1 : this.#random.between(2, 4); count > 0; count--) {
      const change = this.#random.chance(0.3)
        ? this.#growing(field, after)
        : this.#random.pick([this.#growing, this.#lessening]).call(this, field, after);
      changes.push(change);
      after = change.apply(after);
    }
    const [first] = changes;
    if (this.#rules.isAtOnce) after = changes.at(-1)?.apply(before) ?? after;
    const each = changes.map(({ operator, operand }) => ({ [operator]: operand }));
    const operators = isOne && first ? { [first.operator]: first.operand } : { changes: each };
    const carryOut = () => {
      if (held === undefined) this.#bareOf(values).add(path);
      if (after.length > 0 || !this.#bareOf(values).has(path)) values.set(path, after);
      else values.delete(path);
      this.#count(changes, { before, after, isOne });
    };
    return { operators, carryOut };
  }

  /** Fields were set whole: to lists, or to nothing. */
  replaced(values: Map<string, StoredValue>, names: readonly string[]): void {
    const bare = this.#bareOf(values);
    for (const path of bare) if (names.includes(path.split('.')[0] ?? '')) bare.delete(path);
  }

  #growing({ scalar }: SequenceField, { length }: Items): Change {
    const random = this.#random;
    const inputs = Array.from({ length: random.between(1, 3) }, () =>
      random.pick(this.#pool.values[scalar] ?? []),
    );
    const given = inputs.map(scalarNamed(REFERENCE_SCALARS, scalar).parse);
    if (random.chance(0.4)) {
      return { operator: 'push', operand: inputs, apply: (items) => [...items, ...given] };
    }
    const at = random.below(length + 1);
    return {
      ...{ operator: 'insert', operand: { at, values: inputs } },
      apply: (items) => items.toSpliced(at, 0, ...given),
    };
  }

  #lessening(_field: SequenceField, { length }: Items): Change {
    const random = this.#random;
    const kind = random.below(4);
    if (length === 0 || kind === 0) {
      const count = random.below(4);
      return {
        ...{ operator: 'pop', operand: count },
        apply: (items) => items.slice(0, Math.max(0, items.length - count)),
      };
    }
    const at = random.below(length);
    if (kind === 1) {
      const count = random.between(1, length - at);
      return {
        ...{ operator: 'remove', operand: count === 1 ? { at } : { at, count } },
        apply: (items) => items.toSpliced(at, count),
      };
    }
    const to = random.below(length);
    return {
      ...{ operator: 'move', operand: { from: at, to } },
      apply: (items) => this.#moved(items, at, to),
    };
  }

  #moved(items: Items, from: number, to: number): Items {
    const item = items[from];
    if (item === undefined) return items;
    const isBehind = this.#rules.movesBeforeLeaving && to > from;
    return items.toSpliced(from, 1).toSpliced(isBehind ? to - 1 : to, 0, item);
  }

  #bareOf(values: Map<string, StoredValue>): Set<string> {
    const known = this.#bare.get(values) ?? new Set<string>();
    this.#bare.set(values, known);
    return known;
  }

  #count(
    changes: readonly Change[],
    { before, after, isOne }: { readonly before: Items; readonly after: Items; isOne: boolean },
  ): void {
    for (const { operator } of changes) this.tally[operator] += 1;
    if (!isOne) this.tally.changes += 1;
    if (before.length > 0 && after.length === 0) this.tally.emptied += 1;
  }
}

export interface SequenceOptions {
  readonly tally?: SequenceTally | undefined;
  readonly rules?: SequenceRules | undefined;
}
