/**
 * Random histories of a space: records of its authority chain, and commits of three authors who
 * see each other late, cite older records than they could, and go on where they were revoked. The
 * order in which a history is made is one order of arrival.
 */

import type { RecordBody } from '../../src/authority/body.ts';
import type { AuthorSequence, RecordPlace } from '../../src/authority/body-fields.ts';
import type { WrittenGrant } from '../../src/authority/permission-body.ts';
import { type AuthorityRecord, signRecord } from '../../src/authority/record.ts';
import { compareBytes } from '../../src/base/bytes.ts';
import { signCommit, type VerifiedCommit } from '../../src/delta/commit.ts';
import type { Transaction } from '../../src/delta/delta.ts';
import { CommitFormat } from '../../src/delta/header.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import type { Seeded } from '../seeded.ts';
import { type KnownPlace, type KnownSet, randomTransactions } from './authority-transactions.ts';
import {
  AUTHORS,
  broadGrants,
  DEFINITIONS,
  GENESIS,
  MEMBER_KEYS,
  MEMBERS,
  OWNER_SEED,
  randomGrant,
  randomModelText,
  SPACE,
  START_MILLISECONDS,
  STEP_MILLISECONDS,
  type WorldAuthor,
} from './authority-world.ts';

export interface CommitItem {
  readonly kind: 'commit';
  readonly commit: VerifiedCommit;
  readonly transactions: readonly Transaction[];
  /** Height of the record that it cites. */
  readonly cited: number;
}

export interface RecordItem {
  readonly kind: 'record';
  readonly record: AuthorityRecord;
  readonly height: number;
}

export type Item = CommitItem | RecordItem;

export interface History {
  /** Every replica begins with these. */
  readonly founding: readonly AuthorityRecord[];
  readonly items: readonly Item[];
}

/** How far an author has come. */
interface Progress {
  readonly author: WorldAuthor;
  /** Heights from which on it may be cited, and the one that ended it. */
  readonly from: number;
  end: number;
  readonly commits: VerifiedCommit[];
  /** Commits in the causal past of its next one. */
  readonly seen: Set<VerifiedCommit>;
}

export class HistoryWriter {
  readonly #random: Seeded;
  readonly #records: AuthorityRecord[] = [GENESIS];
  readonly #items: Item[] = [];
  readonly #progress: Progress[] = [];
  readonly #sets: KnownSet[] = [];
  readonly #places: KnownPlace[] = [];
  readonly #grants: WrittenGrant[] = [];
  readonly #members = new Set<string>();
  readonly #created = new Set<string>();
  readonly #founding: number;
  #hasModel = false;

  constructor(random: Seeded) {
    this.#random = random;
    this.#write((place) => ({ kind: 'definition', ...place, sdl: DEFINITIONS[0] ?? '' }));
    for (const [index, name] of MEMBERS.entries()) {
      const key = MEMBER_KEYS[index] ?? SPACE;
      this.#members.add(name);
      this.#write((place) => ({ kind: 'member', ...place, name, key }));
    }
    for (const author of AUTHORS) this.#certify(author);
    if (random.chance(0.6)) this.#model([]);
    if (this.#hasModel) this.#makeGrants(broadGrants(random));
    this.#founding = this.#records.length;
    this.#items.length = 0;
  }

  history(itemCount: number): History {
    while (this.#items.length < itemCount) this.#next();
    return { founding: this.#records.slice(0, this.#founding), items: this.#items };
  }

  #next(): void {
    const choice = this.#random.below(20);
    if (choice < 11) this.#commit();
    else if (choice < 12) this.#grant(this.#random.between(1, 3));
    else if (choice < 16) this.#revoke();
    else if (choice < 18) this.#model(this.#frontier());
    else if (choice < 19) this.#define();
    else this.#revokeAuthors();
  }

  #model(frontier: AuthorSequence[]): void {
    this.#hasModel = true;
    const model = randomModelText(this.#random);
    this.#record((place) => ({ kind: 'model', ...place, model, frontier }));
  }

  #define(): void {
    const sdl = this.#random.pick(DEFINITIONS);
    this.#record((place) => ({ kind: 'definition', ...place, sdl }));
  }

  #grant(count: number): void {
    if (!this.#hasModel) return this.#model(this.#frontier());
    if (this.#grants.length === 0) return this.#makeGrants(broadGrants(this.#random));
    const named = new Map<string, WrittenGrant>();
    for (let index = 0; index < count; index++) {
      const grant = randomGrant(this.#random);
      named.set(`${grant.object}#${grant.relation}@${grant.subject}`, grant);
    }
    this.#makeGrants([...named.values()]);
  }

  #makeGrants(grants: readonly WrittenGrant[]): void {
    this.#grants.push(...grants);
    this.#record((place) => ({ kind: 'grants', ...place, grants }));
  }

  /** Mostly of what was granted, whether it still holds or not. */
  #revoke(): void {
    const random = this.#random;
    if (this.#grants.length === 0) return this.#grant(random.between(2, 5));
    const named = new Map<string, WrittenGrant>();
    for (let count = random.between(1, 10); count > 0; count--) {
      const { object, relation, subject } = random.chance(0.9)
        ? random.pick(this.#grants)
        : randomGrant(random);
      named.set(`${object}#${relation}@${subject}`, { object, relation, subject });
    }
    const ended = { grants: [...named.values()], authors: [], members: [] };
    const frontier = this.#frontier();
    this.#record((place) => ({ kind: 'revocation', ...place, ...ended, frontier }));
  }

  /** Some author, or a whole member; a history where nobody may write is of no use. */
  #revokeAuthors(): void {
    const certified = this.#progress.filter(({ end }) => end === Infinity);
    if (certified.length < 2) return this.#commit();
    const height = this.#records.length;
    const one = this.#random.pick(certified);
    const { organisation } = one.author;
    const isMember = organisation !== undefined && this.#random.chance(0.5);
    one.end = height;
    if (isMember) this.#members.delete(organisation);
    const ended = {
      grants: [],
      authors: isMember ? [] : [one.author.key],
      members: isMember ? [organisation] : [],
    };
    const frontier = this.#frontier();
    this.#record((place) => ({ kind: 'revocation', ...place, ...ended, frontier }));
  }

  #certify(author: WorldAuthor): void {
    const { key, organisation } = author;
    const own = {
      author: key,
      label: 'author',
      ...(organisation !== undefined && { organisation }),
    };
    const from = this.#records.length;
    this.#progress.push({ author, from, end: Infinity, commits: [], seen: new Set() });
    this.#write((place) => ({ kind: 'author', ...place, ...own }));
  }

  /** Everything that was made so far; or less, or more, or nothing at all. */
  #frontier(): AuthorSequence[] {
    const random = this.#random;
    if (random.chance(0.4)) return [];
    const isWhole = random.chance(0.3);
    const frontier = this.#progress.map(({ author: { key }, commits }) => {
      const made = commits.length;
      const less = random.chance(0.1) ? made + 1 : random.between(0, made);
      return { key, sequence: isWhole ? made : less };
    });
    return frontier
      .filter(({ sequence }) => sequence > 0)
      .sort((left, right) => compareBytes(left.key, right.key));
  }

  #commit(): void {
    const random = this.#random;
    const place = random.below(this.#progress.length);
    const progress = this.#progress[place];
    if (progress === undefined) throw new Error('expected an author, got none');
    for (const other of this.#progress) {
      const newest = other.commits.at(-1);
      if (newest === undefined || !random.chance(0.4)) continue;
      progress.seen.add(newest);
      for (const each of other.seen) progress.seen.add(each);
    }
    const sets = this.#sets.filter(({ commit }) => progress.seen.has(commit));
    const places = this.#places.filter(({ commit }) => progress.seen.has(commit));
    const transactions = randomTransactions(random, {
      author: place,
      sets,
      places,
      created: this.#created,
    });
    const cited = this.#cited(progress);
    const commit = this.#sign(progress, { transactions, cited });
    progress.commits.push(commit);
    progress.seen.add(commit);
    this.#keepNamed(commit, transactions);
    this.#items.push({ kind: 'commit', commit, transactions, cited });
  }

  /** Mostly the head; else a record before it, and before the one that ended the author. */
  #cited({ from, end }: Progress): number {
    const last = Math.min(this.#records.length, end) - 1;
    return this.#random.chance(0.5) ? last : this.#random.between(from, last);
  }

  #sign(
    { author, commits, seen }: Progress,
    { transactions, cited }: Pick<CommitItem, 'transactions' | 'cited'>,
  ): VerifiedCommit {
    const random = this.#random;
    const isSegmented = random.chance(0.15);
    const writer = new PayloadWriter(isSegmented ? { secret: random.bytes(32) } : {});
    for (const { id, actor, deltas } of transactions) {
      if (!isSegmented) writer.add({ id, actor, deltas });
      else {
        const segments = deltas.map((delta) => ({ relation: 'read', deltas: [delta] }));
        writer.addSegmented({ id, actor, segments });
      }
    }
    const previous = commits.at(-1)?.hash;
    const parents = [...seen].slice(-3).map(({ hash }) => hash);
    const clocks = [...seen].map(({ header }) => header.clock).sort(compareClocks);
    const least = clocks.at(-1) ?? 0n;
    const milliseconds = START_MILLISECONDS + random.below(120) * STEP_MILLISECONDS;
    const drawn = BigInt(milliseconds) << 16n;
    return signCommit(
      {
        space: SPACE,
        epoch: 0,
        author: author.key,
        sequence: commits.length + 1,
        previous,
        parents: parents.filter((hash) => hash !== previous).sort(compareBytes),
        authority: this.#records[cited]?.hash ?? SPACE,
        clock: drawn > least ? drawn : least + BigInt(random.between(1, 2)),
        format: isSegmented ? CommitFormat.SEGMENTED : CommitFormat.PLAIN,
      },
      writer.finish(),
      author.seed,
    );
  }

  #keepNamed(commit: VerifiedCommit, transactions: readonly Transaction[]): void {
    for (const [position, { deltas }] of transactions.entries()) {
      for (const { subject, delta } of deltas) {
        if (delta.operation === 'set') {
          this.#sets.push({ subject, path: delta.path, commit, position });
        } else if (delta.operation === 'insert' || delta.operation === 'move') {
          const { path, number } = delta;
          this.#places.push({ subject, path, commit, position, number });
        }
      }
    }
  }

  #record(bodyAt: (place: RecordPlace) => RecordBody): void {
    const record = this.#write(bodyAt);
    this.#items.push({ kind: 'record', record, height: this.#records.length - 1 });
  }

  #write(bodyAt: (place: RecordPlace) => RecordBody): AuthorityRecord {
    const previous = this.#records.at(-1)?.hash ?? SPACE;
    const body = bodyAt({ space: SPACE, height: this.#records.length, previous });
    const record = signRecord(body, OWNER_SEED);
    this.#records.push(record);
    return record;
  }
}

function compareClocks(left: bigint, right: bigint): number {
  return left < right ? -1 : 1;
}
