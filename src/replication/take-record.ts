/** A record of the authority chain from outside, which may be here already. */

import { type AuthorityRecord, decodeRecord } from '../authority/record.ts';
import { sameBytes, toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { ReplicatedSpace } from '../space/replicated-space.ts';

/**
 * Hands a record to the space; answers its height, or why it was not taken. One that is here is
 * taken. Another one in its place, which the owner has signed too, is a fork of the chain: that is
 * REFUSED.
 */
export async function takeRecord(
  space: ReplicatedSpace,
  bytes: Uint8Array,
): Promise<number | DatabaseError> {
  let record: AuthorityRecord | undefined;
  try {
    record = decodeRecord(bytes);
    const height = heightOf(record);
    if (height > space.height) {
      return wrongRecord(ErrorCode.CONFLICT, `one of height ${space.height}`, `one of ${height}`);
    }
    if (height === space.height) await space.receiveRecord(bytes);
    return isHere(space, record) ? height : forkOf(space, height);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    // Another replica may have brought it meanwhile.
    return record !== undefined && isHere(space, record) ? heightOf(record) : error;
  }
}

function isHere(space: ReplicatedSpace, record: AuthorityRecord): boolean {
  const own = space.recordHash(heightOf(record));
  return own !== undefined && sameBytes(own, record.hash);
}

function forkOf(space: ReplicatedSpace, height: number): DatabaseError {
  const own = space.recordHash(height);
  const expected = `${own && toHex(own)} at height ${height}`;
  return wrongRecord(ErrorCode.REFUSED, expected, 'another one');
}

function heightOf({ body }: AuthorityRecord): number {
  return body.kind === 'genesis' ? 0 : body.height;
}

function wrongRecord(code: ErrorCode, expected: string, actual: string): DatabaseError {
  return new DatabaseError(code, `a record of the chain expected ${expected}, got ${actual}`);
}
