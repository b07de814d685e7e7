/** Requests for records: who may ask the owner for what, and once. */

import { beforeEach, describe, expect, test } from 'vitest';
import type { Request, WrittenGrant } from '../../src/authority/permission-body.ts';
import { signRequest } from '../../src/authority/request.ts';
import {
  BEN,
  type Body,
  filled,
  grantOf,
  grantsOf,
  LIMIT,
  MODEL,
  modelOf,
  OLD,
  OWN,
  PermissionRecords,
  RED,
  revocationOf,
  type Signer,
  signerOf,
} from '../fixture/permission-chain.ts';

const READ = grantOf('Place:1', 'read', BEN);

let records: PermissionRecords;

beforeEach(async () => {
  records = await PermissionRecords.begin();
});

describe('requests', () => {
  beforeEach(() => {
    records.put(modelOf(MODEL));
    records.put(
      grantsOf([
        grantOf('Place:1', 'grant', BEN),
        grantOf('Place:*', 'grant.name', BEN),
        { ...grantOf('Place:1', 'grant.viewer', BEN), condition: LIMIT },
      ]),
    );
  });

  test('[A20] whoever may grant is granted, and may end it', () => {
    const asked = [READ, grantOf('Place:2', 'read.name', 'user:anna')];
    records.put(requested('grants', asked));
    expect(records.reads(BEN, 'Place:1')).toBe(true);
    records.put(requested('revocation', asked, { id: 2 }));
    expect(records.reads(BEN, 'Place:1')).toBe(false);
  });

  test.each<[string, () => Body, string, string]>([
    [
      'of another object',
      () => requested('grants', [grantOf('Place:2', 'read', BEN)]),
      'FORBIDDEN',
      'may grant it, got user:red/ben',
    ],
    [
      'of all of a type',
      () => requested('grants', [grantOf('Place:*', 'read', BEN)]),
      'FORBIDDEN',
      'may grant it',
    ],
    [
      'of one that may, and one that may not',
      () => requested('grants', [READ, grantOf('Place:2', 'read', BEN)]),
      'FORBIDDEN',
      'Place:2#read',
    ],
    [
      'of a relation whose own right depends on the time',
      () => requested('grants', [grantOf('Place:1', 'viewer', BEN)]),
      'INVALID_INPUT',
      'now',
    ],
    [
      'by another principal',
      () => requested('grants', [READ], { actor: 'user:red/dora' }),
      'FORBIDDEN',
      'got user:red/dora',
    ],
    [
      'for a principal of nobody',
      () => requested('grants', [READ], { actor: 'user:blue/ben' }),
      'REFUSED',
      "of the author's organisation",
    ],
    [
      'for everybody',
      () => requested('grants', [READ], { actor: 'user:*' }),
      'REFUSED',
      "of the author's organisation",
    ],
    [
      'for a set',
      () => requested('grants', [READ], { actor: 'user:red/ben#member', by: OWN }),
      'REFUSED',
      "of the author's organisation",
    ],
    [
      'for another type',
      () => requested('grants', [READ], { actor: 'Place:1', by: OWN }),
      'REFUSED',
      "of the author's organisation",
    ],
    [
      'by no author',
      () => requested('grants', [READ], { by: signerOf(30) }),
      'REFUSED',
      'a request by an author',
    ],
    [
      'of another space',
      () => requested('grants', [READ], { space: filled(1) }),
      'REFUSED',
      'signature of the request',
    ],
    [
      'of another kind',
      () => requested('grants', [READ], { kind: 'revocation' }),
      'REFUSED',
      'signature of the request',
    ],
    [
      'of other grants',
      () => requested('grants', [READ], { signed: [] }),
      'REFUSED',
      'signature of the request',
    ],
    [
      'with another id',
      () =>
        ({
          ...requested('grants', [READ]),
          request: { ...requestOf('grants', [READ]), id: new Uint8Array(16) },
        }) as Body,
      'REFUSED',
      'signature of the request',
    ],
    [
      'with a bit changed',
      () =>
        ({
          ...requested('grants', [READ]),
          request: withBitChanged(requestOf('grants', [READ])),
        }) as Body,
      'REFUSED',
      'signature of the request',
    ],
    [
      'of an author to be revoked',
      () => ({ ...requested('revocation', [READ]), authors: [RED.key] }) as Body,
      'REFUSED',
      'authors and members to be revoked by the owner',
    ],
    [
      'of a member to be revoked',
      () => ({ ...requested('revocation', [READ]), members: ['red'] }) as Body,
      'REFUSED',
      'authors and members to be revoked by the owner',
    ],
  ])('[A20] one %s is refused', (_, body, code, message) => {
    expectRefused(body(), { code, message });
  });

  test('[A20] one that was granted is not granted again', () => {
    records.put(requested('grants', [READ]));
    expectRefused(requested('grants', [READ]), { message: 'a request once' });
    expectRefused(requested('revocation', [READ]), { message: 'a request once' });
    records.put(requested('revocation', [READ], { id: 2 }));
    expectRefused(requested('grants', [READ]), { message: 'a request once' });
  });

  test('[A20] one by an author that is revoked is refused', () => {
    const by = { by: OLD };
    records.put(requested('grants', [READ], by));
    records.put(revocationOf({ authors: [OLD.key] }));
    expectRefused(requested('revocation', [READ], { ...by, id: 2 }), { message: 'by an author' });
  });
});

function expectRefused(body: Body, { code, message }: { code?: string; message: string }): void {
  const before = [records.chain.length, records.permissions.newest];
  const error = { message: expect.stringContaining(message), ...(code !== undefined && { code }) };
  expect(() => records.put(body)).toThrow(expect.objectContaining(error));
  expect([records.chain.length, records.permissions.newest]).toEqual(before);
}

interface RequestOptions {
  readonly actor?: string;
  readonly by?: Signer;
  readonly id?: number;
  readonly space?: Uint8Array;
  readonly kind?: 'grants' | 'revocation';
  readonly signed?: readonly WrittenGrant[];
}

function requested(
  kind: 'grants' | 'revocation',
  asked: readonly WrittenGrant[],
  options: RequestOptions = {},
): Body {
  const request = requestOf(kind, asked, options);
  return kind === 'grants'
    ? { kind, grants: asked, request }
    : { kind, grants: asked, authors: [], members: [], frontier: [], request };
}

function requestOf(
  kind: 'grants' | 'revocation',
  asked: readonly WrittenGrant[],
  { actor = BEN, by = RED, id = 1, space = records.chain.space, ...signed }: RequestOptions = {},
): Request {
  const what = { space, kind: signed.kind ?? kind, grants: signed.signed ?? asked };
  const asking = { actor, author: by.key, id: new Uint8Array(16).fill(id) };
  return signRequest(what, asking, by.seed);
}

function withBitChanged(request: Request): Request {
  const signature = Uint8Array.from(request.signature);
  signature[0] = (signature[0] as number) ^ 1;
  return { ...request, signature };
}
