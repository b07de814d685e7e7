/**
 * How an operation was answered, for a caller who may know it: `extensions.explain` of the answer
 * (schema/graphql.md). Whether a plan was kept is not told: it would say what others have asked.
 */

import type { Plan } from '../engine/plan.ts';
import { planLines } from './plan-lines.ts';

export class OperationExplanation {
  readonly #started = performance.now();
  #cost: number | undefined;
  #plan: Plan | undefined;
  #rows: number | undefined;
  #reason: string | undefined;

  /** As it was counted beforehand. */
  costs(cost: number): void {
    this.#cost = cost;
  }

  /** A plan is about to run. */
  planned(plan: Plan): void {
    this.#plan = plan;
  }

  /** The plan has looked at so many rows. */
  looked(rows: number): void {
    this.#rows = rows;
  }

  /** Resolvers have to answer. */
  unplanned(reason: string): void {
    this.#reason = reason;
  }

  /**
   * Rows are those of the plan alone, which counts for a caller what it sees: what resolvers count
   * has bytes of the log in it, which hold what is hidden.
   */
  get extensions(): Record<string, unknown> {
    const isPlanned = this.#reason === undefined && this.#plan !== undefined;
    return {
      explain: {
        answeredBy: isPlanned ? 'PLAN' : 'RESOLVERS',
        ...(this.#reason !== undefined && { reason: this.#reason }),
        ...(this.#plan !== undefined && { plan: planLines(this.#plan) }),
        ...(this.#cost !== undefined && { cost: this.#cost }),
        ...(isPlanned && this.#rows !== undefined && { rows: this.#rows }),
        milliseconds: Number((performance.now() - this.#started).toFixed(3)),
      },
    };
  }
}
