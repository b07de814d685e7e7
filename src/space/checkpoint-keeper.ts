/**
 * Signs checkpoints of this replica's log and keeps the latest in the data directory. None is
 * signed that the one before is not consistent with (c2sp.org/tlog-checkpoint): a log that was cut
 * or rewritten since is CORRUPT.
 */

import type { AuthorityChain } from '../authority/chain.ts';
import { sameBytes } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { TREE_TURN_LEAVES } from '../base/limits.ts';
import type { AuthorKey } from '../crypto/author-key.ts';
import { type Checkpoint, readCheckpoint, signCheckpoint } from '../log/checkpoint.ts';
import { readCheckpointFile, writeCheckpointFile } from '../log/checkpoint-file.ts';
import type { Log } from '../log/log.ts';
import { differenceFrom, type LogTree, treeOf } from '../log/log-tree.ts';

export interface CheckpointParts {
  readonly log: Log;
  readonly chain: AuthorityChain;
  readonly key: AuthorKey;
  /** Where the latest is kept; in memory alone without it. */
  readonly directory: string | undefined;
}

export class CheckpointKeeper {
  readonly #parts: CheckpointParts;
  readonly #tree: LogTree;
  #latest: { readonly text: string; readonly checkpoint: Checkpoint } | undefined;
  #isRead = false;
  /** One is signed at a time, so that they are kept in the order of their sizes. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
    this.#tree = treeOf(parts.log);
  }

  /** The signed note over the log as it is now, once it is kept. */
  sign(): Promise<string> {
    const signed = this.#turn.then(() => this.#sign());
    this.#turn = signed.catch(() => undefined);
    return signed;
  }

  async #sign(): Promise<string> {
    const { log, chain, key, directory } = this.#parts;
    await this.#readLatest();
    const size = log.length;
    const latest = this.#latest;
    const isOwn = latest !== undefined && sameBytes(latest.checkpoint.author, key.publicKey);
    if (isOwn && latest.checkpoint.size === size) return latest.text;
    await this.#grow(size);
    if (latest !== undefined) expectConsistent(this.#tree, latest.checkpoint);
    const { space } = chain;
    const checkpoint = { space, author: key.publicKey, size, root: this.#tree.root(size) };
    const text = signCheckpoint(checkpoint, key.seed);
    if (directory !== undefined) await writeCheckpointFile(directory, text).catch(refuse);
    this.#latest = { text, checkpoint };
    return text;
  }

  /** A log that was not hashed since the start may be long: others run in between. */
  async #grow(size: number): Promise<void> {
    while (this.#tree.size < size) {
      this.#tree.grow(Math.min(size, this.#tree.size + TREE_TURN_LEAVES));
      await new Promise<void>((next) => setImmediate(next));
    }
  }

  async #readLatest(): Promise<void> {
    const { directory } = this.#parts;
    if (this.#isRead || directory === undefined) return;
    const text = await readCheckpointFile(directory);
    if (text !== undefined) this.#latest = { text, checkpoint: readCheckpoint(text) };
    this.#isRead = true;
  }
}

/** A disk that takes no checkpoint may still take commits: nothing else has failed. */
function refuse(cause: unknown): never {
  const { code = 'a failure' } = cause as Partial<NodeJS.ErrnoException>;
  throw new DatabaseError(
    ErrorCode.UNAVAILABLE,
    `a checkpoint expected to be kept in the data directory, got ${code}`,
    { cause },
  );
}

function expectConsistent(tree: LogTree, checkpoint: Checkpoint): void {
  const difference = differenceFrom(tree, checkpoint);
  if (difference === undefined) return;
  throw new DatabaseError(ErrorCode.CORRUPT, `the log expected what was signed, got ${difference}`);
}
