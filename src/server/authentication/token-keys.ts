/**
 * Where the keys of an issuer of tokens come from: a secret, a file, or the issuer itself. What is
 * fetched is kept; a token that names another key makes for a fetch, but no more than one in a
 * while, whatever comes of it: anybody can send such tokens.
 */

import type { KeyObject } from 'node:crypto';
import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWTHeaderParameters,
} from 'jose';
import type { Clock } from '../../base/clock.ts';
import { DatabaseError, ErrorCode } from '../../base/errors.ts';
import {
  TOKEN_KEYS_AGE_MILLISECONDS_MAX,
  TOKEN_KEYS_BYTES_MAX,
  TOKEN_KEYS_COOLDOWN_MILLISECONDS,
  TOKEN_KEYS_FETCH_MILLISECONDS_MAX,
  TOKEN_KEYS_FRESH_MILLISECONDS,
  TOKEN_KEYS_MAX,
} from '../../base/limits.ts';

/** Answers the key that a token is to be verified with; throws where there is none. */
export type FindKey = (
  header: JWTHeaderParameters,
  token: FlattenedJWSInput,
) => Promise<CryptoKey | KeyObject | Uint8Array>;

export type KeySource =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'set'; readonly keys: JSONWebKeySet }
  /** One key, whatever id a token names, or the secret that issuer and server share. */
  | { readonly kind: 'key'; readonly key: KeyObject | Uint8Array };

export function findKeyIn(source: KeySource, clock: Clock): FindKey {
  switch (source.kind) {
    case 'url': {
      const fetched = new FetchedKeys(source.url, clock);
      return (header, token) => fetched.find(header, token);
    }
    case 'set':
      return createLocalJWKSet(source.keys);
    case 'key':
      return () => Promise.resolve(source.key);
  }
}

/** The public keys of a set; throws INVALID_INPUT for what is none. */
export function expectKeySet(what: string, text: string): JSONWebKeySet {
  const set = parseJson(text);
  const keys = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > TOKEN_KEYS_MAX) {
    throw invalid(what, `a JSON Web Key Set of 1 to ${TOKEN_KEYS_MAX} keys`, 'another text');
  }
  for (const key of keys) {
    const isObject = typeof key === 'object' && key !== null && typeof key.kty === 'string';
    if (!isObject) throw invalid(what, 'keys that name their type', 'another value');
    if (key.kty === 'oct' || 'd' in key) throw invalid(what, 'public keys', 'a secret one');
  }
  return { keys };
}

interface Fetched {
  readonly find: FindKey;
  readonly at: number;
}

class FetchedKeys {
  readonly #url: URL;
  readonly #clock: Clock;
  #fetched: Fetched | undefined;
  #attemptedAt = Number.NEGATIVE_INFINITY;
  #problem: unknown;
  #fetching: Promise<void> | undefined;

  constructor(url: URL, clock: Clock) {
    this.#url = url;
    this.#clock = clock;
  }

  async find(...token: Parameters<FindKey>): ReturnType<FindKey> {
    if (this.#ageOf(this.#fetched) > TOKEN_KEYS_FRESH_MILLISECONDS) await this.#fetch();
    const fetched = this.#expectFetched();
    try {
      return await fetched.find(...token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#fetch();
      const again = this.#expectFetched();
      if (again === fetched) throw error;
      return again.find(...token);
    }
  }

  #ageOf(fetched: Fetched | undefined): number {
    return fetched === undefined ? Number.POSITIVE_INFINITY : this.#clock.now() - fetched.at;
  }

  #expectFetched(): Fetched {
    const fetched = this.#fetched;
    if (fetched !== undefined && this.#ageOf(fetched) <= TOKEN_KEYS_AGE_MILLISECONDS_MAX) {
      return fetched;
    }
    throw new DatabaseError(
      ErrorCode.UNAVAILABLE,
      `${this.#url.href} expected to answer with keys, got none of late`,
      { cause: this.#problem },
    );
  }

  /** Never throws: older keys may do. */
  #fetch(): Promise<void> {
    const isCooling = this.#clock.now() - this.#attemptedAt < TOKEN_KEYS_COOLDOWN_MILLISECONDS;
    if (this.#fetching === undefined && isCooling) return Promise.resolve();
    this.#fetching ??= this.#attempt().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #attempt(): Promise<void> {
    this.#attemptedAt = this.#clock.now();
    try {
      const keys = expectKeySet(this.#url.href, await fetchText(this.#url));
      this.#fetched = { find: createLocalJWKSet(keys), at: this.#clock.now() };
      this.#problem = undefined;
    } catch (error) {
      this.#problem = error;
    }
  }
}

/** A redirection is not followed: it could lead anywhere. */
async function fetchText(url: URL): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TOKEN_KEYS_FETCH_MILLISECONDS_MAX),
  });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw invalid(url.href, 'an answer with status 200', `${response.status}`);
  }
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let [text, bytes] = ['', 0];
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > TOKEN_KEYS_BYTES_MAX) {
      throw invalid(url.href, `at most ${TOKEN_KEYS_BYTES_MAX} bytes`, 'more');
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function invalid(what: string, expected: string, got: string): DatabaseError {
  return new DatabaseError(ErrorCode.INVALID_INPUT, `${what} expected ${expected}, got ${got}`);
}
