/** Counts what random histories came by, so that a check that no longer meets it fails. */

import { toHex } from '../../src/base/bytes.ts';
import type { CommitItem, Item } from './authority-history.ts';
import { type AuthorityOracle, transactionsOf } from './authority-oracle.ts';

/** How often each must be met in 100 histories, at least. */
const LEAST: Readonly<Record<string, number>> = {
  'transactions masked at arrival': 200,
  'transactions masked after they were applied': 100,
  'values restored by masking': 20,
  'elements restored by masking': 2,
  'transactions allowed': 200,
  'transactions kept by a frontier': 20,
  'transactions masked by a later record alone': 50,
  'transactions allowed by a condition alone': 2,
  'transactions of a revoked author masked': 20,
  'transactions of a wrong actor masked': 30,
  'commits that wait for a node': 5,
  'places of masked transactions named': 3,
  'reasons of masked transactions': 200,
  'starts from the log': 20,
};
/** Below this many histories chance decides too much. */
const HISTORIES_MIN = 20;
/** What takes a clock behind all limits of conditions. */
const LATE = 1_000_000_000n << 16n;

export class AuthorityTally {
  readonly #counts = new Map<string, number>();
  #histories = 0;
  #orders = 0;
  #ordersMost = 0;
  #itemsMost = 0;

  get orders(): number {
    return this.#orders;
  }

  hit(what: string, count = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  history(itemCount: number, orders: number): void {
    this.#histories += 1;
    this.#orders += orders;
    this.#ordersMost = Math.max(this.#ordersMost, orders);
    this.#itemsMost = Math.max(this.#itemsMost, itemCount);
  }

  /** The items that are here have come to a state for the first time. */
  outcome(oracle: AuthorityOracle, taken: readonly Item[]): void {
    const commits = taken.filter((item) => item.kind === 'commit');
    const masked = new Set(
      commits.flatMap((item) => {
        const hash = toHex(item.commit.hash);
        return oracle.masked(item).map((position) => `${hash} ${position}`);
      }),
    );
    for (const item of commits) {
      this.#survey(oracle, item);
      this.#surveyPlaces(item, masked);
    }
  }

  /** A record has masked what was applied. */
  rebuilt(before: AuthorityOracle, after: AuthorityOracle, taken: readonly Item[]): void {
    this.hit('states made again');
    const [shown, shows] = [before.graph(), after.graph()];
    for (const item of taken) {
      if (item.kind !== 'commit') continue;
      const was = new Set(before.masked(item));
      const masked = after.masked(item).filter((position) => !was.has(position));
      this.hit('transactions masked after they were applied', masked.length);
      for (const { stamp, deltas } of transactionsOf(item)) {
        if (!masked.includes(stamp.position)) continue;
        for (const delta of deltas) {
          if (delta.op === 'deleteNode' && !shown.exists(delta.id) && shows.exists(delta.id)) {
            this.hit('elements restored by masking');
          }
          if (delta.op !== 'set') continue;
          const winner = shown.winningSet(delta.element, delta.path);
          const isWinner = winner?.commit === stamp.commit && winner.position === stamp.position;
          const other = shows.winningSet(delta.element, delta.path);
          if (isWinner && other !== undefined) this.hit('values restored by masking');
        }
      }
    }
  }

  /** What came up too rarely. */
  rare(): string[] {
    if (this.#histories < HISTORIES_MIN) return [];
    return Object.entries(LEAST).flatMap(([what, least]) => {
      const count = this.#counts.get(what) ?? 0;
      if (count * 100 >= least * this.#histories) return [];
      return [`${what}: ${count} in ${this.#histories} histories`];
    });
  }

  lines(): string[] {
    return [
      `${this.#histories} histories of up to ${this.#itemsMost} items`,
      `${this.#orders} orders of arrival, up to ${this.#ordersMost} of one history`,
      ...[...this.#counts].sort().map(([what, count]) => `${what}: ${count}`),
    ];
  }

  /** Inserts and moves that count, at places of transactions that do not. */
  #surveyPlaces(item: CommitItem, masked: ReadonlySet<string>): void {
    for (const { stamp, deltas } of transactionsOf(item)) {
      if (masked.has(`${stamp.commit} ${stamp.position}`)) continue;
      for (const delta of deltas) {
        const place = delta.op === 'insert' || delta.op === 'move' ? delta.place : undefined;
        if (place === undefined) continue;
        const { commit, position } = place.of;
        if (masked.has(`${commit} ${position}`)) this.hit('places of masked transactions named');
      }
    }
  }

  #survey(oracle: AuthorityOracle, item: CommitItem): void {
    const { authority } = oracle;
    const { commit, cited, transactions } = item;
    const { author, clock } = commit.header;
    const isRevoked = !authority.isAuthor(author, authority.height);
    // No record keeps a number so great; no narrowing one stands behind the head.
    const unkept = { ...commit.header, sequence: Infinity };
    for (const transaction of transactions) {
      const judge = (header = commit.header) =>
        oracle.judge(transaction, { ...item, commit: { ...commit, header } });
      if (judge() === 'allowed') {
        this.hit('transactions allowed');
        if (judge(unkept) === 'masked') this.hit('transactions kept by a frontier');
        if (judge({ ...commit.header, clock: clock + LATE }) === 'masked') {
          this.hit('transactions allowed by a condition alone');
        }
        continue;
      }
      const isActor = authority.mayAct(author, transaction.actor);
      if (!isActor) this.hit('transactions of a wrong actor masked');
      else if (isRevoked) this.hit('transactions of a revoked author masked');
      const alone = authority.judgeAt(transaction, oracle.askedAt(item, cited));
      if (alone === 'allowed') this.hit('transactions masked by a later record alone');
    }
  }
}
