/**
 * Where the author of a data directory is at home: a file beside its key that names itself and the
 * directory it is in by what no copy of them has, and the lowest number of commits that the author
 * can have written. Whatever puts an older file here, or this one elsewhere, breaks what it says.
 *
 *     {"format": "author place", "version": 1, "author": hex, "directory": identity,
 *      "file": identity, "floor": number}
 */

import { join } from 'node:path';
import { toHex, utf8 } from '../base/bytes.ts';
import { identityAt, readIfThere, replaceFileKnowingIt } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';

const FILE_NAME = 'author.place';
const FORMAT = 'author place';
const VERSION = 1;

/** How many commits of an author are known durable. */
export interface Reached {
  readonly author: Uint8Array;
  readonly commits: number;
}

/** Whether the author is at home here, and its log holds all that it had reached. */
export async function isInPlace(directory: string, reached: Reached): Promise<boolean> {
  const path = join(directory, FILE_NAME);
  const bytes = await readIfThere(path);
  const place = bytes === undefined ? undefined : decode(bytes);
  if (place === undefined || typeof place.floor !== 'number') return false;
  if (place.author !== toHex(reached.author) || reached.commits < place.floor) return false;
  return (
    place.directory === (await identityAt(directory)) && place.file === (await identityAt(path))
  );
}

export async function writePlace(directory: string, reached: Reached): Promise<void> {
  const home = await identityAt(directory);
  await replaceFileKnowingIt(join(directory, FILE_NAME), (file) =>
    utf8(
      `${JSON.stringify({
        format: FORMAT,
        version: VERSION,
        author: toHex(reached.author),
        directory: home,
        file,
        floor: reached.commits,
      })}\n`,
    ),
  );
}

/** What cannot be read proves nothing: then a new author is the safe answer. */
function decode(bytes: Uint8Array): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  const place = Object(value) as Record<string, unknown>;
  if (place.format !== FORMAT || typeof place.version !== 'number') return undefined;
  if (place.version === VERSION) return place;
  throw new DatabaseError(
    ErrorCode.UNSUPPORTED,
    `the file of the ${FORMAT} expected version ${VERSION}, got ${place.version}`,
  );
}
