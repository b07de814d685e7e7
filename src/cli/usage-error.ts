/** A command that was called in a way it cannot be: exit code 2. */
export class UsageError extends Error {
  /** What to try instead. */
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.name = 'UsageError';
    this.advice = advice;
  }
}
