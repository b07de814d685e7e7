/** Records about members, models, grants and revocations: their one form. */

import { describe, expect, test } from 'vitest';
import type { AuthorBody, MemberBody, RecordBody } from '../../src/authority/body.ts';
import type { RecordPlace } from '../../src/authority/body-fields.ts';
import type { GrantsBody, ModelBody, RevocationBody } from '../../src/authority/permission-body.ts';
import { decodeRecord, signRecord } from '../../src/authority/record.ts';
import { concatBytes, toHex, utf8 } from '../../src/base/bytes.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { signEd25519 } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { type Loose, looseFloat, looseLink, looseMap } from '../fixture/loose-cbor.ts';

const SEED = filled(3);
const PLACE: RecordPlace = { space: filled(4), height: 1, previous: filled(5) };
const GRANT = { object: 'Place:*', relation: 'read', subject: 'user:*' };
const CONDITION = { name: 'before', context: '{"limit":"2026-01-01T00:00:00Z"}' };
const REQUEST = {
  actor: 'user:red/ben',
  author: filled(6),
  id: new Uint8Array(16).fill(7),
  signature: new Uint8Array(64).fill(8),
};
const FRONTIER = [
  { key: filled(6), sequence: 7 },
  { key: filled(9), sequence: 2 },
];

const MEMBER: MemberBody = { kind: 'member', ...PLACE, name: 'red', key: filled(6) };
const AUTHOR: AuthorBody = {
  kind: 'author',
  ...PLACE,
  author: filled(6),
  label: 'server',
  organisation: 'red',
};
const MODEL: ModelBody = { kind: 'model', ...PLACE, model: 'model', frontier: FRONTIER };
const GRANTS: GrantsBody = {
  kind: 'grants',
  ...PLACE,
  grants: [GRANT, { ...GRANT, condition: CONDITION }],
  request: REQUEST,
};
const REVOCATION: RevocationBody = {
  kind: 'revocation',
  ...PLACE,
  grants: [GRANT],
  authors: [filled(6), filled(9)],
  members: ['red'],
  frontier: FRONTIER,
};

type Fields = readonly (readonly [string, Loose])[];

const PLACE_FIELDS: Fields = [
  ['space', PLACE.space],
  ['height', 1],
  ['version', 1],
  ['previous', looseLink(PLACE.previous)],
];
const LOOSE_GRANT: Loose = ['Place:*', 'read', 'user:*'];
const LOOSE_FRONTIER: Loose = FRONTIER.map(({ key, sequence }) => [key, sequence]);
const LOOSE_REQUEST: Loose[] = [REQUEST.actor, REQUEST.author, REQUEST.id, REQUEST.signature];
const MEMBER_FIELDS = fieldsOf('member', ['name', 'red'], ['key', MEMBER.key]);
const AUTHOR_FIELDS = fieldsOf(
  'author',
  ['label', 'server'],
  ['author', AUTHOR.author],
  ['organisation', 'red'],
);
const MODEL_FIELDS = fieldsOf('model', ['model', 'model'], ['frontier', LOOSE_FRONTIER]);
const GRANTS_FIELDS = fieldsOf(
  'grants',
  ['grants', [LOOSE_GRANT, ['Place:*', 'read', 'user:*', CONDITION.name, CONDITION.context]]],
  ['request', LOOSE_REQUEST],
);
const REVOCATION_FIELDS = fieldsOf(
  'revocation',
  ['grants', [LOOSE_GRANT]],
  ['authors', [filled(6), filled(9)]],
  ['members', ['red']],
  ['frontier', LOOSE_FRONTIER],
);

describe('a record about permissions', () => {
  test.each<RecordBody>([MEMBER, AUTHOR, MODEL, GRANTS, REVOCATION])(
    'of kind $kind decodes to what was signed',
    (body) => {
      expect(decodeRecord(signRecord(body, SEED).bytes).body).toEqual(body);
    },
  );

  test.each<[RecordBody, Fields]>([
    [MEMBER, MEMBER_FIELDS],
    [AUTHOR, AUTHOR_FIELDS],
    [MODEL, MODEL_FIELDS],
    [GRANTS, GRANTS_FIELDS],
    [REVOCATION, REVOCATION_FIELDS],
  ])('has exactly the bytes of its specification', (body, fields) => {
    expect(toHex(signRecord(body, SEED).bytes)).toBe(toHex(recordOf(looseMap(fields))));
  });
});

describe('[A2] a body that is wrong, or in a second form, is malformed', () => {
  test.each<[string, Fields]>([
    ['a member without a name', without(MEMBER_FIELDS, 'name')],
    ['a member whose name has a line break', replaced(MEMBER_FIELDS, 'name', 'a\nb')],
    ['a member with a key of 31 bytes', replaced(MEMBER_FIELDS, 'key', filled(6).subarray(1))],
    ['a member with a label', sorted([...MEMBER_FIELDS, ['label', 'x']])],
    ['an author of bytes', replaced(AUTHOR_FIELDS, 'organisation', filled(1))],
    ['an author of nothing', replaced(AUTHOR_FIELDS, 'organisation', null)],
    ['an author of 129 bytes', replaced(AUTHOR_FIELDS, 'organisation', 'x'.repeat(129))],
    ['a model of bytes', replaced(MODEL_FIELDS, 'model', utf8('model'))],
    ['a model without a frontier', without(MODEL_FIELDS, 'frontier')],
    ['a frontier that descends', replaced(MODEL_FIELDS, 'frontier', [...pairs()].reverse())],
    ['a frontier with an author twice', replaced(MODEL_FIELDS, 'frontier', [first(), first()])],
    ['a frontier of no commit', replaced(MODEL_FIELDS, 'frontier', [[filled(6), 0]])],
    ['a frontier of 2^53', replaced(MODEL_FIELDS, 'frontier', [[filled(6), 2 ** 53]])],
    ['a frontier of a float', replaced(MODEL_FIELDS, 'frontier', [[filled(6), looseFloat(1.5)]])],
    ['a frontier of short keys', replaced(MODEL_FIELDS, 'frontier', [[filled(6).slice(1), 1]])],
    ['a frontier of triples', replaced(MODEL_FIELDS, 'frontier', [[filled(6), 1, 1]])],
    ['a frontier that is no list', replaced(MODEL_FIELDS, 'frontier', 'all')],
    ['no grants', replaced(GRANTS_FIELDS, 'grants', [])],
    ['a grant of two texts', replaced(GRANTS_FIELDS, 'grants', [['a:b', 'c']])],
    ['a grant of four texts', replaced(GRANTS_FIELDS, 'grants', [['a:b', 'c', 'd:e', 'f']])],
    ['a grant of six texts', replaced(GRANTS_FIELDS, 'grants', [['a', 'b', 'c', 'd', '{}', 'e']])],
    ['a grant of bytes', replaced(GRANTS_FIELDS, 'grants', [[filled(1), 'c', 'd:e']])],
    ['a grant as one text', replaced(GRANTS_FIELDS, 'grants', ['a:b#c@d:e'])],
    [
      'a context of 32,769 bytes',
      replaced(GRANTS_FIELDS, 'grants', [['a:b', 'c', 'd:e', 'f', 'x'.repeat(32_769)]]),
    ],
    ['16,385 grants', replaced(GRANTS_FIELDS, 'grants', Array(16_385).fill(['a:b', 'c', 'd:e']))],
    ['grants with a frontier', sorted([...GRANTS_FIELDS, ['frontier', []]])],
    ['a request of three parts', replaced(GRANTS_FIELDS, 'request', LOOSE_REQUEST.slice(1))],
    ['a request of five parts', replaced(GRANTS_FIELDS, 'request', [...LOOSE_REQUEST, 1])],
    ['a request of nothing', replaced(GRANTS_FIELDS, 'request', null)],
    [
      'a request by a short key',
      replaced(GRANTS_FIELDS, 'request', requestWith(1, filled(6).slice(1))),
    ],
    ['a request with a long id', replaced(GRANTS_FIELDS, 'request', requestWith(2, filled(7)))],
    ['a request without signature', replaced(GRANTS_FIELDS, 'request', requestWith(3, filled(8)))],
    ['a request by bytes', replaced(GRANTS_FIELDS, 'request', requestWith(0, filled(8)))],
    [
      'a revocation of nothing',
      replaced(replaced(replaced(REVOCATION_FIELDS, 'grants', []), 'authors', []), 'members', []),
    ],
    ['a revocation without authors', without(REVOCATION_FIELDS, 'authors')],
    [
      'a revocation with a condition',
      replaced(REVOCATION_FIELDS, 'grants', [['a:b', 'c', 'd:e', 'f', '{}']]),
    ],
    ['authors that descend', replaced(REVOCATION_FIELDS, 'authors', [filled(9), filled(6)])],
    ['an author twice', replaced(REVOCATION_FIELDS, 'authors', [filled(6), filled(6)])],
    ['a short author', replaced(REVOCATION_FIELDS, 'authors', [filled(6).subarray(1)])],
    ['1,025 authors', replaced(REVOCATION_FIELDS, 'authors', manyKeys(1_025))],
    ['a member of bytes', replaced(REVOCATION_FIELDS, 'members', [filled(6)])],
    ['a member of two lines', replaced(REVOCATION_FIELDS, 'members', ['a\nb'])],
    ['65 members', replaced(REVOCATION_FIELDS, 'members', manyNames(65))],
  ])('%s', (_, fields) => {
    expect(refusalOf(recordOf(looseMap(fields)))).toMatchObject({
      code: 'MALFORMED',
      message: expect.stringMatching(/^an authority record expected .+, got .{1,60}$/),
    });
  });

  test('a frontier of 32,769 authors', () => {
    const frontier = manyKeys(32_769).map((key) => [key, 1]);
    const record = recordOf(looseMap(replaced(MODEL_FIELDS, 'frontier', frontier)));
    expect(refusalOf(record)).toMatchObject({ code: 'MALFORMED' });
  });
});

function fieldsOf(kind: string, ...own: Fields): Fields {
  return sorted([['kind', kind], ...own, ...PLACE_FIELDS]);
}

/** In the order of DAG-CBOR: shorter names first. */
function sorted(fields: Fields): Fields {
  return [...fields].sort(([left], [right]) => {
    return left.length - right.length || (left < right ? -1 : 1);
  });
}

function without(fields: Fields, name: string): Fields {
  return fields.filter(([key]) => key !== name);
}

function replaced(fields: Fields, name: string, value: Loose): Fields {
  return fields.map(([key, was]) => [key, key === name ? value : was]);
}

function requestWith(place: number, value: Loose): Loose {
  return LOOSE_REQUEST.map((part, index) => (index === place ? value : part));
}

function pairs(): Loose[] {
  return FRONTIER.map(({ key, sequence }) => [key, sequence]);
}

function first(): Loose {
  return [filled(6), 7];
}

/** Ascending. */
function manyKeys(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const key = new Uint8Array(32);
    new DataView(key.buffer).setUint32(0, index);
    return key;
  });
}

function manyNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `member${index}`);
}

function filled(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}

/** The envelope once more, apart from the source: it signs whatever body it gets. */
function recordOf(body: Uint8Array): Uint8Array {
  const head = new Uint8Array(6);
  head[0] = 2;
  new DataView(head.buffer).setUint32(2, body.length, true);
  const signed = concatBytes(utf8('massive-graph/authority/v1\0'), sha256(body));
  return concatBytes(head, body, signEd25519(SEED, signed));
}

function refusalOf(bytes: Uint8Array): unknown {
  try {
    return decodeRecord(bytes).body;
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}
