/**
 * The author key of a data directory, whose signature makes its commits. It lies open, so that a
 * server can start unattended, and is readable by its owner alone.
 */

import { join } from 'node:path';
import { toHex } from '../base/bytes.ts';
import { readIfThere, replaceFile } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { publicKeyOf, SEED_BYTES } from './ed25519.ts';
import { decodeKeyFile, encodeKeyFile } from './key-file.ts';

const FILE_NAME = 'author.key';
const FORMAT = 'author key';

export interface AuthorKey {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

export function makeAuthorKey(random: Random): AuthorKey {
  return keyOf(random.bytes(SEED_BYTES));
}

/** The key in a directory, or undefined. */
export async function readAuthorKey(directory: string): Promise<AuthorKey | undefined> {
  const bytes = await readIfThere(join(directory, FILE_NAME));
  if (bytes === undefined) return undefined;
  const { facts, hiding, content } = decodeKeyFile(bytes, FORMAT);
  const key = hiding === undefined && content.length === SEED_BYTES ? keyOf(content) : undefined;
  if (key !== undefined && toHex(key.publicKey) === facts.author) return key;
  throw new DatabaseError(
    ErrorCode.CORRUPT,
    `the file of the ${FORMAT} expected the seed of the author it names, got another`,
  );
}

/** Puts a key in the place of the one that a directory has. */
export async function writeAuthorKey(
  directory: string,
  { seed, publicKey }: AuthorKey,
  random: Random,
): Promise<void> {
  const facts = { author: toHex(publicKey) };
  const bytes = await encodeKeyFile({ format: FORMAT, facts, secret: seed }, { random });
  await replaceFile(join(directory, FILE_NAME), bytes);
}

function keyOf(seed: Uint8Array): AuthorKey {
  return { seed, publicKey: publicKeyOf(seed) };
}
