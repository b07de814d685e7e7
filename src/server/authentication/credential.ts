/** Which credential a request brings: one, or none. */

import type { IncomingMessage } from 'node:http';
import { CREDENTIAL_LENGTH_MAX } from '../../base/limits.ts';
import { CredentialRefused, Method } from './identity.ts';
import { fieldsOf, type SignedMessage } from './signature-base.ts';

/** Where no authentication is configured, who the caller says he is. */
export const PRINCIPAL_HEADER = 'x-massive-graph-principal';

/** What a client of graphql-transport-ws sends along when it opens its connection. */
export type ConnectionInit = Readonly<Record<string, unknown>> | undefined;

export type Credential =
  | { readonly kind: 'none' }
  /** A token or an API key. */
  | { readonly kind: 'bearer'; readonly text: string }
  | { readonly kind: 'signature'; readonly message: Omit<SignedMessage, 'origin'> }
  | { readonly kind: 'named'; readonly text: string };

const FIELDS = ['authorization', PRINCIPAL_HEADER, 'signature', 'signature-input'];
const NO_CREDENTIAL: Credential = { kind: 'none' };
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Throws CredentialRefused for more than one, as it is not clear who is meant. */
export function credentialOf(request: IncomingMessage, init: ConnectionInit): Credential {
  if (init === undefined && FIELDS.every((name) => request.headers[name] === undefined)) {
    return NO_CREDENTIAL;
  }
  const headers = fieldsOf(request.rawHeaders);
  const found: Credential[] = [
    ...(headers.authorization ?? []).map(bearer),
    ...textsOf(init, 'authorization').map(bearer),
    ...(headers[PRINCIPAL_HEADER] ?? []).map(named),
    ...textsOf(init, 'principal').map((text) => ({ kind: 'named', text }) as const),
  ];
  if (headers.signature !== undefined || headers['signature-input'] !== undefined) {
    const { method = '', url = '' } = request;
    found.push({ kind: 'signature', message: { method, target: url, headers } });
  }
  const [credential = NO_CREDENTIAL, another] = found;
  if (another === undefined) return credential;
  throw refused(`a request expected one credential, got ${found.length}`);
}

function bearer(text: string): Credential {
  if (text.length > CREDENTIAL_LENGTH_MAX) {
    const expected = `at most ${CREDENTIAL_LENGTH_MAX} characters`;
    throw refused(`a credential expected ${expected}, got ${text.length}`);
  }
  const credential = BEARER.exec(text)?.[1];
  if (credential !== undefined) return { kind: 'bearer', text: credential };
  throw refused('authorization expected Bearer and a token or a key, got another scheme or form');
}

/** Node reads each byte of a header as a character; a name is UTF-8. */
function named(text: string): Credential {
  try {
    const bytes = Buffer.from(text, 'latin1');
    return { kind: 'named', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof TypeError) throw refused(`${PRINCIPAL_HEADER} expected UTF-8, got other`);
    throw error;
  }
}

function textsOf(init: ConnectionInit, name: string): string[] {
  const value = init !== undefined && Object.hasOwn(init, name) ? init[name] : undefined;
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return [value];
  throw refused(`${name} of connection_init expected a text, got ${typeof value}`);
}

function refused(message: string): CredentialRefused {
  return new CredentialRefused(Method.NONE, message);
}
