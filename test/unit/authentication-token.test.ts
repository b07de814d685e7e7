import { createHmac, KeyObject } from 'node:crypto';
import { exportSPKI } from 'jose';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import {
  TOKEN_KEYS_AGE_MILLISECONDS_MAX,
  TOKEN_KEYS_BYTES_MAX,
  TOKEN_KEYS_COOLDOWN_MILLISECONDS,
  TOKEN_KEYS_FRESH_MILLISECONDS,
} from '../../src/base/limits.ts';
import {
  ASYMMETRIC_ALGORITHMS,
  type TokenIssuer,
  TokenVerifier,
} from '../../src/server/authentication/token.ts';
import {
  AUDIENCE,
  ISSUER,
  keySetOf,
  makePair,
  type SigningPair,
  serveKeys,
  signToken,
} from '../fixture/tokens.ts';

const NOW = 1_800_000_000;
const TERMS: Omit<TokenIssuer, 'keys'> = {
  issuer: ISSUER,
  audiences: [AUDIENCE, 'another'],
  organisation: 'acme',
  algorithms: ASYMMETRIC_ALGORITHMS,
  nameClaim: 'sub',
  roleClaim: undefined,
  type: undefined,
  clockToleranceSeconds: 30,
};

let pair: SigningPair;
let other: SigningPair;
let rsa: SigningPair;

beforeAll(async () => {
  [pair, other, rsa] = await Promise.all([
    makePair('one'),
    makePair('two', 'ES256'),
    makePair('three', 'RS256'),
  ]);
});

async function verifierOf(terms: Partial<TokenIssuer> = {}): Promise<TokenVerifier> {
  const keys = { kind: 'set', keys: await keySetOf(pair, other, rsa) } as const;
  return new TokenVerifier([{ ...TERMS, keys, ...terms }], { now: () => NOW * 1000 });
}

const sign = (claims: Readonly<Record<string, unknown>> = {}, by = pair) =>
  signToken(by, { claims, now: NOW });

/** A token whose parts are what they are, signed by nobody. */
function unsigned(header: object, payload: object, signature = ''): string {
  const parts = [header, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return `${parts.join('.')}.${signature}`;
}

const CLAIMS = { iss: ISSUER, aud: AUDIENCE, sub: 'ann', exp: NOW + 300 };

describe('[U9] a token', () => {
  test.each<[string, () => Promise<string>]>([
    ['by EdDSA', () => sign()],
    ['by ES256', () => sign({}, other)],
    ['by RS256', () => sign({}, rsa)],
    ['of another of the audiences', () => sign({ aud: ['x', 'another'] })],
    ['that has just expired, within the tolerance', () => sign({ exp: NOW - 29 })],
    ['that holds from soon on, within the tolerance', () => sign({ nbf: NOW + 30 })],
  ])('%s is of its user', async (_, token) => {
    const identity = await (await verifierOf()).identify(await token());
    expect(identity.principal).toEqual({ kind: 'user', organisation: 'acme', name: 'ann' });
    expect(identity.method).toBe('token');
  });

  test('[U19] holds to its end and the tolerance', async () => {
    const { endsAt } = await (await verifierOf()).identify(await sign({ exp: NOW + 60 }));
    expect(endsAt).toBe((NOW + 60 + 30) * 1000);
  });

  test.each<[string, () => Promise<string> | string]>([
    ['of another issuer', () => sign({ iss: 'https://login.example' })],
    ['of no issuer', () => sign({ iss: undefined })],
    ['whose issuer is a list', () => sign({ iss: [ISSUER] })],
    ['for another audience', () => sign({ aud: 'massive' })],
    ['for no audience', () => sign({ aud: undefined })],
    ['for an empty audience', () => sign({ aud: [] })],
    ['that has expired', () => sign({ exp: NOW - 30 })],
    ['that never expires', () => sign({ exp: undefined })],
    ['whose end is a text', () => sign({ exp: `${NOW + 60}` })],
    ['that does not hold yet', () => sign({ nbf: NOW + 31 })],
    ['of no user', () => sign({ sub: undefined })],
    ['of a user that is a number', () => sign({ sub: 7 })],
    ['of a user without a name', () => sign({ sub: '' })],
    ['of everybody', () => sign({ sub: '*' })],
    ['of a user who is a set', () => sign({ sub: 'group#member' })],
    ['with an unknown key id', () => signToken({ ...pair, id: 'four' }, { now: NOW })],
    ['with the key id of another key', () => signToken({ ...pair, id: 'two' }, { now: NOW })],
    ['with a key id that is a number', () => signToken(pair, { now: NOW, header: { kid: 1 } })],
    ['with a critical header', () => signToken(pair, { now: NOW, header: CRITICAL })],
    ['without a signature', () => unsigned({ alg: 'none' }, CLAIMS)],
    ['without a signature, in capitals', () => unsigned({ alg: 'NONE', kid: 'one' }, CLAIMS)],
    ['whose signature is cut', async () => (await sign()).slice(0, -8)],
    ['whose payload was changed', async () => changed(await sign())],
    ['whose header was changed', async () => reheaded(await sign(), { alg: 'ES256', kid: 'two' })],
    ['whose secret is the public key', () => byPublicKey()],
    ['of five parts', async () => `${await sign()}.a.b`],
    ['of two parts', async () => (await sign()).split('.').slice(0, 2).join('.')],
    ['that is no base64', () => 'a.b.c'],
    ['that is no JSON', () => `${Buffer.from('{').toString('base64url')}.e30.x`],
    ['whose payload is a list', () => unsigned({ alg: 'EdDSA', kid: 'one' }, [], 'x')],
    ['that is empty', () => ''],
    ['that is dots', () => '..'],
  ])('%s is refused', async (_, token) => {
    const verifier = await verifierOf();
    await expect(verifier.identify(await token())).rejects.toMatchObject({
      name: 'CredentialRefused',
      method: 'token',
    });
  });

  test.each<[string, Partial<TokenIssuer>, () => Promise<string>]>([
    ['by an algorithm that is not its issuer’s', { algorithms: ['ES256'] }, () => sign()],
    ['of no type, where one is asked for', { type: 'at+jwt' }, () => sign()],
    [
      'of another type',
      { type: 'at+jwt' },
      () => signToken(pair, { now: NOW, header: { typ: 'JWT' } }),
    ],
    ['without the claim that names its user', { nameClaim: 'email' }, () => sign()],
    ['whose user is named by what every object has', { nameClaim: 'constructor' }, () => sign()],
  ])('%s is refused', async (_, terms, token) => {
    const verifier = await verifierOf(terms);
    await expect(verifier.identify(await token())).rejects.toThrow();
  });

  test('of the type that is asked for, and with another name of its user, holds', async () => {
    const verifier = await verifierOf({ type: 'at+jwt', nameClaim: 'https://acme.example/login' });
    const token = await signToken(pair, {
      now: NOW,
      header: { typ: 'at+jwt' },
      claims: { 'https://acme.example/login': 'zoë' },
    });
    expect((await verifier.identify(token)).principal).toMatchObject({ name: 'zoë' });
  });

  test('without a key id is refused where several keys fit, and holds where one does', async () => {
    const token = await signToken(pair, { now: NOW, header: { kid: undefined } });
    expect((await (await verifierOf()).identify(token)).method).toBe('token');
    const keys = { kind: 'set', keys: await keySetOf(pair, await makePair('four')) } as const;
    await expect((await verifierOf({ keys })).identify(token)).rejects.toThrow('multiple');
  });

  const CRITICAL = { crit: ['strange'], strange: true };

  function changed(token: string): string {
    const [header, , signature] = token.split('.');
    const payload = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'root' })).toString('base64url');
    return `${header}.${payload}.${signature}`;
  }

  function reheaded(token: string, header: object): string {
    const [, payload, signature] = token.split('.');
    return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature}`;
  }

  /** What a verifier takes that lets a token choose between secrets and public keys. */
  async function byPublicKey(): Promise<string> {
    const token = unsigned({ alg: 'HS256', kid: 'three' }, CLAIMS).slice(0, -1);
    const secret = await exportSPKI(rsa.publicKey);
    return `${token}.${createHmac('sha256', secret).update(token).digest('base64url')}`;
  }
});

describe('[U10] an issuer', () => {
  test.each(['other/bob', '/bob', 'acme/bob'])(
    'whose token names %s stays in its own',
    async (sub) => {
      const { principal } = await (await verifierOf()).identify(await sign({ sub }));
      expect(principal).toEqual({ kind: 'user', organisation: 'acme', name: sub });
    },
  );

  test('signs for itself alone', async () => {
    const [mine, theirs] = [await keySetOf(pair), await keySetOf(other)];
    const issuers: TokenIssuer[] = [
      { ...TERMS, keys: { kind: 'set', keys: mine } },
      { ...TERMS, issuer: 'b', organisation: 'b', keys: { kind: 'set', keys: theirs } },
    ];
    const verifier = new TokenVerifier(issuers, { now: () => NOW * 1000 });
    const { principal } = await verifier.identify(await sign({ iss: 'b' }, other));
    expect(principal).toMatchObject({ organisation: 'b' });
    await expect(verifier.identify(await sign({ iss: 'b' }))).rejects.toThrow('does not hold');
    await expect(verifier.identify(await sign({}, other))).rejects.toThrow('does not hold');
  });

  test('with one key needs no key ids, and takes any', async () => {
    const key = KeyObject.from(pair.publicKey);
    const verifier = await verifierOf({ keys: { kind: 'key', key } });
    for (const kid of ['one', 'another', undefined]) {
      const token = await signToken(pair, { now: NOW, header: { kid } });
      expect((await verifier.identify(token)).method).toBe('token');
    }
    const stranger = await makePair('one');
    await expect(verifier.identify(await sign({}, stranger))).rejects.toThrow('does not hold');
    await expect(verifier.identify(await sign({}, rsa))).rejects.toThrow('does not hold');
  });

  test('with a secret takes no public keys', async () => {
    const secret = new Uint8Array(32).fill(5);
    const keys = { kind: 'key', key: secret } as const;
    const verifier = await verifierOf({ keys, algorithms: ['HS256'] });
    const token = unsigned({ alg: 'HS256' }, CLAIMS).slice(0, -1);
    const signed = createHmac('sha256', secret).update(token).digest('base64url');
    expect((await verifier.identify(`${token}.${signed}`)).method).toBe('token');
    await expect(verifier.identify(await sign())).rejects.toThrow('does not hold');
  });
});

describe('[U11] keys that are fetched', () => {
  async function fetching(url: string) {
    let now = NOW * 1000;
    const keys = { kind: 'url', url: new URL(url) } as const;
    const verifier = new TokenVerifier([{ ...TERMS, keys }], { now: () => now });
    return {
      pass: (milliseconds: number) => {
        now += milliseconds;
      },
      identify: async (by: SigningPair) =>
        verifier.identify(await signToken(by, { now: Math.floor(now / 1000) })),
    };
  }

  test('are rotated: a new one holds, and one that is gone does not', async () => {
    await using server = await serveKeys(await keySetOf(pair));
    const { identify, pass } = await fetching(server.url);
    await identify(pair);
    server.answer(await keySetOf(other));
    await expect(identify(other)).rejects.toThrow('does not hold');
    pass(TOKEN_KEYS_COOLDOWN_MILLISECONDS);
    expect((await identify(other)).method).toBe('token');
    await expect(identify(pair)).rejects.toThrow('does not hold');
    expect(server.asked).toBe(2);
  });

  test('are fetched once for many tokens, and anew when they are old', async () => {
    await using server = await serveKeys(await keySetOf(pair));
    const { identify, pass } = await fetching(server.url);
    await Promise.all(Array.from({ length: 50 }, () => identify(pair)));
    pass(TOKEN_KEYS_FRESH_MILLISECONDS);
    await identify(pair);
    expect(server.asked).toBe(1);
    pass(1);
    await identify(pair);
    expect(server.asked).toBe(2);
  });

  test('are not asked for again and again by tokens that name others', async () => {
    await using server = await serveKeys(await keySetOf(pair));
    const { identify, pass } = await fetching(server.url);
    const refused = Array.from({ length: 50 }, () =>
      expect(identify(other)).rejects.toThrow('does not hold'),
    );
    await Promise.all(refused);
    pass(TOKEN_KEYS_COOLDOWN_MILLISECONDS - 1);
    await expect(identify(other)).rejects.toThrow('does not hold');
    expect(server.asked).toBe(1);
    pass(1);
    await expect(identify(other)).rejects.toThrow('does not hold');
    expect(server.asked).toBe(2);
  });

  test('go on for a while when no others come', async () => {
    await using server = await serveKeys(await keySetOf(pair));
    const { identify, pass } = await fetching(server.url);
    await identify(pair);
    server.answer(503);
    pass(TOKEN_KEYS_AGE_MILLISECONDS_MAX);
    await identify(pair);
    pass(1);
    await expect(identify(pair)).rejects.toThrow('status 200, got 503');
    expect(server.asked).toBe(2);
    server.answer(await keySetOf(pair));
    pass(TOKEN_KEYS_COOLDOWN_MILLISECONDS);
    await identify(pair);
  });

  test.each<[string, string | number | (() => Promise<object>), string]>([
    ['a redirection', 302, 'none of late'],
    ['an error', 500, 'got 500'],
    ['another text', '<html>', 'a JSON Web Key Set'],
    ['no keys', '{"keys":[]}', 'a JSON Web Key Set'],
    ['too many bytes', `{"keys":[],"x":"${'x'.repeat(TOKEN_KEYS_BYTES_MAX)}"}`, 'at most 131072'],
    ['too many keys', `{"keys":[${'{},'.repeat(256)}{}]}`, '1 to 256 keys'],
    ['a key of no type', '{"keys":[{}]}', 'name their type'],
    ['a secret', '{"keys":[{"kty":"oct","k":"AAAA"}]}', 'public keys, got a secret'],
    ['a private key', '{"keys":[{"kty":"OKP","crv":"Ed25519","d":"AA"}]}', 'public keys, got a'],
  ])('are not taken from %s', async (_, content, message) => {
    await using server = await serveKeys(await keySetOf(pair));
    server.answer(content as string | number);
    const { identify } = await fetching(server.url);
    await expect(identify(pair)).rejects.toThrow(message);
    // What was refused at first is no reason to ask again at once.
    await expect(identify(pair)).rejects.toThrow(message);
    expect(server.asked).toBe(1);
  });

  test('are not waited for beyond their time', async () => {
    await using server = await serveKeys(await keySetOf(pair));
    const stuck = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    const { identify } = await fetching(server.url);
    await expect(identify(pair)).rejects.toThrow('none of late');
    expect(stuck).toHaveBeenCalledWith(5_000);
    stuck.mockRestore();
  });

  test('are missed without their server', async () => {
    const { identify } = await fetching('http://127.0.0.1:1/keys');
    await expect(identify(pair)).rejects.toThrow('none of late');
  });
});
