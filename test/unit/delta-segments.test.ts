import { describe, expect, test } from 'vitest';
import { toHex, utf8 } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { hmacSha256, sha256 } from '../../src/crypto/hash.ts';
import { leafHash } from '../../src/crypto/merkle.ts';
import {
  type Commit,
  checkHashes,
  decodeCommit,
  signCommit,
  verifyCommit,
} from '../../src/delta/commit.ts';
import type { Delta, Segment } from '../../src/delta/delta.ts';
import { CommitFormat } from '../../src/delta/header.ts';
import { hashPayload, leafBytes, leafHashes } from '../../src/delta/leaves.ts';
import { transactionActor, transactionId } from '../../src/delta/payload-reader.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { flatten, withhold } from '../../src/delta/withhold.ts';
import { onNode } from '../fixture/door.ts';
import { reasonOf } from '../property/flips.ts';
import { readCommit } from '../reference/commit-reader.ts';

const SEED = new Uint8Array(32).fill(9);
const SECRET = new Uint8Array(32).fill(0x5e);
const ID = 'AAAAAAAAAAAAAAAA';
const OTHER = 'BBBBBBBBBBBBBBBB';
const TRANSACTION = { id: new Uint8Array(16).fill(0x11), actor: 'u' };
const set = (path: string): Delta => ({ operation: 'set', path, value: null });
const remove: Delta = { operation: 'delete' };
const PUBLIC: Segment = { relation: 'r', deltas: [onNode(ID, set('a')), onNode(ID, remove)] };
const SECRETS: Segment = { relation: 's', deltas: [onNode(OTHER, set('b'))] };
const HEADER = {
  format: CommitFormat.SEGMENTED,
  space: new Uint8Array(32).fill(1),
  epoch: 0,
  author: publicKeyOf(SEED),
  sequence: 1,
  previous: undefined,
  parents: [],
  authority: new Uint8Array(32).fill(2),
  clock: 5n,
};

/** The segments as they stand in the full form: relation, state, deltas, bytes, deltas. */
const FIRST = `0100 00 0300 16000000 01${'41'.repeat(16)} 07 0200 00 06`.replaceAll(' ', '');
const SECOND = `0300 00 0200 15000000 01${'42'.repeat(16)} 07 0400 00`.replaceAll(' ', '');
const HEAD = `01 ${'11'.repeat(16)} 0000 0200`.replaceAll(' ', '');
const NAMES = '13000000 0500 0000 040175 060172 030161 060173 030162'.replaceAll(' ', '');

function payloadOf(...segments: readonly Segment[]): Uint8Array {
  const writer = new PayloadWriter({ secret: SECRET });
  writer.addSegmented({ ...TRANSACTION, segments });
  return writer.finish();
}

function sign(payload: Uint8Array): Commit {
  return signCommit(HEADER, payload, SEED);
}

describe('[C25] [C26] a payload with segments', () => {
  const payload = payloadOf(PUBLIC, SECRETS);

  test('has exactly the bytes of its specification', () => {
    const bytes = `${HEAD}${FIRST}${SECOND}`;
    const length = (bytes.length / 2).toString(16).padStart(2, '0');
    const expected = `${NAMES}${toHex(SECRET)}${length}000000${bytes}`;
    expect(toHex(payload)).toBe(expected);
  });

  test('[C27] [C28] [C29] is hashed with each segment under its own salt', () => {
    const hash = (segment: string, index: number) => {
      const place = Buffer.from(`00000000${index.toString(16).padStart(2, '0')}00`, 'hex');
      const label = utf8('massive-graph/salt/v1\0');
      const salt = hmacSha256(SECRET, Buffer.concat([label, place]));
      return toHex(sha256(Buffer.from(`02${toHex(salt)}${segment}`, 'hex')));
    };
    const leaf = `${HEAD}0100${hash(FIRST, 0)}0300${hash(SECOND, 1)}`;
    const commit = verifyCommit(decodeCommit(sign(payload).bytes));
    expect(toHex(leafBytes(commit.payload, 0))).toBe(leaf);
    expect(toHex(commit.header.root)).toBe(toHex(leafHash(Buffer.from(leaf, 'hex'))));
    expect(leafHashes(commit.payload).map(toHex)).toEqual([toHex(commit.header.root)]);
  });

  test('counts its bytes before it is finished', () => {
    const writer = new PayloadWriter({ secret: SECRET });
    writer.addSegmented({ ...TRANSACTION, segments: [PUBLIC] });
    writer.add({ ...TRANSACTION, deltas: [onNode(ID, remove)] });
    expect(writer.byteCount).toBe(writer.finish().length);
    expect(writer.transactionCount).toBe(2);
  });

  test('says for whom and under which id, in each form', () => {
    const full = verifyCommit(sign(payload));
    const hidden = verifyCommit(withhold(full, () => true));
    for (const { payload: cut } of [full, hidden]) {
      expect(cut.transactions.map(transactionId)).toEqual(['11'.repeat(16)]);
      expect(transactionActor(cut, cut.transaction(0))).toBe('u');
    }
  });
});

describe('[C35] [C36] a commit with segments withheld', () => {
  const full = sign(payloadOf(PUBLIC, SECRETS));

  test('has the bytes of its specification', () => {
    const partial = verifyCommit(withhold(full, ({ relation }) => relation === 's'));
    const salt = hmacSha256(
      SECRET,
      Buffer.concat([utf8('massive-graph/salt/v1\0'), new Uint8Array(6)]),
    );
    const disclosed = `${FIRST.slice(0, 6)}${toHex(salt)}${FIRST.slice(6)}`;
    const payload = toHex(partial.payloadBytes);
    expect(payload).toContain(`${HEAD}${disclosed}030001`);
    expect(payload).not.toContain('42'.repeat(16));
    expect(payload).not.toContain(toHex(SECRET));
    expect(partial.bytes[1]).toBe(1);
  });

  test('is flat for the engine, with the deltas that are left', () => {
    const flat = (isWithheld: (relation: string) => boolean) => {
      const partial = withhold(full, ({ relation }) => isWithheld(relation));
      return toHex(flatten(verifyCommit(partial))).slice(NAMES.length + 8);
    };
    const head = HEAD.slice(0, -4);
    const [first, second] = [FIRST.slice(18), SECOND.slice(18)];
    expect(flat(() => false)).toBe(`${head}0500${first}${second}`);
    expect(flat((relation) => relation === 's')).toBe(`${head}0300${first}`);
    expect(flat(() => true)).toBe(`${head}0000`);
    expect(toHex(flatten(full))).toContain(`${head}0500${first}${second}`);
  });

  test('verifies where it stands in memory that threads share', () => {
    for (const { bytes } of [full, withhold(full, ({ segment }) => segment === 0)]) {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 7), 7);
      shared.set(bytes);
      const commit = verifyCommit(decodeCommit(shared));
      expect(toHex(commit.hash)).toBe(toHex(full.hash));
      expect(commit.payloadBytes.buffer).toBe(shared.buffer);
    }
  });

  test('answers a hash that another has computed as its own', () => {
    const { header, payload } = verifyCommit(full);
    const hashes = hashPayload(payload);
    expect(() => checkHashes(header, hashes)).not.toThrow();
    const root = new Uint8Array(32);
    expect(() => checkHashes(header, { ...hashes, root })).toThrow('the transactions that its');
  });
});

describe('[C33] [C34] limits of segments', () => {
  test('4,096 segments are taken, one more is not', () => {
    const many = Array.from({ length: 4_096 }, () => SECRETS);
    const commit = sign(payloadOf(...many));
    expect(reasonOf(commit.bytes)).toBeUndefined();
    expect(() => payloadOf(...many, SECRETS)).toThrow(
      'a transaction expected at most 4096 segments, got 4097',
    );
  });

  test('65,535 deltas in all segments of a transaction are taken, one more is not', () => {
    const part = (count: number) => ({
      relation: 'r',
      deltas: Array.from({ length: count }, () => onNode(ID, remove)),
    });
    // Each segment has a select before its deletes.
    const most = payloadOf(part(32_766), part(32_767));
    expect(reasonOf(sign(most).bytes)).toBeUndefined();
    expect(() => payloadOf(part(32_767), part(32_767))).toThrow(
      'a transaction expected at most 65535 deltas and selects, got 65536',
    );
    const more = longer(most);
    expect(() => sign(more)).toThrow('a transaction expected at most 65535 deltas, got 65536');
  });

  test('what leaves no room for salts is not written', () => {
    const writer = new PayloadWriter({ secret: SECRET });
    const value = new Uint8Array(1_048_576);
    const fill = (bytes: number) => ({
      relation: 'r',
      deltas: [onNode(ID, { operation: 'set', path: 'a', value: value.subarray(0, bytes) })],
    });
    const segments = Array.from({ length: 7 }, () => fill(1_048_576));
    writer.addSegmented({ ...TRANSACTION, segments });
    const left = 8_388_608 - writer.byteCount - 7 * 32;
    const rest = left - 32 - 4 - 21 - 9 - 17 - 8;
    expect(() => writer.addSegmented({ ...TRANSACTION, segments: [fill(rest + 1)] })).toThrow(
      'a payload expected at most 8388608 bytes, got 8388609',
    );
    writer.addSegmented({ ...TRANSACTION, segments: [fill(rest)] });
    const commit = sign(writer.finish());
    const partial = withhold(commit, () => false);
    expect(partial.payloadBytes.length).toBe(8_388_608 - 32);
    expect(reasonOf(partial.bytes)).toBeUndefined();
    expect(readCommit(partial.bytes)).toMatchObject({ segments: 8 });
  });

  test.each<[string, readonly Segment[]]>([
    ['no segment', []],
    ['a segment without deltas', [{ relation: 'r', deltas: [] }]],
    ['a segment of two nodes', [{ relation: 'r', deltas: [...PUBLIC.deltas, ...SECRETS.deltas] }]],
    [
      'a segment that creates its node late',
      [
        {
          relation: 'r',
          deltas: [
            onNode(ID, remove),
            onNode(ID, { operation: 'createNode', type: 'T', number: 1n }),
          ],
        },
      ],
    ],
  ])('a writer stops on %s', (_, segments) => {
    expect(() => payloadOf(...segments)).toThrow(/^assertion failed: a seg/);
  });

  test('a writer without a secret writes no segments, and no plain commit has them', () => {
    const writer = new PayloadWriter();
    expect(() => writer.addSegmented({ ...TRANSACTION, segments: [PUBLIC] })).toThrow(
      'assertion failed: a payload with segments has a secret',
    );
    expect(() => withhold(signCommit({ ...HEADER, format: 1 }, plain(), SEED), () => true)).toThrow(
      'assertion failed: only a commit with segments has a partial form',
    );
    expect(() => sign(plain())).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  });
});

function plain(): Uint8Array {
  const writer = new PayloadWriter();
  writer.add({ ...TRANSACTION, deltas: [onNode(ID, remove)] });
  return writer.finish();
}

/** The payload with one delete more in its last segment. */
function longer(payload: Uint8Array): Uint8Array {
  const bytes = Buffer.concat([payload, Buffer.of(6)]);
  const transaction = 4 + bytes.readUInt32LE(0) + 32;
  bytes.writeUInt32LE(bytes.readUInt32LE(transaction) + 1, transaction);
  const segment = payload.length - 17 - 32_767 - 6;
  bytes.writeUInt16LE(bytes.readUInt16LE(segment) + 1, segment);
  bytes.writeUInt32LE(bytes.readUInt32LE(segment + 2) + 1, segment + 2);
  return bytes;
}
