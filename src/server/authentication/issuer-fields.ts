/** The issuers of tokens in an authentication file, with the keys that they name. */

import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expectOrganisation } from '../../access/principal.ts';
import type { YamlFields } from '../../access/yaml-fields.ts';
import { DatabaseError, ErrorCode } from '../../base/errors.ts';
import {
  TOKEN_AUDIENCES_MAX,
  TOKEN_CLOCK_TOLERANCE_SECONDS,
  TOKEN_CLOCK_TOLERANCE_SECONDS_MAX,
  TOKEN_ISSUERS_MAX,
  TOKEN_KEYS_BYTES_MAX,
  TOKEN_SECRET_BYTES_LEAST,
} from '../../base/limits.ts';
import { isLoopback } from '../loopback.ts';
import { atFields, distinctSections } from './file-fields.ts';
import { ASYMMETRIC_ALGORITHMS, SECRET_ALGORITHMS, type TokenIssuer } from './token.ts';
import { expectKeySet, type KeySource } from './token-keys.ts';

const KEY_MEMBERS = ['keysUrl', 'keysFile', 'secretFile'] as const;
const NAME_CLAIM = 'sub';

/** Paths are from the directory of the file. */
export async function readIssuers(fields: YamlFields, directory: string): Promise<TokenIssuer[]> {
  const terms = { list: 'issuers', name: 'issuer', max: TOKEN_ISSUERS_MAX };
  const issuers: TokenIssuer[] = [];
  for (const section of distinctSections(fields, terms)) {
    issuers.push(await readIssuer(section, directory));
  }
  return issuers;
}

async function readIssuer(fields: YamlFields, directory: string): Promise<TokenIssuer> {
  fields.expectOnly(
    ...['issuer', 'audience', 'organisation', 'algorithms', 'nameClaim', 'type'],
    ...['roleClaim', 'clockToleranceSeconds', ...KEY_MEMBERS],
  );
  const issuer = nonEmpty(fields, 'issuer');
  const audiences = readAudiences(fields);
  const organisation = atFields(fields, 'organisation', () =>
    expectOrganisation(fields.text('organisation')),
  );
  const [member, ...others] = KEY_MEMBERS.filter((name) => fields.has(name));
  if (member === undefined || others.length > 0) {
    const got = member === undefined ? 'none' : [member, ...others].join(', ');
    throw fields.malformed(`one of ${KEY_MEMBERS.join(', ')}`, got);
  }
  return {
    issuer,
    audiences,
    organisation,
    algorithms: readAlgorithms(fields, member === 'secretFile'),
    nameClaim: fields.has('nameClaim') ? nonEmpty(fields, 'nameClaim') : NAME_CLAIM,
    roleClaim: fields.has('roleClaim') ? nonEmpty(fields, 'roleClaim') : undefined,
    type: fields.has('type') ? nonEmpty(fields, 'type') : undefined,
    clockToleranceSeconds: readTolerance(fields),
    keys: await readKeys(fields, member, directory),
  };
}

function nonEmpty(fields: YamlFields, name: string): string {
  const text = fields.text(name);
  if (text !== '') return text;
  throw fields.malformed(`${name} as a text`, 'an empty one');
}

function readAudiences(fields: YamlFields): string[] {
  const isOne = typeof fields.value('audience') === 'string';
  const audiences = isOne ? [fields.text('audience')] : fields.texts('audience');
  const { length } = audiences;
  if (length > 0 && length <= TOKEN_AUDIENCES_MAX && !audiences.includes('')) return audiences;
  throw fields.malformed(`audience as 1 to ${TOKEN_AUDIENCES_MAX} texts`, length || 'none');
}

/** Never both kinds in one list: a public key would pass for a secret, one that all know. */
function readAlgorithms(fields: YamlFields, isSecret: boolean): readonly string[] {
  const allowed = isSecret ? SECRET_ALGORITHMS : ASYMMETRIC_ALGORITHMS;
  if (!fields.has('algorithms')) {
    if (!isSecret) return ASYMMETRIC_ALGORITHMS;
    throw fields.malformed('algorithms to be named beside secretFile', 'none');
  }
  const algorithms = fields.texts('algorithms');
  if (algorithms.length === 0) throw fields.malformed('algorithms', 'none');
  const other = algorithms.find((algorithm) => !allowed.includes(algorithm));
  if (other === undefined) return algorithms;
  throw fields.malformed(`algorithms among ${allowed.join(', ')}`, other);
}

function readTolerance(fields: YamlFields): number {
  const name = 'clockToleranceSeconds';
  if (!fields.has(name)) return TOKEN_CLOCK_TOLERANCE_SECONDS;
  const seconds = fields.integer(name);
  if (seconds >= 0 && seconds <= TOKEN_CLOCK_TOLERANCE_SECONDS_MAX) return seconds;
  throw fields.malformed(`${name} from 0 to ${TOKEN_CLOCK_TOLERANCE_SECONDS_MAX}`, seconds);
}

async function readKeys(
  fields: YamlFields,
  member: (typeof KEY_MEMBERS)[number],
  directory: string,
): Promise<KeySource> {
  const text = nonEmpty(fields, member);
  if (member === 'keysUrl') return { kind: 'url', url: expectUrl(fields, text) };
  const path = resolve(directory, text);
  const bytes = await readFile(path);
  return atFields(fields, member, () => {
    if (bytes.length > TOKEN_KEYS_BYTES_MAX) {
      throw invalid(path, `at most ${TOKEN_KEYS_BYTES_MAX} bytes`, `${bytes.length}`);
    }
    if (member === 'keysFile') return sourceOf(path, bytes.toString());
    return { kind: 'key', key: secretOf(path, bytes) };
  });
}

/** What comes over a network without TLS could be anybody's keys. */
function expectUrl(fields: YamlFields, text: string): URL {
  const url = URL.parse(text);
  const isNear = url?.protocol === 'http:' && isLoopback(url.hostname);
  if (url !== null && (url.protocol === 'https:' || isNear)) return url;
  throw fields.malformed('keysUrl by https, or by http on this machine', text);
}

function sourceOf(path: string, text: string): KeySource {
  if (!text.startsWith('-----BEGIN ')) return { kind: 'set', keys: expectKeySet(path, text) };
  if (/^-----BEGIN [A-Z ]*PRIVATE KEY-----/m.test(text)) {
    throw invalid(path, 'a public key', 'a private one');
  }
  return { kind: 'key', key: publicKeyIn(path, text) };
}

function publicKeyIn(path: string, text: string): KeyObject {
  try {
    return createPublicKey(text);
  } catch (cause) {
    throw invalid(path, 'a public key in PEM', 'another text', cause);
  }
}

/** Without the line break that an editor puts behind it. */
function secretOf(path: string, bytes: Buffer): Uint8Array {
  const end = bytes.at(-1) === 10 ? (bytes.at(-2) === 13 ? -2 : -1) : bytes.length;
  const secret = new Uint8Array(bytes.subarray(0, end));
  if (secret.length >= TOKEN_SECRET_BYTES_LEAST) return secret;
  const expected = `a secret of at least ${TOKEN_SECRET_BYTES_LEAST} bytes`;
  throw invalid(path, expected, `${secret.length}`);
}

function invalid(path: string, expected: string, got: string, cause?: unknown): DatabaseError {
  const message = `${path} expected ${expected}, got ${got}`;
  return new DatabaseError(ErrorCode.INVALID_INPUT, message, { cause });
}
