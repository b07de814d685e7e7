/**
 * The indexes of nodes by their values: each declared one is a tree of the existing nodes of its
 * type, in the order of the values that show (value-order.ts), missing ones last. A node is taken
 * out before anything changes that its place depends on, and put in again once all changes are
 * done that a transaction makes to it in a row.
 */

import { INDEX_PATHS_MAX } from '../abi.ts';
import { ensureSorted } from '../container/sorted-index.ts';
import { guard } from '../memory/guard.ts';
import { INDEXES_OF_TYPE, rowNumber } from '../memory/header.ts';
import { ensureRows, POOL_DECLARED, POOL_NODES, Pool } from '../memory/pool.ts';
import { DECLARED_BYTES, Declared, findIndex, firstIndex } from './declared.ts';
import { Node } from './elements.ts';
import { isAbove, PATH_NESTED, SYMBOL_BYTES, SymbolRow } from './symbols.ts';
import { compareEntry, probeHigh, probeLow, probeNode } from './value-order.ts';
import { isNodeVisible } from './visibility.ts';

/** All paths: the node comes to exist, or ceases to. */
export const ANY_PATH: u32 = 0;
/** The last bit of the set of indexes stands for all those of a type that come after. */
const LAST_BIT: u32 = 63;

/**
 * Declares an index on `count` paths at an address, and enters what is there already; false when
 * memory runs out. May grow.
 */
export function declareIndex(type: u32, paths: usize, count: u32): bool {
  if (findIndex(type, paths, count) != 0) return true;
  if (!ensureRows(POOL_DECLARED, DECLARED_BYTES, 1)) return false;
  const present = Pool.of(POOL_NODES).count;
  if (!ensureSorted(present)) return false;
  const declared = Pool.add(POOL_DECLARED, DECLARED_BYTES);
  const row = Declared.at(declared);
  const symbol = SymbolRow.at(type);
  row.type = type;
  row.next = symbol.declared;
  memory.copy(changetype<usize>(row) + offsetof<Declared>('path0'), paths, count << 2);
  guard(changetype<usize>(symbol), SYMBOL_BYTES);
  symbol.declared = declared;
  store<u32>(INDEXES_OF_TYPE, max(load<u32>(INDEXES_OF_TYPE), countIndexes(type)));
  for (let node: u32 = 1; node < present; node++) {
    if (Node.at(node).type == type && isNodeVisible(node)) enter(declared, rowNumber(node));
  }
  return true;
}

/**
 * Takes a node out of the indexes that a change at a path concerns; ANY_PATH concerns all. `out` is
 * the set of those that it is out of already; returns that set now.
 */
export function leaveIndexes(node: u32, path: u32, out: u64): u64 {
  let left = out;
  let bit: u32 = 0;
  const isVisible = isNodeVisible(node);
  let declared = firstIndex(Node.at(node).type);
  for (; declared != 0 && bit < LAST_BIT; declared = Declared.at(declared).next) {
    const mask: u64 = (<u64>1) << bit;
    bit += 1;
    if ((left & mask) != 0 || !isConcerned(Declared.at(declared), path)) continue;
    left |= mask;
    if (isVisible) leave(declared, node);
  }
  const last: u64 = (<u64>1) << LAST_BIT;
  if (declared == 0 || (left & last) != 0) return left;
  for (; declared != 0 && isVisible; declared = Declared.at(declared).next) leave(declared, node);
  return left | last;
}

/** Puts a node, where it exists, into the indexes that it is out of. */
export function enterIndexes(node: u32, out: u64): void {
  if (!isNodeVisible(node)) return;
  let bit: u32 = 0;
  let declared = firstIndex(Node.at(node).type);
  for (; declared != 0; declared = Declared.at(declared).next) {
    if (((out >>> bit) & 1) != 0) enter(declared, node);
    if (bit < LAST_BIT) bit += 1;
  }
}

function enter(declared: u32, node: u32): void {
  probeNode(declared, node);
  const row = Declared.at(declared);
  guard(changetype<usize>(row), DECLARED_BYTES);
  row.order.insert(probeHigh(), probeLow(), node, compareEntry);
}

function leave(declared: u32, node: u32): void {
  probeNode(declared, node);
  const row = Declared.at(declared);
  guard(changetype<usize>(row), DECLARED_BYTES);
  row.order.remove(probeHigh(), compareEntry);
}

/** What shows at a path may hang on what is written above or below it. */
function isConcerned(row: Declared, path: u32): bool {
  if (path == ANY_PATH) return true;
  const isNested = (SymbolRow.at(path).flags & PATH_NESTED) != 0;
  for (let index: u32 = 0; index < INDEX_PATHS_MAX; index++) {
    const indexed = row.path(index);
    if (indexed == 0) return false;
    if (indexed == path) return true;
    if (isNested && (isAbove(indexed, path) || isAbove(path, indexed))) return true;
  }
  return false;
}

function countIndexes(type: u32): u32 {
  let count: u32 = 0;
  for (let declared = firstIndex(type); declared != 0; declared = Declared.at(declared).next) {
    count += 1;
  }
  return count;
}
