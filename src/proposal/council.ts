/**
 * A member's part in all that a space decides, one decision after the other (schema/quorum.md,
 * QC31 to QC37). A function of what it hears, of the chain, and of the time that it is told; what
 * it says is on disk before it leaves, and from there it begins again after a stop.
 *
 *     proposal ── opinions of members ── a quorum of them ── rounds (decision.ts) ── certificate
 *
 * A decision takes its place in the chain, and the next one follows on that.
 */

import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { BATCH_VOTES_MAX } from '../base/quorum-limits.ts';
import { type CastVote, type Certificate, expectQuorum } from '../quorum/certificate.ts';
import { Decision, type DecisionTurn } from '../quorum/decision.ts';
import { SPACE_KEY } from '../quorum/space-key.ts';
import type { Heard } from '../quorum/tally.ts';
import {
  Phase,
  signVotes,
  Verdict,
  type Vote,
  type VoteBatch,
  type VotingKey,
} from '../quorum/vote.ts';
import type { Voters } from '../quorum/voters.ts';
import type {
  Approved,
  Chamber,
  CouncilMessage,
  CouncilParts,
  CouncilTurn,
  Placed,
} from './council-parts.ts';
import { LaterDecisions } from './later-decisions.ts';
import { type OpenProposal, OpenProposals } from './open-proposals.ts';
import { outcomesOf, readinessOf } from './outcomes.ts';
import type { Proposal } from './proposal.ts';
import { Said } from './said.ts';
import { emptyTurn, keepAndSend, type TurnDraft } from './turn-draft.ts';

const NO_SUBJECT = new Uint8Array(32);

export class Council {
  readonly #chamber: Chamber;
  readonly #key: VotingKey | undefined;
  readonly #open = new OpenProposals();
  /** Hashes of proposals that were refused, or have lapsed. */
  readonly #closed = new Set<string>();
  /** Decisions from the first on, as certificates. */
  readonly #certificates: Certificate[] = [];
  readonly #said = new Said();
  /** Of the next decision; undefined where nobody votes. */
  #decision: Decision | undefined;
  #roundWakeAt: number | undefined;
  /** The latest round of the decision in which others were shown what this member has heard. */
  #provenRound = 0;
  readonly #later = new LaterDecisions();
  /** Of the opinions that are here. */
  #epoch: number | undefined;

  constructor({ chamber, key, kept }: CouncilParts) {
    this.#chamber = chamber;
    this.#key = key;
    for (const message of kept) this.#recall(message);
    this.#begin();
    for (const batch of this.#said.batches) this.#take(batch, 0, emptyTurn());
  }

  /** Which decision is next. */
  get position(): number {
    return this.#certificates.length + 1;
  }

  get voters(): Voters | undefined {
    return this.#chamber.votersAt(this.position);
  }

  /** Whether this member votes on the next decision. */
  get isVoting(): boolean {
    const { voters } = this;
    return voters !== undefined && this.#isVoter(voters);
  }

  get open(): readonly OpenProposal[] {
    return this.#open.all;
  }

  /** Certificates of decisions from one on, which the other side may lack. */
  decisionsFrom(position: number): readonly Certificate[] {
    return this.#certificates.slice(position - 1);
  }

  /** What a member that has just come may lack of what is open. */
  greeting(): readonly CouncilMessage[] {
    const all = this.#open.all;
    const proposals = all.map(({ proposal }) => ({ kind: 'proposal', proposal }) as const);
    const opinions = this.#open.all.flatMap(({ opinions: each }) => [...each.values()]);
    const batches = new Set([...opinions.map(({ batch }) => batch), ...this.#said.batches]);
    const votes = [...batches].map((batch) => ({ kind: 'votes', batch }) as const);
    return [...proposals, ...votes, ...this.#proofs()];
  }

  /** What shows others where they are to go, though they have not heard all votes. */
  #proofs(): CouncilMessage[] {
    const ready = this.#open.all.map((open) => open.ready);
    const proofs = [...ready, this.#decision?.polka].filter((proof) => proof !== undefined);
    return proofs.map((certificate) => ({ kind: 'certificate', certificate }));
  }

  /** Takes an own proposal, or one of another member; throws where it is none that may be. */
  propose(proposal: Proposal, now: number): CouncilTurn {
    const turn = emptyTurn();
    if (this.#addProposal(proposal)) keepAndSend(turn, { kind: 'proposal', proposal });
    return this.#end(turn, now);
  }

  /** What this member makes of an open proposal; once, whatever it says later. */
  judge(hash: Uint8Array, verdict: Verdict, now: number): CouncilTurn {
    const turn = emptyTurn();
    const { voters } = this;
    const open = this.#open.get(hash);
    if (open === undefined) {
      const message = `a verdict expected an open proposal, got ${toHex(hash)}`;
      throw new DatabaseError(ErrorCode.NOT_FOUND, message);
    }
    if (voters === undefined || !this.#isVoter(voters)) {
      const message = 'a verdict expected a member that votes, got another replica';
      throw new DatabaseError(ErrorCode.FORBIDDEN, message);
    }
    if (this.#said.verdictOf(hash) === undefined) {
      this.#cast([this.#opinion(hash, verdict, voters.epoch)], now, turn);
    }
    return this.#end(turn, now);
  }

  /**
   * Takes what another member has sent. Throws where it is wrong in a way that no member's is that
   * keeps to the rules.
   */
  hear(message: CouncilMessage, now: number): CouncilTurn {
    const turn = emptyTurn();
    switch (message.kind) {
      case 'proposal':
        if (this.#hasRoomFor(message.proposal)) keepAndSend(turn, message);
        break;
      case 'votes':
        if (this.#take(message.batch, now, turn)) keepAndSend(turn, message);
        break;
      case 'certificate':
        this.#learn(message.certificate, now, turn);
    }
    return this.#end(turn, now);
  }

  wake(now: number): CouncilTurn {
    const turn = emptyTurn();
    const isRound = this.#roundWakeAt !== undefined && this.#roundWakeAt <= now;
    if (isRound && this.#decision) this.#act(this.#decision.wake(now), now, turn);
    return this.#end(turn, now);
  }

  /** The chain has grown. */
  follow(now: number): CouncilTurn {
    return this.#end(emptyTurn(), now);
  }

  /** Goes as far as it can, and says what is to be done. */
  #end(turn: TurnDraft, now: number): CouncilTurn {
    for (;;) {
      this.#begin();
      this.#followLater(now, turn);
      this.#offer(now, turn);
      const { decided } = this.#decision ?? {};
      if (decided === undefined) break;
      this.#settle(decided.certificate, turn);
      // What is approved stands in the chain before the next is decided.
      if (!this.#isSettled) break;
    }
    const expiries = this.#open.all.map(({ proposal }) => proposal.body.expiry);
    const times = [...expiries.filter((time) => time > now), this.#roundWakeAt ?? Infinity];
    const wakeAt = Math.min(...times);
    const approved = this.#approved();
    return { ...turn, approved, wakeAt: wakeAt === Infinity ? undefined : wakeAt };
  }

  /** Whether the chain holds what was approved last, so that the next decision may come. */
  get #isSettled(): boolean {
    const { verdict, subject } = this.#certificates.at(-1)?.vote ?? {};
    return verdict !== Verdict.APPROVED || this.#chamber.has(subject as Uint8Array);
  }

  /** What is to be written where the chain does not hold it yet, and its proposal has come. */
  #approved(): Approved | undefined {
    const certificate = this.#certificates.at(-1);
    if (certificate === undefined || this.#isSettled) return undefined;
    const body = this.#placedAs(certificate.vote.subject)?.body;
    return body && { certificate, body };
  }

  /** Begins the next decision, where the chain holds what was approved before. */
  #begin(): void {
    const { voters, position } = this;
    if (this.#decision !== undefined || voters === undefined || !this.#isSettled) return;
    this.#noteEpoch();
    this.#tidy(voters.epoch);
    this.#provenRound = 0;
    this.#decision = new Decision({
      voters,
      self: this.#isVoter(voters) ? this.#key?.publicKey : undefined,
      place: { space: this.#chamber.space, key: SPACE_KEY, position, previous: this.#previous },
      own: this.#said.votesAt(position),
    });
  }

  get #previous(): Uint8Array {
    return this.#certificates.at(-1)?.vote.subject ?? NO_SUBJECT;
  }

  #isVoter(voters: Voters): boolean {
    return this.#key !== undefined && voters.weightOf(toHex(this.#key.publicKey)) > 0;
  }

  /** Says what this member would decide now, unless the chain is ahead of what it knows. */
  #offer(now: number, turn: TurnDraft): void {
    const { voters } = this;
    const isBehind = this.#chamber.position >= this.position;
    if (this.#decision === undefined || voters === undefined || isBehind) return;
    this.#sayAgain(voters, now, turn);
    const outcomes = this.#open.all.flatMap((open) => {
      const { hash } = open.proposal;
      const said = (verdict: Verdict) => this.#opinion(hash, verdict, voters.epoch);
      const ready = open.ready ?? readinessOf(open, voters, said);
      if (ready !== undefined) this.#open.learn(ready);
      return outcomesOf(open, this.#chamber.place(open.proposal), { voters, now });
    });
    outcomes.sort((left, right) => left.verdict - right.verdict);
    this.#act(this.#decision.offer(outcomes, now), now, turn);
  }

  /** Opinions count for their epoch alone. */
  #sayAgain(voters: Voters, now: number, turn: TurnDraft): void {
    const { publicKey } = this.#key ?? {};
    if (publicKey === undefined || !this.#isVoter(voters)) return;
    const votes = this.#open.all.flatMap(({ proposal: { hash }, opinions }) => {
      const verdict = this.#said.verdictOf(hash);
      const isSaid = verdict === undefined || opinions.has(toHex(publicKey));
      return isSaid ? [] : [this.#opinion(hash, verdict, voters.epoch)];
    });
    for (let at = 0; at < votes.length; at += BATCH_VOTES_MAX) {
      this.#cast(votes.slice(at, at + BATCH_VOTES_MAX), now, turn);
    }
  }

  #opinion(subject: Uint8Array, verdict: Verdict, epoch: number): Vote {
    const { space } = this.#chamber;
    const place = { space, key: SPACE_KEY, position: 1, previous: NO_SUBJECT };
    return { phase: Phase.OPINION, verdict, round: 0, epoch, ...place, subject };
  }

  /** Signs what a decision says to vote, and hears it as others do. */
  #act({ votes, wakeAt }: DecisionTurn, now: number, turn: TurnDraft): void {
    this.#roundWakeAt = wakeAt;
    // Whoever is of another mind in a round may not have heard what this member has.
    const round = this.#decision?.round ?? 0;
    if (round > this.#provenRound) turn.send.push(...this.#proofs());
    this.#provenRound = round;
    if (votes.length > 0) this.#cast(votes, now, turn);
  }

  #cast(votes: readonly Vote[], now: number, turn: TurnDraft): void {
    if (this.#key === undefined) return;
    const batch = signVotes(votes, this.#key);
    this.#said.keep(batch);
    keepAndSend(turn, { kind: 'votes', batch });
    this.#take(batch, now, turn);
  }

  /** Whether the votes say something new. */
  #take(batch: VoteBatch, now: number, turn: TurnDraft): boolean {
    // All of it before any of it: what this member says to one vote is not to be lost with another.
    for (const vote of batch.votes) this.#expectPlace(vote);
    let isNews = false;
    for (const [index, vote] of batch.votes.entries()) {
      const cast = { batch, index };
      const isOpinion = vote.phase === Phase.OPINION;
      const heard = isOpinion
        ? this.#hearOpinion(vote, cast)
        : this.#hearRound(vote, cast, now, turn);
      isNews ||= heard.isNews;
      if (heard.evidence !== undefined) turn.evidence.push(heard.evidence);
    }
    return isNews;
  }

  #expectPlace(vote: Vote): void {
    const { space } = this.#chamber;
    const isHere = sameBytes(vote.space, space) && sameBytes(vote.key, SPACE_KEY);
    if (!isHere) throw refused('votes of this space on its key', 'others');
    if (this.#isNow(vote)) this.#decision?.expectPlace(vote);
  }

  /** Whether a vote is of a round of the next decision. */
  #isNow({ phase, position, epoch }: Vote): boolean {
    const isRound = phase === Phase.PREVOTE || phase === Phase.PRECOMMIT;
    return isRound && position === this.position && epoch === this.voters?.epoch;
  }

  #hearOpinion(vote: Vote, cast: CastVote): Heard {
    const { voters } = this;
    const isVoter = (voters?.weightOf(toHex(cast.batch.voter)) ?? 0) > 0;
    const isHere = isVoter && vote.epoch === voters?.epoch && !this.#isClosed(vote.subject);
    return isHere ? this.#open.hear(vote, cast) : { isNews: false, evidence: undefined };
  }

  #hearRound(vote: Vote, cast: CastVote, now: number, turn: TurnDraft): Heard {
    // Of one that is over, or that this member has not come to, a certificate will tell.
    if (!this.#isNow(vote) || this.#decision === undefined) {
      return { isNews: false, evidence: undefined };
    }
    const { evidence, isNews, ...next } = this.#decision.hear(cast, now);
    this.#act(next, now, turn);
    return { isNews, evidence };
  }

  #learn(certificate: Certificate, now: number, turn: TurnDraft): void {
    const { position, phase } = certificate.vote;
    this.#expectPlace(certificate.vote);
    if (phase === Phase.OPINION) return this.#learnOpinion(certificate, turn);
    if (position !== this.position || this.#decision === undefined) {
      return this.#later.keep(certificate, this.position, this.voters);
    }
    const { polka } = this.#decision;
    this.#act(this.#decision.learn(certificate, now), now, turn);
    const isNews = this.#decision.polka !== polka && this.#decision.polka === certificate;
    if (isNews) turn.send.push({ kind: 'certificate', certificate });
  }

  #followLater(now: number, turn: TurnDraft): void {
    const certificate = this.#decision && this.#later.take(this.position);
    if (certificate === undefined || !this.#isNow(certificate.vote)) return;
    this.#learn(certificate, now, turn);
  }

  #learnOpinion(certificate: Certificate, turn: TurnDraft): void {
    const { voters } = this;
    const { epoch, subject } = certificate.vote;
    const open = this.#open.get(subject);
    if (voters?.epoch !== epoch || open === undefined || open.ready !== undefined) return;
    expectQuorum(certificate, voters);
    if (this.#open.learn(certificate)) turn.send.push({ kind: 'certificate', certificate });
  }

  /** Keeps a decision. What is approved is open until the chain holds it. */
  #settle(certificate: Certificate, turn: TurnDraft): void {
    const { verdict, subject } = certificate.vote;
    const isApproved = verdict === Verdict.APPROVED;
    const found = isApproved ? this.#placedAs(subject) : this.#open.get(subject);
    turn.decided.push({ certificate, proposal: found?.proposal });
    keepAndSend(turn, { kind: 'certificate', certificate });
    this.#close(certificate);
  }

  #close(certificate: Certificate): void {
    const { verdict, subject } = certificate.vote;
    this.#certificates.push(certificate);
    this.#decision = undefined;
    this.#roundWakeAt = undefined;
    if (verdict === Verdict.APPROVED) return;
    this.#closed.add(toHex(subject));
    this.#open.close(subject);
  }

  /** What members have said counts for their epoch alone. */
  #noteEpoch(): void {
    const epoch = this.voters?.epoch;
    if (epoch === this.#epoch) return;
    if (this.#epoch !== undefined) this.#open.forgetOpinions();
    this.#epoch = epoch;
  }

  /** Lets go of what is over, once the chain holds what was decided before. */
  #tidy(epoch: number): void {
    for (const { proposal } of this.#open.all) {
      if (this.#chamber.hasDecided(proposal.hash)) this.#open.close(proposal.hash);
    }
    this.#said.tidy({ epoch, position: this.position }, (hash) => this.#isClosed(hash));
  }

  /** The open proposal that would be the record of this hash after the head. */
  #placedAs(record: Uint8Array): (Placed & { readonly proposal: Proposal }) | undefined {
    for (const { proposal } of this.#open.all) {
      const placed = this.#chamber.place(proposal);
      if (placed === 'waits' || placed instanceof DatabaseError) continue;
      if (sameBytes(placed.hash, record)) return { ...placed, proposal };
    }
    return undefined;
  }

  #isClosed(hash: Uint8Array): boolean {
    return this.#closed.has(toHex(hash)) || this.#chamber.hasDecided(hash);
  }

  /** Whoever hands it on may have had room for it, as it has come further. */
  #hasRoomFor(proposal: Proposal): boolean {
    try {
      return this.#addProposal(proposal);
    } catch (error) {
      const isFull = error instanceof DatabaseError && error.code === ErrorCode.LIMIT_EXCEEDED;
      if (isFull) return false;
      throw error;
    }
  }

  #addProposal(proposal: Proposal): boolean {
    const { space, epoch, proposer } = proposal.body;
    const isHere = toHex(space) === toHex(this.#chamber.space);
    if (!isHere) throw refused('one of this space', 'one of another');
    const { voters } = this;
    const isVoter = (voters?.weightOf(toHex(proposer)) ?? 0) > 0;
    if (isVoter) return !this.#isClosed(proposal.hash) && this.#open.add(proposal);
    // Who is not of the own epoch may be of another one.
    if (epoch !== voters?.epoch) return false;
    throw refused('a member that votes', toHex(proposer));
  }

  /** Takes what was kept, without saying anything. */
  #recall(message: CouncilMessage): void {
    this.#noteEpoch();
    switch (message.kind) {
      case 'proposal':
        if (!this.#isClosed(message.proposal.hash)) this.#open.add(message.proposal);
        return;
      case 'votes': {
        const { batch } = message;
        const isOwn = this.#key !== undefined && toHex(batch.voter) === toHex(this.#key.publicKey);
        if (isOwn) this.#said.keep(batch);
        else this.#take(batch, 0, emptyTurn());
        return;
      }
      case 'certificate':
        this.#close(message.certificate);
    }
  }
}

function refused(expected: string, actual: string): DatabaseError {
  const message = `a proposal expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.REFUSED, message);
}
