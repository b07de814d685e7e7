/** The first records of a space that others hold, as they come from one of them. */

import { AuthorityChain } from '../authority/chain.ts';
import { type AuthorityRecord, decodeRecord } from '../authority/record.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';

/**
 * Reads records and checks that they are the begin of one chain, up to a data definition at least.
 * Throws as the chain does, and INVALID_INPUT where no definition is among them.
 */
export function joinedRecords(all: readonly Uint8Array[]): readonly AuthorityRecord[] {
  const chain = new AuthorityChain();
  const records = all.map((bytes) => {
    const record = decodeRecord(bytes);
    chain.accept(record);
    return record;
  });
  if (chain.hasDefinition) return records;
  const expected = 'records up to a data definition';
  const message = `a space that is joined expected ${expected}, got ${records.length} without one`;
  throw new DatabaseError(ErrorCode.INVALID_INPUT, message);
}
