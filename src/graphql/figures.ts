/** Figures over the values of a field, as plans have them (schema/plan.md, E17 to E19). */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { exactSum } from '../base/exact-sum.ts';
import type { Value } from '../delta/value.ts';
import { compareText, compareValues } from '../delta/value-order.ts';

const INT64_BITS = 64;

/** Of the values that are there; nothing is worked out before it is asked for. */
export class Figures {
  readonly #values: readonly Value[];

  constructor(values: readonly Value[]) {
    this.#values = values.filter((value) => value !== null);
  }

  get count(): number {
    return this.#values.length;
  }

  get least(): Value {
    return oneZero(bestOf(this.#values, compareValues) ?? null);
  }

  get greatest(): Value {
    return oneZero(bestOf(this.#values, (left, right) => compareValues(right, left)) ?? null);
  }

  /** Of the texts: by how many code points they have, and of several the least. */
  get shortest(): Value {
    return (
      bestOf(this.#texts, (left, right) => left.length - right.length || byText(left, right))
        ?.text ?? null
    );
  }

  get longest(): Value {
    return (
      bestOf(this.#texts, (left, right) => right.length - left.length || byText(left, right))
        ?.text ?? null
    );
  }

  /** An integer where all numbers are such; throws LIMIT_EXCEEDED beyond 64 bits, or a Float. */
  get sum(): bigint | number | null {
    const numbers = this.#numbers;
    if (numbers.length === 0) return null;
    const integers = numbers.filter((number) => typeof number === 'bigint');
    if (integers.length === numbers.length) return totalOf(integers);
    return floatTotalOf(numbers);
  }

  get average(): number | null {
    const numbers = this.#numbers;
    return numbers.length === 0 ? null : floatTotalOf(numbers) / numbers.length;
  }

  get #numbers(): readonly (bigint | number)[] {
    return this.#values.filter((value) => typeof value === 'bigint' || typeof value === 'number');
  }

  get #texts(): readonly MeasuredText[] {
    const texts = this.#values.filter((value) => typeof value === 'string');
    return texts.map((text) => ({ text, length: [...text].length }));
  }
}

interface MeasuredText {
  readonly text: string;
  /** In code points. */
  readonly length: number;
}

function byText(left: MeasuredText, right: MeasuredText): number {
  return compareText(left.text, right.text);
}

function totalOf(integers: readonly bigint[]): bigint {
  const sum = integers.reduce((total, integer) => total + integer, 0n);
  if (BigInt.asIntN(INT64_BITS, sum) === sum) return sum;
  throw new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `a sum expected an integer of ${INT64_BITS} bits, got ${sum}`,
  );
}

function floatTotalOf(numbers: readonly (bigint | number)[]): number {
  const sum = exactSum(numbers);
  if (Number.isFinite(sum)) return sum;
  throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, `a sum expected a finite Float, got ${sum}`);
}

/** The first that no other comes before; undefined of none. */
function bestOf<T>(all: readonly T[], compare: (left: T, right: T) => number): T | undefined {
  let best: T | undefined;
  for (const each of all) if (best === undefined || compare(each, best) < 0) best = each;
  return best;
}

/** Both zeros are one. */
export function oneZero(value: Value): Value {
  return value === 0 ? 0 : value;
}
