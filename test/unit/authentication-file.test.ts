import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { readAuthentication } from '../../src/server/authentication/authentication-file.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const KEY = toHex(publicKeyOf(new Uint8Array(32).fill(9)));
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const SET = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] });

const ISSUER = {
  issuer: 'https://login.example/',
  audience: 'massive-graph',
  organisation: 'acme',
  keysUrl: 'https://login.example/keys',
};
const SIGNING_KEY = { id: 'ann', principal: 'user:acme/ann', publicKey: KEY };
const SIGNED = { origin: 'https://graph.example', keys: [SIGNING_KEY] };

async function read(content: unknown, files: Readonly<Record<string, string>> = {}) {
  const directory = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  const file = join(directory, 'authentication.json');
  const text = typeof content === 'string' ? content : JSON.stringify(content, undefined, 2);
  await writeFile(file, text);
  return readAuthentication(file);
}

const withoutUrl = (members: object) => {
  const { keysUrl: _keysUrl, ...rest } = ISSUER;
  return { issuers: [{ ...rest, ...members }] };
};

describe('[U4] an authentication file', () => {
  test('says who may come in, with defaults', async () => {
    const authentication = await read({
      issuers: [ISSUER],
      apiKeys: 'keys/api.jsonl',
      signedRequests: SIGNED,
    });
    expect(authentication).toMatchObject({
      anonymous: false,
      apiKeys: expect.stringMatching(/^\/.*\/keys\/api\.jsonl$/),
      issuers: [
        {
          audiences: ['massive-graph'],
          nameClaim: 'sub',
          type: undefined,
          clockToleranceSeconds: 30,
          algorithms: expect.arrayContaining(['EdDSA', 'ES256', 'RS256']),
          keys: { kind: 'url', url: new URL(ISSUER.keysUrl) },
        },
      ],
      signing: { origin: SIGNED.origin, keys: [{ id: 'ann', principal: { name: 'ann' } }] },
    });
    expect(authentication.issuers[0]?.algorithms).not.toContain('HS256');
  });

  test('may name everything', async () => {
    const members = {
      audience: ['a', 'b'],
      algorithms: ['ES256'],
      nameClaim: 'email',
      type: 'at+jwt',
      clockToleranceSeconds: 0,
    };
    const content = { issuers: [{ ...ISSUER, ...members }] };
    const text = `\t${JSON.stringify(content, undefined, '\t')}\r\n`;
    const { audience: audiences, ...others } = members;
    expect((await read(text)).issuers[0]).toMatchObject({ audiences, ...others });
  });

  test('may let anybody in', async () => {
    expect(await read({ anonymous: true })).toMatchObject({ anonymous: true, issuers: [] });
  });

  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /:1:2: an authentication file expected JSON/],
    ['YAML', 'anonymous: true', /expected JSON/],
    ['a comment', '{\n// all\n"anonymous": true}', /:2:1: .* expected JSON/],
    ['a list', [], /expected a map, got a list/],
    ['a text', '"anonymous"', /expected a map/],
    ['null', 'null', /expected a map, got none/],
    ['no way in', {}, /expected a way in/],
    ['no way in but a closed one', { anonymous: false, issuers: [] }, /expected a way in/],
    ['an unknown member', { anonymous: true, admin: [] }, /:1:1: .* no field but .* got admin/],
    ['a member twice', '{"anonymous": false,\n"anonymous": true}', /:1:1: .*one field anonymous/],
    ['anonymous as a text', { anonymous: 'true' }, /anonymous expected true or false/],
    ['issuers as an object', { issuers: ISSUER }, /issuers expected a list, got a map/],
    ['an issuer as a text', { issuers: ['x'] }, /issuers\[0\] expected a map, got x/],
    ['two of one issuer', { issuers: [ISSUER, ISSUER] }, /issuers\[1\] expected issuer of its own/],
    ['an empty path of keys', { apiKeys: '' }, /apiKeys as a path/],
    ['keys in place', { apiKeys: ['mg_'] }, /apiKeys expected text, got a list/],
    ['requests as a list', { signedRequests: [] }, /signedRequests expected a map/],
  ])('is refused with %s', async (_, content, message) => {
    await expect(read(content)).rejects.toSatisfy(
      (error: { message: string; position?: { line: number; column: number } }) => {
        const { line, column } = error.position ?? { line: 0, column: 0 };
        return message.test(`:${line}:${column}: ${error.message}`);
      },
    );
  });

  test.each<[string, object, RegExp]>([
    [
      'an unknown member',
      { secret: 'x' },
      /^issuers\[0\] expected no field but issuer,.* got secret/,
    ],
    ['no issuer', { issuer: undefined }, /issuer expected text, got none/],
    ['an empty issuer', { issuer: '' }, /issuer as a text/],
    ['no audience', { audience: undefined }, /audience as 1 to 16 texts, got none/],
    ['an empty audience', { audience: '' }, /audience as 1 to 16 texts/],
    ['no audiences', { audience: [] }, /audience as 1 to 16 texts/],
    ['an audience that is a number', { audience: [7] }, /audience\[0\] expected text/],
    ['17 audiences', { audience: Array(17).fill('x') }, /audience as 1 to 16 texts, got 17/],
    ['no organisation', { organisation: undefined }, /organisation expected text/],
    ['an organisation with a slash', { organisation: 'a/b' }, /organisation: .*, \* or \//],
    ['an organisation that is all', { organisation: '*' }, /organisation: the organisation/],
    ['a long organisation', { organisation: 'x'.repeat(65) }, /at most 64 bytes, got 65/],
    ['no algorithms', { algorithms: [] }, /expected algorithms, got none/],
    ['no algorithm at all', { algorithms: ['none'] }, /algorithms among .*, got none/],
    ['a secret algorithm', { algorithms: ['RS256', 'HS256'] }, /among .*RS512, got HS256/],
    ['an unknown algorithm', { algorithms: ['RSA'] }, /got RSA/],
    ['a claim that is empty', { nameClaim: '' }, /nameClaim as a text/],
    ['a type that is empty', { type: '' }, /type as a text/],
    ['a tolerance that is a text', { clockToleranceSeconds: '30' }, /expected a whole number/],
    ['a tolerance below 0', { clockToleranceSeconds: -1 }, /from 0 to 300, got -1/],
    ['a tolerance of an hour', { clockToleranceSeconds: 3600 }, /from 0 to 300, got 3600/],
    ['no keys', { keysUrl: undefined }, /one of keysUrl, keysFile, secretFile, got none/],
    ['two kinds of keys', { keysFile: 'x' }, /got keysUrl, keysFile/],
    ['a relative address', { keysUrl: '/keys' }, /keysUrl by https/],
    ['an address without TLS', { keysUrl: 'http://login.example/keys' }, /keysUrl by https/],
    ['an address that seems local', { keysUrl: 'http://localhost.example/' }, /keysUrl by https/],
    ['a file as an address', { keysUrl: 'file:///etc/keys' }, /keysUrl by https/],
  ])('is refused with an issuer with %s', async (_, members, message) => {
    await expect(read({ issuers: [{ ...ISSUER, ...members }] })).rejects.toThrow(message);
  });

  test.each<[string, object, RegExp]>([
    [
      'an unknown member',
      { algorithm: 'rsa' },
      /signedRequests.keys\[0\] expected no field but id/,
    ],
    ['no id', { id: undefined }, /id expected text/],
    ['an empty id', { id: '' }, /id of 1 to 128 printable/],
    ['an id with a quote', { id: 'a"b' }, /id of 1 to 128 printable/],
    ['a long id', { id: 'x'.repeat(129) }, /id of 1 to 128 printable/],
    ['no principal', { principal: undefined }, /principal expected text/],
    ['anybody as principal', { principal: 'user:*' }, /principal: a principal expected user:</],
    ['a bare name', { principal: 'ann' }, /principal: a principal expected user:</],
    ['no key', { publicKey: undefined }, /publicKey expected text/],
    ['a key in capitals', { publicKey: KEY.toUpperCase() }, /a sound Ed25519 key/],
    ['a key of small order', { publicKey: `01${'0'.repeat(62)}` }, /a sound Ed25519 key/],
    ['a key that is no point', { publicKey: `02${'0'.repeat(62)}` }, /a sound Ed25519 key/],
    ['a short key', { publicKey: KEY.slice(2) }, /a sound Ed25519 key/],
  ])('is refused with a signing key with %s', async (_, members, message) => {
    const keys = [{ ...SIGNING_KEY, ...members }];
    await expect(read({ signedRequests: { ...SIGNED, keys } })).rejects.toThrow(message);
  });

  test.each<[string, object, RegExp]>([
    ['an unknown member', { window: 60 }, /no field but origin, keys/],
    ['no origin', { origin: undefined }, /origin expected text/],
    ['an origin with a path', { origin: 'https://graph.example/' }, /origin as https/],
    ['a bare host', { origin: 'graph.example' }, /origin as https/],
    ['another scheme', { origin: 'ws://graph.example' }, /origin as https/],
    ['a default port', { origin: 'https://graph.example:443' }, /origin as https/],
    ['no keys', { keys: [] }, /expected keys, got none/],
    ['an id twice', { keys: [SIGNING_KEY, SIGNING_KEY] }, /id of its own, got ann again/],
    ['a key twice', { keys: [SIGNING_KEY, { ...SIGNING_KEY, id: 'b' }] }, /a key of its own/],
  ])('is refused with signed requests with %s', async (_, members, message) => {
    await expect(read({ signedRequests: { ...SIGNED, ...members } })).rejects.toThrow(message);
  });
});

describe('[U4] keys in files', () => {
  test('are a set, a key in PEM, or a secret', async () => {
    const pem = String(publicKey.export({ type: 'spki', format: 'pem' }));
    const keysFile = 'keys';
    const ofSet = await read(withoutUrl({ keysFile }), { keys: SET });
    expect(ofSet.issuers[0]?.keys).toMatchObject({ kind: 'set', keys: { keys: [{ kid: 'one' }] } });
    const ofPem = await read(withoutUrl({ keysFile }), { keys: pem });
    expect(ofPem.issuers[0]?.keys).toMatchObject({ kind: 'key', key: { type: 'public' } });
    for (const end of ['', '\n', '\r\n']) {
      const secret = 's'.repeat(32);
      const members = { secretFile: 'secret', algorithms: ['HS256'] };
      const { issuers } = await read(withoutUrl(members), { secret: `${secret}${end}` });
      expect(issuers[0]?.keys).toEqual({ kind: 'key', key: new Uint8Array(Buffer.from(secret)) });
    }
  });

  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  test.each<[string, object, string, RegExp]>([
    ['a private key', { keysFile: 'f' }, pem, /a public key, got a private one/],
    ['a set with a private key', { keysFile: 'f' }, privateSet(), /public keys, got a secret one/],
    ['a set with a secret', { keysFile: 'f' }, '{"keys":[{"kty":"oct"}]}', /got a secret one/],
    ['PEM that is none', { keysFile: 'f' }, '-----BEGIN PUBLIC KEY-----\nx', /public key in PEM/],
    ['another text', { keysFile: 'f' }, 'x', /a JSON Web Key Set/],
    ['nothing', { keysFile: 'f' }, '', /a JSON Web Key Set/],
    ['too much', { keysFile: 'f' }, ' '.repeat(131_073), /at most 131072 bytes/],
    [
      'a short secret',
      { secretFile: 'f', algorithms: ['HS256'] },
      's'.repeat(31),
      /32 bytes, got 31/,
    ],
    ['a secret and no algorithm', { secretFile: 'f' }, 's'.repeat(32), /algorithms to be named/],
    [
      'a secret for public keys',
      { secretFile: 'f', algorithms: ['RS256'] },
      's'.repeat(32),
      /algorithms among HS256, HS384, HS512, got RS256/,
    ],
  ])('are refused where they hold %s', async (_, members, text, message) => {
    await expect(read(withoutUrl(members), { f: text })).rejects.toThrow(message);
  });

  test('that are missing are named', async () => {
    await expect(read(withoutUrl({ keysFile: 'none' }))).rejects.toThrow(/ENOENT.*none/);
  });

  function privateSet(): string {
    return JSON.stringify({ keys: [privateKey.export({ format: 'jwk' })] });
  }
});
