/**
 * The author that a replica signs as. That of a data directory is a new one whenever the directory
 * may be a copy, or its log may have lost commits that were sent: two replicas must never sign one
 * sequence number twice.
 */

import { AUTHOR_FLOOR_COMMITS, AUTHOR_FLOOR_MILLISECONDS } from '../base/identity-limits.ts';
import type { Random } from '../base/random.ts';
import { type AuthorKey, makeAuthorKey, readAuthorKey, writeAuthorKey } from './author-key.ts';
import { isInPlace, writePlace } from './author-place.ts';

export interface Author {
  readonly key: AuthorKey;
  /**
   * Writes down how far its durable commits reach, when it is time to. Gives what it is writing,
   * which nobody needs to wait for and which does not reject.
   */
  advance(commits: number, now: number): Promise<void> | undefined;
  /** The same for good: resolves when it is on disk. */
  settle(commits: number): Promise<void>;
}

export interface DirectoryAuthorParts {
  /** Locked by the caller. */
  readonly directory: string;
  readonly random: Random;
  /** How many commits of an author the log has. */
  readonly commitsOf: (author: Uint8Array) => number;
}

/** The author of a directory as it was left, or a new one. */
export async function openDirectoryAuthor(parts: DirectoryAuthorParts): Promise<Author> {
  const { directory, random, commitsOf } = parts;
  const existing = await readAuthorKey(directory);
  if (existing !== undefined) {
    const reached = { author: existing.publicKey, commits: commitsOf(existing.publicKey) };
    if (await isInPlace(directory, reached)) return resume(directory, existing, reached.commits);
  }
  // The older key is not kept: where this is a copy, it lives on in the original.
  const key = makeAuthorKey(random);
  await writeAuthorKey(directory, key, random);
  const author = new DirectoryAuthor(directory, key);
  await author.settle(0);
  return author;
}

/** Writes the place anew at each start: what a backup of an earlier run holds is no place then. */
async function resume(directory: string, key: AuthorKey, commits: number): Promise<Author> {
  const author = new DirectoryAuthor(directory, key);
  // On a disk that takes nothing the older place stays, which is true as well: a space can be read
  // from a full disk, and the next commit that it takes tries again.
  await author.settle(commits).catch(() => undefined);
  return author;
}

class DirectoryAuthor implements Author {
  readonly key: AuthorKey;
  readonly #directory: string;
  /** Below every count until the first is written. */
  #floor = -1;
  #writtenAt = 0;
  #running: Promise<void> | undefined;

  constructor(directory: string, key: AuthorKey) {
    this.#directory = directory;
    this.key = key;
  }

  advance(commits: number, now: number): Promise<void> | undefined {
    if (this.#running !== undefined || commits === this.#floor) return this.#running;
    const isFar = commits - this.#floor >= AUTHOR_FLOOR_COMMITS;
    if (!isFar && now - this.#writtenAt < AUTHOR_FLOOR_MILLISECONDS) return undefined;
    this.#writtenAt = now;
    // A failure leaves the older floor, which is true as well: it is tried again later.
    this.#running = this.#write(commits)
      .catch(() => undefined)
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  async settle(commits: number): Promise<void> {
    await this.#running;
    if (commits !== this.#floor) await this.#write(commits);
  }

  async #write(commits: number): Promise<void> {
    await writePlace(this.#directory, { author: this.key.publicKey, commits });
    this.#floor = commits;
  }
}

/** An author without a disk, that is nobody's copy. */
export class MemoryAuthor implements Author {
  readonly key: AuthorKey;

  constructor(random: Random) {
    this.key = makeAuthorKey(random);
  }

  advance(): undefined {}

  async settle(): Promise<void> {}
}
