/**
 * The authority chain of one space as far as this replica holds it: one record at each height,
 * from genesis to the head, and what they decide. Commits are judged as of the head they cite.
 */

import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { AUTHORS_MAX } from '../base/limits.ts';
import { sha256 } from '../crypto/hash.ts';
import { isRegistrableKey } from '../crypto/registrable-key.ts';
import type { Definition } from '../definition/definition.ts';
import { checkEvolution } from '../definition/evolve.ts';
import { parseDefinition } from '../definition/parse.ts';
import {
  type AuthorBody,
  type AuthorityRecord,
  type DefinitionBody,
  type GenesisBody,
  isSignedBy,
  type RecordPlace,
  type RotationBody,
  type SealBody,
} from './record.ts';

/** A key that may sign commits that cite the record at `height` or a later one. */
export interface CertifiedAuthor {
  readonly key: Uint8Array;
  readonly label: string;
  readonly height: number;
}

export class AuthorityChain {
  readonly #hashes: Uint8Array[] = [];
  readonly #heights = new Map<string, number>();
  /** Every key that has owned the space; the last one does. */
  readonly #owners: Uint8Array[] = [];
  #name = '';
  /** SHA-256 of the key that may own it next, in hex. */
  #next: string | undefined;
  /** The same of every owner and author. */
  readonly #used = new Set<string>();
  readonly #authors = new Map<string, CertifiedAuthor>();
  /** By author, in hex, the last commit that a seal covers. */
  readonly #sealed = new Map<string, number>();
  #sealHeight = 0;
  #sealedClock = 0n;
  /** Every version: a retired path may come back, but only as what it was. */
  readonly #definitions: Definition[] = [];

  /** Records held; the next height. */
  get length(): number {
    return this.#hashes.length;
  }

  /** SHA-256 of the genesis record. */
  get space(): Uint8Array {
    return this.#hashes[0] ?? missing();
  }

  get head(): Uint8Array {
    return this.#hashes.at(-1) ?? missing();
  }

  /** The key that signs the next record. */
  get owner(): Uint8Array {
    return this.#owners.at(-1) ?? missing();
  }

  /** Name of the organisation that founded the space. */
  get organisation(): string {
    return this.#name;
  }

  /** In the order in which they were certified. */
  get authors(): readonly CertifiedAuthor[] {
    return [...this.#authors.values()];
  }

  get definition(): Definition {
    return this.#definitions.at(-1) ?? missing();
  }

  get hasDefinition(): boolean {
    return this.#definitions.length > 0;
  }

  /** Height of the newest seal; 0, that of the genesis, where there is none. */
  get sealHeight(): number {
    return this.#sealHeight;
  }

  /** Greatest clock of a sealed commit; 0 where none is. */
  get sealedClock(): bigint {
    return this.#sealedClock;
  }

  /** The last commit of an author that a seal covers; 0 for none. */
  sealedSequence(author: Uint8Array): number {
    return this.#sealed.get(toHex(author)) ?? 0;
  }

  /** What the next record says of its place. */
  get nextPlace(): RecordPlace {
    return { space: this.space, height: this.length, previous: this.head };
  }

  /** Height of a record of this chain, or undefined. */
  heightOf(hash: Uint8Array): number | undefined {
    return this.#heights.get(toHex(hash));
  }

  /** Hash of the record at a height. */
  hashAt(height: number): Uint8Array {
    return this.#hashes[height] ?? missing();
  }

  /** An author that was certified. */
  author(key: Uint8Array): CertifiedAuthor | undefined {
    return this.#authors.get(toHex(key));
  }

  /** Whether a key may sign commits that cite the record at a height. */
  isAuthor(key: Uint8Array, height: number): boolean {
    const author = this.author(key);
    return author !== undefined && author.height <= height;
  }

  /**
   * What `accept` would decide, without changing anything: throws REFUSED for a record that does
   * not continue this chain or is not signed by the owner, INVALID_INPUT for a wrong definition.
   */
  check(record: AuthorityRecord): Definition | undefined {
    const { body } = record;
    switch (body.kind) {
      case 'genesis':
        this.#checkGenesis(record, body);
        return undefined;
      case 'definition':
        this.#checkPlace(body);
        expectSignature(record, this.owner);
        return this.#checkDefinition(body);
      case 'author':
        this.#checkPlace(body);
        expectSignature(record, this.owner);
        this.#checkAuthor(body);
        return undefined;
      case 'rotation':
        this.#checkPlace(body);
        this.#checkRotation(record, body);
        return undefined;
      case 'seal':
        this.#checkPlace(body);
        expectSignature(record, this.owner);
        this.#checkSeal(body);
        return undefined;
    }
  }

  /** Appends a record that `check` lets pass. */
  accept(record: AuthorityRecord): void {
    const definition = this.check(record);
    if (definition !== undefined) this.#definitions.push(definition);
    const { body } = record;
    if (body.kind === 'genesis') this.#name = body.name;
    if (body.kind === 'genesis' || body.kind === 'rotation') {
      this.#owners.push(body.owner);
      this.#used.add(toHex(sha256(body.owner)));
      this.#next = toHex(body.next);
    } else if (body.kind === 'author') {
      const { author: key, label, height } = body;
      this.#authors.set(toHex(key), { key, label, height });
      this.#used.add(toHex(sha256(key)));
    } else if (body.kind === 'seal') {
      for (const { key, sequence } of body.authors) this.#sealed.set(toHex(key), sequence);
      this.#sealHeight = body.height;
      this.#sealedClock = body.clock;
    }
    this.#heights.set(toHex(record.hash), this.length);
    this.#hashes.push(record.hash);
  }

  #checkGenesis(record: AuthorityRecord, { owner, next }: GenesisBody): void {
    if (this.length > 0) throw refused('a record after the genesis', 'another genesis');
    expectOwner(owner);
    this.#expectUnused(next, owner);
    expectSignature(record, owner);
  }

  #checkPlace({ space, height, previous }: RecordPlace): void {
    if (this.length === 0) throw refused('a genesis first', 'a later one');
    if (!sameBytes(space, this.space)) throw refused('a record of this space', 'another');
    if (height === this.length && sameBytes(previous, this.head)) return;
    throw refused(`height ${this.length} after the head`, `height ${height}`);
  }

  #checkDefinition({ sdl }: DefinitionBody): Definition {
    const definition = parseDefinition(sdl);
    for (const earlier of this.#definitions) checkEvolution(earlier, definition);
    return definition;
  }

  #checkAuthor({ author }: AuthorBody): void {
    if (!isRegistrableKey(author)) throw refused('an author key of prime order', 'another');
    if (this.#owners.some((owner) => sameBytes(owner, author))) {
      throw refused('an author key that never owned the space', 'one that did');
    }
    if (toHex(sha256(author)) === this.#next) {
      throw refused('an author key that never owned the space', 'one that will');
    }
    if (this.#authors.has(toHex(author))) {
      throw refused('an author that is not certified yet', toHex(author));
    }
    if (this.#authors.size >= AUTHORS_MAX) {
      throw refused(`at most ${AUTHORS_MAX} authors`, 'one more');
    }
  }

  /** The new key signs: the older one may be in the hands of a thief, or lost. */
  #checkRotation(record: AuthorityRecord, { owner, next }: RotationBody): void {
    if (toHex(sha256(owner)) !== this.#next) {
      throw refused('the owner key that was committed to', 'another');
    }
    expectOwner(owner);
    this.#expectUnused(next, owner);
    expectSignature(record, owner);
  }

  /** What is sealed stays so: each number is greater than before, and so is the clock. */
  #checkSeal({ clock, authors }: SealBody): void {
    if (clock <= this.#sealedClock) {
      throw refused(`a clock above the sealed ${this.#sealedClock}`, `${clock}`);
    }
    for (const { key, sequence } of authors) {
      if (!this.isAuthor(key, this.length)) throw refused('a certified author', toHex(key));
      const sealed = this.sealedSequence(key);
      if (sequence > sealed) continue;
      throw refused(`a commit of ${toHex(key)} after ${sealed}`, `${sequence}`);
    }
  }

  /** A key that has signed, or signs commits, is no longer a secret to fall back on. */
  #expectUnused(next: Uint8Array, owner: Uint8Array): void {
    const isUsed = this.#used.has(toHex(next)) || sameBytes(sha256(owner), next);
    if (!isUsed) return;
    throw refused('a next key that was not used before', 'one that was');
  }
}

function expectOwner(owner: Uint8Array): void {
  if (!isRegistrableKey(owner)) throw refused('an owner key of prime order', 'another');
}

function expectSignature(record: AuthorityRecord, owner: Uint8Array): void {
  if (!isSignedBy(record, owner)) throw refused("the owner's signature", 'one that fails');
}

function refused(expected: string, actual: string): DatabaseError {
  const message = `an authority record expected ${expected}, got ${actual}`;
  return new DatabaseError(ErrorCode.REFUSED, message);
}

function missing(): never {
  throw new Error('assertion failed: the authority chain is read before it has what is asked');
}
