/**
 * What the frontier would be after a group of commits that is still being judged: asked first for
 * what earlier commits of the group say, then the frontier and the engine for the rest.
 */

import { sameBytes, toHex } from '../base/bytes.ts';
import type { DatabaseError } from '../base/errors.ts';
import { BRANCHES_MAX } from '../base/identity-limits.ts';
import type { CommitHeader } from '../delta/header.ts';
import { commitError, Reason } from '../delta/reason.ts';
import type { AuthorHead, Frontier } from './frontier.ts';

/** Which one of its author's a commit is. */
export type CommitNumber = Pick<CommitHeader, 'author' | 'sequence'>;

export interface TrialParts {
  readonly frontier: Frontier;
  /** Of a commit that was applied. */
  readonly clockOf: (hash: Uint8Array) => bigint | undefined;
  /** Of a commit that was applied. */
  readonly numberOf: (hash: Uint8Array) => CommitNumber | undefined;
  /** Whether a commit is one of an author who has signed a number twice (forks.ts). */
  readonly isForked: (header: CommitHeader) => boolean;
}

export class FrontierTrial {
  readonly #parts: TrialParts;
  /** By author, in hex. */
  readonly #heads = new Map<string, AuthorHead>();
  /** By commit hash, in hex. */
  readonly #headers = new Map<string, CommitHeader>();
  #restsOnGroup = false;

  constructor(parts: TrialParts) {
    this.#parts = parts;
  }

  /** Whether what was asked since `begin` was answered by a commit of the group. */
  get restsOnGroup(): boolean {
    return this.#restsOnGroup;
  }

  /** Another commit is judged from here on. */
  begin(): void {
    this.#restsOnGroup = false;
  }

  /** Whether a commit stands earlier in the group. */
  holds(hash: Uint8Array): boolean {
    return this.#headers.has(toHex(hash));
  }

  /** The clock of a commit that is here or earlier in the group. */
  clockOf(hash: Uint8Array): bigint | undefined {
    return this.#noted(this.#headers.get(toHex(hash)))?.clock ?? this.#parts.clockOf(hash);
  }

  /** Throws unless the commit follows its author's last one, or any of one who has forked. */
  expectNext(header: CommitHeader): void {
    if (this.#parts.isForked(header)) return this.expectBranch(header);
    const own = this.#noted(this.#heads.get(toHex(header.author)));
    const last = own ?? this.#parts.frontier.lastOf(header.author);
    const expected = (last?.sequence ?? 0) + 1;
    if (header.sequence > expected) {
      throw commitError(Reason.SEQUENCE_GAP, {
        expected: `sequence number ${expected}`,
        actual: `${header.sequence}: one is missing`,
      });
    }
    if (header.sequence === expected && isSameLink(last?.hash, header.previous)) return;
    const reason = header.sequence === expected ? Reason.PREVIOUS_OTHER : Reason.SEQUENCE_TAKEN;
    throw commitError(reason, {
      expected: `sequence number ${expected} after ${linkText(last?.hash)}`,
      actual: `${header.sequence} after ${linkText(header.previous)}`,
    });
  }

  /** Counts a commit that passed. */
  add(hash: Uint8Array, header: CommitHeader): void {
    this.#heads.set(toHex(header.author), { sequence: header.sequence, hash });
    this.#headers.set(toHex(hash), header);
  }

  /** Throws unless the commit follows any of its author's. */
  expectBranch(header: CommitHeader): void {
    const { author, sequence, previous } = header;
    if (previous === undefined) {
      if (sequence !== 1) throw branchOther(header);
    } else {
      const before =
        this.#noted(this.#headers.get(toHex(previous))) ?? this.#parts.numberOf(previous);
      if (before === undefined) throw previousUnknown(previous);
      const isBefore = sameBytes(before.author, author) && before.sequence === sequence - 1;
      if (!isBefore) throw branchOther(header);
    }
    const ends = this.#parts.frontier.endsOf(author);
    const isFull = ends.length >= BRANCHES_MAX;
    if (!isFull || ends.some(({ hash }) => isSameLink(hash, previous))) return;
    const message = { expected: `an author with at most ${BRANCHES_MAX} branches` };
    throw commitError(Reason.BRANCHES_LIMIT, { ...message, actual: 'one more' });
  }

  #noted<T>(answer: T | undefined): T | undefined {
    if (answer !== undefined) this.#restsOnGroup = true;
    return answer;
  }
}

/** Of a commit that follows one of its author's which is not here. */
function previousUnknown(previous: Uint8Array): DatabaseError {
  const message = { expected: "its author's commit before it to be here" };
  return commitError(Reason.SEQUENCE_GAP, { ...message, actual: `${toHex(previous)} that is not` });
}

function isSameLink(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return sameBytes(left, right);
}

function branchOther({ sequence, previous }: CommitHeader): DatabaseError {
  const expected = `to follow commit ${sequence - 1} of its author`;
  return commitError(Reason.PREVIOUS_OTHER, {
    expected,
    actual: `one after ${linkText(previous)}`,
  });
}

function linkText(hash: Uint8Array | undefined): string {
  return hash === undefined ? 'none' : toHex(hash);
}
