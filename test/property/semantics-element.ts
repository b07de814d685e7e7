/** Random values of a node or an edge: as a mutation takes them, and as they are then. */

import type { FieldDefinition } from '../reference/query-definition.ts';
import { REFERENCE_SCALARS, type StoredValue, scalarNamed } from '../reference/query-scalar.ts';
import type { Seeded } from '../seeded.ts';
import { SET_RULES, type SetRules } from './semantics-sets.ts';
import type { SemanticsValues } from './semantics-values.ts';

export interface RandomElement {
  readonly input: Readonly<Record<string, unknown>>;
  readonly values: Map<string, StoredValue>;
}

const THERE_SHARE = 0.7;
const LENGTHS = [0, 1, 1, 2, 2, 3];

export function randomElement(
  random: Seeded,
  pool: SemanticsValues,
  {
    fields,
    key,
    rules = SET_RULES,
  }: {
    readonly fields: readonly FieldDefinition[];
    readonly key?: string | undefined;
    readonly rules?: SetRules;
  },
): RandomElement {
  const values = new Map<string, StoredValue>();
  const inputOf = (some: readonly FieldDefinition[]): Readonly<Record<string, unknown>> => {
    const given = some.filter(({ isRequired }) => isRequired || random.chance(THERE_SHARE));
    return Object.fromEntries(
      given.map((field) => {
        if (field.kind === 'nested') return [field.name, inputOf(field.fields)];
        const { parse } = scalarNamed(REFERENCE_SCALARS, field.scalar);
        const isKey = key !== undefined && field.path === key;
        const one = () => random.pick(isKey ? pool.keys : (pool.values[field.scalar] ?? []));
        if (field.kind === 'list') {
          const inputs = Array.from({ length: random.pick(LENGTHS) }, one);
          const items = inputs.map(parse);
          values.set(field.path, field.isSet ? rules.shown(items, field.scalar) : items);
          return [field.name, inputs];
        }
        const input = one();
        values.set(field.path, parse(input));
        return [field.name, input];
      }),
    );
  };
  return { input: inputOf(fields), values };
}
