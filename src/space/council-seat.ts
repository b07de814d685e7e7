/**
 * A member's seat in the council of its space (src/proposal/council.ts). What the council says is
 * done here, in its order: kept, then sent, then written into the chain.
 */

import type { RecordContent } from '../authority/body.ts';
import type { AuthorityChain } from '../authority/chain.ts';
import { certifyRecord } from '../authority/record.ts';
import { fromHex, toHex } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { PROPOSAL_MILLISECONDS } from '../base/quorum-limits.ts';
import type { Random } from '../base/random.ts';
import { Council } from '../proposal/council.ts';
import type { Approved, CouncilMessage, CouncilTurn } from '../proposal/council-parts.ts';
import type { OpenProposal } from '../proposal/open-proposals.ts';
import { signProposal } from '../proposal/proposal.ts';
import type { Certificate } from '../quorum/certificate.ts';
import { Verdict, type VotingKey } from '../quorum/vote.ts';
import type { CommitPlaces } from './commit-places.ts';
import { SpaceChamber } from './council-chamber.ts';
import { writeBetweenSnapshots } from './record-turn.ts';
import type { Replica } from './replica.ts';
import type { Snapshots } from './snapshots.ts';
import type { Turns } from './turns.ts';

const NONCE_BYTES = 16;

/** Where a council keeps what it says. */
export interface CouncilStore {
  kept(): readonly CouncilMessage[];
  keep(messages: readonly CouncilMessage[]): Promise<void>;
}

/** What a member makes of a proposal by itself; undefined where a person is to say. */
export type OpinionOf = (proposal: OpenProposal) => Verdict | undefined;

/** An organisation that votes: with which key, and by what rules of its own. */
export interface Seated {
  readonly key: VotingKey;
  readonly opinionOf: OpinionOf;
  readonly store: CouncilStore;
}

export interface CouncilSeatParts {
  readonly chain: AuthorityChain;
  readonly replica: Replica;
  readonly places: Pick<CommitPlaces, 'numberOf'>;
  readonly turns: Turns;
  readonly snapshots: Pick<Snapshots, 'isBusy' | 'idle'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Undefined where the replica's organisation does not vote. */
  readonly seated: Seated | undefined;
  readonly note: (text: string) => void;
}

/** A turn, and what is due once all that was said until then is kept. */
interface Waiting extends CouncilTurn {
  readonly onKept?: () => void;
}

interface Asked {
  readonly resolve: () => void;
  readonly reject: (error: DatabaseError) => void;
}

export class CouncilSeat {
  readonly #parts: CouncilSeatParts;
  readonly #council: Council;
  readonly #listeners = new Set<(messages: readonly CouncilMessage[]) => void>();
  /** Those who wait for what became of their proposals, by its hash. */
  readonly #asked = new Map<string, Asked>();
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Why nothing more is said: what was said last may not be on disk. */
  #stopped: DatabaseError | undefined;

  constructor(parts: CouncilSeatParts) {
    this.#parts = parts;
    const { seated } = parts;
    const kept = seated?.store.kept() ?? [];
    this.#council = new Council({ chamber: new SpaceChamber(parts), key: seated?.key, kept });
  }

  /** Of the members that vote; undefined before the first one. */
  get epoch(): number | undefined {
    return this.#council.voters?.epoch;
  }

  isVoter(key: Uint8Array): boolean {
    return (this.#council.voters?.weightOf(toHex(key)) ?? 0) > 0;
  }

  /** Which decision is next. */
  get position(): number {
    return this.#council.position;
  }

  get open(): readonly OpenProposal[] {
    return this.#council.open;
  }

  /**
   * Tells what another member may lack that has come to this decision. Own votes are among it: it
   * goes when they are kept.
   */
  greet(position: number, tell: (messages: readonly CouncilMessage[]) => void): void {
    if (this.#stopped !== undefined) return;
    const decisions = this.#council.decisionsFrom(position);
    const told = decisions.map((certificate) => ({ kind: 'certificate', certificate }) as const);
    const messages = [...told, ...this.#council.greeting()];
    const turn = this.#council.follow(this.#parts.clock.now());
    this.#queue({ ...turn, onKept: () => tell(messages) });
  }

  /** Tells what this member says, from here on. */
  listen(listener: (messages: readonly CouncilMessage[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The chain has grown, or what a decision waits for has come; at the start all may have. */
  changed(): void {
    const isSitting = this.#stopped === undefined && this.#parts.chain.voters !== undefined;
    if (isSitting) this.#follow();
  }

  /**
   * Takes what another replica has said; answers whether that is new. Throws where no member says
   * it that keeps to the rules. A seat that is given up takes nothing.
   */
  receive(message: CouncilMessage): boolean {
    if (this.#stopped !== undefined || this.epoch === undefined) return false;
    const { keep, send } = this.#do((now) => this.#council.hear(message, now));
    return keep.length + send.length > 0;
  }

  /** Says what this organisation makes of an open proposal. */
  judge(hash: Uint8Array, verdict: Verdict): void {
    this.#do((now) => this.#council.judge(hash, verdict, now));
  }

  /**
   * Asks for a record, and is for it. Resolves when it is in force; rejects with FORBIDDEN where
   * members have refused it, CONFLICT where it has lapsed.
   */
  async ask(content: RecordContent, reason = ''): Promise<void> {
    const { seated, chain, clock, random } = this.#parts;
    const { voters } = chain;
    if (seated === undefined || voters === undefined) throw notSeated();
    const asked = { space: chain.space, epoch: voters.epoch, content, reason };
    const expiry = clock.now() + PROPOSAL_MILLISECONDS;
    const proposal = signProposal(
      { ...asked, expiry, nonce: random.bytes(NONCE_BYTES) },
      seated.key,
    );
    this.#do((now) => this.#council.propose(proposal, now));
    this.judge(proposal.hash, Verdict.APPROVED);
    await new Promise<void>((resolve, reject) => {
      this.#asked.set(toHex(proposal.hash), { resolve, reject });
    });
  }

  /** Says nothing more; who waits is told. */
  async close(): Promise<void> {
    this.#stop(new DatabaseError(ErrorCode.UNAVAILABLE, 'a council expected to sit, got its end'));
    await this.#running;
  }

  #follow(): void {
    this.#do((now) => this.#council.follow(now));
  }

  #do(act: (now: number) => CouncilTurn): CouncilTurn {
    if (this.#stopped !== undefined) throw this.#stopped;
    const turn = act(this.#parts.clock.now());
    this.#queue(turn);
    return turn;
  }

  #queue(turn: Waiting): void {
    this.#waiting.push(turn);
    this.#judgeOpen();
    this.#running ??= this.#drain();
  }

  /** What the organisation's own rules say of proposals. */
  #judgeOpen(): void {
    const { seated } = this.#parts;
    if (seated === undefined) return;
    const own = toHex(seated.key.publicKey);
    for (const open of this.#council.open) {
      const verdict = open.opinions.has(own) ? undefined : seated.opinionOf(open);
      if (verdict === undefined || !this.#council.isVoting) continue;
      this.#waiting.push(this.#council.judge(open.proposal.hash, verdict, this.#parts.clock.now()));
    }
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0 && this.#stopped === undefined) {
        const turns = this.#waiting.splice(0);
        await this.#carryOut(turns);
      }
    } catch (cause) {
      const message = 'a council expected to do what it says, got a failure: it says nothing more';
      this.#stop(new DatabaseError(ErrorCode.UNAVAILABLE, message, { cause }));
      this.#parts.note(`${message}: ${String(cause)}`);
    } finally {
      this.#running = undefined;
    }
  }

  /** Several turns at once, each thing in its order: one sync is enough for all of them. */
  async #carryOut(turns: readonly Waiting[]): Promise<void> {
    const keep = turns.flatMap((turn) => turn.keep);
    if (keep.length > 0) await this.#parts.seated?.store.keep(keep);
    const send = turns.flatMap((turn) => turn.send);
    if (send.length > 0) for (const listener of this.#listeners) listener(send);
    for (const { onKept } of turns) onKept?.();
    for (const { certificate } of turns.flatMap((turn) => turn.decided)) this.#tell(certificate);
    const { approved, wakeAt } = turns.at(-1) ?? {};
    this.#wakeAt(wakeAt);
    if (approved !== undefined) await this.#write(approved);
    this.#tellInForce();
  }

  async #write({ body, certificate }: Approved): Promise<void> {
    const { chain } = this.#parts;
    const record = certifyRecord(body, certificate);
    try {
      const isMissing = () => chain.heightOf(record.hash) === undefined;
      await writeBetweenSnapshots(this.#parts, () => (isMissing() ? record : undefined));
    } catch (error) {
      // What it waits for comes, and then it is written.
      if (error instanceof DatabaseError && error.code === ErrorCode.CONFLICT) return;
      throw error;
    }
  }

  /** Who has asked for what was not approved. */
  #tell({ vote: { verdict, subject } }: Certificate): void {
    const name = toHex(subject);
    const asked = this.#asked.get(name);
    if (verdict === Verdict.APPROVED || asked === undefined) return;
    this.#asked.delete(name);
    asked.reject(verdict === Verdict.REFUSED ? refusedByMembers() : lapsed());
  }

  #tellInForce(): void {
    for (const [name, { resolve }] of this.#asked) {
      if (!this.#parts.chain.hasDecided(fromHex(name))) continue;
      this.#asked.delete(name);
      resolve();
    }
  }

  #wakeAt(time: number | undefined): void {
    clearTimeout(this.#timer);
    if (time === undefined || this.#stopped !== undefined) return;
    const wait = Math.min(Math.max(0, time - this.#parts.clock.now()), WAIT_MILLISECONDS_MAX);
    this.#timer = setTimeout(() => void this.#do((now) => this.#council.wake(now)), wait);
    this.#timer.unref();
  }

  #stop(reason: DatabaseError): void {
    this.#stopped ??= reason;
    clearTimeout(this.#timer);
    for (const { reject } of this.#asked.values()) reject(reason);
    this.#asked.clear();
  }
}

/** Beyond it a timer of the system fires at once. */
const WAIT_MILLISECONDS_MAX = 2 ** 31 - 1;

function notSeated(): DatabaseError {
  return new DatabaseError(
    ErrorCode.FORBIDDEN,
    'a record expected a replica whose organisation votes, since members decide here, got another',
  );
}

function refusedByMembers(): DatabaseError {
  return new DatabaseError(
    ErrorCode.FORBIDDEN,
    'a proposal expected a quorum of the members for it, got one against it',
  );
}

function lapsed(): DatabaseError {
  return new DatabaseError(
    ErrorCode.CONFLICT,
    'a proposal expected a quorum of the members for it in time, got none: it may be asked again',
  );
}
