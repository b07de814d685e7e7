/**
 * The file that says who may come in (schema/authentication.md). It is JSON, and read as YAML,
 * of which JSON is a part: that reader knows the line of a mistake, and members that come twice.
 */

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseUser } from '../../access/principal.ts';
import { type YamlFields, YamlSource } from '../../access/yaml-fields.ts';
import { fromHex } from '../../base/bytes.ts';
import { DatabaseError, ErrorCode, type SourcePosition } from '../../base/errors.ts';
import { SIGNING_KEY_ID_LENGTH_MAX, SIGNING_KEYS_MAX } from '../../base/limits.ts';
import { isRegistrableKey } from '../../crypto/registrable-key.ts';
import type { LimitSets } from '../caller-limits.ts';
import { atFields, distinctSections } from './file-fields.ts';
import { readIssuers } from './issuer-fields.ts';
import { readLimits } from './limits-fields.ts';
import type { SigningKey, SigningTerms } from './signed-request.ts';
import type { TokenIssuer } from './token.ts';

export interface Authentication {
  /** Whether callers without a credential are let in, as `user:*`. */
  readonly anonymous: boolean;
  readonly issuers: readonly TokenIssuer[];
  /** Path of the file of API keys. */
  readonly apiKeys: string | undefined;
  readonly signing: SigningTerms | undefined;
  /** What callers may ask for, and how fast. */
  readonly limits: LimitSets;
}

const WHAT = 'an authentication file';
/** Printable ASCII without what would have to be escaped in a header. */
const KEY_ID = /^[!#-[\]-~]+$/;
const PUBLIC_KEY = /^[0-9a-f]{64}$/;

/** Reads the file and the keys that it names; throws a DatabaseError with the place. */
export async function readAuthentication(file: string): Promise<Authentication> {
  const fields = parse(file, new Uint8Array(await readFile(file)));
  fields.expectOnly('anonymous', 'issuers', 'apiKeys', 'signedRequests', 'limits');
  const anonymous = fields.has('anonymous') && fields.boolean('anonymous');
  const apiKeys = readPath(fields, 'apiKeys', dirname(file));
  const signing = readSigning(fields);
  const limits = readLimits(fields);
  const issuers = await readIssuers(fields, dirname(file));
  if (anonymous || issuers.length > 0 || apiKeys !== undefined || signing !== undefined) {
    return { anonymous, issuers, apiKeys, signing, limits };
  }
  const ways = 'issuers, apiKeys, signedRequests or anonymous: true';
  throw fields.malformed(`a way in (${ways})`, 'none');
}

function parse(file: string, bytes: Uint8Array): YamlFields {
  const text = decode(file, bytes);
  try {
    JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const [, line = 1, column = 1] = /line (\d+) column (\d+)/.exec(cause.message) ?? [];
    const position = { file, line: Number(line), column: Number(column) };
    throw malformed('JSON', 'another text', { position, cause });
  }
  return new YamlSource(text, { what: WHAT, file }).fields();
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw malformed('UTF-8', 'other bytes', { position: { file, line: 1, column: 1 }, cause });
  }
}

function readPath(fields: YamlFields, name: string, directory: string): string | undefined {
  if (!fields.has(name)) return undefined;
  const path = fields.text(name);
  if (path === '') throw fields.malformed(`${name} as a path`, 'an empty one');
  return resolve(directory, path);
}

function readSigning(fields: YamlFields): SigningTerms | undefined {
  if (!fields.has('signedRequests')) return undefined;
  const section = fields.fields('signedRequests').expectOnly('origin', 'keys');
  const origin = section.text('origin');
  const url = URL.parse(origin);
  if (url?.origin !== origin || !/^https?:$/.test(url.protocol)) {
    throw section.malformed('origin as https://host or http://host:port', origin);
  }
  const sections = distinctSections(section, { list: 'keys', name: 'id', max: SIGNING_KEYS_MAX });
  if (sections.length === 0) throw section.malformed('keys', 'none');
  const keys = sections.map(readSigningKey);
  for (const [index, { publicKey }] of keys.entries()) {
    // One key that stands for two would make it unclear who signed.
    const first = keys.findIndex((key) => Buffer.compare(key.publicKey, publicKey) === 0);
    if (first < index) throw sections[index]?.malformed('a key of its own', 'one that is there');
  }
  return { origin, keys };
}

function readSigningKey(fields: YamlFields): SigningKey {
  fields.expectOnly('id', 'principal', 'publicKey');
  const id = fields.text('id');
  if (!KEY_ID.test(id) || id.length > SIGNING_KEY_ID_LENGTH_MAX) {
    const expected = `1 to ${SIGNING_KEY_ID_LENGTH_MAX} printable characters of ASCII`;
    throw fields.malformed(`id of ${expected}, without spaces, quotes and backslashes`, id);
  }
  const principal = atFields(fields, 'principal', () => parseUser(fields.text('principal')));
  const hex = fields.text('publicKey');
  const publicKey = fromHex(PUBLIC_KEY.test(hex) ? hex : '');
  if (isRegistrableKey(publicKey)) return { id, principal, publicKey };
  throw fields.malformed('publicKey as a sound Ed25519 key, 64 digits of lower-case hex', hex);
}

function malformed(
  expected: string,
  got: string,
  details: { readonly position: SourcePosition; readonly cause: unknown },
): DatabaseError {
  const message = `${WHAT} expected ${expected}, got ${got}`;
  return new DatabaseError(ErrorCode.MALFORMED, message, details);
}
