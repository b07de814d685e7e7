import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import {
  CommitFormat,
  type CommitHeader,
  decodeHeader,
  encodeHeader,
} from '../../src/delta/header.ts';
import { Reason } from '../../src/delta/reason.ts';
import {
  type Loose,
  LooseItem,
  looseFloat,
  looseLink,
  looseMap,
  wideBytes,
  wideNumber,
} from '../fixture/loose-cbor.ts';
import { importPaths } from '../tidy/source-text.ts';

const bytes32 = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

const HEADER: CommitHeader = {
  format: CommitFormat.PLAIN,
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

const NONCANONICAL = 'a commit header expected its fields in the canonical form, got other bytes';

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
    ['with segments', { format: CommitFormat.SEGMENTED }],
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
    expect(refusal(open).message).toBe(`${NONCANONICAL} (header byte 0)`);
  });

  test('bytes after its end', () => {
    const bytes = looseMap(FIELDS);
    const longer = Uint8Array.from([...bytes, 0]);
    expect(refusal(longer).message).toBe(`${NONCANONICAL} (header byte ${bytes.length})`);
  });

  test('every shorter beginning of it', () => {
    const bytes = looseMap(FIELDS);
    for (let length = 0; length < bytes.length; length++) {
      const { code, message } = refusal(bytes.subarray(0, length));
      expect([code, message.split(' (')[0]]).toEqual(['MALFORMED', NONCANONICAL]);
    }
  });

  test('more bytes than a header has', () => {
    const { facts, message } = refusal(new Uint8Array(4097));
    expect(message).toBe('a commit header expected at most 4096 bytes, got 4097');
    expect(facts.reason).toBe(Reason.HEADER_LENGTH);
  });

  test('lists in lists without an end', () => {
    expect(refusal(new Uint8Array(4096).fill(0x81)).code).toBe('MALFORMED');
  });

  test.each([0x80, 0x01, 0xf6, 0x60])('another item than a map: %i', (byte) => {
    expect(refusal(Uint8Array.of(byte)).facts.reason).toBe(Reason.HEADER_NONCANONICAL);
  });
});

describe('[C3] a field of another type is another form', () => {
  const hash = bytes32(4);
  test.each<[string, Loose]>([
    ['space', bytes32(1).subarray(1)],
    ['space', 'text'],
    ['author', new Uint8Array(33)],
    ['root', null],
    ['dictionary', 7],
    ['epoch', -1],
    ['sequence', looseFloat(1.5)],
    ['clock', -5],
    ['clock', 'now'],
    ['authority', hash],
    ['authority', null],
    ['authority', looseLink(hash, 0x55)],
    ['previous', looseLink(hash, 0x71, 0x1b)],
    ['previous', looseLink(hash.subarray(1))],
    ['parents', looseLink(hash)],
    ['parents', null],
    ['parents', [null]],
    ['version', 'one'],
    ['format', null],
  ])('%s', (name, value) => {
    const { code, facts } = refusal(looseMap(replaced(name, value)));
    expect([code, facts.reason]).toEqual(['MALFORMED', Reason.HEADER_NONCANONICAL]);
  });
});

describe('[C22] a field beyond its values is refused, by name', () => {
  test.each<[string, Loose, string]>([
    ['epoch', wideNumber(2n ** 53n, 8), 'from 0 to 9007199254740991, got 9007199254740992'],
    ['sequence', 0, 'from 1 to 9007199254740991, got 0'],
    ['sequence', wideNumber(2n ** 53n, 8), 'from 1 to 9007199254740991, got 9007199254740992'],
    ['transactions', 0, 'from 1 to 65535, got 0'],
    ['transactions', 65_536, 'from 1 to 65535, got 65536'],
    ['payload', 0, 'from 1 to 8388608, got 0'],
    ['payload', 8_388_609, 'from 1 to 8388608, got 8388609'],
    ['clock', 0, 'a positive int64, got 0'],
    ['clock', wideNumber(2n ** 63n, 8), 'a positive int64, got 9223372036854775808'],
    ['parents', links(5, 4), 'in ascending order, got another order'],
    ['parents', links(4, 4), 'in ascending order, got another order'],
    ['parents', links(...Array.from({ length: 65 }, (_, i) => i)), 'from 0 to 64, got 65'],
  ])('%s', (name, value, expected) => {
    const { code, message, facts } = refusal(looseMap(replaced(name, value)));
    expect([code, message]).toEqual(['MALFORMED', `a commit header expected ${name} ${expected}`]);
    expect(facts).toEqual({ reason: Reason.HEADER_VALUE, field: name });
  });

  test.each(FIELDS.map(([name]) => name))('no %s', (missing) => {
    const fields = FIELDS.filter(([name]) => name !== missing);
    expect(refusal(looseMap(fields)).code).toBe('MALFORMED');
  });

  test.each([
    ['version', 2, '1'],
    ['version', 0, '1'],
    ['algorithm', 2, '1'],
    ['format', 0, '1 or 2'],
    ['format', 3, '1 or 2'],
  ])('[C5] another %s is unsupported, not wrong: %i', (name, value, known) => {
    const { code, message, facts } = refusal(looseMap(replaced(name, value)));
    expect([code, message]).toEqual([
      'UNSUPPORTED',
      `a commit header expected ${name} ${known}, got ${value}`,
    ]);
    expect(facts.reason).toBe(`${name}.unsupported`);
  });
});

test('the code of headers needs nothing of Node', () => {
  const root = new URL('../../', import.meta.url);
  const seen = new Set(['src/delta/header.ts']);
  for (const path of seen) {
    const text = readFileSync(new URL(path, root), 'utf8');
    expect(text, path).not.toMatch(/\b(?:Buffer|process)\./);
    for (const target of importPaths(text)) {
      expect(target, path).toMatch(/^\./);
      seen.add(posix.join(posix.dirname(path), target));
    }
  }
  expect([...seen].sort()).toEqual([
    'assembly/abi.ts',
    'src/base/assert.ts',
    'src/base/cbor.ts',
    'src/base/errors.ts',
    'src/base/limits.ts',
    'src/delta/header.ts',
    'src/delta/reason.ts',
  ]);
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
