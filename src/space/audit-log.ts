/**
 * Reads a log from its first entry to its last and checks each as the door did when it came:
 * bytes, hash, signature, Merkle root, sequence, authority. Then it compares the tree with the
 * checkpoint that the replica signed. Nothing is applied, so no engine is needed. Of a commit that
 * a later seal left out (schema/authority.md, A12) the bytes and the signature are checked alone.
 * Of a log whose history has not all come (schema/log.md, L25), what is here is checked, and the
 * seal behind the gap is believed: it says which commits those are that are not.
 */

import { AuthorityChain } from '../authority/chain.ts';
import { type AuthorityRecord, decodeRecord } from '../authority/record.ts';
import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { AUDIT_PROBLEMS_MAX } from '../base/limits.ts';
import { sha256 } from '../crypto/hash.ts';
import { decodeCommit, verifyCommit } from '../delta/commit.ts';
import { BasedReadLog, isNotHereYet } from '../log/based-log.ts';
import { type Checkpoint, readCheckpoint } from '../log/checkpoint.ts';
import { EntryKind, type LogEntry } from '../log/log.ts';
import { differenceFrom, LogTree } from '../log/log-tree.ts';
import type { ReadableLog } from '../log/read-log.ts';
import { readSealedCheckpoint } from '../log/sealed-checkpoint.ts';
import { surveyForks } from './fork-survey.ts';
import { Forks } from './forks.ts';
import { Frontier } from './frontier.ts';
import { FrontierTrial } from './frontier-trial.ts';
import { expectSealed } from './sealing.ts';

export interface LogProblem {
  /** Of the entry; absent for what is wrong with the log as a whole. */
  readonly position: number | undefined;
  readonly message: string;
}

export interface LogAudit {
  readonly entries: number;
  readonly commits: number;
  readonly transactions: number;
  /** Commits that have not come yet: of them the hashes alone were checked. */
  readonly missing: number;
  /** The first ones; the rest are counted. */
  readonly problems: readonly LogProblem[];
  readonly problemCount: number;
  /** The checkpoint that the log was compared with. */
  readonly checkpoint: Checkpoint | undefined;
}

/** `checkpoint` is the note of the data directory; undefined where it has none. */
export async function auditLog(
  log: ReadableLog,
  checkpoint: string | undefined,
): Promise<LogAudit> {
  return await new Audit(log).run(checkpoint);
}

class Audit {
  readonly #log: ReadableLog;
  readonly #chain = new AuthorityChain();
  /** As far as the log has it. */
  readonly #ahead = new AuthorityChain();
  #frontier = new Frontier();
  #forks = new Forks();
  readonly #problems: LogProblem[] = [];
  #problemCount = 0;
  #commits = 0;
  #transactions = 0;
  #missing = 0;
  /** Whether commits are missing since the last seal. */
  #isGap = false;
  #position: number | undefined;
  /** The hash that the entry at this position gives by its bytes; the log's is compared with it. */
  #named: Uint8Array | undefined;

  constructor(log: ReadableLog) {
    this.#log = log;
  }

  async run(checkpoint: string | undefined): Promise<LogAudit> {
    this.#readAhead();
    await this.#survey();
    const tree = new LogTree((position) => this.#hashOf(position));
    for (let position = 1; position <= this.#log.length; position++) {
      this.#position = position;
      this.#named = undefined;
      this.#checked(() => this.#entry(position));
      tree.grow(position);
    }
    this.#position = undefined;
    this.#checked(() => this.#compareBase(tree));
    const compared = this.#checked(() => this.#compare(tree, checkpoint));
    return {
      entries: this.#log.length,
      commits: this.#commits,
      transactions: this.#transactions,
      missing: this.#missing,
      problems: this.#problems,
      problemCount: this.#problemCount,
      checkpoint: compared,
    };
  }

  #entry(position: number): void {
    const entry = readHere(this.#log, position);
    if (entry === undefined) {
      this.#missing += 1;
      this.#isGap = true;
    } else if (entry.kind === EntryKind.AUTHORITY) this.#record(entry);
    else this.#commit(entry);
  }

  #record(entry: LogEntry): void {
    const record: AuthorityRecord = decodeRecord(entry.bytes);
    this.#expectHash(entry, record.hash);
    const { body } = record;
    try {
      const isJudged = body.kind === 'seal' && !this.#isGap;
      if (isJudged) expectSealed(body, this.#frontier, this.#chain);
    } finally {
      this.#chain.accept(record);
      if (body.kind === 'seal') this.#sealed();
    }
  }

  /** Behind a gap each author goes on from what the seal covers. */
  #sealed(): void {
    if (!this.#isGap) return this.#frontier.seal();
    this.#isGap = false;
    const { sealed, seals } = this.#chain;
    const tips = [...sealed.keys()].flatMap((author) => seals.lastOf(author) ?? []);
    const heads = tips.map(({ key, hash, sequence }) => {
      return [toHex(key), { sequence, hash: toHex(hash) }] as const;
    });
    const facts = { authors: Object.fromEntries(heads), heads: [], clock: `${seals.clock}` };
    this.#frontier = new Frontier(facts);
  }

  #commit(entry: LogEntry): void {
    const commit = decodeCommit(entry.bytes);
    this.#expectHash(entry, commit.hash);
    const { header, hash } = commit;
    this.#commits += 1;
    this.#transactions += header.transactionCount;
    const isForked = this.#forks.masks(header, this.#ahead);
    if (this.#ahead.leavesOut(header) || this.#forks.leavesOut(entry.position)) {
      verifyCommit(commit);
      return;
    }
    try {
      if (this.#chain.length === 0) throw corrupt('a genesis before it', 'none');
      if (!sameBytes(header.space, this.#chain.space)) {
        throw corrupt(`a commit of space ${toHex(this.#chain.space)}`, toHex(header.space));
      }
      const height = this.#chain.heightOf(header.authority);
      if (height === undefined) {
        throw corrupt('an authority record before it', toHex(header.authority));
      }
      if (height < this.#chain.sealHeight || header.clock <= this.#chain.sealedClock) {
        throw corrupt('a commit after the last seal', 'one before it');
      }
      if (!this.#chain.isAuthor(header.author, height)) {
        throw corrupt('a certified author', toHex(header.author));
      }
      verifyCommit(commit);
      // Those of a fork were compared with one another.
      if (!isForked) this.#trial().expectNext(header);
    } finally {
      // What follows is judged as if this one held, so that one fault is one problem.
      this.#frontier.advance(hash, header);
    }
  }

  /** Of a log with a commit that is damaged or out of place nothing is known: that is told. */
  async #survey(): Promise<void> {
    try {
      this.#forks = await surveyForks({ log: this.#log, ahead: this.#ahead });
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
    }
  }

  #trial(): FrontierTrial {
    return new FrontierTrial({
      frontier: this.#frontier,
      clockOf: () => undefined,
      numberOf: () => undefined,
      isForked: () => false,
    });
  }

  /** Up to the first record that is damaged, which is told in its turn. */
  #readAhead(): void {
    try {
      for (const { bytes } of this.#log.authority()) this.#ahead.accept(decodeRecord(bytes));
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
    }
  }

  #expectHash({ position }: LogEntry, hash: Uint8Array): void {
    this.#named = hash;
    const kept = this.#log.hashOf(position);
    if (kept !== undefined && sameBytes(kept, hash)) return;
    throw corrupt(`hash ${toHex(hash)}`, kept === undefined ? 'none' : toHex(kept));
  }

  /** Of an entry that cannot be read, what the log says; 32 zero bytes where it says nothing. */
  #hashOf(position: number): Uint8Array {
    if (position === this.#position && this.#named !== undefined) return this.#named;
    try {
      return this.#log.hashOf(position) ?? new Uint8Array(32);
    } catch (error) {
      if (error instanceof DatabaseError) return new Uint8Array(32);
      throw error;
    }
  }

  /** The order that was taken over is what its sender signed, who may have lost its right since. */
  #compareBase(tree: LogTree): void {
    if (!(this.#log instanceof BasedReadLog)) return;
    const { checkpoint, outline } = this.#log.base;
    const signed = readSealedCheckpoint(checkpoint);
    this.#expectSigned(tree, signed, outline.authorityPositions.length);
    if (sameBytes(sha256(outline.bytes), signed.outline)) return;
    throw corrupt('the outline that its checkpoint signed', 'another');
  }

  #compare(tree: LogTree, text: string | undefined): Checkpoint | undefined {
    if (text === undefined) return undefined;
    const checkpoint = readCheckpoint(text);
    this.#expectSigned(tree, checkpoint, this.#chain.length);
    return checkpoint;
  }

  /** Whoever signed it is certified as of so many records. */
  #expectSigned(tree: LogTree, checkpoint: Checkpoint, records: number): void {
    if (this.#chain.length > 0 && !sameBytes(checkpoint.space, this.#chain.space)) {
      throw corrupt('a checkpoint of its space', toHex(checkpoint.space));
    }
    if (this.#chain.length > 0 && !this.#chain.isAuthor(checkpoint.author, records - 1)) {
      throw corrupt('a checkpoint of a certified author', toHex(checkpoint.author));
    }
    const difference = differenceFrom(tree, checkpoint);
    if (difference !== undefined) throw corrupt('what the checkpoint signed', difference);
  }

  #checked<T>(check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.#problemCount += 1;
      if (this.#problems.length < AUDIT_PROBLEMS_MAX) {
        this.#problems.push({ position: this.#position, message: error.message });
      }
      return undefined;
    }
  }
}

/** Undefined for a commit that has not come yet. */
function readHere(log: ReadableLog, position: number): LogEntry | undefined {
  try {
    const entry = log.read(position);
    if (entry === undefined) throw corrupt('an entry', 'none');
    return entry;
  } catch (error) {
    if (isNotHereYet(error)) return undefined;
    throw error;
  }
}

function corrupt(expected: string, actual: string): DatabaseError {
  return new DatabaseError(ErrorCode.CORRUPT, `the log expected ${expected}, got ${actual}`);
}
