/**
 * Finds out who a caller is, and tells those who hold something open for him when his right ends.
 * A caller gets one answer to all that does not hold; the reason is for the operator.
 */

import type { IncomingMessage } from 'node:http';
import { ANONYMOUS, parsePrincipal } from '../../access/principal.ts';
import type { Clock } from '../../base/clock.ts';
import { DatabaseError } from '../../base/errors.ts';
import { API_KEY_PREFIX } from './api-key.ts';
import { ApiKeyStore } from './api-key-store.ts';
import type { Authentication } from './authentication-file.ts';
import { type ConnectionInit, type Credential, credentialOf } from './credential.ts';
import { HeldRights } from './held-rights.ts';
import { CredentialRefused, type Identity, Method, unauthenticated } from './identity.ts';
import { SignatureVerifier } from './signed-request.ts';

/** For the operator of the server: what no caller is told. */
export interface Refusal {
  readonly method: Method;
  readonly reason: string;
  /** Where the caller is. */
  readonly address: string | undefined;
}

export type Outcome = 'accepted' | 'refused';
export type OutcomeListener = (method: Method, outcome: Outcome) => void;

export interface AuthenticatorOptions {
  readonly clock: Clock;
  readonly onRefusal: (refusal: Refusal) => void;
  /** Hears why the file of API keys cannot be read or watched. */
  readonly onProblem: (error: unknown) => void;
}

/** The ways in: throws CredentialRefused, and a DatabaseError for a wrong name. */
type Identify = (credential: Credential) => Identity | Promise<Identity>;

export class Authenticator implements Disposable {
  readonly #identify: Identify;
  readonly #keys: ApiKeyStore | undefined;
  readonly #rights: HeldRights;
  readonly #options: AuthenticatorOptions;
  #observe: OutcomeListener = () => undefined;

  private constructor(
    identify: Identify,
    options: AuthenticatorOptions & {
      readonly keys?: ApiKeyStore | undefined;
      readonly rights: HeldRights;
    },
  ) {
    this.#identify = identify;
    this.#options = options;
    this.#keys = options.keys;
    this.#rights = options.rights;
  }

  /** Where nothing is configured, callers are who they say they are: for this machine alone. */
  static async open(
    authentication: Authentication | undefined,
    options: AuthenticatorOptions,
  ): Promise<Authenticator> {
    const { clock, onProblem } = options;
    const isInForce = (keyId: string) => keys?.isInForce(keyId) === true;
    const rights = new HeldRights(clock, isInForce);
    const onChange = () => rights.check();
    const path = authentication?.apiKeys;
    const keys =
      path === undefined ? undefined : await ApiKeyStore.open(path, { clock, onProblem, onChange });
    const identify =
      authentication === undefined ? believe : await checking(authentication, { clock, keys });
    return new Authenticator(identify, { ...options, keys, rights });
  }

  [Symbol.dispose](): void {
    this.#keys?.[Symbol.dispose]();
  }

  /** `listener` hears of each caller from then on. */
  observe(listener: OutcomeListener): void {
    this.#observe = listener;
  }

  /** Throws UNAUTHENTICATED, and INVALID_INPUT for a wrong name where names are believed. */
  identify(request: IncomingMessage, init?: ConnectionInit): Identity | Promise<Identity> {
    try {
      const identity = this.#identify(credentialOf(request, init));
      if (!(identity instanceof Promise)) return this.#accept(identity);
      return identity.then(
        (found) => this.#accept(found),
        (error: unknown) => this.#fail(request, error),
      );
    } catch (error) {
      return this.#fail(request, error);
    }
  }

  /** The error of a request whose body is not the one that was signed. */
  refuseBody(request: IncomingMessage): DatabaseError {
    const reason = 'a body expected to be the one that was signed, is another';
    return this.#refuse(request, new CredentialRefused(Method.SIGNATURE, reason));
  }

  /** Calls `ended` once, when the right ends; until the function is called that it returns. */
  hold(identity: Identity, ended: () => void): () => void {
    return this.#rights.hold(identity, ended);
  }

  #accept(identity: Identity): Identity {
    this.#observe(identity.method, 'accepted');
    return identity;
  }

  #fail(request: IncomingMessage, error: unknown): never {
    if (error instanceof CredentialRefused) throw this.#refuse(request, error);
    if (error instanceof DatabaseError) this.#observe(Method.NAMED, 'refused');
    throw error;
  }

  #refuse(request: IncomingMessage, error: CredentialRefused): DatabaseError {
    const { method, message } = error;
    this.#observe(method, 'refused');
    this.#options.onRefusal({ method, reason: message, address: request.socket.remoteAddress });
    return unauthenticated(error);
  }
}

const NOBODY: Identity = { principal: ANONYMOUS, method: Method.NONE };

function believe(credential: Credential): Identity {
  switch (credential.kind) {
    case 'none':
      return NOBODY;
    case 'named':
      return { principal: parsePrincipal(credential.text), method: Method.NAMED };
    default:
      throw refused('a server without authentication expected no credential, got one');
  }
}

async function checking(
  { anonymous, issuers, signing }: Authentication,
  { clock, keys }: { readonly clock: Clock; readonly keys: ApiKeyStore | undefined },
): Promise<Identify> {
  // The library for tokens takes a while to load.
  const tokens =
    issuers.length === 0
      ? undefined
      : new (await import('./token.ts')).TokenVerifier(issuers, clock);
  const signatures = signing === undefined ? undefined : new SignatureVerifier(signing, clock);
  const identifyBearer = (text: string) => {
    const verifier = text.startsWith(API_KEY_PREFIX) ? keys : tokens;
    if (verifier !== undefined) return verifier.identify(text);
    throw refused('a request expected a credential of a kind that is configured, got another');
  };
  return (credential) => {
    switch (credential.kind) {
      case 'none':
        if (anonymous) return NOBODY;
        throw refused('a request expected a credential, got none');
      case 'named':
        throw refused('a server with authentication expected a credential, got a bare name');
      case 'signature':
        if (signatures !== undefined) return signatures.identify(credential.message);
        throw refused('a request expected no signature, as no keys are configured, got one');
      case 'bearer':
        return identifyBearer(credential.text);
    }
  };
}

function refused(message: string): CredentialRefused {
  return new CredentialRefused(Method.NONE, message);
}
