import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { publicKeyOf, signEd25519 } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { decodeCommit, signCommit, verifyCommit } from '../../src/delta/commit.ts';
import { CommitFormat, type CommitHeader, encodeHeader } from '../../src/delta/header.ts';
import { Reason } from '../../src/delta/reason.ts';
import { envelope, onNode, payloadFields, payloadOf } from '../fixture/door.ts';

const SEED = new Uint8Array(32).fill(9);
const ID = 'AAAAAAAAAAAAAAAA';
const PAYLOAD = payloadOf(
  [onNode(ID, { operation: 'set', path: 'name', value: 'Basel' })],
  [onNode(ID, { operation: 'delete' })],
);
const REST = {
  format: CommitFormat.PLAIN,
  space: new Uint8Array(32).fill(1),
  epoch: 0,
  author: publicKeyOf(SEED),
  sequence: 1,
  previous: undefined,
  parents: [],
  authority: new Uint8Array(32).fill(2),
  clock: 5n,
};

describe('a commit', () => {
  const signed = signCommit(REST, PAYLOAD, SEED);

  test('that was signed decodes and verifies to the same', () => {
    const verified = verifyCommit(decodeCommit(signed.bytes));
    expect(toHex(verified.bytes)).toBe(toHex(signed.bytes));
    expect(toHex(verified.hash)).toBe(toHex(signed.hash));
    expect(encodeHeader(verified.header)).toEqual(encodeHeader(signed.header));
    expect(verified.payload.transactions).toHaveLength(2);
  });

  test('has exactly the bytes of its specification', () => {
    const bytes = wrong({});
    expect(toHex(signed.bytes)).toBe(toHex(bytes));
  });

  test('is named by the SHA-256 of its header', () => {
    const header = encodeHeader({ ...REST, ...payloadFields(PAYLOAD) });
    expect(toHex(signed.hash)).toBe(toHex(sha256(header)));
  });

  test('cut off at any byte is refused as malformed', () => {
    for (let length = 0; length < signed.bytes.length; length++) {
      const { code, message } = refusal(signed.bytes.subarray(0, length));
      expect(code, `${length} bytes: ${message}`).toBe('MALFORMED');
      expect(message).toMatch(/^a commit(?: header)? expected .*, got .+$/);
    }
  });

  test('with a bit flipped anywhere is refused, and nothing else is thrown', () => {
    const codes = new Set<string>();
    for (let bit = 0; bit < signed.bytes.length * 8; bit++) {
      const changed = Uint8Array.from(signed.bytes);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      const { code, message } = refusal(changed);
      expect(message, `bit ${bit}`).toMatch(/ expected .*, got /);
      codes.add(code);
    }
    expect([...codes].sort()).toEqual(['MALFORMED', 'REFUSED', 'UNSUPPORTED']);
  });

  test('[C2] with bytes after its payload is refused', () => {
    const longer = Uint8Array.from([...signed.bytes, 0]);
    expect(refusal(longer).message).toBe(
      `a commit expected a payload of ${PAYLOAD.length} bytes, got ${PAYLOAD.length + 1}`,
    );
  });

  test('[C2] larger than any may be is refused before anything is read', () => {
    expect(refusal(new Uint8Array(8_388_608 + 4_096 + 69)).message).toBe(
      'a commit expected 4 to 8392772 bytes, got 8392773',
    );
  });

  test('without a transaction is refused', () => {
    const empty = Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0);
    expect(() => signCommit(REST, empty, SEED)).toThrow(
      'a commit expected a transaction, got none',
    );
    expect(refusal(wrong({}, empty)).message).toBe('a commit expected 1 transactions, got 0');
  });
});

describe('[C1] an envelope', () => {
  test.each([
    [0, 0, 'envelope 1, got 0'],
    [2, 0, 'envelope 1, got 2'],
    [255, 9, 'envelope 1, got 255'],
    [1, 2, 'form 0 or 1, got 2'],
    [1, 255, 'form 0 or 1, got 255'],
  ])('of format %i and form %i is unsupported', (format, form, expected) => {
    const bytes = Uint8Array.from(signCommit(REST, PAYLOAD, SEED).bytes);
    bytes[0] = format;
    bytes[1] = form;
    const { code, message } = refusal(bytes);
    expect([code, message]).toEqual(['UNSUPPORTED', `a commit expected ${expected}`]);
  });

  test('[C24] of a plain commit has no partial form', () => {
    const bytes = Uint8Array.from(signCommit(REST, PAYLOAD, SEED).bytes);
    bytes[1] = 1;
    expect(refusal(bytes)).toMatchObject({
      code: 'MALFORMED',
      facts: { reason: Reason.FORM_MISMATCH },
    });
  });

  test.each([0, 1, 400, 4_097, 65_535])(
    '[C2] with %i bytes of header is malformed',
    (headerBytes) => {
      const header = encodeHeader({ ...REST, ...payloadFields(PAYLOAD) });
      const bytes = envelope(header, PAYLOAD, SEED, headerBytes);
      expect(refusal(bytes).code).toBe('MALFORMED');
    },
  );
});

describe('a commit whose header does not fit its payload', () => {
  test.each<[string, Partial<CommitHeader>, string]>([
    ['root', { root: new Uint8Array(32) }, 'the transactions that its header hashes, got others'],
    [
      'dictionary',
      { dictionary: new Uint8Array(32) },
      'the dictionary that its header hashes, got another',
    ],
  ])('by its %s is refused, although it is signed', (_, part, expected) => {
    const { code, message } = refusal(wrong(part));
    expect([code, message]).toEqual(['REFUSED', `a commit expected ${expected}`]);
  });

  test.each<[Partial<CommitHeader>, string]>([
    [{ transactionCount: 3 }, '3 transactions, got 2'],
    [{ transactionCount: 1 }, '1 transactions, got 2'],
    [
      { payloadBytes: PAYLOAD.length + 1 },
      `a payload of ${PAYLOAD.length + 1} bytes, got ${PAYLOAD.length}`,
    ],
    [{ payloadBytes: 8_388_608 }, `a payload of 8388608 bytes, got ${PAYLOAD.length}`],
  ])('by a number is malformed: %o', (part, expected) => {
    const { code, message } = refusal(wrong(part));
    expect([code, message]).toEqual(['MALFORMED', `a commit expected ${expected}`]);
  });
});

describe('[C6] a signature', () => {
  const noSignature =
    'a commit expected a valid signature of its author, got one that does not verify';

  test('of another key is refused', () => {
    const other = envelope(
      encodeHeader({ ...REST, ...payloadFields(PAYLOAD) }),
      PAYLOAD,
      new Uint8Array(32).fill(10),
    );
    const { code, message } = refusal(other);
    expect([code, message]).toEqual(['REFUSED', noSignature]);
  });

  test('for a key of small order is refused, although zeros satisfy the equation', () => {
    const author = new Uint8Array(32);
    author[0] = 1;
    const bytes = wrong({ author });
    const signatureAt = bytes.length - PAYLOAD.length - 64;
    bytes.fill(0, signatureAt, signatureAt + 64);
    bytes[signatureAt] = 1;
    expect(refusal(bytes).message).toBe(noSignature);
  });

  test('over the hash of the header without its domain is refused', () => {
    const header = encodeHeader({ ...REST, ...payloadFields(PAYLOAD) });
    const bytes = envelope(header, PAYLOAD, SEED);
    bytes.set(signEd25519(SEED, sha256(header)), bytes.length - PAYLOAD.length - 64);
    expect(refusal(bytes).message).toBe(noSignature);
  });
});

describe('a payload cut into its parts', () => {
  const dictionaryEnd = 4 + new DataView(PAYLOAD.buffer, PAYLOAD.byteOffset).getUint32(0, true);

  test.each<[string, (view: DataView) => void]>([
    ['a dictionary of 0 bytes', (view) => view.setUint32(0, 0, true)],
    ['a dictionary longer than the payload', (view) => view.setUint32(0, PAYLOAD.length, true)],
    ['a dictionary of 4 GiB', (view) => view.setUint32(0, 0xffff_ffff, true)],
    ['a transaction of 0 bytes', (view) => view.setUint32(dictionaryEnd, 0, true)],
    ['a transaction shorter than its head', (view) => view.setUint32(dictionaryEnd, 20, true)],
    ['a transaction of 4 GiB', (view) => view.setUint32(dictionaryEnd, 0xffff_ffff, true)],
    [
      'a transaction that ends after the payload',
      (view) => view.setUint32(dictionaryEnd, 9999, true),
    ],
  ])('with %s is malformed', (_, change) => {
    const payload = Uint8Array.from(PAYLOAD);
    change(new DataView(payload.buffer));
    const { code, message } = refusal(wrong({}, payload));
    expect(code).toBe('MALFORMED');
    expect(message).toMatch(
      /^a (?:dictionary|transaction) expected to end by byte \d+, got \d+ bytes$/,
    );
  });

  test.each([0, 1, 7])('of %i bytes is malformed', (length) => {
    const payload = PAYLOAD.subarray(0, length);
    const header = encodeHeader({ ...REST, ...payloadFields(PAYLOAD), payloadBytes: length || 1 });
    expect(refusal(envelope(header, payload, SEED)).code).toBe('MALFORMED');
  });
});

/** A signed commit with these fields in its header, fitting or not. */
function wrong(part: Partial<CommitHeader>, payload = PAYLOAD): Uint8Array {
  return envelope(encodeHeader({ ...REST, ...payloadFields(payload), ...part }), payload, SEED);
}

function refusal(bytes: Uint8Array): { readonly code: string; readonly message: string } {
  try {
    verifyCommit(decodeCommit(bytes));
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error as Error & { code: string };
    throw error;
  }
  throw new Error('expected a refusal, got a commit');
}
