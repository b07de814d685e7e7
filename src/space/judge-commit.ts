/** Whether a commit belongs here, follows what is here, and comes from one who may write. */

import type { AuthorityChain } from '../authority/chain.ts';
import { sameBytes, toHex } from '../base/bytes.ts';
import { CLOCK_AHEAD_MILLISECONDS_MAX } from '../base/limits.ts';
import { clockMilliseconds } from '../delta/clock.ts';
import type { VerifiedCommit } from '../delta/commit.ts';
import type { CommitHeader } from '../delta/header.ts';
import { PayloadLayout } from '../delta/payload-reader.ts';
import { commitError, Reason } from '../delta/reason.ts';
import type { FrontierTrial } from './frontier-trial.ts';

/**
 * Throws the reason why it may not stand behind what `trial` knows; `expectPlace` throws where it
 * does not follow its author's last commit.
 */
export function judgeCommit(
  header: CommitHeader,
  chain: AuthorityChain,
  trial: FrontierTrial,
  expectPlace: (header: CommitHeader) => void = (each) => trial.expectNext(each),
): void {
  if (!sameBytes(header.space, chain.space)) {
    const expected = `space ${toHex(chain.space)}`;
    throw commitError(Reason.SPACE_OTHER, { expected, actual: toHex(header.space) });
  }
  if (header.epoch !== 0) {
    throw commitError(Reason.EPOCH_UNKNOWN, { expected: 'epoch 0', actual: `${header.epoch}` });
  }
  judgeAuthor(header, chain);
  expectPlace(header);
  judgeClock(header, trial, chain.sealedClock);
}

/** Asked at arrival only: once taken, a commit stays, whatever this machine's clock says. */
export function expectNotAhead(clock: bigint, now: number): void {
  const ahead = clockMilliseconds(clock) - now;
  if (ahead <= CLOCK_AHEAD_MILLISECONDS_MAX) return;
  const expected = `a clock at most ${CLOCK_AHEAD_MILLISECONDS_MAX} ms ahead`;
  throw commitError(Reason.CLOCK_AHEAD, { expected, actual: `${ahead} ms` });
}

/** A replica that may read everything waits for the full form: it could not answer for less. */
export function expectWhole({ layout }: VerifiedCommit): void {
  if (layout !== PayloadLayout.PARTIAL) return;
  const message = { expected: 'the full form', actual: 'a partial one' };
  throw commitError(Reason.FORM_PARTIAL, message);
}

/** Height of the record that a commit cites; throws where it may not be cited here, or not yet. */
export function citedHeight(
  { authority }: Pick<CommitHeader, 'authority'>,
  chain: AuthorityChain,
): number {
  const height = chain.heightOf(authority);
  if (height === undefined) {
    const expected = 'an authority record that is here';
    throw commitError(Reason.AUTHORITY_UNKNOWN, { expected, actual: 'another' });
  }
  const { sealHeight } = chain;
  if (height >= sealHeight) return height;
  const expected = `an authority record from height ${sealHeight} on, that of the last seal`;
  throw commitError(Reason.AUTHORITY_BEHIND, { expected, actual: `one of height ${height}` });
}

function judgeAuthor(header: CommitHeader, chain: AuthorityChain): void {
  if (chain.isAuthor(header.author, citedHeight(header, chain))) return;
  const expected = 'an author certified as of the authority it cites';
  throw commitError(Reason.AUTHOR_UNCERTIFIED, { expected, actual: toHex(header.author) });
}

/** A commit's clock is above that of what it follows, all of which is here, and of all sealed. */
function judgeClock(header: CommitHeader, trial: FrontierTrial, sealedClock: bigint): void {
  const before = header.previous === undefined ? [] : [header.previous];
  const clocks = [...before, ...header.parents].map((parent) => {
    const clock = trial.clockOf(parent);
    if (clock !== undefined) return clock;
    const actual = `${toHex(parent)} that is not`;
    throw commitError(Reason.PARENT_UNKNOWN, { expected: 'its parents to be here', actual });
  });
  for (const clock of [...clocks, sealedClock]) {
    if (header.clock > clock) continue;
    const message = { expected: `a clock above ${clock}`, actual: `${header.clock}` };
    throw commitError(Reason.CLOCK_BEHIND, message);
  }
}
