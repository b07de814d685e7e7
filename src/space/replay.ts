/**
 * Start-up: the log goes through the door again, from a snapshot's position or from empty. Entries
 * are verified in groups ahead of the one that is being applied, on other threads where there are
 * some; a record of the authority chain takes effect between the commits around it. A commit that
 * came before a record may be judged by it now, and so wait for one that stands behind it: it is
 * passed over, and read again later. What a later seal has left out is passed over for good.
 */

import { AUTHORITY_ENVELOPE, decodeRecord } from '../authority/record.ts';
import { assert } from '../base/assert.ts';
import {
  LOG_READ_BYTES,
  REPLAY_GROUP_BYTES,
  REPLAY_GROUP_ENTRIES,
  REPLAY_GROUPS_AHEAD,
  REPLAY_INLINE_BYTES_MAX,
} from '../base/limits.ts';
import { type Commit, decodeCommit, markVerified, type VerifiedCommit } from '../delta/commit.ts';
import { commitError, Reason } from '../delta/reason.ts';
import type { EngineMemory } from '../engine/memory.ts';
import type { Staging } from '../engine/staging.ts';
import { inlineVerifier, type Verification, type Verifier } from '../engine/verifier.ts';
import type { Log, LogEntry } from '../log/log.ts';
import { readingLog, readingLogAsync } from './corrupt-log.ts';
import type { Replica } from './replica.ts';

export interface ReplayParts {
  readonly replica: Replica;
  /** None where the entries were verified by this process before. */
  readonly verifier: Verifier | undefined;
  readonly memory: EngineMemory;
  readonly staging: Staging;
}

/** Commits in the order of the log, which need not be all of it, on their way to the engine. */
interface Group {
  /** In the log, as the commits. */
  readonly positions: readonly number[];
  readonly commits: Promise<readonly VerifiedCommit[]>;
  /** Blocks of the staging area. */
  readonly blocks: readonly number[];
}

interface StagedEntry {
  readonly position: number;
  readonly block: number;
  readonly bytes: Uint8Array;
}

export class Replay {
  readonly #parts: ReplayParts;
  readonly #groups: Group[] = [];
  /** Entries of the next group, in the staging area. */
  #waiting: StagedEntry[] = [];
  #waitingBytes = 0;
  /** Positions of commits that were passed over, ascending. */
  #passed: number[] = [];
  #bytes = 0;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
  }

  /**
   * Takes the entries from a position to the end and answers how many bytes they were. Throws
   * CORRUPT, with their positions, where they are not what was accepted; CONFLICT where one waits
   * for a node that none of them creates.
   */
  async run(log: Pick<Log, 'entries' | 'read'>, from: number): Promise<number> {
    await this.take(log, log.entries(from, new Uint8Array(LOG_READ_BYTES)));
    const [first] = this.settle(log);
    if (first === undefined) return this.#bytes;
    const expected = `the nodes that entry ${first} of the log writes to to be created`;
    throw commitError(Reason.NODE_UNKNOWN, { expected, actual: 'one that is not' });
  }

  /** Takes entries that follow those before. What waits for later ones is passed over. */
  async take(log: Pick<Log, 'read'>, entries: Iterable<LogEntry>): Promise<void> {
    for (const entry of entries) await this.#take(log, entry);
    await this.#applyAll();
  }

  /** Whether something was passed over and was not applied since. */
  get isWaiting(): boolean {
    return this.#passed.length > 0;
  }

  /** Applies what was passed over, as far as it can be; the positions of what still waits. */
  settle(log: Pick<Log, 'read'>): readonly number[] {
    this.#applyPassed(log);
    return this.#passed;
  }

  async #take(log: Pick<Log, 'read'>, entry: LogEntry): Promise<void> {
    const { bytes, position } = entry;
    this.#bytes += bytes.length;
    if (bytes[0] === AUTHORITY_ENVELOPE) {
      await this.#applyAll();
      const record = readingLog(position, position, () => decodeRecord(bytes));
      // A seal covers all that stands before it.
      if (record.body.kind === 'seal') this.#applyPassed(log);
      return readingLog(position, position, () => this.#parts.replica.acceptRecord(record));
    }
    const isFull =
      this.#waiting.length === REPLAY_GROUP_ENTRIES ||
      (this.#waiting.length > 0 && this.#waitingBytes + bytes.length > REPLAY_GROUP_BYTES);
    if (isFull) await this.#verifyWaiting();
    this.#waiting.push({ position, ...(await this.#stage(bytes)) });
    this.#waitingBytes += bytes.length;
  }

  async #applyAll(): Promise<void> {
    await this.#verifyWaiting();
    while (this.#groups.length > 0) await this.#applyOldest();
  }

  /** Hands what waits to the verifier, when no more than so many groups are ahead of it. */
  async #verifyWaiting(): Promise<void> {
    const entries = this.#waiting;
    if (entries.length === 0) return;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#groups.length === REPLAY_GROUPS_AHEAD) await this.#applyOldest();
    const positions = entries.map(({ position }) => position);
    const commits = this.#verify(
      positions,
      entries.map(({ bytes }) => bytes),
    );
    // Asked in its turn, which may come after its refusal, or never, where an earlier one failed.
    commits.catch(() => undefined);
    this.#groups.push({ positions, commits, blocks: entries.map(({ block }) => block) });
  }

  /** Copies an entry into the staging area, once groups before it have made room. */
  async #stage(bytes: Uint8Array): Promise<Omit<StagedEntry, 'position'>> {
    const { staging, memory } = this.#parts;
    for (;;) {
      const block = staging.takeCommit(bytes.length);
      if (block !== undefined) {
        const staged = memory.shared(block, bytes.length);
        staged.set(bytes);
        return { block, bytes: staged };
      }
      if (this.#groups.length === 0) await this.#verifyWaiting();
      await this.#applyOldest();
    }
  }

  #verify(
    positions: readonly number[],
    staged: readonly Uint8Array[],
  ): Promise<readonly VerifiedCommit[]> {
    return readingLogAsync(...endsOf(positions), async () => {
      const commits: Commit[] = staged.map(decodeCommit);
      const { verifier } = this.#parts;
      if (verifier === undefined) return commits.map((commit) => markVerified(commit));
      // Threads take longer to start than a short log to verify.
      const isShort = this.#bytes < REPLAY_INLINE_BYTES_MAX;
      const answers = await (isShort ? inlineVerifier : verifier).verify(commits);
      return commits.map((commit, index) => {
        const { refusal, check } = answers[index] as Verification;
        if (refusal !== undefined) throw refusal;
        return markVerified(commit, check);
      });
    });
  }

  async #applyOldest(): Promise<void> {
    const group = this.#groups[0];
    if (group === undefined) throw new Error('assertion failed: a group fits in the staging area');
    const { positions, blocks } = group;
    const commits = await group.commits;
    this.#groups.shift();
    const isWaited = this.#passed.length > 0;
    const { replica } = this.#parts;
    const counted = commits.filter((commit, index) => {
      return !replica.givesUp(commit, positions[index] as number);
    });
    const replay = () => (counted.length === 0 ? [] : replica.replay(counted, isWaited));
    const passed = readingLog(...endsOf(positions), replay);
    for (const commit of passed) this.#passed.push(positions[commits.indexOf(commit)] ?? 0);
    for (const block of blocks) this.#parts.staging.release(block);
  }

  /** Applies what was passed over, as far as there is now what it waits for. */
  #applyPassed(log: Pick<Log, 'read'>): void {
    for (let before = Infinity; this.#passed.length < before; ) {
      before = this.#passed.length;
      this.#passed = this.#passed.filter((position) => {
        const entry = log.read(position);
        assert(entry !== undefined, 'what was replayed stands in the log');
        // Its signature was verified before it was passed over.
        const commit = markVerified(decodeCommit(entry.bytes));
        const replay = () => this.#parts.replica.replay([commit], true);
        return readingLog(position, position, replay).length > 0;
      });
    }
  }
}

/** The first position of a group, and the last. */
function endsOf(positions: readonly number[]): [first: number, last: number] {
  return [positions[0] ?? 0, positions.at(-1) ?? 0];
}
