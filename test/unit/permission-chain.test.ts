/** What the chain lets pass of members, authors, models, grants and revocations. */

import { beforeEach, describe, expect, test } from 'vitest';
import type { WrittenGrant } from '../../src/authority/permission-body.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import {
  authorOf,
  BEN,
  type Body,
  filled,
  grantOf,
  grantsOf,
  LIMIT,
  MODEL,
  memberOf,
  modelOf,
  OLD,
  OWN,
  PermissionRecords,
  RED,
  revocationOf,
} from '../fixture/permission-chain.ts';
import { unregistrableKeys } from '../fixture/unregistrable-keys.ts';

const READ = grantOf('Place:1', 'read', BEN);

let records: PermissionRecords;

beforeEach(async () => {
  records = await PermissionRecords.begin();
});

describe('members and their authors', () => {
  test('[A15] a member is one until it is revoked, with its authors', () => {
    expect([
      records.chain.isMember('red'),
      records.chain.isMember('owner'),
      records.chain.isMember('blue'),
    ]).toEqual([true, true, false]);
    const height = records.chain.length;
    records.put(revocationOf({ members: ['red'] }));
    expect(records.chain.isMember('red')).toBe(false);
    const isAuthor = [OWN, RED, OLD].map(({ key }) => records.chain.isAuthor(key, height));
    expect(isAuthor).toEqual([true, false, false]);
    expect(records.chain.isAuthor(RED.key, height - 1)).toBe(true);
  });

  test('[A17] an author is ended from the height of its revocation on', () => {
    const height = records.chain.length;
    records.put(revocationOf({ authors: [OLD.key] }));
    expect([height - 1, height].map((at) => records.chain.isAuthor(OLD.key, at))).toEqual([
      true,
      false,
    ]);
    expect(records.chain.isAuthor(RED.key, height)).toBe(true);
  });

  test.each<[string, () => Body, string]>([
    ['a member twice', () => memberOf('red', 30), 'that is no member yet, got red'],
    ['the owner as a member', () => memberOf('owner', 30), 'that is no member yet, got owner'],
    ['a member with a key twice', () => memberOf('blue', 6), 'a member key that was not used'],
    ['a member with the owner key', () => memberOf('blue', 3), 'a member key that was not used'],
    ['a member with the next key', () => memberOf('blue', 5), 'a member key that was not used'],
    ['a member with an author key', () => memberOf('blue', 7), 'a member key that was not used'],
    ...['', 'a b', 'a/b', 'a:b', 'a#b', 'a*', '*'].map((name): [string, () => Body, string] => [
      `a member named ${JSON.stringify(name)}`,
      () => memberOf(name, 30),
      'the name of an organisation',
    ]),
    ...unregistrableKeys().map(([name, key]): [string, () => Body, string] => [
      `a member whose key is ${name}`,
      () => ({ kind: 'member', name: 'blue', key }),
      'a member key of prime order',
    ]),
    ['an author of no member', () => authorOf('blue', 30), 'an author of a member, got blue'],
    ['an author of the owner by name', () => authorOf('owner', 30), 'an author of a member'],
    ['an author with the key of a member', () => authorOf('red', 6), 'no root key of a member'],
    ['an author twice', () => authorOf('red', 8), 'an author that is not certified yet'],
    [
      'the revocation of who is no author',
      () => revocationOf({ authors: [filled(30)] }),
      'a certified author',
    ],
    [
      'the revocation of who is no member',
      () => revocationOf({ members: ['blue'] }),
      'a member, once',
    ],
    ['the revocation of the owner', () => revocationOf({ members: ['owner'] }), 'a member, once'],
    [
      'the revocation of a member twice',
      () => revocationOf({ members: ['red', 'red'] }),
      'a member, once, got red',
    ],
  ])('[A15] [A16] [A17] %s is refused', (_, body, message) => {
    expectRefused(body(), { code: 'REFUSED', message });
  });

  test('[A17] who is revoked is not revoked again, and comes back by no record', () => {
    records.put(revocationOf({ authors: [OLD.key] }));
    expectRefused(revocationOf({ authors: [OLD.key] }), { message: 'a certified author' });
    expectRefused(authorOf('red', 9), { message: 'not certified yet' });
    records.put(revocationOf({ members: ['red'] }));
    expectRefused(authorOf('red', 30), { message: 'an author of a member' });
    records.put(memberOf('red', 31));
    expect(records.chain.isAuthor(RED.key, records.chain.length)).toBe(false);
    records.put(authorOf('red', 30));
  });

  test('[A15] a space has at most 256 organisations, with the owner', () => {
    for (let count = 2; count < 256; count++) {
      const seed = filled(40);
      seed[0] = count;
      records.put({ kind: 'member', name: `member${count}`, key: publicKeyOf(seed) });
    }
    expectRefused(memberOf('one-more', 39), { message: 'at most 256 organisations' });
  });
});

describe('models', () => {
  test.each<[string, () => Body, string]>([
    ['grants before any', () => grantsOf([READ]), 'a permission model before grants, got none'],
    [
      'a revocation of grants before any',
      () => revocationOf({ grants: [READ] }),
      'a permission model',
    ],
  ])('[A19] %s: refused', (_, body, message) => {
    expectRefused(body(), { code: 'REFUSED', message });
  });

  test('[A24] one that held grants do not fit is refused, until they end', () => {
    records.put(modelOf(MODEL));
    records.put(grantsOf([grantOf('Place:1', 'viewer', BEN)]));
    const next = MODEL.replace('    define viewer: [user]\n', '');
    expectRefused(modelOf(next), { message: 'without a place for Place:1#viewer@user:red/ben' });
    records.put(revocationOf({ grants: [grantOf('Place:1', 'viewer', BEN)] }));
    records.put(modelOf(next));
    expect(records.permissions.newest?.text).toBe(next);
    expect(records.permissions.at(records.chain.length - 2)?.text).toBe(MODEL);
  });

  test('[A24] a definition whose @access names what the model lacks is refused', () => {
    records.put(modelOf(MODEL));
    const sdl = 'type Place @node { name: String @access(read: "nobody")  people: Int }';
    expectRefused({ kind: 'definition', sdl }, { code: 'INVALID_INPUT', message: 'got nobody' });
    records.put({ kind: 'definition', sdl: sdl.replace('nobody', 'viewer') });
    const next = MODEL.replace('    define viewer: [user]\n', '');
    expectRefused(modelOf(next), { code: 'INVALID_INPUT', message: 'got viewer' });
  });

  test('[A24] one that is none is refused', () => {
    expectRefused(modelOf('model'), { code: 'INVALID_INPUT', message: '' });
    expectRefused(modelOf(MODEL + ' '.repeat(65_536)), { code: 'LIMIT_EXCEEDED', message: '' });
  });
});

describe('grants', () => {
  beforeEach(() => records.put(modelOf(MODEL)));

  test.each<[string, WrittenGrant[], string]>([
    ['one twice', [READ, READ], 'each grant once'],
    ['one twice, with a condition', [READ, { ...READ, condition: LIMIT }], 'each grant once'],
    ['a type that the model lacks', [grantOf('City:1', 'read', BEN)], 'a type of the model'],
    ['a relation that the type lacks', [grantOf('Place:1', 'edit', BEN)], 'a relation of Place'],
    ['a subject that it does not take', [grantOf('Place:1', 'grant', 'user:*')], 'a subject of'],
    ['a condition that it does not take', [{ ...READ, condition: LIMIT }], 'no condition'],
    ['no condition where it asks for one', [grantOf('Place:1', 'write', BEN)], 'expected late'],
    ['an object without id', [grantOf('Place:', 'read', BEN)], 'object type:id'],
    ['an object without type', [grantOf('1', 'read', BEN)], 'object type:id'],
    ['a relation that is none', [grantOf('Place:1', 'a b', BEN)], 'relation'],
    ['a subject with a space', [grantOf('Place:1', 'read', 'user:a b')], 'subject'],
    ['an object of 257 bytes', [grantOf(`Place:${'x'.repeat(251)}`, 'read', BEN)], 'object type'],
    ['a context that is no JSON', [withContext('{')], 'a JSON object, got other text'],
    ['a context that is a list', [withContext('[]')], 'a JSON object'],
    ['a context of null', [withContext('null')], 'a JSON object'],
    ['a parameter of another type', [withContext('{"limit":1}')], 'limit'],
    ['a parameter that is not declared', [withContext('{"other":1}')], 'other'],
  ])('[A19] %s: refused, and nothing is granted', (_, made, message) => {
    expectRefused(grantsOf(made), { message });
    expectRefused(grantsOf([grantOf('Place:2', 'read', 'user:*'), ...made]), { message });
    expect(records.reads('user:anna', 'Place:2')).toBe(false);
  });

  test('[A19] one that is made again is replaced with its condition', () => {
    const late = grantOf('Place:1', 'late', BEN);
    records.put(grantsOf([{ ...late, condition: { name: 'late', context: '{}' } }]));
    const height = records.chain.length - 1;
    expect(() => records.reads(BEN, 'Place:1')).toThrow('limit');
    records.put(grantsOf([{ ...late, condition: LIMIT }]));
    expect(records.reads(BEN, 'Place:1')).toBe(true);
    expect(() => records.reads(BEN, 'Place:1', height)).toThrow('limit');
  });

  test('[A17] one that does not hold is ended without effect', () => {
    records.put(revocationOf({ grants: [READ] }));
    records.put(grantsOf([READ]));
    expect(records.reads(BEN, 'Place:1')).toBe(true);
    records.put(revocationOf({ grants: [READ] }));
    expect([
      records.reads(BEN, 'Place:1'),
      records.reads(BEN, 'Place:1', records.chain.length - 2),
    ]).toEqual([false, true]);
  });
});

function expectRefused(body: Body, { code, message }: { code?: string; message: string }): void {
  const before = [records.chain.length, records.permissions.newest];
  const error = { message: expect.stringContaining(message), ...(code !== undefined && { code }) };
  expect(() => records.put(body)).toThrow(expect.objectContaining(error));
  expect([records.chain.length, records.permissions.newest]).toEqual(before);
}

function withContext(context: string): WrittenGrant {
  return { ...grantOf('Place:1', 'write', BEN), condition: { name: 'late', context } };
}
