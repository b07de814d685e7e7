/** What a credential comes to: who the caller is and until when, or why it is refused. */

import type { Principal } from '../../access/principal.ts';
import { DatabaseError, ErrorCode } from '../../base/errors.ts';
import type { ContentDigest } from './content-digest.ts';

/** How a caller shows who he is. */
export const Method = {
  TOKEN: 'token',
  API_KEY: 'api_key',
  SIGNATURE: 'signature',
  /** Without authentication a caller on this machine says who he is. */
  NAMED: 'named',
  NONE: 'none',
} as const;
export type Method = (typeof Method)[keyof typeof Method];

export interface Identity {
  readonly principal: Principal;
  readonly method: Method;
  /** By which its limits are found, where its token names one. */
  readonly role?: string;
  /** In milliseconds of the server's clock; absent where the right does not end by itself. */
  readonly endsAt?: number;
  /** Of an API key, which may be revoked. */
  readonly keyId?: string;
  /** What the signed body has to hash to. */
  readonly digest?: ContentDigest;
}

/** Why a credential does not hold. Callers are told nothing of it, the server's operator is. */
export class CredentialRefused extends Error {
  readonly method: Method;

  constructor(method: Method, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'CredentialRefused';
    this.method = method;
  }
}

/** The one answer to every credential that does not hold, and to none where one is needed. */
export function unauthenticated(cause?: CredentialRefused): DatabaseError {
  return new DatabaseError(
    ErrorCode.UNAUTHENTICATED,
    'a request expected a credential that holds here, got none or another',
    { cause },
  );
}
