/** What a check has found. */
export interface Verdict {
  readonly check: string;
  /** What was looked at. */
  readonly count: number;
  /** What is wrong, from the first on. */
  readonly problems: readonly string[];
}
