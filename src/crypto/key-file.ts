/**
 * Files that hold a secret: one line of JSON that says what it is, one of hex that is the secret,
 * or hides it under a passphrase (schema/identity.md).
 *
 *     file     JSON, "\n", hex, "\n"
 *     JSON     format, version, protection ("none" or how it is hidden), then facts, all texts
 *     hidden   AES-256-GCM over the secret, authenticating the line of JSON, then its tag of 16 B
 */

import {
  createCipheriv,
  createDecipheriv,
  type ScryptOptions,
  scrypt as scryptWithCallback,
} from 'node:crypto';
import { promisify } from 'node:util';
import { concatBytes, fromHex, toHex, utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { KEY_FILE_BYTES_MAX, SCRYPT_BYTES_MAX, SCRYPT_LANES_MAX } from '../base/identity-limits.ts';
import type { Random } from '../base/random.ts';

const VERSION = 1;
const CIPHER = 'aes-256-gcm';
const CIPHER_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SALT_BYTES = 16;
/** What OWASP asks for: 128 MiB, and about 0.4 s on a core. */
const COST = 131_072;
const BLOCK_SIZE = 8;
/** Memory of one block of scrypt for each unit of block size. */
const BLOCK_BYTES = 128;

const scrypt: (
  passphrase: string,
  salt: Uint8Array,
  bytes: number,
  options: ScryptOptions,
) => Promise<Buffer> = promisify(scryptWithCallback);

/** What a key file says of its secret without showing it. */
export type KeyFacts = Readonly<Record<string, string>>;

export interface KeyFile {
  readonly facts: KeyFacts;
  /** Undefined for a secret that lies open. */
  readonly hiding: Hiding | undefined;
  readonly line: Uint8Array;
  readonly content: Uint8Array;
}

/** Everything but the passphrase. */
interface Hiding {
  readonly derivation: 'scrypt';
  readonly cost: number;
  readonly blockSize: number;
  readonly lanes: number;
  readonly salt: string;
  readonly cipher: typeof CIPHER;
  readonly nonce: string;
}

export interface KeyFileContent {
  /** Name of the kind of file. */
  readonly format: string;
  readonly facts: KeyFacts;
  readonly secret: Uint8Array;
}

/** The bytes of a file that holds a secret, hidden when there is a passphrase. */
export async function encodeKeyFile(
  { format, facts, secret }: KeyFileContent,
  { passphrase, random }: { readonly passphrase?: string | undefined; readonly random: Random },
): Promise<Uint8Array> {
  const hiding = passphrase === undefined ? undefined : newHiding(random);
  const protection = hiding ?? 'none';
  const line = utf8(`${JSON.stringify({ format, version: VERSION, protection, ...facts })}\n`);
  if (passphrase === undefined || hiding === undefined) {
    return concatBytes(line, utf8(`${toHex(secret)}\n`));
  }
  const key = await deriveKey(passphrase, hiding);
  const cipher = createCipheriv(CIPHER, key, fromHex(hiding.nonce));
  cipher.setAAD(line);
  const hidden = concatBytes(cipher.update(secret), cipher.final(), cipher.getAuthTag());
  return concatBytes(line, utf8(`${toHex(hidden)}\n`));
}

/** Reads a file of a format. Throws CORRUPT, UNSUPPORTED, or LIMIT_EXCEEDED for a costly one. */
export function decodeKeyFile(bytes: Uint8Array, format: string): KeyFile {
  if (bytes.length > KEY_FILE_BYTES_MAX) {
    throw corrupt(format, `at most ${KEY_FILE_BYTES_MAX} bytes`, `${bytes.length}`);
  }
  const text = Buffer.from(bytes).toString('latin1');
  const end = text.indexOf('\n') + 1;
  const hex = /^((?:[0-9a-f]{2})+)\n$/.exec(text.slice(end))?.[1];
  const line = bytes.slice(0, end);
  const { protection, ...facts } = readLine(line, format);
  if (hex === undefined) throw corrupt(format, 'a line of JSON and one of hex', 'others');
  const hiding = protection === 'none' ? undefined : readHiding(format, protection);
  return { facts: textsOf(format, facts), hiding, line, content: fromHex(hex) };
}

/** The secret; undefined where the passphrase is not the one, or the file was changed. */
export async function openKeyFile(
  { hiding, line, content }: KeyFile,
  passphrase: string,
): Promise<Uint8Array | undefined> {
  if (hiding === undefined) return content;
  const key = await deriveKey(passphrase, hiding);
  const end = content.length - TAG_BYTES;
  if (end < 0) return undefined;
  const decipher = createDecipheriv(CIPHER, key, fromHex(hiding.nonce));
  decipher.setAAD(line);
  decipher.setAuthTag(content.subarray(end));
  try {
    return concatBytes(decipher.update(content.subarray(0, end)), decipher.final());
  } catch {
    return undefined;
  }
}

function newHiding(random: Random): Hiding {
  return {
    derivation: 'scrypt',
    cost: COST,
    blockSize: BLOCK_SIZE,
    lanes: 1,
    salt: toHex(random.bytes(SALT_BYTES)),
    cipher: CIPHER,
    nonce: toHex(random.bytes(NONCE_BYTES)),
  };
}

/** A passphrase is one text however its letters are composed. */
function deriveKey(passphrase: string, hiding: Hiding): Promise<Buffer> {
  return scrypt(passphrase.normalize('NFC'), fromHex(hiding.salt), CIPHER_KEY_BYTES, {
    N: hiding.cost,
    r: hiding.blockSize,
    p: hiding.lanes,
    maxmem: 2 * SCRYPT_BYTES_MAX,
  });
}

function readLine(line: Uint8Array, format: string): Record<string, unknown> {
  const { format: actual, version, ...rest } = Object(parseJson(line)) as Record<string, unknown>;
  if (actual !== format) throw corrupt(format, 'its format named', 'another');
  if (version === VERSION) return rest;
  if (typeof version !== 'number') throw corrupt(format, 'a version', 'none');
  throw new DatabaseError(
    ErrorCode.UNSUPPORTED,
    `the file of the ${format} expected version ${VERSION}, got ${version}`,
  );
}

/** Undefined for other bytes: the parser's error would quote what may be a secret. */
function parseJson(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch {
    return undefined;
  }
}

function readHiding(format: string, value: unknown): Hiding {
  const hiding = Object(value) as Partial<Record<keyof Hiding, unknown>>;
  const { derivation, cost, blockSize, lanes, salt, cipher, nonce } = hiding;
  const isKnown = derivation === 'scrypt' && cipher === CIPHER;
  if (!isKnown || !isHex(salt, SALT_BYTES) || !isHex(nonce, NONCE_BYTES)) {
    throw corrupt(format, `protection by scrypt and ${CIPHER}`, 'another');
  }
  if (!isWhole(cost) || !isWhole(blockSize) || !isWhole(lanes) || !isPowerOfTwo(cost)) {
    throw corrupt(format, 'whole parameters of scrypt', 'others');
  }
  if (cost * blockSize * BLOCK_BYTES > SCRYPT_BYTES_MAX || lanes > SCRYPT_LANES_MAX) {
    throw new DatabaseError(
      ErrorCode.LIMIT_EXCEEDED,
      `the file of the ${format} expected scrypt with at most ${SCRYPT_BYTES_MAX} bytes in ` +
        `${SCRYPT_LANES_MAX} lanes, got cost ${cost}, block size ${blockSize}, ${lanes} lanes`,
    );
  }
  return { derivation, cost, blockSize, lanes, salt, cipher, nonce };
}

function textsOf(format: string, facts: Record<string, unknown>): KeyFacts {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(facts)) {
    if (typeof value !== 'string') throw corrupt(format, `${name} to be a text`, typeof value);
    texts[name] = value;
  }
  return texts;
}

function isHex(value: unknown, bytes: number): value is string {
  return typeof value === 'string' && value.length === 2 * bytes && /^[0-9a-f]*$/.test(value);
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function isPowerOfTwo(value: number): boolean {
  return value > 1 && Number.isInteger(Math.log2(value));
}

function corrupt(format: string, expected: string, actual: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.CORRUPT,
    `the file of the ${format} expected ${expected}, got ${actual}`,
  );
}
