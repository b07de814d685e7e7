/**
 * Plans over the obvious graph: schema/plan.md once more, in arrays that are filtered and sorted.
 * Whoever holds the engine against it compares bytes. It counts no work and no items.
 *
 * A place that cannot be written ends a plan. Which of several such places is met first depends
 * on the order of the work, so all of them are found here: any may be the answer.
 */

import { AnswerJson } from '../../src/engine/answer-json.ts';
import type { Plan, PlanAnswer } from '../../src/engine/plan.ts';
import { holds, holdsOperator, holdsQuantifier } from './plan-condition.ts';
import type { PlanContext, PlanFailure, PlanRules } from './plan-context.ts';
import { figure, groups } from './plan-figure.ts';
import { cursor, format, text } from './plan-json.ts';
import { isLacking } from './plan-leaf.ts';
import { foundBy, lookUp, lookUpAll } from './plan-lookup.ts';
import { compareIdentity, comparePlaces, compareValues } from './plan-order.ts';
import { shortestPath, weight } from './plan-path.ts';
import { membersFor, writeMembers } from './plan-shape.ts';
import {
  allRows,
  canFollow,
  countRows,
  cutPage,
  cutRows,
  sourceRows,
  steps,
} from './plan-source.ts';
import { version } from './plan-version.ts';
import type { ReferenceGraph } from './reference-graph.ts';

export const PLAN_RULES: PlanRules = {
  compareValues,
  compareIdentity,
  comparePlaces,
  holdsOperator,
  holdsQuantifier,
  holds,
  steps,
  sourceRows,
  allRows,
  cutRows,
  lookUpAll,
  lookUp,
  foundBy,
  count: countRows,
  cutPage,
  groups,
  figure,
  canFollow,
  shortestPath,
  weight,
  text,
  format,
  cursor,
  membersFor,
  isLacking,
  version,
};

export interface PlanOptions {
  /** Others, to see that a wrong one is found out. */
  readonly rules?: PlanRules;
  readonly see?: (what: string) => void;
}

export interface ReferenceAnswer {
  readonly json: Buffer;
  /** Where there are any, one of them is the answer. */
  readonly failures: ReadonlySet<PlanFailure>;
  /** Where values are held back from the caller whose graph it is. */
  readonly hidden: readonly (readonly (string | number)[])[];
}

/** One of the answers that the specification allows. */
export function answerPlan(graph: ReferenceGraph, plan: Plan): PlanAnswer {
  const { json, failures } = everyAnswer(graph, plan);
  for (const status of failures) return { status };
  return { status: 'ok', json: new AnswerJson(json) };
}

export function everyAnswer(
  graph: ReferenceGraph,
  plan: Plan,
  options: PlanOptions = {},
): ReferenceAnswer {
  const failures = new Set<PlanFailure>();
  const fail = (failure: PlanFailure) => void failures.add(failure);
  const hidden: (readonly (string | number)[])[] = [];
  const hide = (place: readonly (string | number)[]) => void hidden.push(place);
  const json = writeMembers({ ...planContext(graph, options), fail, hide }, plan.members, {});
  return { json: Buffer.from(json), failures, hidden };
}

/** For the parts alone. */
export function planContext(graph: ReferenceGraph, options: PlanOptions = {}): PlanContext {
  const { rules = PLAN_RULES, see = () => undefined } = options;
  return { graph, rules, see, fail: () => undefined, place: [], hide: () => undefined };
}
