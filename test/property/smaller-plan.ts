/**
 * A part of a plan that still shows a failure: members, conditions and options are left out for as
 * long as it stays. What is left may not be a plan at all, so a run that throws shows nothing.
 */

import type { Plan } from '../../src/engine/plan.ts';

/** Parts that can be left out: items of these lists, and these options. */
const LISTS = ['members', 'conditions', 'ids', 'cases', 'paths', 'lookups'];
const OPTIONS = [
  ...['where', 'skip', 'limit', 'after', 'before', 'isFromEnd', 'unlessAllMissing', 'isRequired'],
  ...['edgeType', 'targetType', 'lower', 'upper', 'visibility', 'mask', 'isDescending', 'edgeKey'],
  ...['otherwise'],
];
const ATTEMPTS_MAX = 2_000;

export function smallerPlan(plan: Plan, fails: (plan: Plan) => boolean): Plan {
  let smallest = plan;
  let attempts = 0;
  for (let isSmaller = true; isSmaller && attempts < ATTEMPTS_MAX; ) {
    isSmaller = false;
    for (const part of withoutOne(smallest)) {
      attempts += 1;
      if (attempts > ATTEMPTS_MAX) break;
      if (!stillFails(part as Plan, fails)) continue;
      smallest = part as Plan;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

/** Every tree with one part less, the largest parts first. */
function* withoutOne(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) {
      for (const less of withoutOne(each)) yield value.with(index, less);
    }
    return;
  }
  if (typeof value !== 'object' || value === null || !isPlain(value)) return;
  for (const [name, each] of Object.entries(value)) {
    if (OPTIONS.includes(name)) yield without(value, name);
    if (!LISTS.includes(name) || !Array.isArray(each)) continue;
    for (const index of each.keys()) yield { ...value, [name]: each.toSpliced(index, 1) };
  }
  for (const [name, each] of Object.entries(value)) {
    for (const less of withoutOne(each)) yield { ...value, [name]: less };
  }
}

function without(value: object, name: string): object {
  return Object.fromEntries(Object.entries(value).filter(([each]) => each !== name));
}

/** Values of the database are left as they are. */
function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

function stillFails(plan: Plan, fails: (plan: Plan) => boolean): boolean {
  try {
    return fails(plan);
  } catch {
    return false;
  }
}
