/** What a member would decide on an open proposal (schema/quorum.md, QC36). */

import { DatabaseError } from '../base/errors.ts';
import { type Certificate, castVote, makeCertificate } from '../quorum/certificate.ts';
import { Verdict, type Vote } from '../quorum/vote.ts';
import type { Outcome } from '../quorum/vote-value.ts';
import type { Voters } from '../quorum/voters.ts';
import type { Placed } from './council-parts.ts';
import { type OpenProposal, tendencyOf } from './open-proposals.ts';

/** What it prefers first; nothing where it waits. */
export function outcomesOf(
  open: OpenProposal,
  placed: Placed | DatabaseError | 'waits',
  { voters, now }: { readonly voters: Voters; readonly now: number },
): readonly Outcome[] {
  const { hash, body } = open.proposal;
  const lapsed = { verdict: Verdict.LAPSED, subject: hash };
  // What went before has left no place for it.
  if (placed instanceof DatabaseError) return [lapsed];
  const verdict = open.ready?.vote.verdict;
  const outcomes: Outcome[] = [];
  if (verdict === Verdict.REFUSED) outcomes.push({ verdict, subject: hash });
  if (verdict === Verdict.APPROVED && placed !== 'waits') {
    outcomes.push({ verdict, subject: placed.hash });
  }
  const { approved, refused, left } = tendencyOf(open, voters);
  const isOpen = Math.max(approved, refused) + left >= voters.quorum;
  const mayLapse = now >= body.expiry || (verdict === undefined && !isOpen);
  return mayLapse ? [...outcomes, lapsed] : outcomes;
}

/** What proves that a quorum has one opinion, where enough of them have come. */
export function readinessOf(
  open: OpenProposal,
  voters: Voters,
  said: (verdict: Verdict) => Vote,
): Certificate | undefined {
  const { approved, refused } = tendencyOf(open, voters);
  if (Math.max(approved, refused) < voters.quorum) return undefined;
  const verdict = approved > refused ? Verdict.APPROVED : Verdict.REFUSED;
  const cast = [...open.opinions.values()].filter((each) => castVote(each).verdict === verdict);
  return makeCertificate(said(verdict), cast);
}
