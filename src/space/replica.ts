/**
 * The one door of a space (P1): every commit and authority record, whoever made it, passes
 *
 *     decode ─ verify ─ judge ─ prepare ─ append (durable) ─ apply ─ publish
 *
 * in groups. Start-up sends the log through the same door without appending. Groups run one after
 * the other: the caller awaits one before it sends the next.
 */

import type { AuthorityChain } from '../authority/chain.ts';
import { AUTHORITY_ENVELOPE, type AuthorityRecord, decodeRecord } from '../authority/record.ts';
import { toHex } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { CLOCK_AHEAD_MILLISECONDS_MAX } from '../base/limits.ts';
import { scalarFields } from '../definition/fields.ts';
import { clockMilliseconds } from '../delta/clock.ts';
import { decodeCommit, type VerifiedCommit, verifyCommit } from '../delta/commit.ts';
import type { Engine } from '../engine/engine.ts';
import { canResume } from '../log/append-failure.ts';
import { EntryKind, type Log, type NewEntry } from '../log/log.ts';
import type { Frontier } from './frontier.ts';

/** What happened to a commit that the door took, or why it did not. */
export type Verdict =
  | { readonly kind: 'applied'; readonly position: number }
  | { readonly kind: 'known' }
  | { readonly kind: 'refused'; readonly error: DatabaseError };

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

export interface ReplicaParts {
  readonly engine: Engine;
  readonly log: Log;
  readonly chain: AuthorityChain;
  readonly clock: Clock;
  readonly frontier: Frontier;
  readonly publish: Publish;
}

export class Replica {
  readonly engine: Engine;
  readonly chain: AuthorityChain;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #publish: Publish;
  readonly #frontier: Frontier;

  constructor(parts: ReplicaParts) {
    this.engine = parts.engine;
    this.chain = parts.chain;
    this.#log = parts.log;
    this.#clock = parts.clock;
    this.#publish = parts.publish;
    this.#frontier = parts.frontier;
  }

  get frontier(): Frontier {
    return this.#frontier;
  }

  /**
   * Takes one commit from outside. A refusal is a verdict and changes nothing; it throws only
   * when the log cannot append.
   */
  async receive(bytes: Uint8Array): Promise<Verdict> {
    let commit: VerifiedCommit;
    try {
      const decoded = decodeCommit(Uint8Array.from(bytes));
      if (this.engine.clockOf(decoded.hash) !== undefined) return { kind: 'known' };
      commit = verifyCommit(decoded);
      this.#expectNotAhead(commit.header.clock);
      this.#stage([commit]);
    } catch (error) {
      if (error instanceof DatabaseError) return { kind: 'refused', error };
      throw error;
    }
    await this.#commit([commit]);
    return { kind: 'applied', position: this.#log.length };
  }

  /** Takes a group that this replica signed itself: all of it, or an error and none. */
  async write(commits: readonly VerifiedCommit[]): Promise<void> {
    this.#stage(commits);
    await this.#commit(commits);
  }

  /** Appends and applies an authority record. */
  async writeRecord(record: AuthorityRecord): Promise<void> {
    this.chain.check(record);
    await this.#append([{ kind: EntryKind.AUTHORITY, hash: record.hash, bytes: record.bytes }]);
    this.acceptRecord(record);
  }

  acceptRecord(record: AuthorityRecord): void {
    this.chain.accept(record);
    if (record.body.kind === 'definition') this.declareIndexes();
  }

  /** Sends entries of the log through the door again, in groups; they are not appended. */
  replay(entries: readonly { readonly bytes: Uint8Array; readonly position: number }[]): void {
    let group: VerifiedCommit[] = [];
    const flush = (next: number) => {
      if (group.length > 0) this.#apply(group, next - group.length);
      group = [];
    };
    for (const { bytes, position } of entries) {
      if (bytes[0] === AUTHORITY_ENVELOPE) {
        flush(position);
        this.acceptRecord(decodeRecord(bytes));
      } else group.push(verifyCommit(decodeCommit(bytes)));
    }
    const last = entries.at(-1);
    if (last !== undefined) flush(last.position + 1);
  }

  declareIndexes(): void {
    for (const type of this.chain.definition.nodeTypes.values()) {
      for (const field of scalarFields(type.fields)) {
        if (field.isUnique || field.isIndexed) this.engine.declareIndex(type.name, field.path);
      }
    }
  }

  /** Judges and prepares; throws and leaves everything as it was when a commit does not pass. */
  #stage(commits: readonly VerifiedCommit[]): void {
    this.#judge(commits);
    this.engine.prepare(commits.map(groupCommit));
  }

  async #commit(commits: readonly VerifiedCommit[]): Promise<void> {
    await this.#append(commits.map(newEntry));
    this.#applyPrepared(commits, this.#log.length - commits.length + 1);
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

  #apply(commits: readonly VerifiedCommit[], firstPosition: number): void {
    this.#stage(commits);
    this.#applyPrepared(commits, firstPosition);
  }

  #applyPrepared(commits: readonly VerifiedCommit[], firstPosition: number): void {
    const changeCount = this.engine.apply();
    for (const commit of commits) this.#frontier.advance(commit.hash, commit.header);
    this.#publish({ commits, firstPosition, changeCount });
  }

  /** Whether a commit belongs here, follows what is here, and comes from one who may write. */
  #judge(commits: readonly VerifiedCommit[]): void {
    const trial = commits.length === 1 ? this.#frontier : this.#frontier.fork();
    const clocks = new Map<string, bigint>();
    for (const commit of commits) {
      const { header } = commit;
      expectEqual('space', toHex(this.chain.space), toHex(header.space));
      expectEqual('epoch', '0', String(header.epoch));
      this.#judgeAuthor(commit);
      trial.expectNext(header);
      this.#judgeClock(commit, clocks);
      if (commits.length > 1) trial.advance(commit.hash, header);
      clocks.set(toHex(commit.hash), header.clock);
    }
  }

  #judgeAuthor({ header }: VerifiedCommit): void {
    if (this.chain.heightOf(header.authority) === undefined) {
      throw new DatabaseError(
        ErrorCode.CONFLICT,
        'a commit expected an authority record that is here, got another',
      );
    }
    if (this.chain.isAuthor(header.author)) return;
    throw refused('a certified author', toHex(header.author));
  }

  /** Asked at arrival only: once taken, a commit stays, whatever this machine's clock says. */
  #expectNotAhead(clock: bigint): void {
    const ahead = clockMilliseconds(clock) - this.#clock.now();
    if (ahead <= CLOCK_AHEAD_MILLISECONDS_MAX) return;
    throw new DatabaseError(
      ErrorCode.CONFLICT,
      `a commit expected a clock at most ${CLOCK_AHEAD_MILLISECONDS_MAX} ms ahead, got ${ahead} ms`,
    );
  }

  #judgeClock({ header }: VerifiedCommit, group: ReadonlyMap<string, bigint>): void {
    const before = header.previous === undefined ? [] : [header.previous];
    for (const parent of [...before, ...header.parents]) {
      const clock = group.get(toHex(parent)) ?? this.engine.clockOf(parent);
      if (clock === undefined) {
        const parentName = toHex(parent);
        throw new DatabaseError(
          ErrorCode.CONFLICT,
          `a commit expected its parents to be here, got ${parentName} that is not`,
        );
      }
      if (header.clock <= clock) throw refused(`a clock above ${clock}`, `${header.clock}`);
    }
  }
}

function groupCommit(commit: VerifiedCommit): Parameters<Engine['prepare']>[0][number] {
  const { author, clock, transactionCount } = commit.header;
  return { payloadBytes: commit.payloadBytes, clock, author, hash: commit.hash, transactionCount };
}

function newEntry(commit: VerifiedCommit): NewEntry {
  return { kind: EntryKind.COMMIT, hash: commit.hash, bytes: commit.bytes };
}

function expectEqual(what: string, expected: string, actual: string): void {
  if (expected !== actual) throw refused(`${what} ${expected}`, actual);
}

function refused(expected: string, actual: string): DatabaseError {
  return new DatabaseError(ErrorCode.REFUSED, `a commit expected ${expected}, got ${actual}`);
}
