/**
 * A space as replication sees it: what it holds, in the order of its log, and the one door for what
 * comes from other replicas.
 */

import type { SealedTip } from '../authority/body-fields.ts';
import type { AuthorityChain } from '../authority/chain.ts';
import { toHex } from '../base/bytes.ts';
import { DatabaseError } from '../base/errors.ts';
import { KeySet } from '../base/key-set.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import { type Commit, decodeCommit } from '../delta/commit.ts';
import type { CommitHeader } from '../delta/header.ts';
import { EntryKind, type Log } from '../log/log.ts';
import type { Bases } from './base/offered-base.ts';
import type { PastCommits } from './base/past-commits.ts';
import type { CommitIntake } from './commit-intake.ts';
import type { CommitPlaces } from './commit-places.ts';
import type { CouncilSeat } from './council-seat.ts';
import type { Fork, Forks } from './forks.ts';
import type { AuthorTip, Frontier } from './frontier.ts';
import type { GivenUp } from './given-up.ts';
import { citedHeight } from './judge-commit.ts';

export interface PlacedCommit {
  readonly position: number;
  readonly author: Uint8Array;
  readonly sequence: number;
  readonly hash: Uint8Array;
  /** Where it is one of an author who has signed its number, or one before, twice. */
  readonly fork: Fork | undefined;
  /** The envelope; undefined while it is part of a history that has not come yet. */
  readonly bytes: Uint8Array | undefined;
}

export interface ReplicatedSpaceParts {
  readonly log: Log;
  readonly chain: AuthorityChain;
  readonly frontier: Frontier;
  readonly givenUp: GivenUp;
  readonly forks: Forks;
  readonly places: CommitPlaces;
  readonly intake: CommitIntake;
  readonly bases: Bases;
  readonly past: PastCommits | undefined;
  readonly key: AuthorKey;
  readonly seat: CouncilSeat;
  readonly position: () => number;
  readonly receiveRecord: (bytes: Uint8Array) => Promise<void>;
}

export class ReplicatedSpace {
  readonly intake: CommitIntake;
  /** What new replicas may begin with. */
  readonly bases: Bases;
  /** What this one's own base stands for; undefined where its log began with the genesis. */
  readonly past: PastCommits | undefined;
  /** The key of this replica. */
  readonly key: AuthorKey;
  readonly #parts: ReplicatedSpaceParts;
  /** Of the records of the chain, by height; undefined until one is asked for. */
  #recordPositions: number[] | undefined;
  readonly #authorKeys = new KeySet();
  #authorKeysHeight = 0;
  readonly #listeners = new Set<() => void>();

  constructor(parts: ReplicatedSpaceParts) {
    this.#parts = parts;
    this.intake = parts.intake;
    this.bases = parts.bases;
    this.past = parts.past;
    this.key = parts.key;
  }

  /** Its organisation's, among the members that decide. */
  get seat(): CouncilSeat {
    return this.#parts.seat;
  }

  /** SHA-256 of the genesis record. */
  get space(): Uint8Array {
    return this.#parts.chain.space;
  }

  /** Records of the authority chain. */
  get height(): number {
    return this.#parts.chain.length;
  }

  /** Of the last entry of the log that shows. */
  get position(): number {
    return this.#parts.position();
  }

  recordHash(height: number): Uint8Array | undefined {
    return height < this.height ? this.#parts.chain.hashAt(height) : undefined;
  }

  /** The bytes of a record. */
  record(height: number): Uint8Array | undefined {
    if (height >= this.height) return undefined;
    this.#recordPositions ??= [...this.#parts.log.authority()].map(({ position }) => position);
    const position = this.#recordPositions[height];
    return position === undefined ? undefined : this.#parts.log.read(position)?.bytes;
  }

  /** Of all authors that have a commit here. */
  get tips(): readonly AuthorTip[] {
    return this.#parts.frontier.tips;
  }

  /** The last sequence number of an author here; 0 for none. */
  sequenceOf(author: Uint8Array): number {
    return this.#parts.frontier.lastOf(author)?.sequence ?? 0;
  }

  /** Position of a commit that is here. */
  positionOf(hash: Uint8Array): number | undefined {
    return this.#parts.places.positionOf(hash);
  }

  /**
   * Grows when a seal leaves commits out, and when an author is found to have forked: what was told
   * before is wrong then.
   */
  get withdrawals(): number {
    return this.givenUp + this.#parts.forks.changes;
  }

  /** Commits that seals have left out. */
  get givenUp(): number {
    return this.#parts.givenUp.count;
  }

  /** The commit at a position; undefined of a record, and of one that a seal has left out. */
  commitAt(position: number): PlacedCommit | undefined {
    const { log, givenUp } = this.#parts;
    if (givenUp.has(position)) return undefined;
    if (position < log.first) return this.#pastCommitAt(position);
    const entry = log.read(position);
    if (entry?.kind !== EntryKind.COMMIT) return undefined;
    const { header, hash } = decodeCommit(entry.bytes);
    const { author, sequence } = header;
    return { position, author, sequence, hash, fork: this.forkOf(header), bytes: entry.bytes };
  }

  /** The envelope of a commit that is here; undefined where it is not, or has not come yet. */
  pastCommit(hash: Uint8Array): Uint8Array | undefined {
    const position = this.positionOf(hash);
    if (position === undefined || !this.#isHere(position)) return undefined;
    return this.#parts.log.read(position)?.bytes;
  }

  #isHere(position: number): boolean {
    const { first, historyLength = 0 } = this.#parts.log;
    return position >= first || position <= historyLength;
  }

  /** Of one that the log's base stands for. */
  #pastCommitAt(position: number): PlacedCommit | undefined {
    const { log, chain, forks } = this.#parts;
    const commit = log.outline?.commitAt(position);
    if (commit === undefined) return undefined;
    const { author, sequence, hash } = commit;
    const behind = chain.seals.upTo((log.outline?.recordsUpTo(position) ?? 1) - 1);
    const fork = forks.maskingBehind(behind, { author, sequence });
    const bytes = this.#isHere(position) ? log.read(position)?.bytes : undefined;
    return { position, author, sequence, hash, fork, bytes };
  }

  /** The fork that a commit is masked by, or that a seal has ended. */
  forkOf(header: CommitHeader): Fork | undefined {
    const { forks, chain } = this.#parts;
    return forks.masks(header, chain) ? forks.of(header, chain) : undefined;
  }

  /** All of an author, in hex. */
  forksOf(author: string): readonly Fork[] {
    return this.#parts.forks.allOf(author);
  }

  /** The last commit of an author that the first `height` records seal. */
  sealedTip(author: Uint8Array, height: number): SealedTip | undefined {
    return this.#parts.chain.seals.lastAt(toHex(author), height - 1);
  }

  /** Whether a key may sign commits as of the newest record. */
  isAuthor(key: Uint8Array): boolean {
    return this.#parts.chain.isAuthor(key, this.height);
  }

  /** Keys that were ever certified. */
  get authorKeys(): KeySet {
    const { chain } = this.#parts;
    if (this.#authorKeysHeight < chain.length) {
      this.#authorKeysHeight = chain.length;
      for (const { key } of chain.authors.slice(this.#authorKeys.size)) this.#authorKeys.add(key);
    }
    return this.#authorKeys;
  }

  /**
   * Why a commit cannot be taken, or not yet, by the record that it cites; undefined where the door
   * is to say. Its signature costs time.
   */
  refusalOf({ header, hash }: Pick<Commit, 'header' | 'hash'>): DatabaseError | undefined {
    try {
      citedHeight(header, this.#parts.chain);
      return undefined;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      return this.positionOf(hash) === undefined ? error : undefined;
    }
  }

  /** Takes a record of the chain; throws where it may not follow, CONFLICT where it may later. */
  async receiveRecord(bytes: Uint8Array): Promise<void> {
    await this.#parts.receiveRecord(bytes);
  }

  /** Calls `listener` whenever the log has grown. Returns the way to stop. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** To be called after a group of commits. */
  commitsApplied(): void {
    for (const listener of this.#listeners) listener();
  }

  /** To be called after authors were found to have forked. */
  forksFound(): void {
    for (const listener of this.#listeners) listener();
  }

  /** To be called after a record has come into force, before anything is appended behind it. */
  recordAccepted(): void {
    if (this.#recordPositions !== undefined && this.#recordPositions.length < this.height) {
      this.#recordPositions.push(this.#parts.log.length);
    }
    for (const listener of this.#listeners) listener();
  }
}
