/**
 * Signed commits whose payload breaks one rule: what does not fit, what the header does not hash,
 * and what the author of segments must not write.
 */

import { concatBytes, fromHex } from '../../src/base/bytes.ts';
import { CommitFormat } from '../../src/delta/header.ts';
import { payloadFields } from '../fixture/door.ts';
import type { Loose } from '../fixture/loose-cbor.ts';
import { type BadCommit, bad, PLAIN, partialOf, SEGMENTED, sealed } from './bad-commits.ts';
import { filled } from './commit-corpus.ts';

const FULL = sealed(SEGMENTED, { format: CommitFormat.SEGMENTED });
const PARTIAL = partialOf(FULL, [1]);
const DICTIONARY_END = 4 + u32(SEGMENTED, 0);
const PLAIN_DICTIONARY_END = 4 + u32(PLAIN, 0);
/** In the payload of a full form: the length word of its one transaction, after the secret. */
const TRANSACTION = DICTIONARY_END + 32;
const SEGMENT = TRANSACTION + 4 + 21;
/** Where the payload of the partial form begins, and in it the first segment. */
const PARTIAL_START = FULL.length - SEGMENTED.length;
const PARTIAL_SEGMENT = PARTIAL_START + DICTIONARY_END + 4 + 21;

const ID = '41'.repeat(16);
const SELECT = `01${ID}`;
const DELETE = '06';

export function badPayloads(): BadCommit[] {
  return [...badLengths(), ...badSegmentLengths(), ...badHashes(), ...badContents()];
}

function badLengths(): BadCommit[] {
  const plain = (comment: string, reason: string, payload: Uint8Array) =>
    bad(comment, reason, sealed(payload));
  const at = PLAIN_DICTIONARY_END;
  return [
    plain('a payload of 7 bytes', 'dictionary.length', PLAIN.subarray(0, 7)),
    plain('a dictionary of 3 bytes', 'dictionary.length', put(PLAIN, 0, [3, 0, 0, 0])),
    plain('a dictionary beyond the payload', 'dictionary.length', put(PLAIN, 0, [255, 0, 0, 0])),
    plain('a dictionary of 4 GiB', 'dictionary.length', put(PLAIN, 0, [255, 255, 255, 255])),
    plain('no transaction', 'count.mismatch', PLAIN.subarray(0, at)),
    plain('a transaction of 0 bytes', 'transaction.length', put(PLAIN, at, [0])),
    plain('a transaction of 20 bytes', 'transaction.length', put(PLAIN, at, [20])),
    plain('a transaction beyond the payload', 'transaction.length', put(PLAIN, at, [255])),
    plain('a transaction of 4 GiB', 'transaction.length', put(PLAIN, at, [255, 255, 255, 255])),
    plain('3 bytes after the last', 'transaction.length', concatBytes(PLAIN, filled(0, 3))),
    plain('a segmented leaf in format 1', 'leaf.kind', put(PLAIN, at + 4, [1])),
    plain('leaf 2 in format 1', 'leaf.kind', put(PLAIN, at + 4, [2])),
  ];
}

function badSegmentLengths(): BadCommit[] {
  const full = (comment: string, reason: string, payload: Uint8Array) =>
    bad(comment, reason, sealed(payload, { format: CommitFormat.SEGMENTED }));
  const partial = (comment: string, reason: string, place: number, bytes: readonly number[]) =>
    bad(comment, reason, put(PARTIAL, place, bytes));
  const last = SEGMENTED.length - 39 - 4;
  return [
    full('no room for the secret', 'dictionary.length', SEGMENTED.subarray(0, TRANSACTION - 1)),
    full('a secret and nothing after it', 'count.mismatch', SEGMENTED.subarray(0, TRANSACTION)),
    full('leaf 2 in format 2', 'leaf.kind', put(SEGMENTED, TRANSACTION + 4, [2])),
    full('0 segments', 'segment.count', put(SEGMENTED, SEGMENT - 2, [0, 0])),
    full('4,097 segments', 'segment.count', put(SEGMENTED, SEGMENT - 2, [1, 16])),
    full('a segment more than there are', 'segment.length', put(SEGMENTED, SEGMENT - 2, [4])),
    full('a segment less than there are', 'segment.length', put(SEGMENTED, SEGMENT - 2, [2])),
    full('a withheld segment in the full form', 'segment.state', put(SEGMENTED, SEGMENT + 2, [1])),
    full('state 2 in the full form', 'segment.state', put(SEGMENTED, SEGMENT + 2, [2])),
    full('the last segment too long', 'segment.length', put(SEGMENTED, last, [40])),
    full('the last segment too short', 'segment.length', put(SEGMENTED, last, [38])),
    full('a segment of 4 GiB', 'segment.length', put(SEGMENTED, last, [255, 255, 255, 255])),
    partial('state 2 in a partial form', 'segment.state', PARTIAL_SEGMENT + 2, [2]),
    partial('a segment called withheld', 'segment.state', PARTIAL_SEGMENT + 2, [1]),
    partial('4,097 segments in a partial form', 'segment.count', PARTIAL_SEGMENT - 2, [1, 16]),
    bad('the full form called partial', 'transaction.length', put(FULL, 1, [1])),
    bad('the partial form called full', 'payload.length', put(PARTIAL, 1, [0])),
  ];
}

function badHashes(): BadCommit[] {
  const changed = (comment: string, bytes: Uint8Array) => bad(comment, 'root.mismatch', bytes);
  const hidden = partialOf(FULL, [0, 1, 2]);
  const hash = (index: number) => PARTIAL_SEGMENT + index * 35;
  const secret = PARTIAL_START + DICTIONARY_END;
  const plain = sealed(PLAIN).length - PLAIN.length;
  const swapped = put(put(hidden, hash(0), slice(hidden, hash(1), 35)), hash(1), [
    ...slice(hidden, hash(0), 35),
  ]);
  const moved = put(put(hidden, hash(0) + 3, slice(hidden, hash(2) + 3, 32)), hash(2) + 3, [
    ...slice(hidden, hash(0) + 3, 32),
  ]);
  return [
    changed('a value changed', put(sealed(PLAIN), sealed(PLAIN).length - 1, [0x62])),
    changed('the actor changed', put(FULL, PARTIAL_START + TRANSACTION + 4 + 17, [1])),
    changed('the transaction id changed', put(FULL, PARTIAL_START + TRANSACTION + 5, [0])),
    changed('another secret', put(FULL, secret, [0])),
    changed('another salt', put(PARTIAL, PARTIAL_SEGMENT + 3, [0])),
    changed('another relation', put(FULL, PARTIAL_START + SEGMENT, [2])),
    changed('another relation of a withheld segment', put(hidden, hash(1), [1])),
    changed('another hash of a withheld segment', put(hidden, hash(1) + 3, [0])),
    changed('withheld segments in another order', swapped),
    changed('hashes of one relation changed about', moved),
    bad('the dictionary changed', 'dictionary.mismatch', put(sealed(PLAIN), plain + 10, [0x56])),
  ];
}

function badContents(): BadCommit[] {
  const one = (comment: string, reason: string, deltas: string, count: number) =>
    bad(comment, reason, sealed(payloadOfSegment(deltas, count), SEGMENTS));
  const said = (payload: number) => ({ ...SEGMENTS, part: { payload } });
  const whole = sealed(SEGMENTED, SEGMENTS);
  const partial = (comment: string, reason: string, payload: number, withheld: number[]) => {
    // The header is signed with the wrong length, so the full form would not decode.
    const header = sealed(SEGMENTED, said(payload));
    const parts = partialOf(whole, withheld).subarray(PARTIAL_START);
    const head = header.subarray(0, header.length - SEGMENTED.length);
    return bad(comment, reason, put(concatBytes(head, parts), 1, [1]));
  };
  const { length } = SEGMENTED;
  return [
    bad('format 2 without a segment', 'segment.none', sealed(withoutSegments(), SEGMENTS)),
    bad('a partial form without a segment', 'segment.none', plainCalledPartial()),
    bad('a secret that reads as a transaction', 'count.mismatch', plainCalledFull()),
    partial('a full form that leaves no room', 'payload.limit', 8_388_608, [1]),
    partial('a full form one byte longer', 'payload.total', length + 1, []),
    partial('a full form one byte shorter', 'payload.total', length - 1, []),
    partial('a full form too short for the withheld', 'payload.total', 100, [0, 1, 2]),
    bad('a relation that is a path', 'segment.relation', sealed(relationOf(3), SEGMENTS)),
    bad('a relation that is not there', 'segment.relation', sealed(relationOf(99), SEGMENTS)),
    bad(
      'a withheld relation that is a path',
      'segment.relation',
      partialOf(sealed(relationOf(3), SEGMENTS), [0]),
    ),
    one('a segment without a subject', 'segment.subject', DELETE, 1),
    one('a segment that names a second subject', 'segment.subject', SELECT + SELECT, 2),
    one('a segment that names its subject last', 'segment.subject', DELETE + SELECT, 2),
    one('a segment of opcode 0', 'segment.subject', `00${ID}`, 1),
    one('a segment with opcode 9', 'segment.deltas', `${SELECT}09`, 2),
    one('a segment with opcode 14', 'segment.deltas', `${SELECT}0e`, 2),
    one('a segment with a cut insert', 'segment.deltas', `${SELECT}0b00000000000200010101`, 2),
    one('a segment with a cut removal of items', 'segment.deltas', `${SELECT}0c00000100ffff`, 2),
    one('a segment with a cut move', 'segment.deltas', `${SELECT}0d00000000ffff0000000001ffff`, 2),
    one('a segment without a delta', 'segment.deltas', '', 0),
    one('a segment with bytes and no delta', 'segment.deltas', SELECT, 0),
    one('a segment with fewer deltas than it says', 'segment.deltas', SELECT, 2),
    one('a segment with more deltas than it says', 'segment.deltas', SELECT + DELETE, 1),
    one('a segment that cuts an id', 'segment.deltas', SELECT.slice(0, -2), 1),
    one('a segment that cuts a value', 'segment.deltas', `${SELECT}07030002ff`, 2),
    one('a segment that cuts a text', 'segment.deltas', `${SELECT}0703000409000000`, 2),
    one('a segment with a value of no kind', 'segment.deltas', `${SELECT}07030009`, 2),
    one('a segment that cuts a key', 'segment.deltas', '0402000500616263', 1),
  ];
}

const SEGMENTS = { format: CommitFormat.SEGMENTED };

/** One segmented transaction of one segment, whose deltas are given as bytes. */
export function payloadOfSegment(deltas: string, count: number, relation = 1): Uint8Array {
  const bytes = fromHex(deltas);
  const segment = concatBytes(
    Uint8Array.of(relation, 0, 0, count & 0xff, count >> 8),
    littleEndian(bytes.length),
    bytes,
  );
  const head = concatBytes(Uint8Array.of(1), filled(0x11, 16), Uint8Array.of(0, 0, 1, 0));
  return concatBytes(
    littleEndian(4 + NAMES.length),
    Uint8Array.of(4, 0, 0, 0),
    NAMES,
    filled(0x5e),
    littleEndian(head.length + segment.length),
    head,
    segment,
  );
}

/** An actor, a relation, a node type and a path. */
const NAMES = fromHex('04017506017201015403016e');

function relationOf(number: number): Uint8Array {
  return payloadOfSegment(SELECT, 1, number);
}

function withoutSegments(): Uint8Array {
  const at = PLAIN_DICTIONARY_END;
  return concatBytes(PLAIN.subarray(0, at), filled(0x5e), PLAIN.subarray(at));
}

/** Who reads it as a plain payload finds every hash right. */
function plainCalledPartial(): Uint8Array {
  return sealed(PLAIN, { ...SEGMENTS, form: 1, part: plainHashes(PLAIN) });
}

function plainCalledFull(): Uint8Array {
  const at = PLAIN_DICTIONARY_END;
  const secret = concatBytes(littleEndian(28), filled(0, 28));
  const payload = concatBytes(PLAIN.subarray(0, at), secret, PLAIN.subarray(at));
  return sealed(payload, { ...SEGMENTS, part: plainHashes(payload) });
}

function plainHashes(payload: Uint8Array): Readonly<Record<string, Loose>> {
  const { root, dictionary, transactionCount } = payloadFields(payload);
  return { root, dictionary, transactions: transactionCount };
}

function put(bytes: Uint8Array, at: number, value: Iterable<number>): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed.set([...value], at);
  return changed;
}

function slice(bytes: Uint8Array, at: number, length: number): Uint8Array {
  return bytes.subarray(at, at + length);
}

function u32(bytes: Uint8Array, at: number): number {
  return Buffer.from(bytes).readUInt32LE(at);
}

function littleEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
