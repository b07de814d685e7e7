/**
 * Snapshots: images of an engine beside the log, each with the log position it stands for. A
 * snapshot is written under another name, synced and renamed, so a file of the right name is
 * whole; its checksum is compared all the same when it is read.
 *
 *     file   magic 8 B, version u32 LE, facts bytes u32 LE, SHA-256 of all else 32 B,
 *            facts (JSON), image
 */

import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sameBytes, utf8 } from '../base/bytes.ts';
import { sha256Joined } from '../crypto/hash.ts';
import { syncDirectory } from './durable-file.ts';

const MAGIC = utf8('MGRAPHSN');
const VERSION = 1;
const CHECKSUM_OFFSET = 16;
const HEAD_BYTES = 48;
const FACTS_BYTES_MAX = 16_777_216;
const NAME = /^snapshot-(\d{10})\.image$/;
const UNFINISHED_NAME = /^snapshot-\d{10}\.image\.new$/;
/** The newest, and the one before in case it cannot be read. */
const SNAPSHOTS_KEPT = 2;

export interface Snapshot<Facts> {
  /** Log position up to which the image holds the log. */
  readonly position: number;
  readonly facts: Facts;
  readonly image: Uint8Array;
}

/** Writes a snapshot durably and removes those that are no longer needed. */
export async function writeSnapshot<Facts>(
  directory: string,
  snapshot: Snapshot<Facts>,
): Promise<void> {
  const facts = utf8(JSON.stringify(snapshot.facts));
  const head = new Uint8Array(HEAD_BYTES);
  head.set(MAGIC);
  new DataView(head.buffer).setUint32(8, VERSION, true);
  new DataView(head.buffer).setUint32(12, facts.length, true);
  head.set(sha256Joined(head.subarray(0, CHECKSUM_OFFSET), facts, snapshot.image), CHECKSUM_OFFSET);
  const name = join(directory, snapshotName(snapshot.position));
  const file = await open(`${name}.new`, 'w', 0o600);
  try {
    await file.writeFile(head);
    await file.writeFile(facts);
    await file.writeFile(snapshot.image);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${name}.new`, name);
  await syncDirectory(directory);
  await removeOthers(directory);
}

/** Snapshots beyond those that are kept, and unfinished ones of a process that was killed. */
async function removeOthers(directory: string): Promise<void> {
  const old = (await snapshotPositions(directory)).slice(SNAPSHOTS_KEPT).map(snapshotName);
  const unfinished = (await readdir(directory)).filter((name) => UNFINISHED_NAME.test(name));
  for (const name of [...old, ...unfinished]) await rm(join(directory, name), { force: true });
}

/** Positions of the snapshots in a directory, the newest first. */
export async function snapshotPositions(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => right - left);
}

/** Reads a snapshot; undefined when its bytes are not those that were written. */
export async function readSnapshot<Facts>(
  directory: string,
  position: number,
): Promise<Snapshot<Facts> | undefined> {
  const bytes = new Uint8Array(await readFile(join(directory, snapshotName(position))));
  if (bytes.length < HEAD_BYTES || !sameBytes(bytes.subarray(0, 8), MAGIC)) return undefined;
  const view = new DataView(bytes.buffer);
  const factsBytes = view.getUint32(12, true);
  if (view.getUint32(8, true) !== VERSION || factsBytes > FACTS_BYTES_MAX) return undefined;
  const rest = bytes.subarray(HEAD_BYTES);
  const checksum = sha256Joined(bytes.subarray(0, CHECKSUM_OFFSET), rest);
  if (!sameBytes(checksum, bytes.subarray(CHECKSUM_OFFSET, HEAD_BYTES))) return undefined;
  const facts = JSON.parse(new TextDecoder().decode(rest.subarray(0, factsBytes))) as Facts;
  return { position, facts, image: rest.subarray(factsBytes) };
}

export function snapshotName(position: number): string {
  return `snapshot-${String(position).padStart(10, '0')}.image`;
}
