/**
 * Start-up: the log goes through the door again, from a snapshot's position or from empty. Entries
 * are verified in groups ahead of the one that is being applied, on other threads where there are
 * some; a record of the authority chain takes effect between the commits around it.
 */

import { AUTHORITY_ENVELOPE, decodeRecord } from '../authority/record.ts';
import {
  REPLAY_GROUP_BYTES,
  REPLAY_GROUP_ENTRIES,
  REPLAY_GROUPS_AHEAD,
  REPLAY_INLINE_BYTES_MAX,
} from '../base/limits.ts';
import { type Commit, decodeCommit, markVerified, type VerifiedCommit } from '../delta/commit.ts';
import type { EngineMemory } from '../engine/memory.ts';
import type { Staging } from '../engine/staging.ts';
import { inlineVerifier, type Verifier } from '../engine/verifier.ts';
import type { LogEntry } from '../log/log.ts';
import { readingLog, readingLogAsync } from './corrupt-log.ts';
import type { Replica } from './replica.ts';

export interface ReplayParts {
  readonly replica: Replica;
  readonly verifier: Verifier;
  readonly memory: EngineMemory;
  readonly staging: Staging;
}

/** Commits that follow one another in the log, on their way to the engine. */
interface Group {
  readonly first: number;
  readonly last: number;
  readonly commits: Promise<readonly VerifiedCommit[]>;
  /** Blocks of the staging area. */
  readonly blocks: readonly number[];
}

export class Replay {
  readonly #parts: ReplayParts;
  readonly #groups: Group[] = [];
  #waiting: LogEntry[] = [];
  #waitingBytes = 0;
  #bytes = 0;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
  }

  /**
   * Takes entries to the end and answers how many bytes they were. Throws CORRUPT, with their
   * positions, where they are not what was accepted.
   */
  async run(entries: Iterable<LogEntry>): Promise<number> {
    for (const entry of entries) await this.#take(entry);
    await this.#applyAll();
    return this.#bytes;
  }

  async #take(entry: LogEntry): Promise<void> {
    const { bytes, position } = entry;
    this.#bytes += bytes.length;
    if (bytes[0] === AUTHORITY_ENVELOPE) {
      await this.#applyAll();
      const accept = () => this.#parts.replica.acceptRecord(decodeRecord(bytes));
      return readingLog(position, position, accept);
    }
    const isFull =
      this.#waiting.length === REPLAY_GROUP_ENTRIES ||
      (this.#waiting.length > 0 && this.#waitingBytes + bytes.length > REPLAY_GROUP_BYTES);
    if (isFull) await this.#verifyWaiting();
    this.#waiting.push(entry);
    this.#waitingBytes += bytes.length;
  }

  async #applyAll(): Promise<void> {
    await this.#verifyWaiting();
    while (this.#groups.length > 0) await this.#applyOldest();
  }

  /** Hands what waits to the verifier, and applies older groups until there is room for it. */
  async #verifyWaiting(): Promise<void> {
    const entries = this.#waiting;
    const [first, last] = [entries[0]?.position, entries.at(-1)?.position];
    if (first === undefined || last === undefined) return;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#groups.length === REPLAY_GROUPS_AHEAD) await this.#applyOldest();
    let blocks = this.#stage(entries);
    while (blocks === undefined) {
      await this.#applyOldest();
      blocks = this.#stage(entries);
    }
    const staged = blocks.map((block, index) =>
      this.#parts.memory.shared(block, (entries[index] as LogEntry).bytes.length),
    );
    const commits = this.#verify(first, last, staged);
    // Asked in its turn, which may come after its refusal, or never, where an earlier one failed.
    commits.catch(() => undefined);
    this.#groups.push({ first, last, commits, blocks });
  }

  /** Copies entries into the staging area: into all of their blocks, or none. */
  #stage(entries: readonly LogEntry[]): number[] | undefined {
    const { staging, memory } = this.#parts;
    const blocks: number[] = [];
    for (const { bytes } of entries) {
      const block = staging.take(bytes.length);
      if (block === undefined) {
        for (const taken of blocks) staging.release(taken);
        return undefined;
      }
      memory.shared(block, bytes.length).set(bytes);
      blocks.push(block);
    }
    return blocks;
  }

  #verify(
    first: number,
    last: number,
    staged: readonly Uint8Array[],
  ): Promise<readonly VerifiedCommit[]> {
    return readingLogAsync(first, last, async () => {
      const commits: Commit[] = staged.map(decodeCommit);
      // Threads take longer to start than a short log to verify.
      const isShort = this.#bytes < REPLAY_INLINE_BYTES_MAX;
      const refusals = await (isShort ? inlineVerifier : this.#parts.verifier).verify(commits);
      return commits.map((commit, index) => {
        const refusal = refusals[index];
        if (refusal !== undefined) throw refusal;
        return markVerified(commit);
      });
    });
  }

  async #applyOldest(): Promise<void> {
    const group = this.#groups[0];
    if (group === undefined) throw new Error('assertion failed: a group fits in the staging area');
    const { first, last, blocks } = group;
    const commits = await group.commits;
    this.#groups.shift();
    readingLog(first, last, () => this.#parts.replica.replay(commits, first));
    for (const block of blocks) this.#parts.staging.release(block);
  }
}
