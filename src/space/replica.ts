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
import type { Frontier } from './frontier.ts';
import { FrontierTrial } from './frontier-trial.ts';
import type { GivenUp } from './given-up.ts';
import { expectNotAhead, expectWhole, judgeCommit } from './judge-commit.ts';
import { expectHeld, expectSealed, sealedBy } from './sealing.ts';
import { type Masked, WriteJudge } from './write-judge.ts';

/** What a group of commits changed; the engine can still read the changes out. */
export interface AppliedGroup {
  readonly commits: readonly VerifiedCommit[];
  /** Log position of the first commit; the others follow it. */
  readonly firstPosition: number;
  /** How many changes the engine wrote. */
  readonly changeCount: number;
}

/** Called after apply, before the next group. */
export type Publish = (group: AppliedGroup) => void;

/** What a replica holds that was made again from the log. */
export interface Rebuilt {
  readonly engine: Engine;
  readonly frontier: Frontier;
  readonly givenUp: GivenUp;
}

/** Makes the state of the log with one more record. */
export type Rebuild = (record: AuthorityRecord) => Promise<Rebuilt>;

export interface ReplicaParts {
  readonly engine: Engine;
  readonly log: Pick<Log, 'length' | 'append'>;
  readonly chain: AuthorityChain;
  /** The chain as far as the log has it: during a start it is ahead of what is applied. */
  readonly ahead: AuthorityChain;
  readonly permissions: PermissionChain;
  readonly clock: Clock;
  readonly frontier: Frontier;
  readonly givenUp: GivenUp;
  readonly faults: Faults;
  /** The system's when absent. */
  readonly turn?: Turn;
  readonly publish: Publish;
  /**
   * Called after a record has come into force; `withdraws` tells whether commits before it have no
   * effect any more that had one.
   */
  readonly publishRecord: (record: AuthorityRecord, withdraws: () => boolean) => void;
  readonly rebuild: Rebuild;
  /** Called after commits of the log are applied again, before the next ones. */
  readonly publishReplayed?: (commits: readonly VerifiedCommit[], changeCount: number) => void;
  /** Called with what of a group has no effect, once it is applied. */
  readonly hearMasked?: (masked: Masked) => void;
}

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
  readonly #publishReplayed: ReplicaParts['publishReplayed'];
  readonly #hearMasked: ((masked: Masked) => void) | undefined;
  readonly #frontier: Frontier;
  readonly #givenUp: GivenUp;
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
    this.#publishReplayed = parts.publishReplayed;
    this.#hearMasked = parts.hearMasked;
    this.#frontier = parts.frontier;
    this.#givenUp = parts.givenUp;
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
   * Throws only when the log cannot append; `verdicts` then holds those that were given before.
   */
  async receive(commits: readonly VerifiedCommit[], verdicts: Verdicts): Promise<void> {
    let waiting = commits;
    while (waiting.length > 0) {
      const prepared = this.#prepareMost(this.#judgeMost(waiting, verdicts), verdicts);
      if (prepared.length > 0) {
        const first = this.#log.length + 1;
        await this.#commit(prepared);
        for (const [index, commit] of prepared.entries()) {
          const masked = this.#masked.get(commit);
          const effect = masked === undefined ? {} : { masked };
          verdicts.set(commit, { kind: 'applied', position: first + index, ...effect });
        }
      }
      waiting = waiting.filter((commit) => !verdicts.has(commit));
    }
  }

  /**
   * Takes a commit that this replica signed itself, or throws why not and changes nothing. Answers
   * its position in the log.
   */
  async write(commit: VerifiedCommit): Promise<number> {
    this.#stage([commit]);
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
    if (body.kind === 'seal') expectHeld(body, this.#frontier);
    const rebuilt = this.leavesOut(record) ? await this.#rebuild(record) : undefined;
    if (body.kind === 'seal') {
      expectSealed(body, rebuilt?.frontier ?? this.#frontier, this.chain);
      (rebuilt?.engine ?? this.engine).ensureCompaction();
    }
    await this.#append([{ kind: EntryKind.AUTHORITY, hash: record.hash, bytes: record.bytes }]);
    // Whoever reads in this turn of the event loop may still hold rows.
    const changesRows = body.kind === 'seal' || rebuilt !== undefined;
    if (changesRows) await this.#turn();
    if (rebuilt !== undefined) this.#adopt(rebuilt);
    this.acceptRecord(record);
  }

  /**
   * Whether a record narrows rights and does not keep every commit that is here, or is a seal that
   * does not cover them all.
   */
  leavesOut({ body }: AuthorityRecord): boolean {
    if (body.kind === 'seal') return this.#holdsMoreThan(sealedBy(body, this.#ahead));
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
    if (body.kind === 'seal') this.engine.compact();
    const hasGivenUp = body.kind === 'seal' && this.#givenUp.count > this.#givenUpBefore;
    if (body.kind === 'seal') this.#givenUpBefore = this.#givenUp.count;
    this.#publishRecord(record, () => hasGivenUp || this.#hasLeftOut(record));
  }

  /** The image of an engine that has the next record already. */
  #adopt({ engine, frontier, givenUp }: Rebuilt): void {
    this.engine.adopt(engine);
    this.#frontier.adopt(frontier);
    this.#givenUp.adopt(givenUp);
    this.#permissions.holdBelow(this.chain.length + 1);
  }

  /**
   * Whether a commit of the log, at a position behind all that were asked about, has no effect,
   * since a seal has left it out; it is counted as such.
   */
  givesUp({ header }: VerifiedCommit, position: number): boolean {
    if (!this.#ahead.leavesOut(header)) return false;
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
  #judgeMost(commits: readonly VerifiedCommit[], verdicts: Verdicts): VerifiedCommit[] {
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
        } else if (trial.restsOnGroup) break;
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
    const { header, hash } = commit;
    const { author, clock, transactionCount } = header;
    const payloadBytes = flatten(commit);
    const facts = { payloadBytes, clock, author, hash, transactionCount };
    return this.engine.memory.isShared(payloadBytes)
      ? { ...facts, address: payloadBytes.byteOffset, check: commit.check }
      : facts;
  }

  #trial(): FrontierTrial {
    return new FrontierTrial(this.#frontier, (hash) => this.engine.clockOf(hash));
  }

  async #commit(commits: readonly VerifiedCommit[]): Promise<void> {
    await this.#append(commits.map(newEntry));
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

/** What this server signs is admitted by the same rules before: nothing of it is masked. */
function notAllowed(): DatabaseError {
  return new DatabaseError(
    ErrorCode.FORBIDDEN,
    'a transaction expected an actor who may do all that it does, got one who may not',
  );
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
