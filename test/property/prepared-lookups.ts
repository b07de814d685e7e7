/**
 * The lookups of a plan as what is given when it runs: a plan that is kept runs with some of them,
 * and then with all.
 */

import { type Inputs, Parameter } from '../../src/engine/parameter.ts';
import type { Lookups, Member, Plan } from '../../src/engine/plan.ts';
import { PreparedPlan } from '../../src/engine/prepared-plan.ts';
import { told } from '../reference/plan-context.ts';

/** Of a plan, one run of it: what is given to it, and the plan that must answer the same. */
export interface LookupsRun {
  readonly inputs: Inputs;
  readonly plan: Plan;
}

/** Undefined for a plan without lookups outside of its lists. */
export function preparedLookups(
  plan: Plan,
): { readonly prepared: PreparedPlan; readonly runs: readonly LookupsRun[] } | undefined {
  if (!plan.members.some(({ shape }) => shape.kind === 'lookups')) return undefined;
  const prepared = new PreparedPlan(
    withLookups(plan, (_, place) => new Parameter((inputs) => inputs[place] as Lookups)),
  );
  const some = runOf(plan, (all) => all.slice(0, Math.ceil(all.length / 2)));
  return { prepared, runs: [some, runOf(plan, (all) => all), some] };
}

function runOf(plan: Plan, cut: (all: Lookups) => Lookups): LookupsRun {
  const given: Record<string, Lookups> = {};
  const own = withLookups(plan, (all, place) => {
    const lookups = cut(all);
    given[place] = lookups;
    return lookups;
  });
  return { inputs: given, plan: own };
}

function withLookups(
  { members }: Plan,
  change: (all: Lookups, place: string) => Lookups | Parameter<Lookups>,
): Plan {
  const changed = members.map((member, place): Member => {
    const { name, shape } = member;
    if (shape.kind !== 'lookups') return member;
    return { name, shape: { ...shape, lookups: change(told(shape.lookups), `${place}`) } };
  });
  return { members: changed };
}
