/**
 * The authority chain of one space as far as this replica holds it: one record at each height,
 * from genesis to the head, and what they decide. Commits are judged as of the head they cite.
 */

import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { isRegistrableKey } from '../crypto/registrable-key.ts';
import type { Definition } from '../definition/definition.ts';
import { checkEvolution } from '../definition/evolve.ts';
import { parseDefinition } from '../definition/parse.ts';
import { type AuthorityRecord, isSignedBy } from './record.ts';

export class AuthorityChain {
  readonly #hashes: Uint8Array[] = [];
  readonly #heights = new Map<string, number>();
  #owner: Uint8Array | undefined;
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

  get owner(): Uint8Array {
    return this.#owner ?? missing();
  }

  get definition(): Definition {
    return this.#definitions.at(-1) ?? missing();
  }

  get hasDefinition(): boolean {
    return this.#definitions.length > 0;
  }

  /** Height of a record of this chain, or undefined. */
  heightOf(hash: Uint8Array): number | undefined {
    return this.#heights.get(toHex(hash));
  }

  /** Whether a key may sign commits as of a record of this chain. */
  isAuthor(key: Uint8Array): boolean {
    return sameBytes(key, this.owner);
  }

  /**
   * What `accept` would decide, without changing anything: throws REFUSED for a record that does
   * not continue this chain or is not signed by the owner, INVALID_INPUT for a wrong definition.
   */
  check(record: AuthorityRecord): Definition | undefined {
    const { body } = record;
    if (body.kind === 'genesis') {
      if (this.length > 0) throw refused('a record after the genesis', 'another genesis');
      if (!isRegistrableKey(body.owner)) throw refused('an owner key of prime order', 'another');
      expectSignature(record, body.owner);
      return undefined;
    }
    if (this.length === 0) throw refused('a genesis first', 'a definition');
    if (!sameBytes(body.space, this.space)) throw refused('a record of this space', 'another');
    if (body.height !== this.length || !sameBytes(body.previous, this.head)) {
      throw refused(`height ${this.length} after the head`, `height ${body.height}`);
    }
    expectSignature(record, this.owner);
    const definition = parseDefinition(body.sdl);
    for (const earlier of this.#definitions) checkEvolution(earlier, definition);
    return definition;
  }

  /** Appends a record that `check` lets pass. */
  accept(record: AuthorityRecord): void {
    const definition = this.check(record);
    if (record.body.kind === 'genesis') this.#owner = record.body.owner;
    else if (definition !== undefined) this.#definitions.push(definition);
    this.#heights.set(toHex(record.hash), this.length);
    this.#hashes.push(record.hash);
  }
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
