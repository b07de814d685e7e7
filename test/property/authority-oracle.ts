/** What must come of the items of a history that a replica has taken, in whatever order. */

import { toHex } from '../../src/base/bytes.ts';
import type { Transaction } from '../../src/delta/delta.ts';
import {
  type Asked,
  type Judgement,
  ReferenceAuthority,
  type TypeOf,
} from '../reference/reference-authority.ts';
import type { ReferenceTransaction } from '../reference/reference-delta.ts';
import { ReferenceGraph } from '../reference/reference-graph.ts';
import type { CommitItem, History, Item, RecordItem } from './authority-history.ts';
import { referenceTransactions } from './graph-commits.ts';

export class AuthorityOracle {
  readonly authority: ReferenceAuthority;
  readonly #commits: readonly CommitItem[];
  readonly #types: ReadonlyMap<string, string>;
  /** Each is asked often. */
  readonly #masked = new Map<CommitItem, readonly number[]>();

  /** Of the items, records follow one another from the first on. */
  constructor({ founding }: History, taken: readonly Item[]) {
    const records = taken.filter((item) => item.kind === 'record');
    const later = records.sort((left, right) => left.height - right.height);
    const bodies = [...founding, ...later.map(({ record }) => record)].map(({ body }) => body);
    this.authority = new ReferenceAuthority(bodies);
    this.#commits = taken.filter((item) => item.kind === 'commit');
    this.#types = createdTypes(this.#commits);
  }

  /** Positions of transactions that are masked. */
  masked(item: CommitItem): readonly number[] {
    const known = this.#masked.get(item);
    if (known !== undefined) return known;
    const masked = item.transactions.flatMap((transaction, position) =>
      this.judge(transaction, item) === 'masked' ? [position] : [],
    );
    this.#masked.set(item, masked);
    return masked;
  }

  judge(transaction: Transaction, item: CommitItem): Judgement {
    return this.authority.judge(transaction, this.askedAt(item, item.cited));
  }

  /** What is asked of the transactions of a commit, with the types that it tells itself. */
  askedAt({ commit, transactions }: CommitItem, cited: number): Asked {
    const own = createdTypes([{ transactions }]);
    const typeOf: TypeOf = (id) => own.get(id) ?? this.#types.get(id);
    return { header: commit.header, cited, typeOf };
  }

  /** Why a commit that is not here may not come in; undefined where it must. */
  whyNot(item: CommitItem): string | undefined {
    const { commit, cited, transactions } = item;
    const { author, sequence, parents } = commit.header;
    if (cited > this.authority.height) return 'authority.unknown';
    if (!this.authority.isAuthor(author, cited)) return 'author.uncertified';
    const own = this.#commits.filter((each) => isBy(each, author)).length;
    if (sequence !== own + 1) return 'sequence.gap';
    const here = new Set(this.#commits.map((each) => toHex(each.commit.hash)));
    if (parents.some((parent) => !here.has(toHex(parent)))) return 'parent.unknown';
    const waits = transactions.some((each) => this.judge(each, item) === 'waits');
    return waits ? 'node.unknown' : undefined;
  }

  /** The same for a record: a commit that it does not keep may wait for a node. */
  whyRecordNot(history: History, taken: readonly Item[], { height, ...item }: RecordItem) {
    if (height !== this.authority.height + 1) return 'another height';
    const after = new AuthorityOracle(history, [...taken, { height, ...item }]);
    return after.waits() ? 'node.unknown' : undefined;
  }

  /** Whether a commit that is here could not be judged. */
  waits(): boolean {
    return this.#commits.some((item) =>
      item.transactions.some((each) => this.judge(each, item) === 'waits'),
    );
  }

  graph(): ReferenceGraph {
    const graph = new ReferenceGraph();
    for (const transaction of this.#judged()) graph.apply(transaction);
    return graph;
  }

  #judged(): ReferenceTransaction[] {
    return this.#commits.flatMap((item) => {
      const masked = new Set(this.masked(item));
      return transactionsOf(item).map((transaction) => {
        return { ...transaction, isMasked: masked.has(transaction.stamp.position) };
      });
    });
  }
}

export function transactionsOf({ commit, transactions }: CommitItem): ReferenceTransaction[] {
  const { author, clock } = commit.header;
  return referenceTransactions({ author, clock, hash: commit.hash, transactions });
}

function createdTypes(
  commits: readonly Pick<CommitItem, 'transactions'>[],
): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const { deltas } of commits.flatMap(({ transactions }) => transactions)) {
    for (const { subject, delta } of deltas) {
      const isCreate = delta.operation === 'createNode' || delta.operation === 'createNodeByKey';
      if (isCreate && subject.element === 'node') types.set(subject.id, delta.type);
    }
  }
  return types;
}

function isBy({ commit }: CommitItem, author: Uint8Array): boolean {
  return toHex(commit.header.author) === toHex(author);
}
