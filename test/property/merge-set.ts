/**
 * One random set of commits: every order of arrival that respects causes, in any groups, with or
 * without an image on the way, comes to one state hash and one content hash, and to the answers
 * of the reference. Some are sealed at places that the set says. Small sets are tried in every
 * order, large ones in some.
 */

import { assert } from '../../src/base/assert.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { Seeded } from '../seeded.ts';
import { arrive, hashesOf } from './arrival.ts';
import {
  arrivalOrder,
  arrivalOrders,
  describePlan,
  type Plan,
  type PlannedCommit,
  randomPlan,
} from './graph-plan.ts';
import { differenceOf } from './plan-difference.ts';

/** Sets of up to this many commits are tried in every order. */
const EVERY_ORDER_COMMITS_MAX = 6;
const LARGE_SET_COMMITS_MAX = 200;
const ORDERS_OF_LARGE_SET = 6;
/** Share of the sets some of whose commits are masked, and of their commits. */
const MASKED_SETS = 0.2;
const MASKED_COMMITS = 0.15;

export interface MergeTally {
  sets: number;
  orders: number;
  sealedSets: number;
  maskedSets: number;
  /** Sets of which at least two orders were tried. */
  concurrentSets: number;
  commitsMax: number;
  /** What the sets came to; as many as there are sets, as no two are alike. */
  readonly hashes: Set<string>;
}

export function emptyTally(): MergeTally {
  const counts = { sets: 0, orders: 0, sealedSets: 0, maskedSets: 0, concurrentSets: 0 };
  return { ...counts, commitsMax: 0, hashes: new Set() };
}

export interface MergeOptions {
  readonly seed: number;
  readonly tally: MergeTally;
  /** How many commits it has; random when absent. */
  readonly size?: number | undefined;
  /** What becomes of a commit on its way, to see that a dependence on the order is found out. */
  readonly alter?: Alter;
}

type Alter = (commit: PlannedCommit, arrived: number) => PlannedCommit;

/** Returns what differs between two orders, with the commits; undefined when nothing does. */
export async function runMergeSet(options: MergeOptions): Promise<string | undefined> {
  const { seed, tally, alter = (commit) => commit } = options;
  const random = new Seeded(seed);
  const size = options.size ?? commitCount(random);
  const plan = withMasks(randomPlan(random, size, random.chance(0.3) ? 0.2 : 0), random);
  let first: string | undefined;
  let last: Engine | undefined;
  let orders = 0;
  for (const order of ordersOf(plan, random)) {
    last = await arrive(order.map(alter), random);
    const found = hashesOf(last);
    first ??= found;
    orders += 1;
    if (found !== first) return `${found} expected ${first} in the order\n${describePlan(order)}`;
  }
  assert(first !== undefined && last !== undefined, 'a set has an order of arrival');
  const difference = differenceOf(last, plan, random);
  if (difference !== undefined) return `${difference}\nafter all of\n${describePlan(plan)}`;
  tally.hashes.add(first);
  tally.sets += 1;
  if (plan.at(-1)?.seals !== 0) tally.sealedSets += 1;
  if (plan.some(({ isMasked }) => isMasked)) tally.maskedSets += 1;
  tally.orders += orders;
  if (orders > 1) tally.concurrentSets += 1;
  tally.commitsMax = Math.max(tally.commitsMax, plan.length);
  return undefined;
}

function withMasks(plan: Plan, random: Seeded): Plan {
  if (!random.chance(MASKED_SETS)) return plan;
  return plan.map((commit) => ({ ...commit, isMasked: random.chance(MASKED_COMMITS) }));
}

function commitCount(random: Seeded): number {
  const choice = random.below(100);
  if (choice < 2) return random.between(50, LARGE_SET_COMMITS_MAX);
  if (choice < 12) return random.between(EVERY_ORDER_COMMITS_MAX + 1, 30);
  if (choice < 15) return EVERY_ORDER_COMMITS_MAX;
  return random.between(2, EVERY_ORDER_COMMITS_MAX - 1);
}

function* ordersOf(plan: Plan, random: Seeded): Generator<PlannedCommit[]> {
  if (plan.length <= EVERY_ORDER_COMMITS_MAX) yield* arrivalOrders(plan);
  else {
    yield [...plan];
    for (let count = 1; count < ORDERS_OF_LARGE_SET; count++) yield arrivalOrder(plan, random);
  }
}
