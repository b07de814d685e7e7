/**
 * What the frontier would be after a group of commits that is still being judged: asked first for
 * what earlier commits of the group say, then the frontier and the engine for the rest.
 */

import { sameBytes, toHex } from '../base/bytes.ts';
import type { CommitHeader } from '../delta/header.ts';
import { commitError, Reason } from '../delta/reason.ts';
import type { AuthorHead, Frontier } from './frontier.ts';

export class FrontierTrial {
  readonly #frontier: Frontier;
  readonly #clockOf: (hash: Uint8Array) => bigint | undefined;
  /** By author, in hex. */
  readonly #heads = new Map<string, AuthorHead>();
  /** By commit hash, in hex. */
  readonly #clocks = new Map<string, bigint>();
  #restsOnGroup = false;

  /** `clockOf` knows the commits that were applied. */
  constructor(frontier: Frontier, clockOf: (hash: Uint8Array) => bigint | undefined) {
    this.#frontier = frontier;
    this.#clockOf = clockOf;
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
    return this.#clocks.has(toHex(hash));
  }

  /** The clock of a commit that is here or earlier in the group. */
  clockOf(hash: Uint8Array): bigint | undefined {
    return this.#noted(this.#clocks.get(toHex(hash))) ?? this.#clockOf(hash);
  }

  /** Throws unless the commit follows its author's last one. */
  expectNext(header: CommitHeader): void {
    const own = this.#noted(this.#heads.get(toHex(header.author)));
    const last = own ?? this.#frontier.lastOf(header.author);
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
    this.#clocks.set(toHex(hash), header.clock);
  }

  #noted<T>(answer: T | undefined): T | undefined {
    if (answer !== undefined) this.#restsOnGroup = true;
    return answer;
  }
}

function isSameLink(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return sameBytes(left, right);
}

function linkText(hash: Uint8Array | undefined): string {
  return hash === undefined ? 'none' : toHex(hash);
}
