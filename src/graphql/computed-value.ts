/**
 * What a function of a computed field answers, as a resolver gives it on. A function is foreign
 * code: whatever it throws or answers wrongly is told to the owner of the server alone.
 */

import type { GraphQLLeafType } from 'graphql';
import { RESOLVER_MILLISECONDS_MAX } from '../base/limits.ts';
import { type ComputedField, Scalar } from '../definition/definition.ts';
import { typeTextOf } from '../definition/fields.ts';
import { parseJsonText } from '../definition/json-text.ts';
import type { Context } from './context.ts';
import { limitExceeded } from './errors.ts';
import { kindOf } from './resolvers.ts';
import type { ShownItem, ShownValue } from './scalars.ts';

export interface Computation {
  /** `Person.fullName` */
  readonly name: string;
  readonly field: ComputedField;
  /** Of one value of the field, or an item of its list. */
  readonly type: GraphQLLeafType;
  readonly run: () => unknown;
}

type Computed = ShownValue | null;

const LATE = Symbol('late');

/** At once, where the function answers no promise. */
export function computedValue(
  computation: Computation,
  context: Pick<Context, 'budget' | 'deadline'>,
): Computed | Promise<Computed> {
  let made: unknown;
  try {
    made = computation.run();
  } catch (error) {
    throw failure(computation, error);
  }
  if (isPromise(made)) return laterValue(computation, made, context);
  return shownValueOf(computation, made, context);
}

async function laterValue(
  computation: Computation,
  promise: PromiseLike<unknown>,
  context: Pick<Context, 'budget' | 'deadline'>,
): Promise<Computed> {
  let made: unknown;
  try {
    made = await settledInTime(promise, RESOLVER_MILLISECONDS_MAX);
  } catch (error) {
    throw failure(computation, error);
  } finally {
    context.deadline.resume();
  }
  if (made !== LATE) return shownValueOf(computation, made, context);
  throw limitExceeded({
    limit: 'RESOLVER_MILLISECONDS_MAX',
    what: `the milliseconds of ${computation.name}`,
    max: RESOLVER_MILLISECONDS_MAX,
    actual: RESOLVER_MILLISECONDS_MAX + 1,
  });
}

/** Answers `LATE` after that time; what the promise still comes to is nobody's then. */
function settledInTime(promise: PromiseLike<unknown>, milliseconds: number): Promise<unknown> {
  const { promise: settled, resolve, reject } = Promise.withResolvers<unknown>();
  const timer = setTimeout(resolve, milliseconds, LATE);
  promise.then(resolve, reject);
  return settled.finally(() => clearTimeout(timer));
}

function shownValueOf(
  computation: Computation,
  made: unknown,
  { budget }: Pick<Context, 'budget'>,
): Computed {
  const { field } = computation;
  if (made === null || made === undefined) {
    if (field.required) throw otherValue(computation, made);
    return null;
  }
  if (!field.isList) return budget.show(shownItemOf(computation, made));
  if (!Array.isArray(made)) throw otherValue(computation, made);
  return budget.answer(made).map((item) => budget.show(shownItemOf(computation, item)));
}

/** By the parser of the API's type, which takes what a caller could give as well. */
function shownItemOf(computation: Computation, made: unknown): ShownItem {
  const { field, type } = computation;
  if (made === null || made === undefined) throw otherValue(computation, made);
  let item: unknown;
  try {
    item = type.parseValue(plainForm(field.scalar, made));
  } catch (error) {
    throw otherValue(computation, made, error);
  }
  const isWhole = typeof item !== 'string' || item.isWellFormed();
  if (!isWhole) throw otherValue(computation, made);
  // The parser gives what the scalar is shown as, but of JSON the text that would be stored.
  return (field.scalar === Scalar.JSON ? parseJsonText(String(item)) : item) as ShownItem;
}

/** Values that JavaScript has an own form for, as callers write them. */
function plainForm(scalar: Scalar, made: unknown): unknown {
  if (scalar === Scalar.BigInt && typeof made === 'bigint') return String(made);
  if (scalar === Scalar.DateTime && made instanceof Date) return made.toISOString();
  if (scalar === Scalar.Bytes && made instanceof Uint8Array) return made.toBase64();
  return made;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

/** A bug of the function, so that its text reaches no caller, whatever kind of error it is. */
function failure({ name }: Computation, cause: unknown): Error {
  return new Error(`resolver of ${name} expected to answer, got an error`, { cause });
}

function otherValue({ name, field }: Computation, made: unknown, cause?: unknown): Error {
  const expected = `${typeTextOf(field)}${field.required ? '!' : ''}`;
  return new Error(`resolver of ${name} expected ${expected}, got ${kindOf(made)}`, { cause });
}
