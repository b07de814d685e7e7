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
    return this.#best((left, right) => compareValues(left, right) < 0);
  }

  get greatest(): Value {
    return this.#best((left, right) => compareValues(left, right) > 0);
  }

  /** Of the texts: by how many code points they have, and of several the least. */
  get shortest(): Value {
    return this.#bestText((left, right) => left - right);
  }

  get longest(): Value {
    return this.#bestText((left, right) => right - left);
  }

  /** An integer where all numbers are such; throws LIMIT_EXCEEDED beyond 64 bits. */
  get sum(): bigint | number | null {
    const numbers = this.#numbers;
    if (numbers.length === 0) return null;
    const integers = numbers.filter((number) => typeof number === 'bigint');
    if (integers.length === numbers.length) return totalOf(integers);
    return exactSum(numbers);
  }

  get average(): number | null {
    const numbers = this.#numbers;
    return numbers.length === 0 ? null : exactSum(numbers) / numbers.length;
  }

  get #numbers(): readonly (bigint | number)[] {
    return this.#values.filter((value) => typeof value === 'bigint' || typeof value === 'number');
  }

  #bestText(byLength: (left: number, right: number) => number): string | null {
    const texts = this.#values.filter((value) => typeof value === 'string');
    const measured = texts.map((text) => ({ text, length: [...text].length }));
    measured.sort(
      (left, right) => byLength(left.length, right.length) || compareText(left.text, right.text),
    );
    return measured[0]?.text ?? null;
  }

  /** The first that no other is better than; the two zeros are one. */
  #best(isBetter: (left: Value, right: Value) => boolean): Value {
    let best: Value = null;
    for (const value of this.#values) if (best === null || isBetter(value, best)) best = value;
    return best === 0 ? 0 : best;
  }
}

function totalOf(integers: readonly bigint[]): bigint {
  const sum = integers.reduce((total, integer) => total + integer, 0n);
  if (BigInt.asIntN(INT64_BITS, sum) === sum) return sum;
  throw new DatabaseError(
    ErrorCode.LIMIT_EXCEEDED,
    `a sum expected an integer of ${INT64_BITS} bits, got ${sum}`,
  );
}
