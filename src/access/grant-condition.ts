/** The conditions that grants stand under: as an engine holds them, and what they come to. */

import * as access from '../../assembly/abi-access.ts';
import { assert } from '../base/assert.ts';
import type { Engine } from '../engine/engine.ts';
import type { SymbolTable } from '../engine/symbol-table.ts';
import { AccessError } from './access-error.ts';
import { type Context, checkContext, evaluateCondition, mergeContexts } from './condition.ts';
import type { Model } from './model.ts';
import type { TupleCondition } from './tuple.ts';

export type ConditionResult =
  | { readonly kind: 'true' | 'false' }
  /** The grant was made under an earlier form of the condition, and does not fit this one. */
  | { readonly kind: 'unfit' }
  | { readonly kind: 'failed'; readonly error: AccessError };

/** The condition that stands in terms; undefined where they are of a history alone. */
export function readCondition(
  engine: Engine,
  symbols: SymbolTable,
  terms: number,
): TupleCondition | undefined {
  const { memory } = engine;
  const symbol = memory.u32(terms + access.TERMS_CONDITION_OFFSET);
  if (symbol === 0) return undefined;
  const text = memory.utf8(
    terms + access.TERMS_HEAD_BYTES,
    memory.u32(terms + access.TERMS_CONTEXT_BYTES_OFFSET),
  );
  return { name: symbols.text(symbol), context: contextOf(text) };
}

/** What the condition of a grant that fits the model comes to, with what a question gives. */
export function settleCondition(
  model: Model,
  { name, context }: TupleCondition,
  asked: Context,
): ConditionResult {
  const condition = model.conditions.get(name);
  assert(condition !== undefined, 'a grant that fits the model names one of its conditions');
  try {
    checkContext(condition, context);
  } catch (error) {
    if (error instanceof AccessError) return { kind: 'unfit' };
    throw error;
  }
  try {
    const isTrue = evaluateCondition(condition, mergeContexts(asked, context));
    return { kind: isTrue ? 'true' : 'false' };
  } catch (error) {
    if (error instanceof AccessError) return { kind: 'failed', error };
    throw error;
  }
}

/** The context of a grant, as GrantWriter writes it. */
export function contextOf(text: string): Context {
  return new Map(Object.entries(text === '' ? {} : (JSON.parse(text) as object)));
}
