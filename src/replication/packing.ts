/**
 * Bodies of frames in fewer bytes (schema/sync.md, Q35): zstd, at the level that keeps up with a
 * network. Ids and names of a commit's transactions repeat; hashes and signatures do not.
 */

import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import {
  PACKED_BYTES_LEAST,
  PACKED_BYTES_MAX,
  PACKED_KEPT_BYTES_MAX,
  PACKED_RATIO_MAX,
} from '../base/connection-limits.ts';
import type { DatabaseError } from '../base/errors.ts';
import type { FrameHead } from './frame.ts';

const LEVEL = 1;
/** Of a pack: a frame that asks for more memory than a body has is refused. */
const WINDOW_LOG_MAX = Math.log2(PACKED_BYTES_MAX);
/** What saves less than a sixteenth is not worth the work on both sides. */
const WORTH = 15 / 16;

/** A body packed; undefined where it goes as it is: beyond a limit, or no shorter for it. */
export function pack(body: Uint8Array): Uint8Array | undefined {
  const { length } = body;
  if (length < PACKED_BYTES_LEAST || length > PACKED_BYTES_MAX) return undefined;
  const packed = zstdCompressSync(body, {
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  });
  const isWorth = packed.length <= length * WORTH && packed.length * PACKED_RATIO_MAX >= length;
  return isWorth ? packed : undefined;
}

/** Fills a place with the body that its first `packedBytes` hold; answers whether they held it. */
export function unpack(place: Uint8Array, packedBytes: number): boolean {
  try {
    const body = zstdDecompressSync(place.subarray(0, packedBytes), {
      maxOutputLength: place.length,
      params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX },
    });
    if (body.length !== place.length) return false;
    place.set(body);
    return true;
  } catch {
    return false;
  }
}

/**
 * Throws what `malformed` makes unless the body stands as it is, or is of one of the types that may
 * be packed, within the limits: who sends few bytes to have much memory filled is told before that.
 */
export function expectPacking(
  { type, bodyBytes, packedBytes }: FrameHead,
  types: readonly number[],
  malformed: (expected: string, actual: string) => DatabaseError,
): void {
  if (packedBytes === undefined) return;
  if (!types.includes(type)) throw malformed(`types ${types} alone packed`, `type ${type}`);
  const isShorter = packedBytes < bodyBytes && packedBytes * PACKED_RATIO_MAX >= bodyBytes;
  if (isShorter && bodyBytes <= PACKED_BYTES_MAX) return;
  throw malformed('a packed body within its limits', `${packedBytes} bytes for ${bodyBytes}`);
}

/** Commits of a log that were packed for one replica, and are likely to go to others as well. */
export class PackedCommits {
  readonly #kept = new Map<number, Uint8Array | undefined>();
  #bytes = 0;

  /** The commit at a position packed; undefined where it goes as it is. */
  of(position: number, commit: Uint8Array): Uint8Array | undefined {
    if (commit.length < PACKED_BYTES_LEAST) return undefined;
    if (this.#kept.has(position)) return this.#kept.get(position);
    const packed = pack(commit);
    this.#kept.set(position, packed);
    this.#bytes += sizeOf(packed);
    for (const [oldest, its] of this.#kept) {
      if (this.#bytes <= PACKED_KEPT_BYTES_MAX) break;
      this.#kept.delete(oldest);
      this.#bytes -= sizeOf(its);
    }
    return packed;
  }
}

/** With what keeping it takes. */
function sizeOf(packed: Uint8Array | undefined): number {
  return 128 + (packed?.length ?? 0);
}
