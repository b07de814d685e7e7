/**
 * A question about permissions that is not granted: exit code 1 where it is denied, 2 where it has
 * no answer. The command has printed it.
 */
export class NotGranted extends Error {
  readonly verdict: 'denied' | 'failed';

  constructor(verdict: 'denied' | 'failed') {
    super(`not granted: ${verdict}`);
    this.name = 'NotGranted';
    this.verdict = verdict;
  }
}
