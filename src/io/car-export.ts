/**
 * Writes entries of a log as a CARv1 file (schema/car.md), one after the other: nothing but the
 * list of pages is kept in memory. The root is known at the end, so its place in the head of the
 * file is held by another CID of the same length; the file has its name when it is whole.
 */

import { open, rename, rm } from 'node:fs/promises';
import { CarWriter } from '@ipld/car';
import { encode } from '@ipld/dag-cbor';
import type { CID } from 'multiformats/cid';
import { decodeRecord, RecordForm, recordParts } from '../authority/record.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { EXPORT_PAGE_ENTRIES } from '../base/limits.ts';
import { sha256 } from '../crypto/hash.ts';
import { cidOf, rawCidOf } from '../crypto/identifier.ts';
import { decodeCommit } from '../delta/commit.ts';
import { EntryKind, type LogEntry } from '../log/log.ts';
import type { ReadableLog } from '../log/read-log.ts';

export const CAR_VERSION = 1;

export interface CarRequest {
  readonly file: string;
  /** Position of the first entry, and of the last. */
  readonly from: number;
  readonly to: number;
}

export interface WrittenCar {
  readonly entries: number;
  /** CID of the manifest. */
  readonly root: string;
  readonly bytes: number;
}

/** Throws NOT_FOUND where the log does not hold the entries. */
export async function writeCar(
  log: ReadableLog,
  { file, from, to }: CarRequest,
): Promise<WrittenCar> {
  if (from > to || to > log.length) {
    throw new DatabaseError(
      ErrorCode.NOT_FOUND,
      `an export expected entries from 1 to ${log.length}, got ${from} to ${to}`,
    );
  }
  const unfinished = `${file}.new`;
  const handle = await open(unfinished, 'w');
  try {
    const { writer, out } = CarWriter.create(cidOf(new Uint8Array(32)));
    const [root, bytes] = await Promise.all([
      writeBlocks(log, { from, to }, writer),
      drain(out, (part) => handle.write(part)),
    ]);
    await handle.sync();
    await handle.close();
    await replaceRoot(unfinished, root);
    await rename(unfinished, file);
    return { entries: to - from + 1, root: root.toString(), bytes };
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(unfinished, { force: true });
    throw error;
  }
}

type BlockWriter = ReturnType<typeof CarWriter.create>['writer'];

/** Answers the CID of the manifest. The writer takes the next block when this one is on its way. */
async function writeBlocks(
  log: ReadableLog,
  { from, to }: Pick<CarRequest, 'from' | 'to'>,
  writer: BlockWriter,
): Promise<CID> {
  try {
    const pages: CID[] = [];
    let page: CID[] = [];
    for (let position = from; position <= to; position++) {
      const entry = log.read(position);
      if (entry === undefined)
        throw new Error('assertion failed: a log holds what its length says');
      page.push(await writeEntry(entry, writer));
      if (page.length < EXPORT_PAGE_ENTRIES && position < to) continue;
      pages.push(await put(writer, { entries: page }));
      page = [];
    }
    const space = log.hashOf(1) ?? new Uint8Array();
    return await put(writer, { version: CAR_VERSION, space, from, to, pages });
  } finally {
    // Also after a failure: whoever drains the blocks ends then.
    await writer.close();
  }
}

async function writeEntry({ kind, bytes }: LogEntry, writer: BlockWriter): Promise<CID> {
  if (kind === EntryKind.AUTHORITY) {
    const decoded = decodeRecord(bytes);
    const record = cidOf(decoded.hash);
    const { form, body, proof } = recordParts(decoded);
    await writer.put({ cid: record, bytes: body });
    if (form === RecordForm.SIGNED) {
      return await put(writer, { kind: 'authority', record, signature: proof });
    }
    const certificate = rawCidOf(sha256(proof));
    await writer.put({ cid: certificate, bytes: proof });
    return await put(writer, { kind: 'authority', record, certificate });
  }
  const decoded = decodeCommit(bytes);
  const commit = cidOf(decoded.hash);
  const payload = rawCidOf(sha256(decoded.payloadBytes));
  await writer.put({ cid: commit, bytes: decoded.headerBytes });
  await writer.put({ cid: payload, bytes: decoded.payloadBytes });
  const { signature } = decoded;
  const form = bytes[1];
  return await put(writer, { kind: 'commit', form, commit, signature, payload });
}

async function put(writer: BlockWriter, value: unknown): Promise<CID> {
  const bytes = encode(value);
  const cid = cidOf(sha256(bytes));
  await writer.put({ cid, bytes });
  return cid;
}

async function drain(
  out: AsyncIterable<Uint8Array>,
  write: (part: Uint8Array) => Promise<unknown>,
): Promise<number> {
  let bytes = 0;
  for await (const part of out) {
    await write(part);
    bytes += part.length;
  }
  return bytes;
}

async function replaceRoot(file: string, root: CID): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await CarWriter.updateRootsInFile(handle, [root]);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
