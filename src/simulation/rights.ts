/**
 * Who was allowed what, read from the authority records of a log in the plainest way (A18, A21): a
 * grant is one of everything of a type to one principal, as the workload makes them.
 */

import { toHex } from '../base/bytes.ts';
import type { AddressedDelta, Transaction } from '../delta/delta.ts';
import type { LogCommit, LogRecord } from './log-content.ts';

/** What is made of a transaction. */
export type Standing =
  | 'allowed'
  /** Its actor had no right to it when its author signed it. */
  | 'never allowed'
  /** It had one, which a later record took away before the commit was known to the owner. */
  | 'masked later';

interface Narrowing {
  readonly height: number;
  /** The last commit that it leaves alone, by author. */
  readonly kept: ReadonlyMap<string, number>;
}

export class Rights {
  /** Heights from which on something holds, and from which on not, by what it is. */
  readonly #begins = new Map<string, number[]>();
  readonly #ends = new Map<string, number[]>();
  readonly #heights = new Map<string, number>();
  readonly #narrowings: Narrowing[] = [];
  /** What the seals so far cover, by author. */
  readonly #sealed = new Map<string, number>();
  #modelHeight: number | undefined;

  constructor(records: readonly LogRecord[]) {
    for (const [height, record] of records.entries()) this.#read(record, height);
  }

  standing(transaction: Transaction, commit: LogCommit): Standing {
    const cited = this.#heights.get(commit.authority);
    if (cited === undefined || !this.#isAllowed(transaction, commit, cited)) return 'never allowed';
    for (const { height, kept } of this.#narrowings) {
      if (height <= cited) continue;
      if (commit.sequence <= (kept.get(commit.author) ?? 0)) break;
      if (!this.#isAllowed(transaction, commit, height)) return 'masked later';
    }
    return 'allowed';
  }

  #read({ hash, body }: LogRecord, height: number): void {
    this.#heights.set(hash, height);
    if (body.kind === 'author') this.#note(this.#begins, toHex(body.author), height);
    if (body.kind === 'model') this.#modelHeight ??= height;
    if (body.kind === 'grants') {
      for (const grant of body.grants) this.#note(this.#begins, nameOf(grant), height);
    }
    if (body.kind === 'revocation') {
      for (const grant of body.grants) this.#note(this.#ends, nameOf(grant), height);
      for (const author of body.authors) this.#note(this.#ends, toHex(author), height);
    }
    if (body.kind === 'seal') {
      for (const { key, sequence } of body.tips) {
        const author = toHex(key);
        this.#sealed.set(author, Math.max(sequence, this.#sealed.get(author) ?? 0));
      }
    }
    if (body.kind !== 'model' && body.kind !== 'revocation') return;
    const kept = new Map(this.#narrowings.at(-1)?.kept ?? []);
    const named = body.frontier.map(({ key, sequence }) => [toHex(key), sequence] as const);
    for (const [author, sequence] of [...this.#sealed, ...named]) {
      kept.set(author, Math.max(sequence, kept.get(author) ?? 0));
    }
    this.#narrowings.push({ height, kept });
  }

  #note(heights: Map<string, number[]>, what: string, height: number): void {
    heights.set(what, [...(heights.get(what) ?? []), height]);
  }

  /** As of a height. */
  #holds(what: string, height: number): boolean {
    const lastOf = (heights: Map<string, number[]>) =>
      heights.get(what)?.findLast((each) => each <= height) ?? -1;
    return lastOf(this.#begins) > lastOf(this.#ends);
  }

  #isAllowed({ actor, deltas }: Transaction, { author }: LogCommit, height: number): boolean {
    if (!this.#holds(author, height)) return false;
    if (this.#modelHeight === undefined || height < this.#modelHeight) return true;
    return deltas.every(({ subject }) =>
      this.#holds(nameOf({ object: objectOf(subject), relation: 'write', subject: actor }), height),
    );
  }
}

function objectOf(subject: AddressedDelta['subject']): string {
  return subject.element === 'node' ? 'Place:*' : `${subject.type}:*`;
}

function nameOf(grant: {
  readonly object: string;
  readonly relation: string;
  readonly subject: string;
}): string {
  return `${grant.object} ${grant.relation} ${grant.subject}`;
}
