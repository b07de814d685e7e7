/**
 * Where an organisation's keys are kept. A rotation writes the keys that will hold beside those
 * that do, and the authority chain says which they are: a stop at any step loses neither.
 *
 *     organisation.key       the keys that hold
 *     organisation.pending   the keys that hold once the rotation is in the chain
 */

import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toHex } from '../base/bytes.ts';
import { readIfThere, replaceFile, syncDirectory } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import {
  decodeOrganisationKey,
  encodeOrganisationKey,
  makeOrganisationKey,
  type OrganisationFile,
  type OrganisationKey,
  openOrganisationKey,
} from './organisation-key.ts';

const FILE_NAME = 'organisation.key';
const PENDING_NAME = 'organisation.pending';

export interface OrganisationStore {
  /** The keys of a new space: those that are there, or new ones of this name. */
  obtain(name: string): Promise<OrganisationKey>;
  /** The keys whose root key owns the space. Throws UNAVAILABLE, saying what to give. */
  unlock(owner: Uint8Array): Promise<OrganisationKey>;
  /** Keeps the keys that a rotation will put in force, beside those that are. */
  stage(key: OrganisationKey): Promise<void>;
  /** Keeps only the keys of the owner, as far as they are here. */
  settle(owner: Uint8Array): Promise<void>;
}

export interface DirectoryOrganisationParts {
  readonly directory: string;
  readonly passphrase: string | undefined;
  readonly random: Random;
}

/** Keys in a data directory that the caller has locked. */
export class DirectoryOrganisation implements OrganisationStore {
  readonly #parts: DirectoryOrganisationParts;

  constructor(parts: DirectoryOrganisationParts) {
    this.#parts = parts;
  }

  async has(): Promise<boolean> {
    return (await this.#read(FILE_NAME)) !== undefined;
  }

  async obtain(name: string): Promise<OrganisationKey> {
    const { passphrase, random } = this.#parts;
    const existing = await this.#read(FILE_NAME);
    if (existing !== undefined) return openOrganisationKey(existing, passphrase);
    const key = makeOrganisationKey(name, random);
    await this.#write(FILE_NAME, key);
    return key;
  }

  async unlock(owner: Uint8Array): Promise<OrganisationKey> {
    const name = toHex(owner);
    let other: OrganisationFile | undefined;
    for (const stored of [FILE_NAME, PENDING_NAME]) {
      const file = await this.#read(stored);
      if (file?.owner === name) return openOrganisationKey(file, this.#parts.passphrase);
      other ??= file;
    }
    throw new DatabaseError(
      ErrorCode.UNAVAILABLE,
      `${this.#path(FILE_NAME)} expected the key ${name} of the organisation, ` +
        `got ${other?.owner ?? 'no such file'}: put it there, it is needed to sign for it`,
    );
  }

  async stage(key: OrganisationKey): Promise<void> {
    await this.#write(PENDING_NAME, key);
  }

  async settle(owner: Uint8Array): Promise<void> {
    const pending = await this.#read(PENDING_NAME);
    if (pending === undefined) return;
    if (pending.owner === toHex(owner)) {
      await rename(this.#path(PENDING_NAME), this.#path(FILE_NAME));
    } else await rm(this.#path(PENDING_NAME));
    await syncDirectory(this.#parts.directory);
  }

  async #read(name: string): Promise<OrganisationFile | undefined> {
    const bytes = await readIfThere(this.#path(name));
    return bytes === undefined ? undefined : decodeOrganisationKey(bytes);
  }

  async #write(name: string, key: OrganisationKey): Promise<void> {
    await replaceFile(this.#path(name), await encodeOrganisationKey(key, this.#parts));
  }

  #path(name: string): string {
    return join(this.#parts.directory, name);
  }
}

/** Keys of a space without a disk, for as long as the object lives. */
export class MemoryOrganisation implements OrganisationStore {
  #key: OrganisationKey;
  #pending: OrganisationKey | undefined;

  constructor(name: string, random: Random) {
    this.#key = makeOrganisationKey(name, random);
  }

  async obtain(): Promise<OrganisationKey> {
    return this.#key;
  }

  async unlock(owner: Uint8Array): Promise<OrganisationKey> {
    if (toHex(this.#key.owner) === toHex(owner)) return this.#key;
    throw new DatabaseError(
      ErrorCode.UNAVAILABLE,
      `the memory expected the key ${toHex(owner)} of the organisation, got another`,
    );
  }

  async stage(key: OrganisationKey): Promise<void> {
    this.#pending = key;
  }

  async settle(owner: Uint8Array): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending !== undefined && toHex(pending.owner) === toHex(owner)) this.#key = pending;
  }
}
