/**
 * Requests that a principal signs with an Ed25519 key of his own (RFC 9421), under the project's
 * strict rule for signatures. The signature covers what the request does: method, address and
 * body; when it was made; and a nonce, by which it is taken once.
 */

import type { User } from '../../access/principal.ts';
import type { Clock } from '../../base/clock.ts';
import {
  NONCE_LENGTH_LEAST,
  NONCE_LENGTH_MAX,
  SIGNED_COMPONENTS_MAX,
  SIGNED_REQUEST_AGE_SECONDS_MAX,
  SIGNED_REQUEST_AHEAD_SECONDS_MAX,
} from '../../base/limits.ts';
import { verifyEd25519 } from '../../crypto/ed25519.ts';
import { type ContentDigest, parseContentDigest } from './content-digest.ts';
import { CredentialRefused, type Identity, Method } from './identity.ts';
import { Nonces, NonceVerdict } from './nonces.ts';
import { type SignedMessage, signatureBase } from './signature-base.ts';
import { type Item, type Parameters, parseDictionary } from './structured-fields.ts';

export interface SigningKey {
  readonly id: string;
  readonly principal: User;
  readonly publicKey: Uint8Array;
}

export interface SigningTerms {
  /** `https://graph.example`: how clients call the server, on whichever of its ports. */
  readonly origin: string;
  readonly keys: readonly SigningKey[];
}

const ALGORITHM = 'ed25519';
const MILLISECONDS_PER_SECOND = 1000;
const DIGEST_FIELD = 'content-digest';
/** Either of them says where the request goes. */
const ADDRESSES = [['@target-uri'], ['@authority', '@path', '@query']];
/** What has no other meaning here may not be there: it would seem to mean something. */
const PARAMETERS = ['created', 'expires', 'nonce', 'keyid', 'alg', 'tag'];
/** Requests by these methods have no body that is read. */
const WITHOUT_BODY = ['GET', 'HEAD'];

interface Signature {
  readonly components: readonly Item[];
  readonly parameters: Parameters;
  readonly bytes: Uint8Array;
}

export class SignatureVerifier {
  readonly #origin: string;
  readonly #keys: ReadonlyMap<string, SigningKey>;
  readonly #clock: Clock;
  /** Of the signatures that only this run can have seen. */
  readonly #firstSecond: number;
  readonly #nonces = new Nonces();

  constructor({ origin, keys }: SigningTerms, clock: Clock) {
    this.#origin = origin;
    this.#keys = new Map(keys.map((key) => [key.id, key]));
    this.#clock = clock;
    this.#firstSecond = this.#second() + SIGNED_REQUEST_AHEAD_SECONDS_MAX + 1;
  }

  /** Throws CredentialRefused. A body, where there is one, is still to be held to its digest. */
  identify(request: Omit<SignedMessage, 'origin'>): Identity {
    const message = { ...request, origin: this.#origin };
    const signature = readSignature(message);
    const digest = expectCovered(message, signature);
    const keyId = textOf(signature, 'keyid');
    const nonce = textOf(signature, 'nonce');
    if (nonce.length < NONCE_LENGTH_LEAST || nonce.length > NONCE_LENGTH_MAX) {
      const expected = `${NONCE_LENGTH_LEAST} to ${NONCE_LENGTH_MAX} characters`;
      throw refused(`a nonce expected ${expected}, got ${nonce.length}`);
    }
    const until = this.#expectFresh(signature);
    const key = this.#keys.get(keyId);
    if (key === undefined) throw refused('a signature expected a known key, got another');
    const base = signatureBase(message, signature.components, signature.parameters);
    if (base === undefined || !verifyEd25519(key.publicKey, base, signature.bytes)) {
      throw refused(`a signature of key ${keyId} does not hold`);
    }
    const verdict = this.#nonces.use({ keyId, nonce, until }, this.#second());
    if (verdict !== NonceVerdict.NEW) throw refused(WHY_NOT_NEW[verdict](keyId));
    const { principal } = key;
    const identity = { principal, method: Method.SIGNATURE };
    return digest === undefined ? identity : { ...identity, digest };
  }

  #second(): number {
    return Math.floor(this.#clock.now() / MILLISECONDS_PER_SECOND);
  }

  /** Answers the last second in which the request could come again. */
  #expectFresh(signature: Signature): number {
    const created = secondOf(signature, 'created');
    const expires = signature.parameters.has('expires')
      ? secondOf(signature, 'expires')
      : Number.POSITIVE_INFINITY;
    const now = this.#second();
    const until = created + SIGNED_REQUEST_AGE_SECONDS_MAX;
    if (now > until || now > expires) throw refused('a signature expected to be fresh, is old');
    if (created > now + SIGNED_REQUEST_AHEAD_SECONDS_MAX) {
      throw refused('a signature expected to be of the past, is of the future');
    }
    // The nonces of an earlier run are forgotten: nothing that could have come then is taken.
    if (created < this.#firstSecond) {
      throw refused('a signature expected to be made since the server started, is older');
    }
    return until;
  }
}

const WHY_NOT_NEW = {
  seen: (keyId: string) => `a nonce of key ${keyId} expected to be new, was used before`,
  full: (keyId: string) => `a nonce of key ${keyId} expected room to be remembered, got none`,
} as const;

/** The one signature of a request. */
function readSignature({ headers }: SignedMessage): Signature {
  const input = memberOf(headers['signature-input']);
  const signature = memberOf(headers.signature);
  if (input?.member.kind !== 'list' || signature?.member.kind !== 'bytes') {
    throw refused('a request expected one signature and its input, got others');
  }
  if (input.name !== signature.name) {
    throw refused('a signature expected to have the name of its input, has another');
  }
  const { items, parameters } = input.member;
  if (items.length > SIGNED_COMPONENTS_MAX) {
    throw refused(`a signature expected at most ${SIGNED_COMPONENTS_MAX} components, got more`);
  }
  const unknown = [...parameters.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) throw refused('a signature expected known parameters, got another');
  const algorithm = parameters.get('alg') ?? ALGORITHM;
  if (algorithm !== ALGORITHM) throw refused(`a signature expected ${ALGORITHM}, got another`);
  return { components: items, parameters, bytes: signature.member.bytes };
}

function memberOf(values: readonly string[] | undefined) {
  const members = parseDictionary((values ?? []).join(', '));
  const [[name, member] = [undefined, undefined]] = members ?? [];
  if (name === undefined || member === undefined || members?.size !== 1) return undefined;
  return { name, member };
}

/** Answers the digest of the body, which a request that may have a body has to cover. */
function expectCovered(message: SignedMessage, signature: Signature): ContentDigest | undefined {
  const covered = new Set(signature.components.map(({ value }) => value));
  if (!covered.has('@method')) throw refused('a signature expected to cover @method, does not');
  if (!ADDRESSES.some((names) => names.every((name) => covered.has(name)))) {
    const ways = ADDRESSES.map((names) => names.join(', ')).join(' or ');
    throw refused(`a signature expected to cover ${ways}, does not`);
  }
  if (WITHOUT_BODY.includes(message.method)) return undefined;
  const [text, ...others] = message.headers[DIGEST_FIELD] ?? [];
  const digest = text === undefined ? undefined : parseContentDigest([text, ...others].join(', '));
  if (digest !== undefined && covered.has(DIGEST_FIELD)) return digest;
  throw refused(`a signature expected to cover a ${DIGEST_FIELD} of SHA-2, does not`);
}

function textOf({ parameters }: Signature, name: string): string {
  const value = parameters.get(name);
  if (typeof value === 'string') return value;
  throw refused(`a signature expected ${name} as a text, got none`);
}

function secondOf({ parameters }: Signature, name: string): number {
  const value = parameters.get(name);
  if (typeof value === 'number') return value;
  throw refused(`a signature expected ${name} in seconds, got none`);
}

function refused(message: string): CredentialRefused {
  return new CredentialRefused(Method.SIGNATURE, message);
}
