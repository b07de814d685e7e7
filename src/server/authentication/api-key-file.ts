/**
 * The file of API keys: a line that says what it is, then one for each key, all of it JSON in the
 * one form in which it is written here (schema/authentication.md). Who reads it can use no key.
 */

import { formatPrincipal, parseUser, type User } from '../../access/principal.ts';
import { fromHex, toHex, utf8 } from '../../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../../base/errors.ts';
import {
  API_KEY_LABEL_BYTES_MAX,
  API_KEY_LINE_BYTES_MAX,
  API_KEYS_MAX,
} from '../../base/limits.ts';

export interface ApiKey {
  readonly id: string;
  readonly hash: Uint8Array;
  readonly principal: User;
  /** What the key is for, in its owner's words. */
  readonly label: string;
  /** Moments are in milliseconds since 1970. */
  readonly created: number;
  readonly expires: number;
  readonly revoked: number | undefined;
}

export type ApiKeys = ReadonlyMap<string, ApiKey>;

export const API_KEYS_BYTES_MAX = (API_KEYS_MAX + 1) * API_KEY_LINE_BYTES_MAX;

const HEAD = JSON.stringify({ format: 'massive-graph API keys', version: 1 });
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ID = /^[0-9a-f]{16}$/;
const HASH = /^[0-9a-f]{64}$/;
const LABEL = /^[^\p{Cc}\p{Cs}]+$/u;

export function encodeApiKeys(keys: ApiKeys): Uint8Array {
  if (keys.size > API_KEYS_MAX) {
    const message = `a file of API keys expected at most ${API_KEYS_MAX} keys, got ${keys.size}`;
    throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
  }
  const lines = [HEAD, ...keys.values().map(formatLine)];
  return utf8(lines.map((line) => `${line}\n`).join(''));
}

/** Reads a file; throws MALFORMED or LIMIT_EXCEEDED with the line. */
export function decodeApiKeys(bytes: Uint8Array, file: string): ApiKeys {
  const text = decode(bytes, file);
  const [head, ...lines] = text.split('\n');
  if (head !== HEAD) throw malformed({ file, line: 1 }, HEAD, 'another line');
  const last = lines.length + 1;
  if (lines.pop() !== '') throw malformed({ file, line: last }, 'a line feed at its end', 'none');
  const keys = new Map<string, ApiKey>();
  for (const [index, line] of lines.entries()) {
    const at = { file, line: index + 2 };
    if (index >= API_KEYS_MAX) throw malformed(at, `at most ${API_KEYS_MAX} keys`, 'more');
    const key = parseLine(line, at);
    if (keys.has(key.id)) throw malformed(at, 'an id of its own', `${key.id} again`);
    keys.set(key.id, key);
  }
  return keys;
}

export function expectLabel(label: string): string {
  const bytes = Buffer.byteLength(label);
  if (bytes <= API_KEY_LABEL_BYTES_MAX && LABEL.test(label)) return label;
  throw new DatabaseError(
    ErrorCode.INVALID_INPUT,
    `a label expected 1 to ${API_KEY_LABEL_BYTES_MAX} bytes without control characters, ` +
      `got ${bytes}`,
  );
}

/** Whether the key may be used at a moment. */
export function isInForce({ expires, revoked }: ApiKey, now: number): boolean {
  return revoked === undefined && now < expires;
}

function formatLine(key: ApiKey): string {
  const { id, hash, principal, label, created, expires, revoked } = key;
  return JSON.stringify({
    id,
    hash: toHex(hash),
    principal: formatPrincipal(principal),
    label,
    created: new Date(created).toISOString(),
    expires: new Date(expires).toISOString(),
    revoked: revoked === undefined ? null : new Date(revoked).toISOString(),
  });
}

interface Place {
  readonly file: string;
  readonly line: number;
}

/** A line that would be written in another way has something that nobody reads. */
function parseLine(line: string, at: Place): ApiKey {
  if (line.length > API_KEY_LINE_BYTES_MAX) {
    throw malformed(at, `at most ${API_KEY_LINE_BYTES_MAX} characters`, `${line.length}`);
  }
  const members = parseJson(line);
  if (members === undefined) throw malformed(at, 'an object of JSON', 'another text');
  const text = (name: string): string => {
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    if (typeof value !== 'string') throw malformed(at, `${name} as a text`, typeof value);
    return value;
  };
  const key: ApiKey = {
    id: expectForm(at, 'id', text('id'), ID),
    hash: fromHex(expectForm(at, 'hash', text('hash'), HASH)),
    principal: located(at, () => parseUser(text('principal'))),
    label: located(at, () => expectLabel(text('label'))),
    created: moment(at, 'created', text('created')),
    expires: moment(at, 'expires', text('expires')),
    revoked: members.revoked === null ? undefined : moment(at, 'revoked', text('revoked')),
  };
  if (formatLine(key) === line) return key;
  throw malformed(at, 'its members alone, in their order and form', 'another line');
}

function parseJson(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function expectForm(at: Place, name: string, text: string, form: RegExp): string {
  if (form.test(text)) return text;
  throw malformed(at, `${name} in lower-case hex`, `${text.length} characters of another form`);
}

function moment(at: Place, name: string, text: string): number {
  const milliseconds = Date.parse(text);
  if (!Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === text) {
    return milliseconds;
  }
  throw malformed(at, `${name} as a moment in UTC with milliseconds`, 'another text');
}

/** Errors of the parts of a line, with the line. */
function located<Result>(at: Place, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof DatabaseError ? placed(at, error) : error;
  }
}

function placed(at: Place, cause: DatabaseError): DatabaseError {
  return new DatabaseError(cause.code, cause.message, { cause, position: { ...at, column: 1 } });
}

function decode(bytes: Uint8Array, file: string): string {
  if (bytes.length > API_KEYS_BYTES_MAX) {
    const message = `${file} expected at most ${API_KEYS_BYTES_MAX} bytes, got ${bytes.length}`;
    throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
  }
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw malformed({ file, line: 1 }, 'UTF-8', 'other bytes', cause);
  }
}

/** What is in the file is not repeated: it may be a key that was written there by mistake. */
function malformed(at: Place, expected: string, got: string, cause?: unknown): DatabaseError {
  return new DatabaseError(
    ErrorCode.MALFORMED,
    `a file of API keys expected ${expected}, got ${got}`,
    { cause, position: { ...at, column: 1 } },
  );
}
