/** Compiles the `where` of a subscription to a test of what it may read of a node at a moment. */

import { SUBSCRIPTION_CONDITIONS_MAX } from '../base/limits.ts';
import type { Definition, NodeType } from '../definition/definition.ts';
import type { GraphView } from '../engine/graph-view.ts';
import { Budget } from './budget.ts';
import { type InputMap, isInputMap } from './builder.ts';
import { limitExceeded } from './errors.ts';
import { valuesTest } from './filter.ts';
import type { StateTest } from './membership.ts';
import type { SeenState } from './seen-state.ts';

export interface ChangeFilter {
  readonly definition: Definition;
  readonly graph: GraphView;
}

/** Throws INVALID_INPUT for operands that are none, LIMIT_EXCEEDED for too many conditions. */
export function stateTest(
  { definition, graph }: ChangeFilter,
  { fields }: NodeType,
  where: InputMap,
): StateTest {
  const actual = countConditions(where);
  if (actual > SUBSCRIPTION_CONDITIONS_MAX) {
    const what = 'the conditions of a subscription';
    const max = SUBSCRIPTION_CONDITIONS_MAX;
    throw limitExceeded({ limit: 'SUBSCRIPTION_CONDITIONS_MAX', what, max, actual });
  }
  // What one change costs is bounded by the conditions; there may be any number of changes.
  const budget = new Budget({ rows: Number.POSITIVE_INFINITY, items: Number.POSITIVE_INFINITY });
  const test = valuesTest<SeenState>(
    { definition, budget },
    fields,
    where,
    (_graph, state, field) => state.value(field),
  );
  return (state) => test(graph, state);
}

/** Operators; the operands of `in` are looked up together. */
function countConditions(where: unknown): number {
  const isList = Array.isArray(where) && where.some(isInputMap);
  if (!isList && !isInputMap(where)) return 1;
  return Object.values(where).reduce<number>((sum, each) => sum + countConditions(each), 0);
}
