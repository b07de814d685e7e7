/**
 * A commit with segments in the two shapes that others need: with some segments withheld, for a
 * holder that may not read them, and flat, for the engine. Neither changes what is signed: hash,
 * signature and root stay.
 */

import { LEAF_PLAIN } from '../../assembly/abi.ts';
import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { type Commit, CommitForm, decodeCommit, envelopeOf } from './commit.ts';
import { segmentHash, segmentSalt } from './leaves.ts';
import {
  type Payload,
  PayloadLayout,
  readPayload,
  symbolAt,
  TRANSACTION_HEADER_BYTES,
  transactionEnd,
} from './payload-reader.ts';
import {
  SEGMENT_COUNT_OFFSET,
  SEGMENT_LENGTH_BYTES,
  SEGMENT_NAME_BYTES,
  type SegmentPlace,
  STATE_WITHHELD,
  segmentPlaces,
} from './segment-reader.ts';

const TEXT = new TextDecoder();

/** A segment as the one who decides about it sees it. */
export interface SegmentName {
  /** Position in the commit. */
  readonly transaction: number;
  /** Position in the transaction. */
  readonly segment: number;
  /** What it may be read by. */
  readonly relation: string;
}

/**
 * The partial form of a verified commit with segments: withheld are those that `isWithheld` names
 * and those that were withheld before.
 */
export function withhold(commit: Commit, isWithheld: (name: SegmentName) => boolean): Commit {
  const { layout } = commit;
  assert(layout !== PayloadLayout.PLAIN, 'only a commit with segments has a partial form');
  const payload = readPayload(commit.payloadBytes, layout);
  const written = new ByteWriter(payload.bytes.length);
  written.bytes(payload.dictionary);
  rewrite(payload, written, (places, transaction) => {
    for (const [segment, place] of places.entries()) {
      const position = { transaction, segment };
      const name = symbolAt(payload, place.relation)?.text;
      const relation = TEXT.decode(name);
      if (place.isWithheld || isWithheld({ ...position, relation })) {
        writeWithheld(payload, written, place, position);
      } else writeDisclosed(payload, written, place, position);
    }
  });
  const bytes = envelopeOf(CommitForm.PARTIAL, {
    header: commit.headerBytes,
    signature: commit.signature,
    payload: written.written(),
  });
  return decodeCommit(bytes);
}

/**
 * The payload as the engine takes it: dictionary and transactions of a plain one, except that the
 * leaf byte of a segmented transaction stays. Its deltas are those of the segments that are
 * disclosed, so it may have none.
 */
export function flatten(commit: Commit): Uint8Array {
  if (commit.layout === PayloadLayout.PLAIN) return commit.payloadBytes;
  const payload = readPayload(commit.payloadBytes, commit.layout);
  const { bytes } = payload;
  const flat = new ByteWriter(bytes.length);
  flat.bytes(payload.dictionary);
  rewrite(payload, flat, (places, _, start) => {
    const disclosed = places.filter((place) => !place.isWithheld);
    const count = disclosed.reduce((sum, place) => sum + place.deltaCount, 0);
    flat.patchU16(start + SEGMENT_COUNT_OFFSET, count);
    for (const { deltasAt, end } of disclosed) flat.bytes(bytes.subarray(deltasAt, end));
  });
  return flat.written();
}

/**
 * Copies the transactions. Of a segmented one, the head is copied and `segments` writes the rest;
 * `start` is the place of its head in what is written.
 */
function rewrite(
  payload: Payload,
  written: ByteWriter,
  segments: (places: readonly SegmentPlace[], transaction: number, start: number) => void,
): void {
  const { bytes, layout } = payload;
  let transaction = 0;
  for (let at = payload.transactionsStart; at < bytes.length; transaction++) {
    const end = transactionEnd(bytes, at);
    if (bytes[at + 4] === LEAF_PLAIN) written.bytes(bytes.subarray(at, end));
    else {
      const lengthAt = written.length;
      written.u32(0);
      written.bytes(bytes.subarray(at + 4, at + 4 + TRANSACTION_HEADER_BYTES));
      const places = segmentPlaces(bytes, at + 4, end, layout === PayloadLayout.PARTIAL);
      segments(places, transaction, lengthAt + 4);
      written.patchU32(lengthAt, written.length - lengthAt - 4);
    }
    at = end;
  }
}

function writeWithheld(
  payload: Payload,
  written: ByteWriter,
  place: SegmentPlace,
  position: { readonly transaction: number; readonly segment: number },
): void {
  written.u16(place.relation);
  written.u8(STATE_WITHHELD);
  written.bytes(segmentHash(payload, place, position));
}

function writeDisclosed(
  payload: Payload,
  written: ByteWriter,
  place: SegmentPlace,
  position: { readonly transaction: number; readonly segment: number },
): void {
  const { bytes } = payload;
  written.bytes(bytes.subarray(place.start, place.start + SEGMENT_NAME_BYTES));
  written.bytes(segmentSalt(payload, place, position));
  written.bytes(bytes.subarray(place.deltasAt - SEGMENT_LENGTH_BYTES, place.end));
}
