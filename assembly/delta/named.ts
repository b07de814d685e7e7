/** The transactions that deltas name: increments, removals, and places. */

import { REFERENCE_OWN } from '../abi.ts';
import { findCommit, Transaction, transactionAt } from '../graph/writers.ts';
import { Dictionary } from './dictionary.ts';

/** The transaction that a reference and a position name. */
export function namedAt(dictionary: Dictionary, first: u32, at: usize): u32 {
  const reference: u32 = load<u16>(at);
  const own = Transaction.at(first).commit;
  const isOwn = reference == REFERENCE_OWN;
  const commit = isOwn ? own : findCommit(dictionary.referenceHash(reference));
  return transactionAt(commit, load<u16>(at, 2));
}
