/**
 * The checks of a payload's transactions, and the ids that their creates make. Of the space they
 * read its id alone, and they write to the instance's work area, the dictionary's table and the
 * group's scratch: threads with instances of their own can run them at once in one memory.
 */

import {
  FAILURE_DELTA,
  FAILURE_TRANSACTION,
  LEAF_PLAIN,
  LEAF_SEGMENTED,
  STATUS_BAD_LEAF,
  STATUS_BAD_SYMBOL,
  STATUS_EMPTY,
  STATUS_OK,
  STATUS_TOO_LONG,
  STATUS_TRUNCATED,
  SYMBOL_ACTOR,
  TRANSACTIONS_MAX,
} from '../abi.ts';
import { header } from '../memory/header.ts';
import { checkDeltas } from './check.ts';
import { Dictionary } from './dictionary.ts';
import { fail, Group, setFailure } from './group.ts';
import { beginIds, finishIds } from './identity.ts';
import { TRANSACTION_HEADER_BYTES } from './reader.ts';

/** Checks all transactions of a payload whose dictionary was read; `author` wrote it. */
export function checkTransactions(dictionary: Dictionary, author: usize): u32 {
  const group = Group.get();
  group.scratch = (group.scratch + 15) & ~15;
  dictionary.ids = group.scratch;
  beginIds(header().space, author);
  let at: usize = dictionary.transactions;
  const end: usize = dictionary.payloadEnd;
  let count: u32 = 0;
  while (at < end) {
    setFailure(FAILURE_TRANSACTION, count);
    setFailure(FAILURE_DELTA, 0);
    if (count == TRANSACTIONS_MAX) return fail(STATUS_TOO_LONG, 0, TRANSACTIONS_MAX, count + 1);
    const offset = <u32>(at - dictionary.payload);
    const left = <u32>(end - at);
    if (left < 4 + TRANSACTION_HEADER_BYTES) {
      return fail(STATUS_TRUNCATED, offset, 4 + TRANSACTION_HEADER_BYTES, left);
    }
    const bytes = load<u32>(at);
    if (bytes > left - 4 || bytes < TRANSACTION_HEADER_BYTES) {
      return fail(STATUS_TRUNCATED, offset, bytes, left - 4);
    }
    const status = checkTransaction(dictionary, at + 4, at + 4 + bytes);
    if (status != STATUS_OK) return status;
    at += 4 + bytes;
    count += 1;
  }
  finishIds();
  group.transactions += count;
  return count == 0 ? fail(STATUS_EMPTY, 0, 1, 0) : STATUS_OK;
}

function checkTransaction(dictionary: Dictionary, at: usize, end: usize): u32 {
  const offset = <u32>(at - dictionary.payload);
  const leaf: u32 = load<u8>(at);
  if (leaf > LEAF_SEGMENTED) return fail(STATUS_BAD_LEAF, offset, LEAF_SEGMENTED, leaf);
  const actor: u32 = load<u16>(at, 17);
  if (!dictionary.isKind(actor, SYMBOL_ACTOR)) {
    return fail(STATUS_BAD_SYMBOL, offset + 17, dictionary.symbolCount, actor);
  }
  const deltas: u32 = load<u16>(at, 19);
  // All segments of a transaction may be withheld: then it is here as a writer only.
  if (deltas == 0 && leaf == LEAF_PLAIN) return fail(STATUS_EMPTY, offset + 19, 1, 0);
  return checkDeltas(dictionary, at + TRANSACTION_HEADER_BYTES, end, deltas);
}
