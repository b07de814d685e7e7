/**
 * What the conditions of grants come to for one question: the engine asks for those that matter,
 * the host evaluates them, and the engine is asked again.
 */

import * as access from '../../assembly/abi-access.ts';
import { assert } from '../base/assert.ts';
import type { DatabaseError } from '../base/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { SymbolTable } from '../engine/symbol-table.ts';
import { AccessError } from './access-error.ts';
import { type Context, checkContext, evaluateCondition, mergeContexts } from './condition.ts';
import type { Model } from './model.ts';

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

  /** What a condition comes to with what a grant gives of its parameters. */
  verdictOf(name: string, own: Context): number {
    const condition = this.#asOf.model.conditions.get(name);
    assert(condition !== undefined, 'a grant that fits the model names one of its conditions');
    try {
      checkContext(condition, own);
    } catch (cause) {
      if (!(cause instanceof AccessError)) throw cause;
      // It was granted under an earlier form of the condition, and does not fit this one.
      return access.VERDICT_DENIED;
    }
    try {
      const isTrue = evaluateCondition(condition, mergeContexts(this.#context, own));
      return isTrue ? access.VERDICT_GRANTED : access.VERDICT_DENIED;
    } catch (cause) {
      if (!(cause instanceof AccessError)) throw cause;
      this.#failure ??= cause;
      return access.VERDICT_FAILED;
    }
  }

  #settle(grant: number): void {
    if (this.#verdicts.has(grant)) return;
    const { exports, memory } = this.#engine;
    const terms = exports.termsOf(grant, this.#asOf.height) >>> 0;
    assert(terms !== 0, 'a condition that is asked for has terms');
    const name = this.#symbols.text(memory.u32(terms + access.TERMS_CONDITION_OFFSET));
    const bytes = memory.u32(terms + access.TERMS_CONTEXT_BYTES_OFFSET);
    const text = memory.utf8(terms + access.TERMS_HEAD_BYTES, bytes);
    this.#verdicts.set(grant, this.verdictOf(name, contextOf(text)));
  }
}

/** The context of a grant, as GrantWriter writes it. */
function contextOf(text: string): Context {
  return new Map(Object.entries(text === '' ? {} : (JSON.parse(text) as object)));
}
