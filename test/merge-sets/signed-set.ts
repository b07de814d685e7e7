/**
 * A kept set as replicas hand it on: signed commits, each with its number, its parents and the
 * record that it cites, and the records that make of it what it is kept as. A seal names what
 * stands before it. What is masked is signed by keys of its own, which stand next to those of the
 * authors: behind the last seal they are revoked (schema/authority.md, A17), and before a seal each
 * has signed one number twice (A26), so that both are tried.
 */

import type { GenesisBody, RecordBody } from '../../src/authority/body.ts';
import type { RecordPlace } from '../../src/authority/body-fields.ts';
import { type AuthorityRecord, signRecord } from '../../src/authority/record.ts';
import { assert } from '../../src/base/assert.ts';
import { compareBytes, toHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { signCommit, type VerifiedCommit } from '../../src/delta/commit.ts';
import type { Transaction } from '../../src/delta/delta.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { AUTHORS, SPACE as REFERENCE_SPACE } from '../property/graph-names.ts';
import type { PlannedCommit } from '../property/graph-plan.ts';
import { type KeptCommit, type KeptSet, keptIds, subjectsIn, transactionsOf } from './kept-set.ts';

const OWNER_SEED = seedOf(0x31);
const FOUNDING: GenesisBody = {
  kind: 'genesis',
  owner: publicKeyOf(OWNER_SEED),
  next: sha256(publicKeyOf(seedOf(0x32))),
  name: 'owner',
  // With which the ids of the nodes stand in the order that they have in the reference's space.
  nonce: seedOf(0x34),
};
const GENESIS = signRecord(FOUNDING, OWNER_SEED);
export const SPACE = GENESIS.hash;
const SUBJECTS = subjectsIn(SPACE);
/** Ascending, of each author of sets the key that it signs with, and one for what is masked. */
const KEYS = Array.from({ length: 2 * AUTHORS.length }, (_, index) => {
  const seed = seedOf(0x51 + index);
  return { seed, key: publicKeyOf(seed) };
}).sort((left, right) => compareBytes(left.key, right.key));
type Key = (typeof KEYS)[number];

assert(
  String(ranks(keptIds(SPACE))) === String(ranks(keptIds(REFERENCE_SPACE))),
  'the ids of nodes stand in the same order as in the space of the reference',
);

/** Every replica begins with these. */
export const FOUNDING_RECORDS = foundingRecords();

export interface SignedCommit {
  readonly commit: VerifiedCommit;
  /** As the reference takes it. */
  readonly planned: PlannedCommit;
  /** Places of all commits that it builds on. */
  readonly causes: readonly number[];
}

export interface SignedSet {
  readonly name: string;
  /** In one order that respects causes. */
  readonly commits: readonly SignedCommit[];
  /** Behind the founding records: seals, and at last a revocation where there is one. */
  readonly records: readonly AuthorityRecord[];
}

/** The same commits of a set have the same bytes each time. */
export function signSet(set: KeptSet): SignedSet {
  return new SetSigner(set).signed();
}

class SetSigner {
  readonly #set: KeptSet;
  readonly #records = [...FOUNDING_RECORDS];
  readonly #commits: SignedCommit[] = [];
  /** Of the set, where each place stands among what was signed: that has second commits, too. */
  readonly #places: number[] = [];
  #seals = 0;

  constructor(set: KeptSet) {
    this.#set = set;
  }

  signed(): SignedSet {
    const { name, commits } = this.#set;
    const sealsOfAll = commits.at(-1)?.seals ?? 0;
    for (const [place, commit] of commits.entries()) {
      while (this.#seals < commit.seals) this.#seal();
      this.#commit(commit, place);
      const isFirst = !commits.slice(0, place).some((other) => isOfOneKey(other, commit));
      if (commit.isMasked && isFirst && commit.seals < sealsOfAll) this.#signTwice(place);
    }
    this.#revoke();
    return { name, commits: this.#commits, records: this.#records.slice(FOUNDING_RECORDS.length) };
  }

  #commit(commit: KeptCommit, place: number): void {
    const causes = commit.seen.map((other) => this.#places[other] ?? -1);
    // Whoever has heard of a seal has seen all that it covers.
    const sealed = this.#commits.flatMap(({ planned }, at) =>
      planned.seals < commit.seals && !causes.includes(at) ? [at] : [],
    );
    const hashOf = (other: number) => this.#at(this.#places[other] ?? -1).commit.hash;
    const names = { subjects: SUBJECTS, hashOf };
    const transactions = transactionsOf(this.#set, place, names);
    this.#places.push(this.#commits.length);
    this.#sign(commit, { transactions, causes: [...causes, ...sealed] });
  }

  /** Another commit with the number of the last one, of which nothing shows either. */
  #signTwice(place: number): void {
    const { planned } = this.#at(this.#places[place] ?? -1);
    const delta = { operation: 'set', path: 'name', value: 'twin' } as const;
    const deltas = [{ subject: SUBJECTS.p, delta }];
    const transactions = [{ id: planned.hash.slice(0, 16), actor: 'user:a', deltas }];
    const commit = this.#set.commits[place];
    assert(commit !== undefined, 'what is signed twice is of the set');
    this.#sign(commit, { transactions, causes: [], isTwin: true });
  }

  #sign(
    { author, clock, seals, isMasked }: KeptCommit,
    made: {
      readonly transactions: readonly Transaction[];
      readonly causes: readonly number[];
      readonly isTwin?: boolean;
    },
  ): void {
    const { transactions, causes, isTwin = false } = made;
    const key = keyOf(author, isMasked);
    const own = isTwin ? [] : this.#commitsOf(key);
    const writer = new PayloadWriter();
    for (const transaction of transactions) writer.add(transaction);
    const previous = own.at(-1)?.hash;
    const parents = this.#headsOf(causes).filter((hash) => hash !== previous);
    const header = {
      ...{ space: SPACE, epoch: 0, author: key.key, clock: BigInt(clock) },
      ...{ sequence: own.length + 1, previous, parents: parents.sort(compareBytes) },
      authority: this.#records.at(-1)?.hash ?? SPACE,
    };
    const commit = signCommit(header, writer.finish(), key.seed);
    const seen = causes.reduce((bits, cause) => bits | (1n << BigInt(cause)), 0n);
    const { hash } = commit;
    const planned = { author: key.key, clock: header.clock, hash, seen, seals, isMasked };
    this.#commits.push({ commit, planned: { ...planned, transactions }, causes });
  }

  /** Those that no other of them builds on. */
  #headsOf(causes: readonly number[]): Uint8Array[] {
    const before = new Set(causes.flatMap((cause) => this.#at(cause).causes));
    return causes.filter((cause) => !before.has(cause)).map((cause) => this.#at(cause).commit.hash);
  }

  /** But for second commits. */
  #commitsOf({ key }: Key): VerifiedCommit[] {
    const ofSet = this.#places.flatMap((at) => this.#commits[at] ?? []);
    return ofSet.flatMap(({ commit, planned }) => (planned.author === key ? [commit] : []));
  }

  /** A seal of all that was signed so far. */
  #seal(): void {
    this.#seals += 1;
    const clock = BigInt(Math.max(...this.#commits.map(({ planned }) => Number(planned.clock))));
    const unsealed = this.#commits.filter(({ planned }) => planned.seals === this.#seals - 1);
    const followed = new Set(
      unsealed.flatMap(({ commit: { header } }) => header.previous && toHex(header.previous)),
    );
    const tips = unsealed
      .filter(({ commit }) => !followed.has(toHex(commit.hash)))
      .map(({ commit: { hash, header } }) => {
        return { key: header.author, sequence: header.sequence, hash };
      })
      .sort((one, other) => compareBytes(one.key, other.key) || compareBytes(one.hash, other.hash));
    this.#write((place) => ({ kind: 'seal', ...place, clock, tips }));
  }

  /** Of what is masked behind the last seal; everything else is kept. */
  #revoke(): void {
    const keys = [...new Set(this.#commits.map(({ planned }) => planned.author))];
    const isMasked = (key: Uint8Array) =>
      this.#commits.some(({ planned }) => {
        return planned.author === key && planned.isMasked && planned.seals === this.#seals;
      });
    const authors = keys.filter(isMasked).sort(compareBytes);
    if (authors.length === 0) return;
    const frontier = keys
      .filter((key) => !isMasked(key))
      .map((key) => {
        const own = this.#commits.filter(({ planned }) => planned.author === key);
        return { key, sequence: Math.max(...own.map(({ commit }) => commit.header.sequence)) };
      })
      .sort((left, right) => compareBytes(left.key, right.key));
    const ended = { grants: [], authors, members: [] };
    this.#write((place) => ({ kind: 'revocation', ...place, ...ended, frontier }));
  }

  #write(bodyAt: (place: RecordPlace) => RecordBody): void {
    this.#records.push(recordAfter(this.#records, bodyAt));
  }

  #at(place: number): SignedCommit {
    const commit = this.#commits[place];
    assert(commit !== undefined, 'what a commit names is signed before it');
    return commit;
  }
}

function isOfOneKey(one: KeptCommit, other: KeptCommit): boolean {
  return one.author === other.author && one.isMasked === other.isMasked;
}

function keyOf(author: number, isMasked: boolean): Key {
  const key = KEYS[2 * author + (isMasked ? 1 : 0)];
  assert(key !== undefined, 'an author of a set has keys');
  return key;
}

function foundingRecords(): readonly AuthorityRecord[] {
  const records = [GENESIS];
  for (const { key: author } of KEYS) {
    const label = `author ${records.length}`;
    records.push(recordAfter(records, (place) => ({ kind: 'author', ...place, author, label })));
  }
  return records;
}

function recordAfter(
  records: readonly AuthorityRecord[],
  bodyAt: (place: RecordPlace) => RecordBody,
): AuthorityRecord {
  const previous = records.at(-1)?.hash ?? SPACE;
  return signRecord(bodyAt({ space: SPACE, height: records.length, previous }), OWNER_SEED);
}

/** Where each stands among all in their order. */
function ranks(ids: readonly string[]): number[] {
  const sorted = [...ids].sort();
  return ids.map((id) => sorted.indexOf(id));
}

function seedOf(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}
