/**
 * Reads the entries of a CARv1 file that `log export` has written (schema/car.md), one after the
 * other: of the file no more is in memory than what its next entry is made of.
 */

import { createReadStream } from 'node:fs';
import { CarBlockIterator } from '@ipld/car';
import { decode } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { joinRecord, RecordForm } from '../authority/record.ts';
import { concatBytes, sameBytes } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { CAR_PENDING_BYTES_MAX } from '../base/limits.ts';
import { putU16 } from '../base/little-endian.ts';
import { sha256 } from '../crypto/hash.ts';
import { COMMIT_BYTES_MAX, COMMIT_ENVELOPE } from '../delta/commit.ts';
import { EntryKind } from '../log/log.ts';

export interface CarEntry {
  readonly kind: EntryKind;
  /** The envelope as the log had it; nothing of it is verified but its hashes. */
  readonly bytes: Uint8Array;
}

/** Throws MALFORMED for a file that no export wrote. */
export async function* entriesOfCar(file: string): AsyncGenerator<CarEntry> {
  const pending = new Map<string, Uint8Array>();
  let pendingBytes = 0;
  for await (const { cid, bytes } of await blocksOf(file)) {
    if (!sameBytes(sha256(bytes), cid.multihash.digest)) {
      throw malformed('blocks that their names hash', `another one at ${cid}`);
    }
    const entry = entryOf(bytes, pending);
    if (entry === undefined) {
      pending.set(cid.toString(), bytes);
      pendingBytes += bytes.length;
      if (pendingBytes <= CAR_PENDING_BYTES_MAX) continue;
      throw malformed('an entry behind the blocks that it is made of', 'blocks of none');
    }
    pending.clear();
    pendingBytes = 0;
    yield entry;
  }
}

async function blocksOf(file: string): Promise<CarBlockIterator> {
  try {
    return await CarBlockIterator.fromIterable(createReadStream(file));
  } catch (cause) {
    throw malformed('a CARv1', String(cause));
  }
}

/** Undefined for a block of another kind: a part of an entry, a page, the manifest. */
function entryOf(bytes: Uint8Array, parts: ReadonlyMap<string, Uint8Array>): CarEntry | undefined {
  const value = decoded(bytes);
  if (value?.kind === 'authority') {
    const body = partAt(parts, value.record);
    const bytes =
      value.certificate === undefined
        ? joinRecord(RecordForm.SIGNED, body, bytesOf(value.signature))
        : joinRecord(RecordForm.CERTIFIED, body, partAt(parts, value.certificate));
    return { kind: EntryKind.AUTHORITY, bytes };
  }
  if (value?.kind !== 'commit') return undefined;
  const [header, payload] = [partAt(parts, value.commit), partAt(parts, value.payload)];
  const head = new Uint8Array(4);
  head[0] = COMMIT_ENVELOPE;
  head[1] = value.form === 1 ? 1 : 0;
  putU16(head, 2, header.length);
  const envelope = concatBytes(head, header, bytesOf(value.signature), payload);
  return { kind: EntryKind.COMMIT, bytes: envelope };
}

/** A block that is a map with a signature or a certificate, as entries are and nothing else. */
function decoded(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  if (bytes.length > ENTRY_BYTES_MAX) return undefined;
  try {
    const value: unknown = decode(bytes);
    const isMap = typeof value === 'object' && value !== null;
    const isEntry = isMap && ('signature' in value || 'certificate' in value);
    return isEntry ? (value as Record<string, unknown>) : undefined;
  } catch {
    // A payload, most often.
    return undefined;
  }
}

/** Three links, a signature and two words. */
const ENTRY_BYTES_MAX = 512;

function partAt(parts: ReadonlyMap<string, Uint8Array>, link: unknown): Uint8Array {
  const part = CID.asCID(link) === null ? undefined : parts.get(String(link));
  if (part !== undefined && part.length <= COMMIT_BYTES_MAX) return part;
  throw malformed('an entry behind the blocks that it is made of', `one without ${link}`);
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw malformed('a signature', typeof value);
}

function malformed(expected: string, actual: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.MALFORMED,
    `an exported log expected ${expected}, got ${actual}`,
  );
}
