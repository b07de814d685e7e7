/** What lookups find, E36 of schema/plan.md, by looking at all nodes of a type. */

import { assert } from '../../src/base/assert.ts';
import type { Value } from '../../src/delta/value.ts';
import type { Lookup, LookupKey, Lookups } from '../../src/engine/plan.ts';
import type { PlanContext, Row } from './plan-context.ts';
import { readField } from './plan-field.ts';

/** Paths of an index that find nodes; fields beyond them are compared. */
const GIVEN_MAX = 3;

export function lookUpAll(
  context: PlanContext,
  keys: readonly LookupKey[],
  lookups: Lookups,
): Row[][] {
  return lookups.map((lookup) => context.rules.lookUp(context, keys, lookup));
}

export function lookUp(
  context: PlanContext,
  keys: readonly LookupKey[],
  lookup: Lookup | undefined,
): Row[] {
  if (lookup === undefined) return [];
  const key = keys[lookup.key];
  assert(key !== undefined, 'a lookup is by one of the keys');
  const { rules } = context;
  const found = rules.foundBy(context, key, lookup.values);
  context.see(`lookup by ${wayOf(key)} ${found.length > 0 ? 'finds' : 'misses'}`);
  const finding = key.index === undefined ? 1 : byIndex(key.fields, key.index);
  if (finding < key.fields.length && found.length > 0) context.see('lookup that compares more');
  if (found.length === 0 && key.otherwise === undefined && key.isRequired === true) {
    context.see('lookup that has to find');
    if (!lookup.values.includes(null)) context.fail('missing');
  }
  if (found.length > 0 || key.otherwise === undefined) return found;
  const others = rules.lookUp(context, keys, { ...lookup, key: key.otherwise });
  if (others.length > 0) context.see('lookup otherwise');
  return others;
}

export function foundBy(context: PlanContext, key: LookupKey, values: readonly Value[]): Row[] {
  const { graph, rules } = context;
  const rows = graph.nodes(key.type).map(({ id }): Row => ({ node: id }));
  return rows.filter((row) =>
    key.fields.every((field, place) => {
      const operand = values[place] ?? null;
      return rules.holdsOperator(context, 'equal', {
        value: readField(graph, field, row),
        operand,
      });
    }),
  );
}

/** Names a kind of key in the coverage: of an index, by how many of its paths. */
function wayOf({ fields, index }: LookupKey): string {
  return index === undefined ? `${fields[0]?.kind}` : `index of ${byIndex(fields, index)}`;
}

function byIndex(fields: LookupKey['fields'], index: readonly string[]): number {
  const isOther = (field: LookupKey['fields'][number], place: number) =>
    field.kind !== 'property' || field.path !== index[place];
  const first = fields.findIndex(isOther);
  return Math.min(first === -1 ? fields.length : first, GIVEN_MAX);
}
