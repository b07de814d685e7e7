/**
 * What the conditions of grants come to for one question: the engine asks for those that matter,
 * the host evaluates them, and the engine is asked again.
 */

import * as access from '../../assembly/abi-access.ts';
import { assert } from '../base/assert.ts';
import type { DatabaseError } from '../base/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { SymbolTable } from '../engine/symbol-table.ts';
import type { Context } from './condition.ts';
import { type ConditionResult, readCondition, settleCondition } from './grant-condition.ts';
import type { Model } from './model.ts';
import type { TupleCondition } from './tuple.ts';

/** As of when a question is asked. */
export interface AsOf {
  /** In force at the height. */
  readonly model: Model;
  /** Of the authority chain. */
  readonly height: number;
}

export class ConditionVerdicts {
  readonly #engine: Engine;
  readonly #symbols: SymbolTable;
  readonly #asOf: AsOf;
  readonly #context: Context;
  readonly #verdicts = new Map<number, number>();
  #failure: DatabaseError | undefined;

  constructor(
    engine: Engine,
    symbols: SymbolTable,
    { asOf, context }: { readonly asOf: AsOf; readonly context: Context },
  ) {
    this.#engine = engine;
    this.#symbols = symbols;
    this.#asOf = asOf;
    this.#context = context;
  }

  /** Of the first condition that failed. */
  get failure(): DatabaseError | undefined {
    return this.#failure;
  }

  /** Grant and verdict, ascending by grant, as a question has them. */
  get words(): number[] {
    return [...this.#verdicts].sort(([left], [right]) => left - right).flat();
  }

  /** Evaluates the conditions that the last question asked for; how many there were. */
  settleAsked(): number {
    const { exports, memory } = this.#engine;
    const inquiry = exports.inquiryAddress() >>> 0;
    const count = memory.u32(inquiry + access.INQUIRY_ASKED_COUNT);
    for (const grant of memory.words(inquiry + access.INQUIRY_ASKED, count)) this.#settle(grant);
    return count;
  }

  /** What the condition that a grant stands under comes to, if there is one. */
  verdictOf(condition: TupleCondition | undefined): number {
    if (condition === undefined) return access.VERDICT_GRANTED;
    const result = settleCondition(this.#asOf.model, condition, this.#context);
    if (result.kind === 'failed') this.#failure ??= result.error;
    return verdictOf(result);
  }

  #settle(grant: number): void {
    if (this.#verdicts.has(grant)) return;
    const terms = this.#engine.exports.termsOf(grant, this.#asOf.height) >>> 0;
    assert(terms !== 0, 'a condition that is asked for has terms');
    const condition = readCondition(this.#engine, this.#symbols, terms);
    this.#verdicts.set(grant, this.verdictOf(condition));
  }
}

export function verdictOf({ kind }: ConditionResult): number {
  if (kind === 'true') return access.VERDICT_GRANTED;
  return kind === 'failed' ? access.VERDICT_FAILED : access.VERDICT_DENIED;
}
