/**
 * The authority chain of one space as far as this replica holds it: one record at each height,
 * from genesis to the head, and what they decide. Commits are judged as of the head they cite.
 */

import { isOrganisation } from '../access/principal.ts';
import { sameBytes, toHex } from '../base/bytes.ts';
import { AUTHORS_MAX, MEMBERS_MAX } from '../base/identity-limits.ts';
import { sha256 } from '../crypto/hash.ts';
import { isRegistrableKey } from '../crypto/registrable-key.ts';
import type { Definition } from '../definition/definition.ts';
import { checkEvolution } from '../definition/evolve.ts';
import { parseDefinition } from '../definition/parse.ts';
import type { Voters } from '../quorum/voters.ts';
import type {
  AuthorBody,
  DefinitionBody,
  GenesisBody,
  MemberBody,
  PlacedBody,
  RecordBody,
  RotationBody,
  SealBody,
} from './body.ts';
import type { AuthorSequence, RecordPlace } from './body-fields.ts';
import { type CertifiedAuthor, CertifiedAuthors } from './certified-authors.ts';
import { Epochs, type Organisations } from './epochs.ts';
import { type KeptCommits, Narrowings } from './narrowing.ts';
import { isNarrowing, type PermissionBody, type RevocationBody } from './permission-body.ts';
import { type AuthorityRecord, isSignedBy } from './record.ts';
import { refused } from './refused.ts';
import { Seals } from './seals.ts';

/** Judges what records say of permissions, where their content matters (permission-chain.ts). */
export interface PermissionJudge {
  /** Throws where the record may not follow; changes nothing. */
  check(body: PermissionBody, chain: AuthorityChain): void;
  /** Throws where the definition names relations that the model in force does not have. */
  checkDefinition(definition: Definition, height: number): void;
  /** Makes room for what `accept` takes next, so that it cannot fail; throws LIMIT_EXCEEDED. */
  ensure(body: RecordBody, definition: Definition | undefined): void;
  /** Takes a record of any kind, with the definition in force as of it. */
  accept(body: RecordBody, definition: Definition | undefined): void;
}

/** What of a commit's header says where it stands to the seals. */
export interface CitingCommit {
  readonly author: Uint8Array;
  readonly sequence: number;
  /** Hash of the record that it cites. */
  readonly authority: Uint8Array;
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
  readonly #authors = new CertifiedAuthors();
  /** Root keys of the organisations that share the space with its owner, by name. */
  readonly #members = new Map<string, Uint8Array>();
  readonly #epochs = new Epochs();
  readonly #narrowings = new Narrowings();
  readonly #permissions: PermissionJudge | undefined;
  readonly #seals = new Seals();
  /** Every version: a retired path may come back, but only as what it was. */
  readonly #definitions: Definition[] = [];

  /**
   * Without a judge, records about permissions are taken as they are: the owner has signed them.
   */
  constructor(permissions?: PermissionJudge) {
    this.#permissions = permissions;
  }

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
    return this.#authors.all;
  }

  get definition(): Definition {
    return this.#definitions.at(-1) ?? missing();
  }

  get hasDefinition(): boolean {
    return this.#definitions.length > 0;
  }

  /** Height of the newest seal; 0, that of the genesis, where there is none. */
  get sealHeight(): number {
    return this.#seals.height;
  }

  /** Greatest clock of a sealed commit; 0 where none is. */
  get sealedClock(): bigint {
    return this.#seals.clock;
  }

  /** The last commit of an author that a seal covers; 0 for none. */
  sealedSequence(author: Uint8Array): number {
    return this.#seals.newest.get(toHex(author)) ?? 0;
  }

  /** By author, in hex, the last commit that a seal covers. */
  get sealed(): KeptCommits {
    return this.#seals.newest;
  }

  /** Seals, and which commits they cover. */
  get seals(): Seals {
    return this.#seals;
  }

  /** Whether a seal above the record that a commit cites leaves the commit out. */
  leavesOut({ author, authority, sequence }: CitingCommit): boolean {
    if (this.#seals.height === 0) return false;
    const height = this.heightOf(authority);
    return height !== undefined && this.#seals.leavesOut(toHex(author), sequence, height);
  }

  /** By author, in hex, the last commit that a record with this frontier would keep. */
  keptBy(frontier: readonly AuthorSequence[]): KeptCommits {
    return this.#narrowings.keptBy(frontier, this.#seals.newest);
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
    return this.#authors.get(key);
  }

  /** Whether a key may sign commits that cite the record at a height. */
  isAuthor(key: Uint8Array, height: number): boolean {
    return this.#authors.isAuthor(key, height);
  }

  /** Whether an organisation is a member, the owner's included. */
  isMember(name: string): boolean {
    return name === this.#name || this.#members.has(name);
  }

  /** Who votes, where members decide on records; undefined where the owner does. */
  get voters(): Voters | undefined {
    return this.#epochs.voters;
  }

  /** Who votes on a decision of the space, from 1, as far as the chain tells. */
  votersAt(position: number): Voters | undefined {
    return this.#epochs.votersAt(position);
  }

  /** Whether members have decided a proposal so that a record came of it. */
  hasDecided(proposal: Uint8Array): boolean {
    return this.#epochs.hasDecided(proposal);
  }

  /** Which decision of the members the head was; 0 where it was none. */
  get decisionPosition(): number {
    return this.#epochs.position;
  }

  /** What narrows rights, and which commits it leaves alone. */
  get narrowings(): Narrowings {
    return this.#narrowings;
  }

  /**
   * What `accept` would decide, without changing anything: throws REFUSED for a record that does
   * not continue this chain, or that neither the owner has signed nor the members that vote have
   * decided, INVALID_INPUT for a wrong definition.
   */
  check(record: AuthorityRecord): Definition | undefined {
    const { body } = record;
    if (body.kind === 'genesis') {
      this.#checkGenesis(record, body);
      return undefined;
    }
    this.#checkPlace(body);
    if (this.voters !== undefined) this.#epochs.expectDecided(record, body);
    else this.#expectOwner(record, body);
    return this.#checkContent(body);
  }

  /** The same of a body that nobody has signed yet: whether members may decide it. */
  checkBody(body: PlacedBody): void {
    this.#checkPlace(body);
    this.#checkContent(body);
  }

  #expectOwner(record: AuthorityRecord, body: PlacedBody): void {
    expectSignature(record, body.kind === 'rotation' ? this.#successor(body) : this.owner);
    if (body.proposal !== undefined) throw refused('no proposal before members vote', 'one');
  }

  #checkContent(body: PlacedBody): Definition | undefined {
    switch (body.kind) {
      case 'definition':
        return this.#checkDefinition(body);
      case 'member':
        this.#checkMember(body);
        return undefined;
      case 'author':
        this.#checkAuthor(body);
        return undefined;
      case 'rotation':
        this.#checkRotation(body);
        return undefined;
      case 'seal':
        this.#checkSeal(body);
        return undefined;
      case 'epoch':
        this.#epochs.check(body, this.#organisations);
        return undefined;
      default:
        if (body.kind === 'revocation') this.#checkRevocation(body);
        this.#permissions?.check(body, this);
        return undefined;
    }
  }

  /** Makes room for a record that `check` lets pass; throws LIMIT_EXCEEDED. */
  ensure({ body }: AuthorityRecord): void {
    const isDefinition = body.kind === 'definition';
    this.#permissions?.ensure(
      body,
      isDefinition ? parseDefinition(body.sdl) : this.#definitions.at(-1),
    );
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
    } else if (body.kind === 'member') {
      this.#members.set(body.name, body.key);
      this.#used.add(toHex(sha256(body.key)));
    } else if (body.kind === 'author') {
      const { author: key, label, height, organisation } = body;
      this.#authors.add({
        key,
        label,
        height,
        ...(organisation !== undefined && { organisation }),
      });
      this.#used.add(toHex(sha256(key)));
    } else if (body.kind === 'seal') {
      this.#seals.add(body);
    } else if (isNarrowing(body)) {
      if (body.kind === 'revocation') this.#revoke(body);
      this.#narrowings.add(body.height, body.frontier, this.#seals.newest);
    }
    this.#epochs.accept(record);
    this.#permissions?.accept(body, this.#definitions.at(-1));
    this.#heights.set(toHex(record.hash), this.length);
    this.#hashes.push(record.hash);
  }

  #checkGenesis(record: AuthorityRecord, { owner, next }: GenesisBody): void {
    if (this.length > 0) throw refused('a record after the genesis', 'another genesis');
    expectOwner(owner);
    this.#expectUnused(next, owner);
    expectSignature(record, owner);
  }

  /** As epochs ask for them. */
  get #organisations(): Organisations {
    return {
      space: this.space,
      rootKeyOf: (name) => (name === this.#name ? this.owner : this.#members.get(name)),
      isUsed: (key) => {
        const hash = toHex(sha256(key));
        return this.#used.has(hash) || hash === this.#next;
      },
    };
  }

  #checkPlace({ space, height, previous }: RecordPlace): void {
    if (this.length === 0) throw refused('a genesis first', 'a later one');
    if (!sameBytes(space, this.space)) throw refused('a record of this space', 'another');
    if (height === this.length && sameBytes(previous, this.head)) return;
    throw refused(`height ${this.length} after the head`, `height ${height}`);
  }

  #checkDefinition({ sdl, height }: DefinitionBody): Definition {
    const definition = parseDefinition(sdl);
    for (const earlier of this.#definitions) checkEvolution(earlier, definition);
    this.#permissions?.checkDefinition(definition, height);
    return definition;
  }

  #checkMember({ name, key }: MemberBody): void {
    if (!isOrganisation(name)) throw refused('the name of an organisation', JSON.stringify(name));
    if (this.isMember(name)) throw refused('an organisation that is no member yet', name);
    // The owner's organisation is one of them.
    if (this.#members.size + 1 >= MEMBERS_MAX) {
      throw refused(`at most ${MEMBERS_MAX} organisations`, 'one more');
    }
    if (!isRegistrableKey(key)) throw refused('a member key of prime order', 'another');
    if (!this.#organisations.isUsed(key) && !this.#epochs.isVotingKey(key)) return;
    throw refused('a member key that was not used before', 'one that was');
  }

  #checkRevocation({ authors, members }: RevocationBody): void {
    for (const key of authors) {
      if (!this.isAuthor(key, this.length)) throw refused('a certified author', toHex(key));
    }
    for (const [index, name] of members.entries()) {
      const isRepeated = members.indexOf(name) !== index;
      if (isRepeated || !this.#members.has(name)) throw refused('a member, once', name);
      if (this.#epochs.isVoter(name)) throw refused('a member that does not vote', name);
    }
  }

  #revoke({ height, authors, members }: RevocationBody): void {
    for (const key of authors) this.#authors.end(key, height);
    for (const name of members) {
      this.#members.delete(name);
      this.#authors.endOf(name, height);
    }
  }

  #checkAuthor({ author, organisation }: AuthorBody): void {
    if (organisation !== undefined && !this.#members.has(organisation)) {
      throw refused('an author of a member', organisation);
    }
    if (!isRegistrableKey(author)) throw refused('an author key of prime order', 'another');
    if (this.#owners.some((owner) => sameBytes(owner, author))) {
      throw refused('an author key that never owned the space', 'one that did');
    }
    if (toHex(sha256(author)) === this.#next) {
      throw refused('an author key that never owned the space', 'one that will');
    }
    if (this.#authors.get(author) !== undefined) {
      throw refused('an author that is not certified yet', toHex(author));
    }
    if (this.#used.has(toHex(sha256(author))) || this.#epochs.isVotingKey(author)) {
      throw refused('an author key that is no root key of a member, nor votes', 'one that is');
    }
    if (this.#authors.count >= AUTHORS_MAX) {
      throw refused(`at most ${AUTHORS_MAX} authors`, 'one more');
    }
  }

  /** The new key signs a rotation: the older one may be in the hands of a thief, or lost. */
  #successor({ owner }: RotationBody): Uint8Array {
    if (toHex(sha256(owner)) !== this.#next) {
      throw refused('the owner key that was committed to', 'another');
    }
    expectOwner(owner);
    return owner;
  }

  #checkRotation({ owner, next }: RotationBody): void {
    if (this.voters !== undefined) throw refused('no rotation while members vote', 'one');
    this.#expectUnused(next, owner);
  }

  /** What is sealed stays so: each number is greater than before, and so is the clock. */
  #checkSeal({ clock, tips }: SealBody): void {
    if (clock <= this.sealedClock) {
      throw refused(`a clock above the sealed ${this.sealedClock}`, `${clock}`);
    }
    for (const { key, sequence } of tips) {
      // What a revoked one has signed is here, too: no seal could be taken without it.
      if (this.author(key) === undefined) throw refused('a certified author', toHex(key));
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

function missing(): never {
  throw new Error('assertion failed: the authority chain is read before it has what is asked');
}
