/** A transaction that a client hands in for the server to sign (schema/sync.md, Q10). */

import { fromHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { readPayload } from '../delta/payload-reader.ts';
import { readTransaction } from '../delta/transaction-reader.ts';
import type { WrittenPlace } from '../replication/frame.ts';
import { draftTransaction } from '../space/draft-transaction.ts';
import type { Space } from '../space/space.ts';

/** Who writes where nobody has to say who he is. */
const PRINCIPAL = 'user:anonymous';

/** Reads, admits and writes it; throws a DatabaseError and changes nothing when it may not be. */
export async function writeClientTransaction(
  space: Space,
  payload: Uint8Array,
): Promise<WrittenPlace> {
  const { dictionary, transactions } = readPayload(payload);
  const [bytes, another] = transactions;
  if (bytes === undefined || another !== undefined) {
    throw invalid('a payload of one transaction', `${transactions.length}`);
  }
  const transaction = readTransaction({
    dictionary,
    transaction: bytes,
    index: 0,
    space: fromHex(space.id),
    author: space.author,
  });
  if (transaction.actor !== PRINCIPAL) throw invalid(`actor ${PRINCIPAL}`, transaction.actor);
  const options = { actor: PRINCIPAL, transaction: transaction.id };
  const { position, index } = await space.write(options, (draft) =>
    draftTransaction(draft, transaction),
  );
  return { position: position ?? 0, index };
}

function invalid(expected: string, actual: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.INVALID_INPUT,
    `a transaction of a client expected ${expected}, got ${actual}`,
  );
}
