/**
 * Rates of servers that answer the same, in windows that take turns: machines are faster and slower
 * for seconds, and all of them are to meet that.
 */

import { medianOf } from '../measure.ts';
import type { Contender, Question } from './contender.ts';

/** Of each contender the rates of its windows. */
export type Rates = ReadonlyMap<string, readonly number[]>;

export interface Entrant {
  readonly name: string;
  readonly contender: Contender;
  readonly questions: readonly Question[];
}

export interface Windows {
  readonly count: number;
  /** Windows that do not count, until the compilers have done their last. */
  readonly warmUp: number;
  readonly seconds: number;
  /** In the first window, of which nothing is known. */
  readonly firstRequests: number;
}

export async function measureInTurns(
  entrants: readonly Entrant[],
  { count, warmUp, seconds, firstRequests }: Windows,
): Promise<Rates> {
  const rates = new Map(entrants.map(({ name }): [string, number[]] => [name, []]));
  const requests = new Map<string, number>();
  for (let window = -warmUp; window < count; window++) {
    for (const { name, contender, questions } of entrants) {
      const rate = await contender.rate(questions, requests.get(name) ?? firstRequests);
      requests.set(name, Math.ceil(rate * seconds));
      if (window >= 0) rates.get(name)?.push(rate);
    }
  }
  return rates;
}

/** Of several processes of each. */
export function joined(generations: readonly Rates[]): Rates {
  const names = [...(generations[0] ?? new Map()).keys()];
  return new Map(names.map((name) => [name, generations.flatMap((rates) => ratesOf(rates, name))]));
}

/** Of medians. */
export function ratio(rates: Rates, one: string, other: string): number {
  return medianOf(ratesOf(rates, one)) / medianOf(ratesOf(rates, other));
}

export function ratesOf(rates: Rates, name: string): readonly number[] {
  const each = rates.get(name);
  if (each === undefined) throw new Error(`rates of ${name} were expected`);
  return each;
}
