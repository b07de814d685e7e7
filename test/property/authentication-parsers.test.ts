/**
 * What strangers send before it is known who they are: dictionaries of HTTP, digests, API keys,
 * principals, tokens, files. Whatever it is, it is read or refused, and nothing else.
 */

import fc from 'fast-check';
import type { JSONWebKeySet } from 'jose';
import { describe, expect, test } from 'vitest';
import { formatPrincipal, parsePrincipal, userOf } from '../../src/access/principal.ts';
import { utf8 } from '../../src/base/bytes.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { decodeApiKeys } from '../../src/server/authentication/api-key-file.ts';
import { CredentialRefused } from '../../src/server/authentication/identity.ts';
import { SignatureVerifier } from '../../src/server/authentication/signed-request.ts';
import {
  formatInnerList,
  type Parameters,
  parseDictionary,
} from '../../src/server/authentication/structured-fields.ts';
import { type TokenIssuer, TokenVerifier } from '../../src/server/authentication/token.ts';
import { KEY_ID, ORIGIN, signRequest } from '../fixture/signed-request.ts';

const SEED = 20_270_115;
const RUNS = 2_000;

const key = fc.stringMatching(/^[a-z*][a-z0-9_.*-]{0,8}$/);
const text = fc.stringMatching(/^[ -~]{0,12}$/);
const bytes = fc.uint8Array({ maxLength: 12 });
const value = fc.oneof(
  text,
  bytes,
  fc.boolean(),
  fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }),
  fc.stringMatching(/^[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]{0,8}$/).map((token) => ({ token })),
);
const parameters = fc
  .uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 5 })
  .map((entries) => new Map(entries) as Parameters);
const items = fc.array(fc.record({ value: text, parameters }), { maxLength: 6 });

/** Pieces that the grammar is made of, and what is almost one: often right, mostly not. */
const pieces = ['a=("x")', ', ', 'b=', ':AAE=:', '("x" "y";n=1)', ';n=1', ';m="a"', ' '];
const almost = fc
  .array(fc.constantFrom(...pieces, ...'a("):;,=\t?1\\.@é'), { maxLength: 8 })
  .map((parts) => parts.join(''));

describe('dictionaries of HTTP', () => {
  test('are read as they were written', () => {
    fc.assert(
      fc.property(key, items, parameters, (name, list, own) => {
        const written = `${name}=${formatInnerList(list, own)}`;
        const member = parseDictionary(written)?.get(name);
        if (member?.kind !== 'list') throw new Error(`expected a list of ${written}`);
        expect(`${name}=${formatInnerList(member.items, member.parameters)}`).toBe(written);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test('are read or refused, and what is read is the same when it is written again', () => {
    let [read, refused] = [0, 0];
    fc.assert(
      fc.property(fc.oneof(almost, fc.string(), fc.string({ unit: 'binary' })), (given) => {
        const members = parseDictionary(given);
        if (members === undefined || members.size === 0) {
          refused += 1;
          return;
        }
        read += 1;
        for (const [name, member] of members) {
          if (member.kind !== 'list') continue;
          const written = `${name}=${formatInnerList(member.items, member.parameters)}`;
          expect(parseDictionary(written)?.get(name)).toEqual(member);
        }
      }),
      { seed: SEED, numRuns: 10 * RUNS },
    );
    expect([read > 20, refused > 1_000]).toEqual([true, true]);
  });
});

describe('a signed request', () => {
  const now = 1_800_000_000;
  const principal = userOf({ organisation: 'acme', name: 'ann' });
  const publicKey = publicKeyOf(new Uint8Array(32).fill(9));

  function verifier(): SignatureVerifier {
    let started = false;
    // It starts a minute before what is signed.
    const clock = { now: () => (started ? now : now - 60) * 1000 };
    const made = new SignatureVerifier(
      { origin: ORIGIN, keys: [{ id: KEY_ID, principal, publicKey }] },
      clock,
    );
    started = true;
    return made;
  }

  test('that is changed in any place does not hold', () => {
    const headers = signRequest(new Uint8Array(32).fill(9), { created: now });
    const identify = (changed: Record<string, string>) => {
      const lists = Object.entries(changed).map(([name, each]) => [name, [each]]);
      const message = { method: 'POST', target: '/graphql', headers: Object.fromEntries(lists) };
      return verifier().identify(message);
    };
    expect(identify(headers).principal).toEqual(principal);
    let kept = 0;
    fc.assert(
      fc.property(
        fc.constantFrom('signature', 'signature-input', 'content-digest'),
        fc.nat(),
        fc.stringMatching(/^[ -~]?$/),
        (name, at, put) => {
          const before = headers[name] ?? '';
          const place = at % before.length;
          const after = before.slice(0, place) + put + before.slice(place + 1);
          // Spaces within the list of components are written again as one.
          if (after === before || after.replaceAll(' ', '') === before.replaceAll(' ', '')) {
            kept += 1;
            return;
          }
          expect(() => identify({ ...headers, [name]: after })).toThrow(CredentialRefused);
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
    expect(kept).toBeLessThan(RUNS / 10);
  });

  test('of any text is refused', () => {
    const field = fc.oneof(almost, fc.string());
    fc.assert(
      fc.property(field, field, field, (signature, input, digest) => {
        const headers = {
          signature: [signature],
          'signature-input': [input],
          'content-digest': [digest],
        };
        expect(() => verifier().identify({ method: 'POST', target: '/', headers })).toThrow(
          CredentialRefused,
        );
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

test('[U1] a principal is read as it was written, or refused', () => {
  let [read, refused] = [0, 0];
  const part = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.stringMatching(/^[a-z@.]+$/),
  );
  fc.assert(
    fc.property(part, fc.constantFrom('/', '', ':', '//'), part, (left, mark, right) => {
      const given = `user:${left}${mark}${right}`;
      try {
        const principal = parsePrincipal(given);
        expect(formatPrincipal(principal)).toBe(given);
        if (principal.kind === 'user') expect(principal.organisation).not.toMatch(/[/*:#\s]/);
        read += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(DatabaseError);
        refused += 1;
      }
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect([read > 100, refused > 100]).toEqual([true, true]);
});

test('[U9] a token of any text is refused', async () => {
  const keys: JSONWebKeySet = { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }] };
  const terms: TokenIssuer = {
    ...{ issuer: 'i', audiences: ['a'], organisation: 'acme', nameClaim: 'sub', type: undefined },
    ...{ algorithms: ['EdDSA'], clockToleranceSeconds: 0, roleClaim: undefined },
    keys: { kind: 'set', keys },
  };
  const tokens = new TokenVerifier([terms], { now: () => 0 });
  const json = fc.json().map((part) => Buffer.from(part).toString('base64url'));
  const claims = fc
    .record({ iss: fc.constantFrom('i', 'j', 7, null), crit: fc.jsonValue(), alg: fc.jsonValue() })
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const part = fc.oneof(json, claims, fc.string(), fc.base64String());
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
      await expect(tokens.identify(parts.join('.'))).rejects.toBeInstanceOf(CredentialRefused);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

test('[U13] a file of API keys is read or refused', () => {
  const head = '{"format":"massive-graph API keys","version":1}\n';
  const line = fc.oneof(fc.json(), fc.string(), fc.constant('{"id":"0000000000000000"}'));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
      const content = utf8(`${head}${lines.join('\n')}\n`);
      expect(() => decodeApiKeys(content, 'f')).toThrow(DatabaseError);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
