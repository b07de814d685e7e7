/**
 * Proposals that wait for a decision, with what members make of them. What has no proposal yet
 * waits, and decides nothing; of each member only so much is kept.
 */

import { toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import {
  EARLY_OPINIONS_MAX,
  OPEN_PROPOSAL_BYTES_MAX,
  OPEN_PROPOSALS_MAX,
} from '../base/quorum-limits.ts';
import { type CastVote, type Certificate, castVote } from '../quorum/certificate.ts';
import { evidenceOf } from '../quorum/evidence.ts';
import type { Heard } from '../quorum/tally.ts';
import { Verdict, type Vote } from '../quorum/vote.ts';
import type { Voters } from '../quorum/voters.ts';
import type { Proposal } from './proposal.ts';

/** By voter, in hex. */
type Opinions = Map<string, CastVote>;

export interface OpenProposal {
  readonly proposal: Proposal;
  readonly opinions: ReadonlyMap<string, CastVote>;
  /** That a quorum is for it, or against it, whatever else some of them have said. */
  readonly ready: Certificate | undefined;
}

interface Kept extends OpenProposal {
  readonly opinions: Opinions;
  ready: Certificate | undefined;
}

export class OpenProposals {
  readonly #open = new Map<string, Kept>();
  /** Of proposals that have not come, by their hash. */
  readonly #early = new Map<string, Opinions>();

  /** In the order of their hashes: what members see alike they look at alike. */
  get all(): readonly OpenProposal[] {
    const names = [...this.#open.keys()].sort();
    return names.map((name) => this.#open.get(name) as OpenProposal);
  }

  get(hash: Uint8Array): OpenProposal | undefined {
    return this.#open.get(toHex(hash));
  }

  /** Whether it is new. Throws LIMIT_EXCEEDED where too much of its proposer waits already. */
  add(proposal: Proposal): boolean {
    const name = toHex(proposal.hash);
    if (this.#open.has(name)) return false;
    this.#expectRoom(proposal);
    const opinions: Opinions = this.#early.get(name) ?? new Map();
    this.#open.set(name, { proposal, opinions, ready: undefined });
    this.#early.delete(name);
    return true;
  }

  /** Takes the opinion of a voter; the first one counts. */
  hear(vote: Vote, cast: CastVote): Heard {
    const name = toHex(vote.subject);
    const voter = toHex(cast.batch.voter);
    const opinions = this.#open.get(name)?.opinions ?? this.#earlyOf(name, voter);
    if (opinions === undefined) return { isNews: false, evidence: undefined };
    const before = opinions.get(voter);
    if (before !== undefined) return { isNews: false, evidence: evidenceOf(before, cast) };
    opinions.set(voter, cast);
    return { isNews: true, evidence: undefined };
  }

  /** Takes what proves that a quorum has one opinion; whether that is new. */
  learn(certificate: Certificate): boolean {
    const open = this.#open.get(toHex(certificate.vote.subject));
    if (open === undefined || open.ready !== undefined) return false;
    open.ready = certificate;
    return true;
  }

  close(hash: Uint8Array): void {
    const name = toHex(hash);
    this.#open.delete(name);
    this.#early.delete(name);
  }

  /** What members have said counts for their epoch alone. */
  forgetOpinions(): void {
    this.#early.clear();
    for (const open of this.#open.values()) {
      open.opinions.clear();
      open.ready = undefined;
    }
  }

  #earlyOf(name: string, voter: string): Opinions | undefined {
    const known = this.#early.get(name);
    if (known?.has(voter)) return known;
    let count = 0;
    for (const opinions of this.#early.values()) if (opinions.has(voter)) count += 1;
    if (count >= EARLY_OPINIONS_MAX) return undefined;
    const opinions = known ?? new Map();
    this.#early.set(name, opinions);
    return opinions;
  }

  #expectRoom({ body: { proposer }, bytes }: Proposal): void {
    const name = toHex(proposer);
    const all = [...this.#open.values()].map(({ proposal }) => proposal);
    const own = all.filter(({ body }) => toHex(body.proposer) === name);
    const sum = own.reduce((total, each) => total + each.bytes.length, bytes.length);
    const hasRoom = own.length < OPEN_PROPOSALS_MAX && sum <= OPEN_PROPOSAL_BYTES_MAX;
    if (hasRoom) return;
    throw new DatabaseError(
      ErrorCode.LIMIT_EXCEEDED,
      `open proposals of a member expected ${OPEN_PROPOSALS_MAX} at most, and ` +
        `${OPEN_PROPOSAL_BYTES_MAX} bytes, got ${own.length + 1} of ${sum}`,
    );
  }
}

/** What members say of a proposal, by weight. */
export interface Tendency {
  readonly approved: number;
  readonly refused: number;
  /** Of those who have said nothing yet. */
  readonly left: number;
}

export function tendencyOf({ opinions }: OpenProposal, voters: Voters): Tendency {
  let [approved, refused, said] = [0, 0, 0];
  for (const [voter, cast] of opinions) {
    const weight = voters.weightOf(voter);
    const { verdict } = castVote(cast);
    said += weight;
    if (verdict === Verdict.APPROVED) approved += weight;
    if (verdict === Verdict.REFUSED) refused += weight;
  }
  return { approved, refused, left: voters.weight - said };
}
