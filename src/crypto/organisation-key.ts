/**
 * The keys of an organisation: the root key, which signs authority records, and the one that will
 * follow it. Only the hash of the next public key is known to others until it is used, so whoever
 * steals the root key cannot choose its successor (pre-rotation, as in KERI).
 */

import { concatBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { publicKeyOf, SEED_BYTES } from './ed25519.ts';
import { sha256 } from './hash.ts';
import { decodeKeyFile, encodeKeyFile, type KeyFile, openKeyFile } from './key-file.ts';

const FORMAT = 'organisation key';

export interface OrganisationKey {
  readonly name: string;
  /** Of the root key. */
  readonly seed: Uint8Array;
  readonly nextSeed: Uint8Array;
  /** Public part of the root key: the owner of its spaces. */
  readonly owner: Uint8Array;
  /** SHA-256 of the public part of the next key. */
  readonly next: Uint8Array;
}

/** What its file shows without the passphrase. */
export interface OrganisationFile {
  readonly name: string;
  /** Hex. */
  readonly owner: string;
  readonly isProtected: boolean;
  readonly file: KeyFile;
}

export function makeOrganisationKey(name: string, random: Random): OrganisationKey {
  return keyOf(name, random.bytes(SEED_BYTES), random.bytes(SEED_BYTES));
}

/** The pre-committed key in the place of the root key, and a new one to follow it. */
export function successorOf(key: OrganisationKey, random: Random): OrganisationKey {
  return keyOf(key.name, key.nextSeed, random.bytes(SEED_BYTES));
}

export function encodeOrganisationKey(
  key: OrganisationKey,
  options: { readonly passphrase: string | undefined; readonly random: Random },
): Promise<Uint8Array> {
  const facts = { name: key.name, owner: toHex(key.owner), next: toHex(key.next) };
  const secret = concatBytes(key.seed, key.nextSeed);
  return encodeKeyFile({ format: FORMAT, facts, secret }, options);
}

export function decodeOrganisationKey(bytes: Uint8Array): OrganisationFile {
  const file = decodeKeyFile(bytes, FORMAT);
  const { name, owner } = file.facts;
  if (name === undefined || owner === undefined) throw corrupt('a name and an owner');
  return { name, owner, isProtected: file.hiding !== undefined, file };
}

/** Throws UNAVAILABLE for a passphrase that is missing, INVALID_INPUT for a wrong one. */
export async function openOrganisationKey(
  { name, isProtected, file }: OrganisationFile,
  passphrase: string | undefined,
): Promise<OrganisationKey> {
  if (isProtected && passphrase === undefined) throw passphraseNeeded();
  const secret = await openKeyFile(file, passphrase ?? '');
  if (secret === undefined) throw passphraseWrong();
  if (secret.length !== 2 * SEED_BYTES) throw corrupt('two seeds');
  const key = keyOf(name, secret.slice(0, SEED_BYTES), secret.slice(SEED_BYTES));
  if (toHex(key.owner) !== file.facts.owner || toHex(key.next) !== file.facts.next) {
    throw corrupt('the seeds of the keys that it names');
  }
  return key;
}

function keyOf(name: string, seed: Uint8Array, nextSeed: Uint8Array): OrganisationKey {
  const next = sha256(publicKeyOf(nextSeed));
  return { name, seed, nextSeed, owner: publicKeyOf(seed), next };
}

function passphraseNeeded(): DatabaseError {
  return new DatabaseError(
    ErrorCode.UNAVAILABLE,
    'the organisation key expected its passphrase, got none: give it in a file with ' +
      '--passphrase-file, or in MASSIVE_GRAPH_PASSPHRASE',
  );
}

function passphraseWrong(): DatabaseError {
  return new DatabaseError(
    ErrorCode.INVALID_INPUT,
    'the organisation key expected its passphrase, got another',
  );
}

function corrupt(expected: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.CORRUPT,
    `the file of the ${FORMAT} expected ${expected}, got others`,
  );
}
