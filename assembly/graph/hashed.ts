/**
 * How names and writers are hashed: without row numbers, which depend on arrival. State hashes
 * (schema/state-hash.md) and versions (schema/plan.md) have the same form of them.
 */

import { HASH_BYTES } from '../abi.ts';
import { update, updateByte, updateWord } from '../merkle/sha256.ts';
import { symbolLength, symbolText } from './symbols.ts';
import { Commit, Transaction } from './writers.ts';

/** A symbol's text with its length; nothing but the length for a node without a type. */
export function hashText(symbol: u32): void {
  const length = symbol == 0 ? 0 : symbolLength(symbol);
  updateByte(length);
  if (length != 0) update(symbolText(symbol), length);
}

/** A writer by commit hash and position. */
export function hashWriter(writer: u32): void {
  updateByte(writer == 0 ? 0 : 1);
  if (writer == 0) return;
  const row = Transaction.at(writer);
  update(changetype<usize>(Commit.at(row.commit)), HASH_BYTES);
  updateWord(row.position);
}
