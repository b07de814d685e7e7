/** A check of a simulation has failed: exit code 1. The command has printed which. */
export class CheckFailed extends Error {
  constructor() {
    super('a check failed');
    this.name = 'CheckFailed';
  }
}
