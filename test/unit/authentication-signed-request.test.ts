import { describe, expect, test } from 'vitest';
import { parseUser } from '../../src/access/principal.ts';
import {
  SIGNED_REQUEST_AGE_SECONDS_MAX,
  SIGNED_REQUEST_AHEAD_SECONDS_MAX,
} from '../../src/base/limits.ts';
import { publicKeyOf, verifyEd25519 } from '../../src/crypto/ed25519.ts';
import { Nonces, NonceVerdict } from '../../src/server/authentication/nonces.ts';
import { signatureBase } from '../../src/server/authentication/signature-base.ts';
import { SignatureVerifier } from '../../src/server/authentication/signed-request.ts';
import { parseDictionary } from '../../src/server/authentication/structured-fields.ts';
import { KEY_ID, ORIGIN, type SigningOptions, signRequest } from '../fixture/signed-request.ts';

const SEED = new Uint8Array(32).fill(9);
const START = 1_800_000_000;
/** Long after that, as far as signatures know. */
const NOW = START + 600;

function verifierAt(origin = ORIGIN) {
  let now = START;
  const keys = [
    { id: KEY_ID, principal: parseUser('user:acme/ann'), publicKey: publicKeyOf(SEED) },
    { id: 'bob', principal: parseUser('user:acme/bob'), publicKey: publicKeyOf(SEED.with(0, 1)) },
  ];
  const verifier = new SignatureVerifier({ origin, keys }, { now: () => now * 1000 });
  now = NOW;
  return {
    setNow: (second: number) => {
      now = second;
    },
    identify: (headers: Readonly<Record<string, string>>, method = 'POST', target = '/graphql') => {
      const lists = Object.entries(headers).map(([name, value]) => [name, [value]]);
      return verifier.identify({ method, target, headers: Object.fromEntries(lists) });
    },
  };
}

const sign = (options: SigningOptions = {}, seed = SEED) =>
  signRequest(seed, { created: NOW, ...options });

test('the published signature with Ed25519 (RFC 9421, B.2.6) holds over our base', () => {
  const key = Buffer.from('JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs', 'base64url');
  const fields = {
    date: ['Tue, 20 Apr 2021 02:07:55 GMT'],
    'content-type': ['application/json'],
    'content-length': ['18'],
  };
  const input = parseDictionary(
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")' +
      ';created=1618884473;keyid="test-key-ed25519"',
  )?.get('sig-b26');
  const signature = parseDictionary(
    'sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPp' +
      'BKRCw==:',
  )?.get('sig-b26');
  if (input?.kind !== 'list' || signature?.kind !== 'bytes') throw new Error('they are read');
  const message = {
    method: 'POST',
    origin: 'https://example.com',
    target: '/foo?param=Value&Pet=dog',
  };
  const base = signatureBase({ ...message, headers: fields }, input.items, input.parameters);
  expect(base !== undefined && verifyEd25519(key, base, signature.bytes)).toBe(true);
  const other = { ...message, target: '/Foo?param=Value&Pet=dog', headers: fields };
  const wrong = signatureBase(other, input.items, input.parameters);
  expect(wrong !== undefined && verifyEd25519(key, wrong, signature.bytes)).toBe(false);
});

describe('[U16] a signed request', () => {
  test.each<[string, SigningOptions]>([
    ['by authority, path and query', {}],
    ['by its target URI', { components: ['@method', '@target-uri', 'content-digest'] }],
    [
      'with more than it has to cover',
      {
        components: [
          ...['@method', '@authority', '@scheme', '@path', '@query', '@request-target'],
          ...['content-type', 'content-digest'],
        ],
        more: `;alg="ed25519";tag="app";expires=${NOW + 1}`,
      },
    ],
  ])('%s is of its principal', (_, options) => {
    const identity = verifierAt().identify(sign(options));
    expect(identity).toMatchObject({
      principal: { organisation: 'acme', name: 'ann' },
      method: 'signature',
    });
    expect(identity.digest?.size).toBe(1);
    expect(identity.endsAt).toBeUndefined();
  });

  test('without a body needs no digest', () => {
    const headers = sign({ method: 'GET', target: '/graphql?query=%7Ba%7D' });
    const identity = verifierAt().identify(headers, 'GET', '/graphql?query=%7Ba%7D');
    expect(identity.digest).toBeUndefined();
  });

  test.each<[string, string, string]>([
    ['another method', 'PUT', '/graphql'],
    ['another path', 'POST', '/graphql/'],
    ['another query', 'POST', '/graphql?a=1'],
  ])('that goes by %s does not hold', (_, method, target) => {
    expect(() => verifierAt().identify(sign(), method, target)).toThrow('does not hold');
  });

  test.each<[string, () => Record<string, string>, RegExp]>([
    ['by another key', () => sign({}, SEED.with(1, 1)), /does not hold/],
    ['of another key id', () => sign({ keyId: 'bob' }), /bob does not hold/],
    ['of an unknown key id', () => sign({ keyId: 'eve' }), /a known key/],
    ['for another origin', () => sign({ origin: 'https://other.example' }), /does not hold/],
    [
      'for another scheme',
      () => sign({ origin: 'http://graph.example', components: TARGET }),
      /not hold/,
    ],
    ['with another digest', () => ({ ...sign(), 'content-digest': digestOf(7) }), /not hold/],
    ['without @method', () => sign({ components: ['@target-uri', 'content-digest'] }), /@method/],
    ['without a query', () => sign({ components: without('@query') }), /@target-uri or @authority/],
    ['without an authority', () => sign({ components: without('@authority') }), /@authority/],
    ['without a path', () => sign({ components: without('@path') }), /@path/],
    ['without a digest', () => sign({ components: without('content-digest') }), /content-digest/],
    [
      'with a digest of no use',
      () => ({ ...sign(), 'content-digest': 'md5=:AAAA:' }),
      /content-digest/,
    ],
    ['that covers a missing field', () => sign({ components: [...ALL, 'x-none'] }), /not hold/],
    ['that covers a part twice', () => sign({ components: [...ALL, '@method'] }), /not hold/],
    [
      'that covers a part of a response',
      () => sign({ components: [...ALL, '@status'] }),
      /not hold/,
    ],
    ['that covers too much', () => sign({ components: Array(33).fill('@method') }), /at most 32/],
    [
      'with a component that has parameters',
      () => replaced(sign(), 'signature-input', '"@path"', '"@path";req'),
      /does not hold/,
    ],
  ])('%s is refused', (_, headers, message) => {
    expect(() => verifierAt().identify(headers())).toThrow(message);
  });

  test.each<[string, (headers: Record<string, string>) => Record<string, string | undefined>]>([
    ['no input', (headers) => ({ ...headers, 'signature-input': undefined })],
    ['no signature', (headers) => ({ ...headers, signature: undefined })],
    ['another label', (headers) => ({ ...headers, signature: `x${headers.signature}` })],
    ['two signatures', (headers) => doubled(headers)],
    ['an input that is bytes', (headers) => ({ ...headers, 'signature-input': headers.signature })],
    ['a signature that is a list', (headers) => ({ ...headers, signature: 'sig=("a")' })],
    ['text that is no dictionary', (headers) => ({ ...headers, signature: '{}' })],
    ['a short signature', (headers) => ({ ...headers, signature: 'sig=:AAAA:' })],
  ])('with %s is refused', (_, change) => {
    const changed = Object.entries(change(sign())).filter(([, value]) => value !== undefined);
    const headers = Object.fromEntries(changed) as Record<string, string>;
    expect(() => verifierAt().identify(headers)).toThrow();
  });
});

describe('[U17] the parameters of a signature', () => {
  const nonce = 'nonce="0123456789abcdef"';
  test.each<[string, string]>([
    ['no created', `;${nonce};keyid="${KEY_ID}"`],
    ['no nonce', `;created=${NOW};keyid="${KEY_ID}"`],
    ['no keyid', `;created=${NOW};${nonce}`],
    ['created as a text', `;created="${NOW}";${nonce};keyid="${KEY_ID}"`],
    ['keyid as a token', `;created=${NOW};${nonce};keyid=${KEY_ID}`],
    ['a nonce of 15 characters', `;created=${NOW};nonce="${'n'.repeat(15)}";keyid="${KEY_ID}"`],
    ['a nonce of 129 characters', `;created=${NOW};nonce="${'n'.repeat(129)}";keyid="${KEY_ID}"`],
    ['another algorithm', `;created=${NOW};${nonce};keyid="${KEY_ID}";alg="hmac-sha256"`],
    ['an algorithm as a token', `;created=${NOW};${nonce};keyid="${KEY_ID}";alg=ed25519`],
    ['an unknown one', `;created=${NOW};${nonce};keyid="${KEY_ID}";admin`],
    ['an end as a text', `;created=${NOW};${nonce};keyid="${KEY_ID}";expires="${NOW}"`],
    ['an end that is past', `;created=${NOW};${nonce};keyid="${KEY_ID}";expires=${NOW - 1}`],
  ])('with %s are refused', (_, parameters) => {
    expect(() => verifierAt().identify(sign({ parameters }))).toThrow('expected');
  });
});

describe('[U18] a signature', () => {
  test('holds once', () => {
    const verifier = verifierAt();
    const headers = sign();
    verifier.identify(headers);
    expect(() => verifier.identify(headers)).toThrow('was used before');
    verifier.setNow(NOW + SIGNED_REQUEST_AGE_SECONDS_MAX);
    expect(() => verifier.identify(headers)).toThrow('was used before');
    verifier.setNow(NOW + SIGNED_REQUEST_AGE_SECONDS_MAX + 1);
    expect(() => verifier.identify(headers)).toThrow('is old');
  });

  test('that does not hold uses up no nonce', () => {
    const verifier = verifierAt();
    const nonce = 'nonce-of-somebody-else';
    expect(() => verifier.identify(sign({ nonce }, SEED.with(1, 1)))).toThrow('does not hold');
    expect(verifier.identify(sign({ nonce })).method).toBe('signature');
    expect(verifier.identify(sign({ nonce, keyId: 'bob' }, SEED.with(0, 1))).principal).toEqual(
      parseUser('user:acme/bob'),
    );
  });

  test.each([
    [NOW - SIGNED_REQUEST_AGE_SECONDS_MAX, NOW, true],
    [NOW - SIGNED_REQUEST_AGE_SECONDS_MAX - 1, NOW, false],
    [NOW + SIGNED_REQUEST_AHEAD_SECONDS_MAX, NOW, true],
    [NOW + SIGNED_REQUEST_AHEAD_SECONDS_MAX + 1, NOW, false],
    [START + SIGNED_REQUEST_AHEAD_SECONDS_MAX + 1, START + 1, true],
    [START + SIGNED_REQUEST_AHEAD_SECONDS_MAX, START + 6, false],
    [START - 1, START, false],
    [-1, NOW, false],
  ])('made at %d and seen at %d: %s', (created, seen, holds) => {
    const verifier = verifierAt();
    verifier.setNow(seen);
    const identify = () => verifier.identify(sign({ created }));
    if (holds) expect(identify().method).toBe('signature');
    else expect(identify).toThrow(/fresh|past|started/);
  });

  test('is not taken where its nonce could not be remembered', () => {
    const nonces = new Nonces({ perKeyMax: 2, max: 3 });
    const use = (keyId: string, nonce: string, until: number, now = 0) =>
      nonces.use({ keyId, nonce, until }, now);
    expect(use('a', '1', 5)).toBe(NonceVerdict.NEW);
    expect(use('a', '2', 6)).toBe(NonceVerdict.NEW);
    expect(use('a', '3', 6)).toBe(NonceVerdict.FULL);
    expect(use('b', '1', 5)).toBe(NonceVerdict.NEW);
    expect(use('c', '1', 5)).toBe(NonceVerdict.FULL);
    expect(use('a', '1', 5, 5)).toBe(NonceVerdict.SEEN);
    expect(nonces.count).toBe(3);
    expect(use('c', '1', 9, 6)).toBe(NonceVerdict.NEW);
    expect(nonces.count).toBe(2);
    expect(use('a', '2', 6, 6)).toBe(NonceVerdict.SEEN);
    expect(use('a', '2', 20, 12)).toBe(NonceVerdict.NEW);
    expect(nonces.count).toBe(1);
  });
});

const ALL = ['@method', '@authority', '@path', '@query', 'content-digest'];
const TARGET = ['@method', '@target-uri', 'content-digest'];

function without(name: string): string[] {
  return ALL.filter((each) => each !== name);
}

function digestOf(byte: number): string {
  return `sha-256=:${Buffer.alloc(32, byte).toString('base64')}:`;
}

function replaced(headers: Record<string, string>, name: string, from: string, to: string) {
  return { ...headers, [name]: headers[name]?.replace(from, to) ?? '' };
}

function doubled(headers: Record<string, string>): Record<string, string> {
  const { signature = '', 'signature-input': input = '' } = headers;
  return {
    ...headers,
    signature: `${signature}, b${signature}`,
    'signature-input': `${input}, b${input}`,
  };
}
