/** A transaction that a client hands in for the server to sign (schema/sync.md, Q10). */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { readPayload } from '../delta/payload-reader.ts';
import { readTransaction, readTransactionId } from '../delta/transaction-reader.ts';
import type { WrittenPlace } from '../replication/frame.ts';
import { draftTransaction } from '../space/draft-transaction.ts';
import type { Space } from '../space/space.ts';

export interface TransactionTarget {
  readonly space: Space;
  /** The space's. */
  readonly id: Uint8Array;
  /** The key that signs. */
  readonly author: Uint8Array;
  /** The principal of the connection. */
  readonly actor: string;
}

/**
 * Reads, admits and writes it; throws a DatabaseError and changes nothing when it may not be. Its
 * deltas are read when its turn comes: as objects they take many times the bytes that wait.
 */
export async function writeClientTransaction(
  { space, id, author, actor }: TransactionTarget,
  payload: Uint8Array,
): Promise<WrittenPlace> {
  const { dictionary, transactions } = readPayload(payload);
  const [transaction, another] = transactions;
  if (transaction === undefined || another !== undefined) {
    throw invalid('a payload of one transaction', `${transactions.length}`);
  }
  const options = { actor, transaction: readTransactionId(transaction) };
  const { position, index } = await space.write(options, (draft) => {
    const read = readTransaction({ dictionary, transaction, index: 0, space: id, author });
    if (read.actor !== actor) throw invalid(`actor ${actor}`, read.actor);
    draftTransaction(draft, read);
  });
  return { position: position ?? 0, index };
}

function invalid(expected: string, actual: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.INVALID_INPUT,
    `a transaction of a client expected ${expected}, got ${actual}`,
  );
}
