/**
 * Shortest paths, from E21 and E22 of schema/plan.md: the least sums of the ways from each node to
 * the end, by Bellman and Ford; the fewest edges of the ways that come to them; and then, from the
 * beginning on, the first step by identity that leads on such a way. Without a weight every edge
 * weighs 1, so that the sum is the number of edges.
 */

import { assert } from '../../src/base/assert.ts';
import type { Value } from '../../src/delta/value.ts';
import type { PathSearch } from '../../src/engine/plan.ts';
import type { PlanContext, Row } from './plan-context.ts';
import { edgeElement } from './reference-delta.ts';

interface Step extends Row {
  readonly weight: number;
}

/** Steps on from each node, by identity. */
type StepsFrom = ReadonlyMap<string, readonly Step[]>;

/** By node; absent where there is no way to the end. */
type ToEnd = ReadonlyMap<string, number>;

/** A path as a row by its last node and edge. */
export function shortestPath(context: PlanContext, search: PathSearch): Row | undefined {
  const { graph } = context;
  if (!graph.exists(search.from) || !graph.exists(search.to)) context.fail('missing');
  const steps = allSteps(context, search);
  const sums = leastSums(steps, search.to);
  const counts = fewestEdges(steps, sums, search.to);
  const [sum, length] = [sums.get(search.from), counts.get(search.from)];
  if (sum === undefined || length === undefined) return undefined;
  if (search.weight === undefined && length > (search.most ?? length)) return undefined;
  const path = firstPath(steps, { sums, counts, from: search.from });
  const weight = search.weight === undefined ? undefined : sum;
  return { ...path.at(-1), node: search.to, path, length, weight };
}

function allSteps(context: PlanContext, search: PathSearch): StepsFrom {
  const { graph, rules } = context;
  const from = (node: string): Step[] =>
    rules
      .steps(context, node, search)
      .flatMap((step) => {
        const weight = weightOf(context, search, step);
        return weight === undefined ? [] : [{ ...step, weight }];
      })
      .sort(rules.compareIdentity);
  return new Map(graph.nodes().map(({ id }) => [id, from(id)]));
}

function weightOf({ graph, rules }: PlanContext, search: PathSearch, { edge }: Row) {
  if (search.weight === undefined) return 1;
  assert(edge !== undefined, 'a step has an edge');
  return rules.weight(graph.value(edgeElement(edge), search.weight));
}

/** Undefined where an edge of this value is not followed. */
export function weight(value: Value): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number < Number.POSITIVE_INFINITY
    ? number
    : undefined;
}

/** No best way has more edges than there are nodes. */
function leastSums(steps: StepsFrom, end: string): ToEnd {
  const sums = new Map([[end, 0]]);
  for (let round = 0; round < steps.size; round++) {
    for (const [node, on] of steps) {
      for (const step of on) {
        const rest = sums.get(step.node);
        const known = sums.get(node);
        if (rest === undefined) continue;
        const sum = step.weight + rest;
        if (known === undefined || sum < known) sums.set(node, sum);
      }
    }
  }
  return sums;
}

/** Of the ways that come to the least sum, and go on by such ways: ring by ring from the end. */
function fewestEdges(steps: StepsFrom, sums: ToEnd, end: string): ToEnd {
  const counts = new Map([[end, 0]]);
  for (let count = 1; count <= steps.size; count++) {
    for (const [node, on] of steps) {
      const leadsOn = on.some((step) => {
        return counts.get(step.node) === count - 1 && isLeast(sums, node, step);
      });
      if (leadsOn && !counts.has(node)) counts.set(node, count);
    }
  }
  return counts;
}

function isLeast(sums: ToEnd, node: string, step: Step): boolean {
  const rest = sums.get(step.node);
  return rest !== undefined && step.weight + rest === sums.get(node);
}

function firstPath(
  steps: StepsFrom,
  { sums, counts, from }: { readonly sums: ToEnd; readonly counts: ToEnd; readonly from: string },
): Row[] {
  const path: Row[] = [{ node: from }];
  let node = from;
  for (let left = counts.get(from) ?? 0; left > 0; left--) {
    const step: Step | undefined = steps
      .get(node)
      ?.find((each) => counts.get(each.node) === left - 1 && isLeast(sums, node, each));
    assert(step !== undefined, 'the least sum is that of a way');
    path.push({ node: step.node, edge: step.edge, isEntering: step.isEntering });
    node = step.node;
  }
  return path;
}
