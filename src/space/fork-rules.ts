/** When a second commit with a number of an author is taken: its author has forked then. */

import type { AuthorityChain } from '../authority/chain.ts';
import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { CommitHeader } from '../delta/header.ts';
import { commitError, Reason } from '../delta/reason.ts';
import type { FrontierTrial } from './frontier-trial.ts';

/** Whether a commit was refused for another one in its place. */
export function isForkError({ facts }: DatabaseError): boolean {
  return facts.reason === Reason.SEQUENCE_TAKEN || facts.reason === Reason.PREVIOUS_OTHER;
}

/** Throws unless a commit follows one of its author's, behind what is sealed. */
export function expectFork(
  header: CommitHeader,
  { seals }: AuthorityChain,
  trial: FrontierTrial,
): void {
  const { author, sequence, previous } = header;
  const sealed = seals.lastOf(toHex(author));
  if (sealed !== undefined && sequence <= sealed.sequence) {
    const expected = `a number above the sealed ${sealed.sequence}`;
    throw commitError(Reason.SEQUENCE_TAKEN, { expected, actual: `${sequence}` });
  }
  const isFirst = sequence === (sealed?.sequence ?? 0) + 1;
  if (isFirst && sealed !== undefined && !(previous && sameBytes(previous, sealed.hash))) {
    const expected = `to follow the commit ${sealed.sequence} of its author that is sealed`;
    throw commitError(Reason.PREVIOUS_OTHER, { expected, actual: 'one that follows another' });
  }
  trial.expectBranch(header);
}

/** Nothing that the own author signs has an effect before the next seal. */
export function authorForked(): DatabaseError {
  const message =
    'a transaction expected an author who signs each number once, got one who has signed a ' +
    'number twice: it writes again after the next seal';
  return new DatabaseError(ErrorCode.FORBIDDEN, message, { facts: { reason: 'author.forked' } });
}
