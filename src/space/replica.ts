/**
 * The one door of a space: every commit and authority record, whoever made it, passes
 *
 *     decode ─ verify ─ judge ─ prepare ─ append (durable) ─ apply ─ publish
 *
 * in groups. Start-up sends the log through the same door without appending. Groups run one after
 * the other: the caller awaits one before it sends the next.
 */

import type { AuthorityChain } from '../authority/chain.ts';
import type { KeptCommits } from '../authority/narrowing.ts';
import { isNarrowing } from '../authority/permission-body.ts';
import type { PermissionChain } from '../authority/permission-chain.ts';
import type { AuthorityRecord } from '../authority/record.ts';
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { FaultPoint, type Faults } from '../base/fault.ts';
import { systemTurn, type Turn } from '../base/turn.ts';
import type { VerifiedCommit } from '../delta/commit.ts';
import { Reason } from '../delta/reason.ts';
import { flatten } from '../delta/withhold.ts';
import type { Engine, GroupCommit } from '../engine/engine.ts';
import { canResume } from '../log/append-failure.ts';
import { EntryKind, type Log, type NewEntry } from '../log/log.ts';
import type { Verdict } from './commit-intake.ts';
import { declareIndexes } from './declare-indexes.ts';
import { authorForked, expectFork, isForkError } from './fork-rules.ts';
import type { Forks } from './forks.ts';
import type { Frontier } from './frontier.ts';
import { FrontierTrial } from './frontier-trial.ts';
import type { GivenUp } from './given-up.ts';
import { expectNotAhead, expectWhole, judgeCommit } from './judge-commit.ts';
import type { Publish, Rebuild, Rebuilt, ReplicaParts } from './replica-parts.ts';
import { expectHeld, expectSealed, leavesBranchOut, sealedBy } from './sealing.ts';
import { type Masked, notAllowed, WriteJudge } from './write-judge.ts';

/** What became of commits, as far as it is decided. */
export type Verdicts = Map<VerifiedCommit, Verdict>;

export class Replica {
  readonly engine: Engine;
  readonly chain: AuthorityChain;
  readonly #ahead: AuthorityChain;
  readonly #permissions: PermissionChain;
  readonly #writes: WriteJudge;
  readonly #log: Pick<Log, 'length' | 'append'>;
  readonly #clock: Clock;
  readonly #publish: Publish;
  readonly #publishRecord: ReplicaParts['publishRecord'];
  readonly #rebuild: Rebuild;
  readonly #quiet: () => Promise<void>;
  readonly #publishForks: (() => void) | undefined;
  readonly #publishReplayed: ReplicaParts['publishReplayed'];
  readonly #hearMasked: ((masked: Masked) => void) | undefined;
  readonly #frontier: Frontier;
  readonly #givenUp: GivenUp;
  readonly #forks: Forks;
  readonly #numberOf: ReplicaParts['numberOf'];
  readonly #faults: Faults;
  /** Commits that were given up until the newest seal. */
  #givenUpBefore: number;
  readonly #turn: Turn;
  /** Of the group that is prepared. */
  #masked: Masked = new Map();

  constructor(parts: ReplicaParts) {
    this.engine = parts.engine;
    this.chain = parts.chain;
    this.#ahead = parts.ahead;
    this.#permissions = parts.permissions;
    this.#writes = new WriteJudge(parts);
    this.#log = parts.log;
    this.#clock = parts.clock;
    this.#publish = parts.publish;
    this.#publishRecord = parts.publishRecord;
    this.#rebuild = parts.rebuild;
    this.#quiet = parts.quiet ?? (async () => undefined);
    this.#publishForks = parts.publishForks;
    this.#publishReplayed = parts.publishReplayed;
    this.#hearMasked = parts.hearMasked;
    this.#frontier = parts.frontier;
    this.#givenUp = parts.givenUp;
    this.#forks = parts.forks;
    this.#numberOf = parts.numberOf;
    this.#givenUpBefore = parts.givenUp.count;
    this.#faults = parts.faults;
    this.#turn = parts.turn ?? systemTurn;
  }

  get frontier(): Frontier {
    return this.#frontier;
  }

  /**
   * Takes verified commits from outside, each by itself: a verdict for each, which is the same as
   * if it had come alone, after those before it. A refusal changes nothing and holds up no other.
   * Of two with one number of an author the second is taken where `takesFork` says so. Throws only
   * when the log cannot append; `verdicts` then holds those that were given before.
   */
  async receive(
    commits: readonly VerifiedCommit[],
    verdicts: Verdicts,
    takesFork: TakesFork = () => false,
  ): Promise<void> {
    let waiting = commits;
    while (waiting.length > 0) {
      const judged = this.#judgeMost(waiting, verdicts, takesFork);
      const prepared = this.#prepareMost(judged, verdicts);
      if (prepared.length > 0) {
        await this.#commit(prepared);
        this.#tellApplied(prepared, verdicts);
      }
      waiting = waiting.filter((commit) => !verdicts.has(commit));
      if (judged.length > 0 || waiting.length === 0) continue;
      const forks = this.#findForks(waiting, verdicts, takesFork);
      if (forks.length > 0) {
        await this.#takeForks(forks);
        this.#tellApplied(forks, verdicts);
      }
      waiting = waiting.filter((commit) => !verdicts.has(commit));
    }
  }

  /** Of the last ones of the log. */
  #tellApplied(commits: readonly VerifiedCommit[], verdicts: Verdicts): void {
    const first = this.#log.length - commits.length + 1;
    for (const [index, commit] of commits.entries()) {
      const masked = this.#masked.get(commit);
      const effect = masked === undefined ? {} : { masked };
      verdicts.set(commit, { kind: 'applied', position: first + index, ...effect });
    }
  }

  /** Commits with a number that is taken, which the engine takes; others of them are refused. */
  #findForks(
    commits: readonly VerifiedCommit[],
    verdicts: Verdicts,
    takesFork: TakesFork,
  ): VerifiedCommit[] {
    const trial = this.#trial();
    // What stands behind one that is still to be judged is not refused: it may build on that.
    let isBehind = false;
    return commits.filter((commit) => {
      const { header, hash } = commit;
      if (trial.holds(hash)) return false;
      const why = caught(() => judgeCommit(header, this.chain, trial));
      if (why === undefined || !isForkError(why) || !takesFork(commit)) {
        isBehind = true;
        return false;
      }
      const error = caught(() => {
        judgeCommit(header, this.chain, trial, () => expectFork(header, this.chain, trial));
        this.engine.prepare([this.#groupCommit(commit)]);
      });
      if (error === undefined) trial.add(hash, header);
      else if (!isBehind) verdicts.set(commit, { kind: 'refused', error });
      return error === undefined;
    });
  }

  /**
   * Takes commits by which their authors fork: the state is made again as if that had been known
   * when what they had signed came.
   */
  async #takeForks(commits: readonly VerifiedCommit[]): Promise<void> {
    await this.#quiet();
    const rebuilt = await this.#rebuild({ commits });
    rebuilt.engine.prepare(commits.map(plainCommit));
    await this.#append(commits.map(newEntry));
    // Whoever reads in this turn of the event loop may still hold rows.
    await this.#turn();
    this.#adopt(rebuilt, this.chain.length);
    this.#publishForks?.();
    const error = caught(() => this.#prepare(commits));
    if (error !== undefined) throw new Error('what was prepared once is refused', { cause: error });
    this.#applyNewest(commits);
  }

  /**
   * Takes a commit that this replica signed itself, or throws why not and changes nothing. Answers
   * its position in the log.
   */
  async write(commit: VerifiedCommit): Promise<number> {
    this.#stage([commit]);
    if (this.#forks.masks(commit.header, this.#ahead)) throw authorForked();
    if (this.#masked.size > 0) throw notAllowed();
    await this.#commit([commit]);
    return this.#log.length;
  }

  /**
   * Appends and applies an authority record. One that cannot be applied is refused before. No
   * snapshot runs where it is a seal, or leaves out commits that are here: the state is made again
   * then, without what the record masks, or does not seal.
   */
  async writeRecord(record: AuthorityRecord): Promise<void> {
    const { body } = record;
    this.#ahead.check(record);
    this.#ahead.ensure(record);
    if (body.kind === 'seal') expectHeld(body, this.#frontier, this.#numberOf);
    const rebuilt = this.leavesOut(record) ? await this.#rebuild({ record }) : undefined;
    if (body.kind === 'seal') {
      expectSealed(body, rebuilt?.frontier ?? this.#frontier, this.chain);
      (rebuilt?.engine ?? this.engine).ensureCompaction();
    }
    await this.#append([{ kind: EntryKind.AUTHORITY, hash: record.hash, bytes: record.bytes }]);
    // Whoever reads in this turn of the event loop may still hold rows.
    const changesRows = body.kind === 'seal' || rebuilt !== undefined;
    if (changesRows) await this.#turn();
    if (rebuilt !== undefined) this.#adopt(rebuilt, this.chain.length + 1);
    this.acceptRecord(record);
  }

  /**
   * Whether a record narrows rights and does not keep every commit that is here, or is a seal that
   * does not cover them all.
   */
  leavesOut({ body }: AuthorityRecord): boolean {
    if (body.kind === 'seal') {
      const isMore = this.#holdsMoreThan(sealedBy(body, this.#ahead));
      return isMore || leavesBranchOut(body, this.#frontier);
    }
    if (!isNarrowing(body)) return false;
    return this.#holdsMoreThan(this.#ahead.keptBy(body.frontier));
  }

  /** The same of a narrowing record that the chain has, and no commit behind it is here. */
  #hasLeftOut({ body }: AuthorityRecord): boolean {
    if (!isNarrowing(body)) return false;
    const narrowing = this.#ahead.narrowings.firstAbove(body.height - 1);
    return narrowing !== undefined && this.#holdsMoreThan(narrowing.kept);
  }

  #holdsMoreThan(kept: KeptCommits): boolean {
    return this.#frontier.authors.some(
      ({ author, sequence }) => sequence > (kept.get(author) ?? 0),
    );
  }

  acceptRecord(record: AuthorityRecord): void {
    const { body } = record;
    if (body.kind === 'seal') expectSealed(body, this.#frontier, this.chain);
    this.chain.accept(record);
    if (this.#ahead.length < this.chain.length) this.#ahead.accept(record);
    if (body.kind === 'definition') this.declareIndexes();
    if (body.kind === 'seal') this.#seal(body.height);
    const hasGivenUp = body.kind === 'seal' && this.#givenUp.count > this.#givenUpBefore;
    if (body.kind === 'seal') this.#givenUpBefore = this.#givenUp.count;
    this.#publishRecord(record, () => hasGivenUp || this.#hasLeftOut(record));
  }

  #seal(height: number): void {
    this.engine.compact();
    this.#frontier.seal();
    this.#forks.seal(height, this.#log.length);
  }

  /** The image of an engine that holds so many records. */
  #adopt({ engine, frontier, givenUp, forks }: Rebuilt, records: number): void {
    this.engine.adopt(engine);
    this.#frontier.adopt(frontier);
    this.#givenUp.adopt(givenUp);
    this.#forks.adopt(forks);
    this.#permissions.holdBelow(records);
  }

  /**
   * Whether a commit of the log, at a position behind all that were asked about, has no effect,
   * since a seal has left it out; it is counted as such.
   */
  givesUp({ header }: VerifiedCommit, position: number): boolean {
    const isLeftOut = this.#ahead.leavesOut(header) || this.#forks.leavesOut(position);
    if (!isLeftOut) return false;
    this.#givenUp.add(position, header.author);
    return true;
  }

  /**
   * Applies commits of the log again, in their order, and answers those that wait: for the type
   * of a node that a later one tells, which no record asked for when they came; or, where some
   * wait already, for one of these.
   */
  replay(commits: readonly VerifiedCommit[], isWaited: boolean): readonly VerifiedCommit[] {
    const error = caught(() => this.#stage(commits));
    if (error === undefined) {
      const changeCount = this.#applyPrepared(commits);
      this.#publishReplayed?.(commits, changeCount);
      return [];
    }
    const isWaiting = isWaited && error.code === ErrorCode.CONFLICT;
    if (!isWaiting && error.facts.reason !== Reason.NODE_UNKNOWN) throw error;
    if (commits.length === 1) return commits;
    const waiting: VerifiedCommit[] = [];
    for (const commit of commits) {
      waiting.push(...this.replay([commit], isWaited || waiting.length > 0));
    }
    return waiting;
  }

  declareIndexes(): void {
    declareIndexes(this.engine, this.chain.definition);
  }

  /** Whether a commit was applied. */
  knows(hash: Uint8Array): boolean {
    return this.engine.clockOf(hash) !== undefined;
  }

  /** Judges and prepares; throws and leaves everything as it was when a commit does not pass. */
  #stage(commits: readonly VerifiedCommit[]): void {
    const trial = this.#trial();
    for (const commit of commits) {
      judgeCommit(commit.header, this.chain, trial);
      trial.add(commit.hash, commit.header);
    }
    this.#prepare(commits);
  }

  /**
   * Checks bytes, reserves memory and finds out what is masked; throws for the first that fails.
   */
  #prepare(commits: readonly VerifiedCommit[]): void {
    this.engine.prepare(commits.map((commit) => this.#groupCommit(commit)));
    this.#masked = this.#writes.judge(commits);
  }

  /**
   * Judges commits one after the other and answers those that pass. The first that would be refused
   * for what others of the group say ends it, since the engine may refuse these yet; so does none
   * that stands in the group twice: whether it is known is decided after the first.
   */
  #judgeMost(
    commits: readonly VerifiedCommit[],
    verdicts: Verdicts,
    takesFork: TakesFork,
  ): VerifiedCommit[] {
    const trial = this.#trial();
    const passed: VerifiedCommit[] = [];
    for (const commit of commits) {
      if (this.knows(commit.hash)) verdicts.set(commit, { kind: 'known' });
      else if (!trial.holds(commit.hash)) {
        trial.begin();
        const error = caught(() => {
          expectWhole(commit);
          expectNotAhead(commit.header.clock, this.#clock.now());
          judgeCommit(commit.header, this.chain, trial);
        });
        if (error === undefined) {
          trial.add(commit.hash, commit.header);
          passed.push(commit);
        } else if (trial.restsOnGroup || (isForkError(error) && takesFork(commit))) break;
        else verdicts.set(commit, { kind: 'refused', error });
      }
    }
    return passed;
  }

  /**
   * Prepares the commits up to the first that the engine refuses, and answers them. What stands
   * behind that one is to be judged again: it may build on it.
   */
  #prepareMost(commits: readonly VerifiedCommit[], verdicts: Verdicts): readonly VerifiedCommit[] {
    const prepare = (some: readonly VerifiedCommit[]) =>
      caught(() => {
        if (some.length > 0) this.#prepare(some);
      });
    const error = prepare(commits);
    if (error === undefined) return commits;
    const place = Number(error.facts.commit ?? 0);
    const refused = commits[place];
    assert(refused !== undefined, 'the engine names a commit of the group');
    verdicts.set(refused, { kind: 'refused', error });
    const before = commits.slice(0, place);
    // The engine has looked at these; only a memory that is full refuses them now.
    return prepare(before) === undefined ? before : [];
  }

  /** A plain payload that stands in the engine's memory is not copied. */
  #groupCommit(commit: VerifiedCommit): GroupCommit {
    const plain = plainCommit(commit);
    const { payloadBytes } = plain;
    return this.engine.memory.isShared(payloadBytes)
      ? { ...plain, address: payloadBytes.byteOffset, check: commit.check }
      : plain;
  }

  #trial(): FrontierTrial {
    return new FrontierTrial({
      frontier: this.#frontier,
      clockOf: (hash) => this.engine.clockOf(hash),
      numberOf: this.#numberOf,
      isForked: (header) => this.#forks.masks(header, this.#ahead),
    });
  }

  async #commit(commits: readonly VerifiedCommit[]): Promise<void> {
    await this.#append(commits.map(newEntry));
    this.#applyNewest(commits);
  }

  #applyNewest(commits: readonly VerifiedCommit[]): void {
    this.#faults.reach(FaultPoint.APPLY_BEGUN);
    const changeCount = this.#applyPrepared(commits);
    this.#publish({ commits, firstPosition: this.#log.length - commits.length + 1, changeCount });
    this.#faults.reach(FaultPoint.APPLY_DONE);
  }

  /**
   * A failure after which the log is as it was passes: nobody has seen the commits, so the next
   * ones take their numbers. After any other it is unknown what the log holds, which is no refusal.
   */
  async #append(entries: readonly NewEntry[]): Promise<void> {
    await this.#log.append(entries).catch((cause: unknown) => {
      if (canResume(cause)) throw cause;
      throw new Error('the log failed to append', { cause });
    });
  }

  #applyPrepared(commits: readonly VerifiedCommit[]): number {
    const changeCount = this.engine.apply();
    for (const commit of commits) this.#frontier.advance(commit.hash, commit.header);
    if (this.#masked.size > 0) this.#hearMasked?.(this.#masked);
    return changeCount;
  }
}

/** Whether a commit comes from a replica that may hold another one in the place of one here. */
type TakesFork = (commit: VerifiedCommit) => boolean;

function plainCommit(commit: VerifiedCommit): GroupCommit {
  const { author, clock, transactionCount } = commit.header;
  return { payloadBytes: flatten(commit), clock, author, hash: commit.hash, transactionCount };
}

/** The refusal that `act` throws, if it throws one. */
function caught(act: () => void): DatabaseError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}

function newEntry(commit: VerifiedCommit): NewEntry {
  return { kind: EntryKind.COMMIT, hash: commit.hash, bytes: commit.bytes };
}
