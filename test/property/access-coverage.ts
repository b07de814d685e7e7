/** What random questions about permissions came to: a verdict that is rare proves little. */

import type { Verdict } from '../reference/reference-access.ts';
import { STRANGER_ID } from './access-model.ts';

/** Of all checks, in percent, that must come to each verdict. */
const SHARES_MIN: Readonly<Record<Verdict, number>> = {
  granted: 8,
  denied: 20,
  undefined: 0.05,
  error: 1,
};
const CHECKS_MIN = 100;

export class AccessCoverage {
  readonly #verdicts: Record<Verdict, number> = { granted: 0, denied: 0, undefined: 0, error: 0 };
  /** Checks that brought grants along and were granted; lists with entries, and that failed. */
  #contextual = 0;
  /** Checks that grants of all of a type decided, and of these of an object that no grant names. */
  #ofAll = 0;
  #strangers = 0;
  #listed = 0;
  #failed = 0;
  #lists = 0;

  get checks(): number {
    return Object.values(this.#verdicts).reduce((sum, count) => sum + count, 0);
  }

  get questions(): number {
    return this.checks + this.#lists;
  }

  check(verdict: Verdict, isContextual: boolean): void {
    this.#verdicts[verdict] += 1;
    if (isContextual && verdict === 'granted') this.#contextual += 1;
  }

  ofAll(id: string): void {
    this.#ofAll += 1;
    if (id === STRANGER_ID) this.#strangers += 1;
  }

  list(answer: string): void {
    this.#lists += 1;
    if (answer === 'error') this.#failed += 1;
    else if (answer !== '[]') this.#listed += 1;
  }

  /** What came up too rarely. */
  rare(): string[] {
    if (this.checks < CHECKS_MIN) return [`${this.checks} checks are too few`];
    const shares = Object.entries(SHARES_MIN).filter(([verdict, share]) => {
      return this.#verdicts[verdict as Verdict] * 100 < this.checks * share;
    });
    const rare = shares.map(([verdict]) => `too few checks were ${verdict}`);
    if (this.#ofAll * 70 < this.checks) rare.push('too few grants of all of a type decided');
    if (this.#strangers * 1_500 < this.checks) rare.push('too few did for what no grant names');
    if (this.#contextual === 0) rare.push('no grant of a question was needed');
    if (this.#listed * 10 < this.#lists) rare.push('too few lists had entries');
    if (this.#failed === 0) rare.push('no list failed');
    return rare;
  }

  lines(): string[] {
    const verdicts = Object.entries(this.#verdicts).map(
      ([verdict, count]) => `${count} ${verdict}`,
    );
    return [
      `${this.checks} checks: ${verdicts.join(', ')}`,
      `${this.#ofAll} by grants of all of a type, ${this.#strangers} of what no grant names`,
      `${this.#lists} lists: ${this.#listed} with entries, ${this.#failed} failed`,
    ];
  }
}
