import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { type CommitHeader, decodeHeader, encodeHeader } from '../../src/delta/header.ts';
import {
  type Loose,
  LooseItem,
  looseFloat,
  looseLink,
  looseMap,
  wideBytes,
  wideNumber,
} from '../fixture/loose-cbor.ts';

const bytes32 = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

const HEADER: CommitHeader = {
  space: bytes32(1),
  epoch: 0,
  author: bytes32(2),
  sequence: 7,
  previous: bytes32(3),
  parents: [bytes32(4), bytes32(5)],
  authority: bytes32(6),
  clock: 0x0199_aabb_ccdd_0001n,
  transactionCount: 3,
  payloadBytes: 300,
  dictionary: bytes32(8),
  root: bytes32(9),
};

/** The fields in canonical order: shorter keys first, then by their bytes. */
const FIELDS: readonly (readonly [string, Loose])[] = [
  ['root', bytes32(9)],
  ['clock', wideNumber(HEADER.clock, 8)],
  ['epoch', 0],
  ['space', bytes32(1)],
  ['author', bytes32(2)],
  ['format', 1],
  ['parents', [looseLink(bytes32(4)), looseLink(bytes32(5))]],
  ['payload', 300],
  ['version', 1],
  ['previous', looseLink(bytes32(3))],
  ['sequence', 7],
  ['algorithm', 1],
  ['authority', looseLink(bytes32(6))],
  ['dictionary', bytes32(8)],
  ['transactions', 3],
];

describe('[C3] a header that is read', () => {
  test('is what was written', () => {
    expect(decodeHeader(encodeHeader(HEADER))).toEqual(HEADER);
  });

  test.each<[string, Partial<CommitHeader>]>([
    ['without a commit before', { previous: undefined, sequence: 1, parents: [] }],
    ['with a clock below 2^53', { clock: 1n }],
    ['with a clock of 2^63 - 1', { clock: 2n ** 63n - 1n }],
    ['with a sequence number of 2^53 - 1', { sequence: Number.MAX_SAFE_INTEGER }],
    ['with 64 parents', { parents: Array.from({ length: 64 }, (_, index) => bytes32(index)) }],
    ['of a later epoch', { epoch: 12 }],
  ])('is what was written %s', (_, part) => {
    const header = { ...HEADER, ...part };
    expect(decodeHeader(encodeHeader(header))).toEqual(header);
  });

  test('has the bytes that another encoder of the canonical form gives', () => {
    expect(toHex(encodeHeader(HEADER))).toBe(toHex(looseMap(FIELDS)));
  });
});

describe('[C3] a second form of a header is refused', () => {
  test.each<[string, readonly (readonly [string, Loose])[]]>([
    ['keys in another order', [...FIELDS].reverse()],
    ['two keys swapped', [FIELDS[1], FIELDS[0], ...FIELDS.slice(2)] as typeof FIELDS],
    ['a field more', [...FIELDS, ['transactionz', 1]]],
    ['a field twice', [...FIELDS, ['transactions', 3]]],
    ['a number in a wider form', replaced('sequence', wideNumber(7, 1))],
    ['a number in 8 bytes', replaced('payload', wideNumber(300, 8))],
    ['a clock in a form wider than it needs', replaced('clock', wideNumber(5, 8))],
    ['a number as a float', replaced('sequence', looseFloat(7))],
    ['a length in a wider form', replaced('root', wideBytes(bytes32(9), 2))],
    ['null spelt as undefined', replaced('previous', new LooseItem(Uint8Array.of(0xf7)))],
    ['a list without a length', replaced('parents', indefinite([looseLink(bytes32(4))]))],
  ])('%s', (_, fields) => {
    expect(refusal(looseMap(fields)).code).toBe('MALFORMED');
  });

  test('a map without a length', () => {
    const fields = looseMap(FIELDS).subarray(1);
    const open = Uint8Array.from([0xbf, ...fields, 0xff]);
    expect(refusal(open).message).toBe('a commit header expected DAG-CBOR, got other bytes');
  });

  test('bytes after its end', () => {
    const longer = Uint8Array.from([...looseMap(FIELDS), 0]);
    expect(refusal(longer).message).toBe('a commit header expected DAG-CBOR, got other bytes');
  });

  test('every shorter beginning of it', () => {
    const bytes = looseMap(FIELDS);
    for (let length = 0; length < bytes.length; length++) {
      const { code, message } = refusal(bytes.subarray(0, length));
      expect([code, message]).toEqual([
        'MALFORMED',
        'a commit header expected DAG-CBOR, got other bytes',
      ]);
    }
  });

  test('more bytes than a header has', () => {
    expect(refusal(new Uint8Array(4097)).message).toBe(
      'a commit header expected at most 4096 bytes, got 4097',
    );
  });

  test('lists in lists without an end', () => {
    expect(refusal(new Uint8Array(4096).fill(0x81)).code).toBe('MALFORMED');
  });

  test.each([
    [0x80, 'object'],
    [0x01, 'number'],
    [0xf6, 'object'],
    [0x60, 'string'],
  ])('another item than a map: %i', (byte, kind) => {
    const { code, message } = refusal(Uint8Array.of(byte));
    expect([code, message]).toEqual(['MALFORMED', `a commit header expected a map, got ${kind}`]);
  });
});

describe('a header with a wrong field is refused, by name', () => {
  const hash = bytes32(4);
  test.each<[string, Loose, string]>([
    ['space', bytes32(1).subarray(1), 'space to be 32 bytes, got 31 bytes'],
    ['space', 'text', 'space to be 32 bytes, got string'],
    ['author', new Uint8Array(33), 'author to be 32 bytes, got 33 bytes'],
    ['root', null, 'root to be 32 bytes, got object'],
    ['dictionary', 7, 'dictionary to be 32 bytes, got number'],
    ['epoch', -1, 'epoch to be a whole number from 0, got number'],
    ['sequence', 0, 'sequence to be a whole number from 1, got number'],
    ['sequence', looseFloat(1.5), 'sequence to be a whole number from 1, got number'],
    ['sequence', wideNumber(2n ** 53n, 8), 'sequence to be a whole number from 1, got bigint'],
    ['transactions', 0, 'transactions to be a whole number from 1, got number'],
    ['payload', 0, 'payload to be a whole number from 1, got number'],
    ['clock', 0, 'clock to be a positive int64, got number'],
    ['clock', -5, 'clock to be a positive int64, got number'],
    ['clock', wideNumber(2n ** 63n, 8), 'clock to be a positive int64, got bigint'],
    ['clock', 'now', 'clock to be a positive int64, got string'],
    ['authority', hash, 'a CIDv1 of dag-cbor with sha2-256, got 32 bytes'],
    ['authority', null, 'a CIDv1 of dag-cbor with sha2-256, got object'],
    ['authority', looseLink(hash, 0x55), 'a CIDv1 of dag-cbor with sha2-256, got object'],
    ['previous', looseLink(hash, 0x71, 0x1b), 'a CIDv1 of dag-cbor with sha2-256, got object'],
    ['previous', looseLink(hash.subarray(1)), 'a CIDv1 of dag-cbor with sha2-256, got object'],
    ['parents', looseLink(hash), 'parents to be a list of at most 64, got object'],
    ['parents', null, 'parents to be a list of at most 64, got object'],
    ['parents', links(5, 4), 'parents in ascending order, got another order'],
    ['parents', links(4, 4), 'parents in ascending order, got another order'],
    ['parents', [null], 'a CIDv1 of dag-cbor with sha2-256, got object'],
    ['version', 'one', 'version to be a number, got string'],
    ['format', null, 'format to be a number, got object'],
  ])('%s', (name, value, expected) => {
    const { code, message } = refusal(looseMap(replaced(name, value)));
    expect([code, message]).toEqual(['MALFORMED', `a commit header expected ${expected}`]);
  });

  test('parents beyond their number', () => {
    const many = looseMap(replaced('parents', links(...Array.from({ length: 65 }, (_, i) => i))));
    expect(refusal(many).message).toBe(
      'a commit header expected parents to be a list of at most 64, got a list of 65',
    );
  });

  test.each(FIELDS.map(([name]) => name))('no %s', (missing) => {
    const fields = FIELDS.filter(([name]) => name !== missing);
    expect(refusal(looseMap(fields)).code).toBe('MALFORMED');
  });

  test.each([
    ['version', 2],
    ['version', 0],
    ['algorithm', 2],
    ['format', 2],
  ])('[C5] a newer %s is unsupported, not wrong', (name, value) => {
    const { code, message } = refusal(looseMap(replaced(name, value)));
    expect([code, message]).toEqual([
      'UNSUPPORTED',
      `a commit header expected ${name} 1, got ${value}`,
    ]);
  });
});

function replaced(name: string, value: Loose): readonly (readonly [string, Loose])[] {
  return FIELDS.map(([key, was]) => [key, key === name ? value : was]);
}

function links(...fills: readonly number[]): readonly Loose[] {
  return fills.map((fill) => looseLink(bytes32(fill)));
}

function indefinite(items: readonly LooseItem[]): LooseItem {
  const written = items.flatMap((item) => [...item.written]);
  return new LooseItem(Uint8Array.from([0x9f, ...written, 0xff]));
}

function refusal(bytes: Uint8Array): DatabaseError {
  try {
    decodeHeader(bytes);
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
  throw new Error('expected a refusal, got a header');
}
