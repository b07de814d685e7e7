/** What lookups find, E36 of schema/plan.md, by looking at all nodes of a type. */

import { assert } from '../../src/base/assert.ts';
import type { Value } from '../../src/delta/value.ts';
import type { Lookup, LookupKey } from '../../src/engine/plan.ts';
import type { PlanContext, Row } from './plan-context.ts';
import { readField } from './plan-field.ts';

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
function wayOf({ fields, index = [] }: LookupKey): string {
  const paths = fields.filter((field, at) => field.kind === 'property' && field.path === index[at]);
  const first = fields[0]?.kind;
  const found = first === 'property' ? Math.min(paths.length, 3) : 1;
  const way = first === 'property' ? `index of ${found}` : first;
  return found < fields.length ? `${way} and more` : `${way}`;
}
