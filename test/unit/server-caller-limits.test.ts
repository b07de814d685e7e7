import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ANONYMOUS, parseUser } from '../../src/access/principal.ts';
import { readAuthentication } from '../../src/server/authentication/authentication-file.ts';
import { type Identity, Method } from '../../src/server/authentication/identity.ts';
import { LimitsByCaller } from '../../src/server/caller-limits.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

async function read(limits: unknown) {
  const file = join(await temporaryDirectory(), 'authentication.json');
  await writeFile(file, JSON.stringify({ anonymous: true, limits }, undefined, 2));
  return (await readAuthentication(file)).limits;
}

function user(text: string, role?: string): Identity {
  const principal = parseUser(text);
  return { principal, method: Method.TOKEN, ...(role !== undefined && { role }) };
}

const NOBODY: Identity = { principal: ANONYMOUS, method: Method.NONE };

test('[U24] a principal counts before its role, that before its organisation', async () => {
  const limits = new LimitsByCaller(
    await read({
      default: { cost: 10, depth: 9 },
      anonymous: { cost: 1 },
      organisations: { acme: { cost: 20 } },
      roles: { batch: { cost: 30, rows: 7 } },
      principals: { 'user:acme/etl': { cost: 40 } },
    }),
  );
  const costOf = (identity: Identity) => limits.of(identity).cost;
  expect(costOf(user('user:other/ann'))).toBe(10);
  expect(costOf(user('user:acme/ann'))).toBe(20);
  expect(costOf(user('user:acme/ann', 'none'))).toBe(20);
  expect(costOf(user('user:acme/ann', 'batch'))).toBe(30);
  expect(costOf(user('user:acme/etl', 'batch'))).toBe(40);
  expect(costOf(NOBODY)).toBe(1);
  // What a set leaves out is the default's.
  expect(limits.of(user('user:acme/ann', 'batch'))).toMatchObject({ rows: 7, depth: 9 });
  expect(limits.of(NOBODY)).toMatchObject({ depth: 9, rows: 500_000, requestsPerSecond: 50 });
  expect(limits.most('cost')).toBe(40);
});

test('[U22] names that every object has are names of no set', async () => {
  const limits = new LimitsByCaller(await read({ roles: { batch: { cost: 30 } } }));
  expect(limits.of(user('user:constructor/toString', '__proto__')).cost).toBe(500_000);
});

test('[U22] without an authentication file nobody is limited by rate', () => {
  const limits = new LimitsByCaller(undefined).of(NOBODY);
  expect(limits).toMatchObject({ requestsPerSecond: Infinity, cost: 500_000, depth: 16 });
});

describe('[U22] limits are refused', () => {
  test.each<[string, unknown, RegExp]>([
    ['of an unknown kind', { default: { costs: 1 } }, /no field but .*cost/],
    ['that are no number', { default: { cost: '1' } }, /cost expected a whole number/],
    ['of 0', { default: { cost: 0 } }, /cost from 1 to/],
    ['beyond what the server carries', { default: { depth: 65 } }, /depth from 1 to 64/],
    ['of a fraction', { roles: { a: { rows: 1.5 } } }, /whole number/],
    ['of another group', { groups: {} }, /no field but default/],
    ['of a name that is no principal', { principals: { ann: {} } }, /a principal expected user:/],
    ['of a wrong organisation', { organisations: { 'a/b': {} } }, /organisation/],
    ['that are a list', { roles: [] }, /a map/],
  ])('%s', async (_, limits, message) => {
    await expect(read(limits)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      position: { line: expect.any(Number) },
    });
  });
});
