/**
 * JSON Web Tokens (RFC 7519) of issuers that the operator has named, verified by `jose` as
 * RFC 8725 asks: the issuer's own algorithms, keys and audience, never those that a token asks
 * for. An issuer's users are of one organisation, whatever its tokens say.
 */

import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { type User, userOf } from '../../access/principal.ts';
import type { Clock } from '../../base/clock.ts';
import { DatabaseError } from '../../base/errors.ts';
import { quoteShort } from '../../definition/syntax.ts';
import { CredentialRefused, type Identity, Method } from './identity.ts';
import { type FindKey, findKeyIn, type KeySource } from './token-keys.ts';

export interface TokenIssuer {
  /** As its tokens write it in `iss`. */
  readonly issuer: string;
  /** One of these is in `aud`. */
  readonly audiences: readonly string[];
  readonly organisation: string;
  readonly algorithms: readonly string[];
  /** The claim with the name of the user. */
  readonly nameClaim: string;
  /** The claim with the role of the user, where limits go by it. */
  readonly roleClaim: string | undefined;
  /** What `typ` has to be, where it has to be something. */
  readonly type: string | undefined;
  readonly clockToleranceSeconds: number;
  readonly keys: KeySource;
}

export const ASYMMETRIC_ALGORITHMS: readonly string[] = [
  ...['EdDSA', 'Ed25519', 'ES256', 'ES384', 'ES512'],
  ...['PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'],
];
export const SECRET_ALGORITHMS: readonly string[] = ['HS256', 'HS384', 'HS512'];

const MILLISECONDS_PER_SECOND = 1000;

interface KnownIssuer {
  readonly terms: TokenIssuer;
  readonly findKey: FindKey;
}

export class TokenVerifier {
  readonly #issuers: ReadonlyMap<string, KnownIssuer>;
  readonly #clock: Clock;

  constructor(issuers: readonly TokenIssuer[], clock: Clock) {
    this.#clock = clock;
    this.#issuers = new Map(
      issuers.map((terms) => [terms.issuer, { terms, findKey: findKeyIn(terms.keys, clock) }]),
    );
  }

  /** Throws CredentialRefused. */
  async identify(token: string): Promise<Identity> {
    const issuer = this.#issuerOf(token);
    const payload = await this.#verify(token, issuer);
    const { clockToleranceSeconds } = issuer.terms;
    // That it is a number was verified.
    const seconds = Number(payload.exp) + clockToleranceSeconds;
    const endsAt = seconds * MILLISECONDS_PER_SECOND;
    const principal = userIn(payload, issuer.terms);
    const role = roleIn(payload, issuer.terms);
    return { principal, method: Method.TOKEN, endsAt, ...(role !== undefined && { role }) };
  }

  /** By what the token says of itself, which its signature has to prove. */
  #issuerOf(token: string): KnownIssuer {
    const { crit } = guarded(() => decodeProtectedHeader(token));
    if (crit !== undefined) throw refused('a token expected no critical header, got one');
    const { iss } = guarded(() => decodeJwt(token));
    const issuer = typeof iss === 'string' ? this.#issuers.get(iss) : undefined;
    if (issuer !== undefined) return issuer;
    throw refused(`a token expected a configured issuer, got ${shown(iss)}`);
  }

  async #verify(token: string, { terms, findKey }: KnownIssuer): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, findKey, {
        issuer: terms.issuer,
        audience: [...terms.audiences],
        algorithms: [...terms.algorithms],
        clockTolerance: terms.clockToleranceSeconds,
        currentDate: new Date(this.#clock.now()),
        requiredClaims: ['exp'],
        ...(terms.type === undefined ? {} : { typ: terms.type }),
      });
      return payload;
    } catch (error) {
      // What a key that does not fit makes the platform throw is no class of jose.
      throw refused(`a token of ${terms.issuer} does not hold: ${reasonOf(error)}`, error);
    }
  }
}

function userIn(payload: JWTPayload, { organisation, nameClaim, issuer }: TokenIssuer): User {
  const name = Object.hasOwn(payload, nameClaim) ? payload[nameClaim] : undefined;
  if (typeof name !== 'string') {
    throw refused(`a token of ${issuer} expected a text as ${nameClaim}, got ${typeof name}`);
  }
  try {
    return userOf({ organisation, name });
  } catch (error) {
    if (error instanceof DatabaseError) throw refused(error.message, error);
    throw error;
  }
}

/** A token without one, or with another kind of value, has no role. */
function roleIn(payload: JWTPayload, { roleClaim }: TokenIssuer): string | undefined {
  if (roleClaim === undefined || !Object.hasOwn(payload, roleClaim)) return undefined;
  const role = payload[roleClaim];
  return typeof role === 'string' ? role : undefined;
}

function guarded<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) {
      throw refused('a token expected three parts of base64url, got another text', error);
    }
    throw error;
  }
}

/** What a token says that nobody has verified may be of any kind. */
function shown(issuer: unknown): string {
  return typeof issuer === 'string' ? quoteShort(issuer) : typeof issuer;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}

function refused(message: string, cause?: unknown): CredentialRefused {
  return new CredentialRefused(Method.TOKEN, message, { cause });
}
