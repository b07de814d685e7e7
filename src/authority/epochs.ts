/**
 * The epochs of a chain: who votes in each, and whether a record is decided by them. Before the
 * first one the owner signs every record; from there on members decide each.
 */

import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError } from '../base/errors.ts';
import { type Certificate, expectQuorum } from '../quorum/certificate.ts';
import { SPACE_KEY } from '../quorum/space-key.ts';
import { Phase, Verdict } from '../quorum/vote.ts';
import { Voters } from '../quorum/voters.ts';
import type { PlacedBody } from './body.ts';
import { type EpochBody, type EpochVoter, isAccepted } from './epoch-body.ts';
import type { AuthorityRecord } from './record.ts';
import { refused } from './refused.ts';

/** What an epoch is checked against. */
export interface Organisations {
  readonly space: Uint8Array;
  /** Root key of an organisation of the space; undefined of any other name. */
  rootKeyOf(organisation: string): Uint8Array | undefined;
  /** Whether a key has a use in the space already that is not to vote. */
  isUsed(key: Uint8Array): boolean;
}

export class Epochs {
  /** Each with the decision that it began with; the owner has begun the first. */
  readonly #all: { readonly position: number; readonly voters: Voters }[] = [];
  #current: ReadonlyMap<string, EpochVoter> = new Map();
  /** By key, in hex, whose it has been. */
  readonly #organisations = new Map<string, string>();
  /** Of which records have come, in hex. */
  readonly #proposals = new Set<string>();
  /** Of the last decision that made a record. */
  #position = 0;

  /** Who votes; undefined before the first epoch. */
  get voters(): Voters | undefined {
    return this.#all.at(-1)?.voters;
  }

  /** Who votes on a decision, from 1. */
  votersAt(position: number): Voters | undefined {
    return this.#all.findLast((epoch) => epoch.position < position)?.voters;
  }

  /** Whether a record came of a proposal. */
  hasDecided(proposal: Uint8Array): boolean {
    return this.#proposals.has(toHex(proposal));
  }

  /** Which decision the last record was; 0 before the first. */
  get position(): number {
    return this.#position;
  }

  /** Whether an organisation votes in the epoch. */
  isVoter(organisation: string): boolean {
    return this.#current.has(organisation);
  }

  /** Whether a key votes, or has voted. */
  isVotingKey(key: Uint8Array): boolean {
    return this.#organisations.has(toHex(key));
  }

  /** Throws REFUSED unless the voters of the epoch have decided this record, after the last one. */
  expectDecided({ proof, hash }: AuthorityRecord, body: PlacedBody): void {
    const { voters } = this;
    if (voters === undefined || proof.kind !== 'certificate') {
      throw refused('a certificate of the members that vote', `a ${body.kind} without one`);
    }
    const { vote } = proof.certificate;
    const isApproval = vote.phase === Phase.PRECOMMIT && vote.verdict === Verdict.APPROVED;
    if (!isApproval) throw refused('a certificate that approves it', 'one of other votes');
    if (!sameBytes(vote.subject, hash)) throw refused('a certificate of this record', 'another');
    const { space, proposal } = body;
    if (proposal === undefined) throw refused('a record of a proposal', 'one of none');
    if (this.hasDecided(proposal)) throw refused('a proposal that is open', 'one that was decided');
    if (!sameBytes(vote.space, space) || !sameBytes(vote.key, SPACE_KEY)) {
      throw refused('a decision of this space', 'another');
    }
    if (vote.position <= this.#position) {
      throw refused(`a decision after ${this.#position}`, `${vote.position}`);
    }
    expectCertified(proof.certificate, voters);
  }

  /** Throws REFUSED where no such epoch may follow. */
  check({ epoch, voters }: EpochBody, organisations: Organisations): void {
    const next = (this.voters?.epoch ?? 0) + 1;
    if (epoch !== next) throw refused(`epoch ${next}`, `${epoch}`);
    votersOf(epoch, voters);
    const names = new Set(voters.map(({ organisation }) => organisation));
    if (names.size < voters.length) throw refused('each organisation once', 'one twice');
    for (const voter of voters) this.#checkVoter(voter, organisations);
  }

  /** Takes a record that was checked. */
  accept({ body, proof }: AuthorityRecord): void {
    if (proof.kind === 'certificate') this.#position = proof.certificate.vote.position;
    const proposal = body.kind === 'genesis' ? undefined : body.proposal;
    if (proposal !== undefined) this.#proposals.add(toHex(proposal));
    if (body.kind !== 'epoch') return;
    this.#all.push({ position: this.#position, voters: votersOf(body.epoch, body.voters) });
    this.#current = new Map(body.voters.map((voter) => [voter.organisation, voter]));
    for (const { key, organisation } of body.voters) {
      this.#organisations.set(toHex(key), organisation);
    }
  }

  #checkVoter(voter: EpochVoter, organisations: Organisations): void {
    const { key, organisation, acceptance } = voter;
    const root = organisations.rootKeyOf(organisation);
    if (root === undefined) throw refused('organisations of the space', organisation);
    const before = this.#organisations.get(toHex(key)) ?? organisation;
    if (before !== organisation || organisations.isUsed(key)) {
      throw refused('a voting key that has no other use', 'one that has');
    }
    // Of one that votes already the key that has accepted may have been changed since.
    const current = this.#current.get(organisation);
    const isSame = current !== undefined && sameBytes(current.key, key);
    if (isSame && sameBytes(current.acceptance, acceptance)) return;
    const accepted = { space: organisations.space, organisation, key };
    if (!isAccepted(accepted, root, acceptance)) {
      throw refused(`an acceptance by ${organisation}`, 'one that fails');
    }
  }
}

function votersOf(epoch: number, voters: readonly EpochVoter[]): Voters {
  try {
    return new Voters(epoch, voters);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw refused('voters that an epoch may have', error.message);
  }
}

/** Certificates that were found to hold: a start asks of each more than once. */
const certified = new WeakMap<Certificate, Voters>();

function expectCertified(certificate: Certificate, voters: Voters): void {
  if (certified.get(certificate) === voters) return;
  expectQuorum(certificate, voters);
  certified.set(certificate, voters);
}
