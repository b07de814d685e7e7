/** Plans as a work that can be measured: loaded once and run again and again, or as callers do. */

import { assert } from '../../src/base/assert.ts';
import { AnswerJson } from '../../src/engine/answer-json.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { type Field, type Member, type Plan, PlanStatus } from '../../src/engine/plan.ts';
import { writePlan } from '../../src/engine/plan-writer.ts';
import { SymbolTable } from '../../src/engine/symbol-table.ts';
import { EngineView } from '../../src/engine/view.ts';
import { cpuSecondsOf } from '../measure.ts';
import { checksumOfBytes } from './checksum.ts';
import type { Timed } from './contender.ts';
import type { Named } from './windows.ts';

const LIMIT_MAX = 0xffff_ffff;

/** Who comes to the same bytes. */
export interface Runner extends Named {
  run(): Promise<Timed>;
}

export interface Runs {
  /** Answers in one run. */
  readonly times: number;
  readonly bytes: () => Uint8Array;
  /** What must be equal of the answers; their length and checksum where it is absent. */
  readonly answer?: (bytes: Uint8Array) => readonly number[];
  /** Of one run, where others do more in theirs. */
  readonly operations?: number;
}

export function runnerOf(name: string, { times, bytes, answer, operations }: Runs): Runner {
  const run = async (): Promise<Timed> => {
    let last: Uint8Array = new Uint8Array();
    const seconds = await cpuSecondsOf(() => {
      for (let time = 0; time < times; time += 1) last = bytes();
    });
    const checked = answer?.(last) ?? [last.length, checksumOfBytes(last)];
    return { seconds, answer: checked, ...(operations === undefined ? {} : { operations }) };
  };
  return { name, run };
}

/** The engine's call and the copy of its answer; the plan stays loaded until another one is. */
export function callOf(engine: Engine, plan: Plan): () => Uint8Array {
  const { words, members } = writePlan(new SymbolTable(engine), plan);
  const address = words.load(engine, members);
  const { exports, memory } = engine;
  return () => {
    const ended = exports.runPlan(address, LIMIT_MAX, LIMIT_MAX, LIMIT_MAX);
    assert(ended === 0, 'a plan of a bench ends well');
    const [at, length] = [exports.outputAddress() >>> 0, exports.answerBytes() >>> 0];
    return AnswerJson.takenFrom(memory, at, length).toBuffer();
  };
}

/** The plan is written, loaded and run each time. */
export function answerOf(engine: Engine, plan: Plan): () => Uint8Array {
  const view = new EngineView(engine);
  return () => {
    const answer = view.answer(plan, { work: LIMIT_MAX, items: LIMIT_MAX, bytes: LIMIT_MAX });
    assert(answer.status === PlanStatus.OK, 'a plan of a bench ends well');
    return answer.json.toBuffer();
  };
}

/** A property of a node under its own name. */
export function propertyMember(name: string): Member {
  return { name, shape: { kind: 'value', field: propertyOf(name), format: 'any' } };
}

export function propertyOf(path: string): Field {
  return { kind: 'property', of: 'node', path };
}
