/** Runs plans: puts one into the engine's memory, and takes its answer out. */

import * as abi from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { AnswerJson } from './answer-json.ts';
import type { Engine } from './engine.ts';
import { noRoomToAnswer } from './failure.ts';
import type { Inputs } from './parameter.ts';
import { type CountedAnswer, type Plan, type PlanLimits, PlanStatus } from './plan.ts';
import { writePlan } from './plan-writer.ts';
import type { PreparedPlan } from './prepared-plan.ts';
import { readHidden } from './read-hidden.ts';
import type { SymbolTable } from './symbol-table.ts';

const LIMIT_MAX = 0xffff_ffff;

const STATUSES: ReadonlyMap<number, Exclude<PlanStatus, typeof PlanStatus.OK>> = new Map([
  [abi.PLAN_UNREPRESENTABLE, PlanStatus.UNREPRESENTABLE],
  [abi.PLAN_MISSING, PlanStatus.MISSING],
  [abi.PLAN_SEVERAL, PlanStatus.SEVERAL],
  [abi.PLAN_WORK, PlanStatus.WORK],
  [abi.PLAN_ITEMS, PlanStatus.ITEMS],
  [abi.PLAN_BYTES, PlanStatus.BYTES],
]);

/** Throws LIMIT_EXCEEDED when there is no memory to answer in, and what `writePlan` throws. */
export function runPlan(
  engine: Engine,
  symbols: SymbolTable,
  { plan, limits }: { readonly plan: Plan; readonly limits: PlanLimits },
): CountedAnswer {
  const { words, members } = writePlan(symbols, plan);
  const address = words.load(engine, members);
  words.release();
  return runAt(engine, address, limits);
}

/** The same of a plan that runs more than once; throws what its parameters throw, too. */
export function runPrepared(
  engine: Engine,
  symbols: SymbolTable,
  { plan, inputs, limits }: PreparedRun,
): CountedAnswer {
  const { words, members } = plan.writtenFor(symbols);
  return runAt(engine, words.load(engine, members, inputs), limits);
}

export interface PreparedRun {
  readonly plan: PreparedPlan;
  readonly inputs: Inputs;
  readonly limits: PlanLimits;
}

function runAt(engine: Engine, address: number, limits: PlanLimits): CountedAnswer {
  if (address === 0) throw noRoomToAnswer();
  const { exports, memory } = engine;
  const work = Math.min(limits.work, LIMIT_MAX);
  const items = Math.min(limits.items, LIMIT_MAX);
  const bytes = Math.min(limits.bytes, LIMIT_MAX);
  const ended = exports.runPlan(address, work, items, bytes);
  if (ended === abi.PLAN_SPACE_FULL) throw noRoomToAnswer();
  const spent = work - (exports.workLeft() >>> 0);
  if (ended === abi.PLAN_OK) {
    const [address, length] = [exports.outputAddress() >>> 0, exports.answerBytes() >>> 0];
    const json = AnswerJson.takenFrom(memory, address, length);
    const hidden = readHidden(engine);
    return { status: PlanStatus.OK, json, spent, ...(hidden !== undefined && { hidden }) };
  }
  const status = STATUSES.get(ended);
  assert(status !== undefined, 'a plan ends in a way that is known');
  return { status, spent };
}
