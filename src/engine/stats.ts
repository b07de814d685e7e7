/** What the engine's linear memory is used for, to the byte. */

import * as abi from '../../assembly/abi.ts';
import type { EngineExports } from './exports.ts';

const PURPOSES = {
  /** Of the compiler, from address 0 on. */
  constants: abi.MEMORY_CONSTANTS,
  /** What comes from outside, until it is applied. */
  staging: abi.MEMORY_STAGING,
  /** What a running snapshot needs. */
  snapshot: abi.MEMORY_SNAPSHOT,
  /** The header page, and the directories of slabs. */
  head: abi.MEMORY_HEAD,
  nodes: abi.MEMORY_NODES,
  edges: abi.MEMORY_EDGES,
  /** Values of nodes and edges. */
  cells: abi.MEMORY_CELLS,
  transactions: abi.MEMORY_TRANSACTIONS,
  commits: abi.MEMORY_COMMITS,
  /** Names: of types, paths, actors and authors. */
  symbols: abi.MEMORY_SYMBOLS,
  /** Which properties have indexes. */
  declared: abi.MEMORY_DECLARED,
  /** What grants name, the sets that they are between, and the grants. */
  objects: abi.MEMORY_OBJECTS,
  sets: abi.MEMORY_SETS,
  grants: abi.MEMORY_GRANTS,
  /** The edges of each node. */
  adjacency: abi.MEMORY_ADJACENCY,
  /** Nodes in the order of their indexed values. */
  sorted: abi.MEMORY_SORTED,
  /** Bytes of texts and byte strings. */
  blobs: abi.MEMORY_BLOBS,
  /** Blocks of edges, cells and blobs that came back, and are taken again by any of them. */
  freeBlocks: abi.MEMORY_FREE_BLOCKS,
  nodeIndex: abi.MEMORY_INDEX_NODES,
  edgeIndex: abi.MEMORY_INDEX_EDGES,
  symbolIndex: abi.MEMORY_INDEX_SYMBOLS,
  commitIndex: abi.MEMORY_INDEX_COMMITS,
  objectIndex: abi.MEMORY_INDEX_OBJECTS,
  grantIndex: abi.MEMORY_INDEX_GRANTS,
  /** Buffers of calls into the engine. */
  regions: abi.MEMORY_REGIONS,
  /** Tables that were outgrown; later ones are cut from them. */
  ranges: abi.MEMORY_RANGES,
  /** The same, but more of them than the engine keeps track of. */
  lost: abi.MEMORY_LOST,
  /** Behind all that is used: it takes no memory of the machine until it is. */
  untouched: abi.MEMORY_UNTOUCHED,
} as const;

export type MemoryPurpose = keyof typeof PURPOSES;

export interface PurposeStats {
  readonly bytes: number;
  /** Of these, bytes that hold nothing, and are used before the memory grows. */
  readonly free: number;
}

export interface EngineStats {
  /** Bytes of the whole memory: the sum over all purposes. */
  readonly memoryBytes: number;
  /** Bytes that the space may still take beyond what it has; at 0 it is full. */
  readonly roomBytes: number;
  readonly purposes: Readonly<Record<MemoryPurpose, PurposeStats>>;
}

export function readStats(exports: EngineExports): EngineStats {
  const entries = Object.entries(PURPOSES).map(([name, purpose]) => {
    const bytes = exports.memoryBytes(purpose) >>> 0;
    return [name, { bytes, free: exports.memoryFreeBytes(purpose) >>> 0 }] as const;
  });
  const purposes = Object.fromEntries(entries) as Record<MemoryPurpose, PurposeStats>;
  const memoryBytes = entries.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  return { memoryBytes, roomBytes: exports.spaceRoom() >>> 0, purposes };
}
