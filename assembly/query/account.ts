/**
 * What every byte of the linear memory is for. Each purpose is counted where its bytes are kept, so
 * that their sum can be compared with the size of the memory, and is only right when all are.
 */

import {
  IMAGE_HEAD_BYTES,
  IMAGE_START,
  MEMORY_ADJACENCY,
  MEMORY_BLOBS,
  MEMORY_CELLS,
  MEMORY_CONSTANTS,
  MEMORY_DECLARED,
  MEMORY_FREE_BLOCKS,
  MEMORY_GRANTS,
  MEMORY_HEAD,
  MEMORY_INDEX_COMMITS,
  MEMORY_INDEX_GRANTS,
  MEMORY_INDEX_NODES,
  MEMORY_INDEX_OBJECTS,
  MEMORY_LOST,
  MEMORY_NODES,
  MEMORY_OBJECTS,
  MEMORY_RANGES,
  MEMORY_REGIONS,
  MEMORY_SNAPSHOT,
  MEMORY_SORTED,
  MEMORY_STAGING,
  MEMORY_UNTOUCHED,
  SNAPSHOT_START,
  STAGING_BYTES,
  STAGING_START,
} from '../abi.ts';
import { GRANT_BYTES } from '../access/grants.ts';
import { OBJECT_BYTES, SET_BYTES } from '../access/objects.ts';
import {
  HashIndex,
  INDEX_COMMITS,
  INDEX_COUNT,
  INDEX_GRANTS,
  INDEX_NODES,
  INDEX_OBJECTS,
} from '../container/hash-index.ts';
import { DECLARED_BYTES } from '../graph/declared.ts';
import { EDGE_BYTES, NODE_BYTES } from '../graph/elements.ts';
import { SYMBOL_BYTES } from '../graph/symbols.ts';
import { COMMIT_BYTES, TRANSACTION_BYTES } from '../graph/writers.ts';
import { freeRangeBytes } from '../memory/arena.ts';
import { BLOCKS_BLOBS, BLOCKS_CELLS, BLOCKS_LISTS, blocksInUse } from '../memory/blocks.ts';
import {
  FREE_BLOCK_BYTES,
  header,
  LOST_BYTES,
  SORTED_BYTES,
  SORTED_FREE_BYTES,
} from '../memory/header.ts';
import {
  freeRowBytes,
  POOL_COMMITS,
  POOL_COUNT,
  POOL_DECLARED,
  POOL_EDGES,
  POOL_GRANTS,
  POOL_NODES,
  POOL_OBJECTS,
  POOL_SETS,
  POOL_SYMBOLS,
  POOL_TRANSACTIONS,
  slabBytes,
} from '../memory/pool.ts';
import { allRegionBytes } from '../memory/region.ts';

if (MEMORY_DECLARED - MEMORY_NODES != POOL_OBJECTS) ERROR('each pool must be a purpose');
if (MEMORY_GRANTS - MEMORY_OBJECTS != POOL_GRANTS - POOL_OBJECTS) {
  ERROR('each pool of permissions must be a purpose');
}
if (MEMORY_INDEX_COMMITS - MEMORY_INDEX_NODES != INDEX_COMMITS - INDEX_NODES) {
  ERROR('each index must be a purpose');
}

export function purposeBytes(purpose: u32): u32 {
  const pool = poolOf(purpose);
  if (pool != POOL_COUNT) return slabBytes(pool, rowBytes(pool));
  const index = indexOf(purpose);
  if (index != INDEX_COUNT) return HashIndex.of(index).bytes;
  switch (purpose) {
    case MEMORY_CONSTANTS:
      return STAGING_START;
    case MEMORY_STAGING:
      return STAGING_BYTES;
    case MEMORY_SNAPSHOT:
      return IMAGE_START - SNAPSHOT_START;
    case MEMORY_HEAD:
      return IMAGE_HEAD_BYTES;
    case MEMORY_ADJACENCY:
      return blocksInUse(BLOCKS_LISTS);
    case MEMORY_CELLS:
      return blocksInUse(BLOCKS_CELLS);
    case MEMORY_BLOBS:
      return blocksInUse(BLOCKS_BLOBS);
    case MEMORY_FREE_BLOCKS:
      return load<u32>(FREE_BLOCK_BYTES);
    case MEMORY_SORTED:
      return load<u32>(SORTED_BYTES);
    case MEMORY_REGIONS:
      return allRegionBytes();
    case MEMORY_RANGES:
      return freeRangeBytes();
    case MEMORY_LOST:
      return load<u32>(LOST_BYTES);
    default:
      assert(purpose == MEMORY_UNTOUCHED);
      return <u32>(((<u64>memory.size()) << 16) - header().arenaTop);
  }
}

export function purposeFreeBytes(purpose: u32): u32 {
  const pool = poolOf(purpose);
  if (pool != POOL_COUNT) return freeRowBytes(pool, rowBytes(pool));
  const index = indexOf(purpose);
  if (index != INDEX_COUNT) return HashIndex.of(index).freeBytes;
  if (purpose == MEMORY_SORTED) return load<u32>(SORTED_FREE_BYTES);
  const isFree =
    purpose == MEMORY_FREE_BLOCKS || purpose == MEMORY_RANGES || purpose == MEMORY_UNTOUCHED;
  return isFree ? purposeBytes(purpose) : 0;
}

/** The pool that a purpose is, or POOL_COUNT: cells stand among those that are, and are none. */
function poolOf(purpose: u32): u32 {
  if (purpose >= MEMORY_OBJECTS && purpose <= MEMORY_GRANTS) {
    return purpose - MEMORY_OBJECTS + POOL_OBJECTS;
  }
  if (purpose < MEMORY_NODES || purpose > MEMORY_DECLARED) return POOL_COUNT;
  if (purpose == MEMORY_CELLS) return POOL_COUNT;
  return purpose - MEMORY_NODES - (purpose > MEMORY_CELLS ? 1 : 0);
}

/** The hash index that a purpose is, or INDEX_COUNT. */
function indexOf(purpose: u32): u32 {
  if (purpose == MEMORY_INDEX_OBJECTS) return INDEX_OBJECTS;
  if (purpose == MEMORY_INDEX_GRANTS) return INDEX_GRANTS;
  if (purpose < MEMORY_INDEX_NODES || purpose > MEMORY_INDEX_COMMITS) return INDEX_COUNT;
  return purpose - MEMORY_INDEX_NODES;
}

function rowBytes(pool: u32): u32 {
  switch (pool) {
    case POOL_NODES:
      return NODE_BYTES;
    case POOL_EDGES:
      return EDGE_BYTES;
    case POOL_TRANSACTIONS:
      return TRANSACTION_BYTES;
    case POOL_COMMITS:
      return COMMIT_BYTES;
    case POOL_SYMBOLS:
      return SYMBOL_BYTES;
    case POOL_OBJECTS:
      return OBJECT_BYTES;
    case POOL_SETS:
      return SET_BYTES;
    case POOL_GRANTS:
      return GRANT_BYTES;
    default:
      assert(pool == POOL_DECLARED);
      return DECLARED_BYTES;
  }
}
