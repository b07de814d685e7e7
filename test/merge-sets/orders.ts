/** A kept set in its orders of arrival: one state hash, and the answers of the reference. */

import type { Engine } from '../../src/engine/engine.ts';
import { arrive, hashesOf } from '../property/arrival.ts';
import {
  arrivalOrder,
  arrivalOrders,
  describePlan,
  type Plan,
  type PlannedCommit,
} from '../property/graph-plan.ts';
import { differenceOf } from '../property/plan-difference.ts';
import { Seeded } from '../seeded.ts';
import { type KeptSet, planOf } from './kept-set.ts';

export interface OrdersTally {
  orders: number;
  /** Of the set with most. */
  ordersMax: number;
}

/**
 * In every order that respects causes, or in so many random ones. Returns what differs between two
 * orders, or from the reference; undefined when nothing does.
 */
export async function runKeptSet(
  set: KeptSet,
  options: {
    readonly seed: number;
    readonly tally: OrdersTally;
    readonly ordersMax?: number;
    /** What becomes of a commit on its way, to see that this is found out. */
    readonly alter?: (commit: PlannedCommit, arrived: number) => PlannedCommit;
  },
): Promise<string | undefined> {
  const { seed, tally, ordersMax, alter = (commit) => commit } = options;
  const random = new Seeded(seed);
  const plan = planOf(set);
  let [orders, first, last]: [number, string | undefined, Engine | undefined] = [
    0,
    undefined,
    undefined,
  ];
  for (const order of ordersOf(plan, random, ordersMax)) {
    last = await arrive(order.map(alter), random);
    const found = hashesOf(last);
    first ??= found;
    orders += 1;
    if (found === first) continue;
    return `${set.name}: ${found} expected ${first} in the order\n${describePlan(order)}`;
  }
  tally.orders += orders;
  tally.ordersMax = Math.max(tally.ordersMax, orders);
  const difference = last === undefined ? 'no order' : differenceOf(last, plan, random);
  if (difference === undefined) return undefined;
  return `${set.name}: ${difference}\nafter all of\n${describePlan(plan)}`;
}

/** In every order that respects causes, or in so many random ones. */
export function* ordersOf(plan: Plan, random: Seeded, most?: number): Generator<PlannedCommit[]> {
  if (most === undefined) yield* arrivalOrders(plan);
  else {
    yield [...plan];
    for (let count = 1; count < most; count++) yield arrivalOrder(plan, random);
  }
}
