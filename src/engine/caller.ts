/** For whom the engine reads: who asks, and as of when. `src/access/caller.ts` makes one. */

/** What the condition of a grant came to: VERDICT_GRANTED, VERDICT_DENIED or VERDICT_FAILED. */
export type ConditionVerdict = number;

export interface Caller {
  /** An object of the permission model: `user:acme/anna`, or `user:*`, which is everybody. */
  readonly subject: { readonly type: string; readonly id: string };
  /** Of the authority chain. */
  readonly height: number;
  /** Whether grants may have conditions. */
  readonly hasConditions: boolean;
  /** Evaluates a condition by its name, with the context of a grant as it was written. */
  readonly verdictOf: (condition: string, context: string) => ConditionVerdict;
}
