/**
 * Looks at the file of LMDB before LMDB does, which maps it into memory and trusts it: a file that
 * is cut short or of another kind would end the process with a fault that nobody can catch.
 *
 *     page   number u64, transaction u64, pad u16, flags u16, bounds u32; then, on pages 0 and 1,
 *     meta   magic u32, version u32, address u64, map bytes u64, two trees of 48 B (the first
 *            begins with the page bytes, u32), last page u64, transaction u64; all little-endian
 */

import { open } from 'node:fs/promises';
import { DatabaseError, ErrorCode } from '../base/errors.ts';

const META_OFFSET = 24;
const META_BYTES = 136;
const MAGIC = 0xbeef_c0de;
const PAGE_BYTES_MIN = 512;
const PAGE_BYTES_MAX = 65_536;

/** Throws CORRUPT where LMDB would fault; an absent or empty file is a log that begins. */
export async function checkLmdbFile(file: string): Promise<void> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    const { size } = await handle.stat();
    if (size === 0) return;
    const read = async (offset: number): Promise<Meta | undefined> => {
      const bytes = new Uint8Array(META_BYTES);
      const { bytesRead } = await handle.read(bytes, 0, META_BYTES, offset + META_OFFSET);
      return bytesRead === META_BYTES ? readMeta(bytes) : undefined;
    };
    const first = await read(0);
    if (first === undefined) throw corrupt(file, 'its first page', 'other bytes');
    const second = await read(first.pageBytes);
    const newest = second !== undefined && second.transaction > first.transaction ? second : first;
    const bytes = (newest.lastPage + 1n) * BigInt(newest.pageBytes);
    if (BigInt(size) < bytes) throw corrupt(file, `${bytes} bytes`, `${size}`);
  } finally {
    await handle.close();
  }
}

interface Meta {
  readonly pageBytes: number;
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

function readMeta(bytes: Uint8Array): Meta | undefined {
  const view = new DataView(bytes.buffer);
  const pageBytes = view.getUint32(24, true);
  const isPage = pageBytes >= PAGE_BYTES_MIN && pageBytes <= PAGE_BYTES_MAX;
  if (view.getUint32(0, true) !== MAGIC || !isPage) return undefined;
  const [lastPage, transaction] = [view.getBigUint64(120, true), view.getBigUint64(128, true)];
  return { pageBytes, lastPage, transaction };
}

function corrupt(file: string, expected: string, got: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.CORRUPT,
    `the log ${file} expected ${expected}, got ${got}: restore the data directory from a copy`,
  );
}
