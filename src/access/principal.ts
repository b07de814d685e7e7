/**
 * Who asks or writes: a user of an organisation, or anybody. One text names it as the subject of
 * grants and as the actor of transactions: `user:<organisation>/<name>`, or `user:*` for anybody.
 *
 * The first `/` ends the organisation, which has none: whoever chooses a name within one
 * organisation can name nobody of another.
 */

import { utf8 } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { PRINCIPAL_NAME_BYTES_MAX, PRINCIPAL_ORGANISATION_BYTES_MAX } from '../base/limits.ts';

export interface User {
  readonly kind: 'user';
  readonly organisation: string;
  readonly name: string;
}

export type Principal = User | { readonly kind: 'anonymous' };

export const ANONYMOUS: Principal = { kind: 'anonymous' };

/** The type of principals in permission models. */
export const USER_TYPE = 'user';
const TYPE = `${USER_TYPE}:`;
const ANYBODY = `${TYPE}*`;
/** Characters of a wrong text that an error repeats. */
const SHOWN_LENGTH_MAX = 80;
/** What OpenFGA takes in an id, without its wildcard; an organisation has no separator either. */
const ORGANISATION = /^[^\p{Cc}\p{Cs} :#*/]+$/u;
const NAME = /^[^\p{Cc}\p{Cs} :#*]+$/u;

export function parsePrincipal(text: string): Principal {
  return text === ANYBODY ? ANONYMOUS : parseUser(text);
}

/** The same for whom anybody is nobody. */
export function parseUser(text: string): User {
  const separator = text.indexOf('/');
  if (!text.startsWith(TYPE) || separator < 0) {
    throw invalid('a principal', `${TYPE}<organisation>/<name>`, text);
  }
  const organisation = text.slice(TYPE.length, separator);
  return userOf({ organisation, name: text.slice(separator + 1) });
}

export function userOf(parts: { readonly organisation: string; readonly name: string }): User {
  const { name } = parts;
  const organisation = expectOrganisation(parts.organisation);
  expectBytes('the name of a principal', name, PRINCIPAL_NAME_BYTES_MAX);
  if (!NAME.test(name)) {
    throw invalid('the name of a principal', 'no space, control character, :, # or *', name);
  }
  return { kind: 'user', organisation, name };
}

/** Whether an organisation may have this name. */
export function isOrganisation(text: string): boolean {
  return ORGANISATION.test(text) && utf8(text).length <= PRINCIPAL_ORGANISATION_BYTES_MAX;
}

export function expectOrganisation(text: string): string {
  expectBytes('the organisation of a principal', text, PRINCIPAL_ORGANISATION_BYTES_MAX);
  if (ORGANISATION.test(text)) return text;
  const expected = 'no space, control character, :, #, * or /';
  throw invalid('the organisation of a principal', expected, text);
}

export function formatPrincipal(principal: Principal): string {
  if (principal.kind === 'anonymous') return ANYBODY;
  return `${TYPE}${principal.organisation}/${principal.name}`;
}

function expectBytes(what: string, text: string, max: number): void {
  const bytes = text.length > max ? text.length : utf8(text).length;
  if (bytes === 0) throw invalid(what, 'a text', text);
  if (bytes <= max) return;
  const message = `${what} expected at most ${max} bytes, got ${bytes}`;
  throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
}

function invalid(what: string, expected: string, text: string): DatabaseError {
  const got = text === '' ? 'none' : JSON.stringify(text.slice(0, SHOWN_LENGTH_MAX));
  return new DatabaseError(ErrorCode.INVALID_INPUT, `${what} expected ${expected}, got ${got}`);
}
