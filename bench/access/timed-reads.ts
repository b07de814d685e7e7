/** A read of a company's documents that is timed, and what it reads. */

import { assert } from '../../src/base/assert.ts';
import type { GraphView } from '../../src/engine/graph-view.ts';
import { type Plan, PlanStatus, type Rows } from '../../src/engine/plan.ts';
import type { Timed } from '../engine/contender.ts';
import type { Named } from '../engine/windows.ts';
import { cpuSecondsOf } from '../measure.ts';
import { DOCUMENT } from './company.ts';

const LIMITS = { work: 0xffff_ffff, items: 0xffff_ffff, bytes: 0xffff_ffff };
/** A user who reads. */
export const READER = 17;
export const ALL: Rows = { source: { kind: 'type', type: DOCUMENT } };

export interface Runner extends Named {
  run(): Promise<Timed>;
}

export async function timed(work: () => number): Promise<Timed> {
  let answer = 0;
  const seconds = await cpuSecondsOf(() => {
    answer = work();
  });
  return { seconds, answer: [answer] };
}

export function countOf(view: Pick<GraphView, 'answer'>, rows: Rows): number {
  const plan: Plan = { members: [{ name: 'count', shape: { kind: 'count', rows } }] };
  const answer = view.answer(plan, LIMITS);
  assert(answer.status === PlanStatus.OK, 'a plan of a bench ends well');
  return (JSON.parse(answer.json.toString()) as { count: number }).count;
}
