/** What was to be verified is not what it says: exit code 3. The command has printed why. */
export class VerificationFailed extends Error {
  constructor() {
    super('verification failed');
    this.name = 'VerificationFailed';
  }
}
