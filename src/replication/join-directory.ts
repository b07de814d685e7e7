/**
 * Makes a data directory of a space that others hold, from what one of them gives: what is sealed,
 * verified before anything of it is kept but its bytes, or the first records.
 */

import { fromHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { SPACE_MEMORY_BYTES_MAX } from '../base/limits.ts';
import { loadBase } from '../space/base/load-base.ts';
import { joinDirectory, joinDirectoryWithBase } from '../space/join-directory.ts';
import { BaseDownload } from './base-download.ts';
import type { BaseOffer } from './base-frame.ts';
import { fetchBeginning, type JoinParts } from './join-over-websocket.ts';
import type { Invitation } from './known-peers.ts';

/** What says that the bytes which have come are no base: they are not to come up again. */
const WRONG: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.MALFORMED,
  ErrorCode.REFUSED,
  ErrorCode.FORBIDDEN,
  ErrorCode.UNSUPPORTED,
  ErrorCode.CORRUPT,
]);

export interface JoinDirectoryParts extends Omit<JoinParts, 'download'> {
  /** There, and without a space. */
  readonly directory: string;
  readonly memoryBytesMax?: number;
  /** Called once what it begins with has come, before it has a log. */
  readonly begins?: () => Promise<void>;
}

/** Position in the log at which it begins. */
export interface JoinedDirectory {
  readonly position: number;
}

/**
 * Throws as `fetchBeginning` and `loadBase` do. What has come of a base stays for the next attempt,
 * but where it was wrong.
 */
export async function joinThrough(
  invitation: Invitation,
  parts: JoinDirectoryParts,
): Promise<JoinedDirectory> {
  const { directory } = parts;
  await using download = await BaseDownload.open(directory);
  const joined = await fetchBeginning(invitation, { ...parts, download });
  let position: number;
  if (joined.kind === 'base') {
    position = await joinWith(joined.offer, { ...parts, invitation, download });
  } else {
    await parts.begins?.();
    await joinDirectory(directory, joined.records);
    position = joined.records.length;
  }
  await download.remove();
  return { position };
}

interface JoinWithParts extends JoinDirectoryParts {
  readonly invitation: Invitation;
  readonly download: BaseDownload;
}

async function joinWith(offer: BaseOffer, parts: JoinWithParts): Promise<number> {
  const { invitation, download, directory, random } = parts;
  const { memoryBytesMax = SPACE_MEMORY_BYTES_MAX } = parts;
  const [space, signer] = [fromHex(invitation.space), fromHex(invitation.key)];
  const { checkpoint } = offer;
  const received = { checkpoint, outline: download.outline(offer), chunks: download.chunks(offer) };
  try {
    const base = await loadBase({ space, signer, random, memoryBytesMax }, received);
    await parts.begins?.();
    // Before the directory holds a space: nobody would look for these bytes any more.
    await download.remove();
    await joinDirectoryWithBase(directory, base);
    return base.outline.length;
  } catch (error) {
    if (error instanceof DatabaseError && WRONG.has(error.code)) await download.remove();
    throw error;
  }
}
