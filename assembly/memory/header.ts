/**
 * The header page: everything that a space holds is reachable from here, so the image from
 * IMAGE_START to the arena's top is the space. Before it stand the compiler's constants and the
 * areas that no image holds.
 *
 *     IMAGE_START             header page (this file)
 *     IMAGE_START +  65,536   slab directories, 64 KiB for each pool (pool.ts)
 *     IMAGE_START + 655,360   arena (arena.ts) ... top
 */

import {
  IMAGE_MAGIC,
  IMAGE_START,
  IMAGE_VERSION,
  PIECE_BYTES,
  REMOVED_ADDS_MAX,
  RING_PIECES,
  ROW_BITS,
  SNAPSHOT_RING,
  SNAPSHOT_START,
  STAGING_BYTES,
  STAGING_START,
  WORK_BYTES,
  WRITER_WORK,
} from '../abi.ts';
import { PERMISSION_VERSION_OFFSET, SIGHT_STATE_OFFSET } from '../abi-access.ts';

if (STAGING_START + STAGING_BYTES != SNAPSHOT_START) ERROR('the areas must follow one another');
if (SNAPSHOT_RING + RING_PIECES * PIECE_BYTES != IMAGE_START) ERROR('the image must follow them');

const HEADER: usize = IMAGE_START;

/**
 *      0  magic u32         4  version u32
 *      8  partition u32    12  arena top u32
 *     16  secret u64 × 2       keys of the hash indexes, local to this image
 *     32  space id 32 B
 *     64  newest clock u64     greatest hybrid logical clock applied
 *     72  nodes u32       76  edges u32     existing; edges whose ends exist too
 *     80  region of the question that is answered u32 (access/question.ts)
 *     84  state of the sight u32   88  1 while the engine reads for a caller u32 (access/sight.ts)
 *     96  name of an edge as an object, 48 B (access/edge-object.ts)
 *    144  indexes that a type has at most u32   148  visit epoch u32
 *    152  bytes of free blocks u32
 *    156  lost bytes u32           free ranges that the list had no place for
 *    160  write end u32            pages of the memory that the space may fill
 *    168  promised u64             arena bytes that a prepared group may still take
 *    176  in order u32             the first transaction from which on no commit came late
 *    180  fetched u32              sum of what was loaded ahead of its use
 *    184  guarded u32              1 while a snapshot runs (guard.ts); 0 in every image
 *    188  sorted bytes u32         of pages of sorted indexes, and of these free   192  u32
 *    196  free pages u32           the first of them
 *    200  permission version u32   grows with every change of grants or model
 *    204  collections u32          that elements have (graph/collections.ts)
 *    256  hash indexes, 32 B each (container/hash-index.ts)
 *    456  sealed end u32           the first transaction that no seal has covered
 *    460  newest permission program u32 (access/program.ts)
 *    464  the blocks of each kind, 12 B each (memory/blocks.ts)
 *    512  free lists of blocks by size u32 × 96 (memory/blocks.ts)
 *    896  regions (address u32, bytes u32) × 14 (region.ts)
 *  1,024  free ranges of the arena (address u32, bytes u32) × 64
 *  1,536  pools, 16 B each (pool.ts)
 *  2,048  the subject of the running transaction (delta/merge.ts)
 *  2,304  where the instance that writes works (memory/work.ts)
 *  3,840  what a sorted index splits off, its probe, and a place in it (container/sorted-index.ts,
 *         graph/value-order.ts)
 *  4,096  what apply reads ahead (delta/ahead.ts)
 * 52,224  the adds that a removal names (delta/merge-collections.ts)
 * 53,248  the plan that runs (query/run.ts)
 */
@unmanaged
export class Header {
  magic: u32;
  version: u32;
  partition: u32;
  arenaTop: u32;
  secret0: u64;
  secret1: u64;
  space0: u64;
  space1: u64;
  space2: u64;
  space3: u64;
  newestClock: u64;
  nodeCount: u32;
  edgeCount: u32;

  /** Address of the id of the space. */
  @inline get space(): usize {
    return changetype<usize>(this) + offsetof<Header>('space0');
  }
}

export const QUESTION_REGION: usize = HEADER + 80;
export const SIGHT_STATE: usize = HEADER + 84;
export const SIGHT: usize = HEADER + 88;
export const EDGE_NAME: usize = HEADER + 96;
export const INDEXES_OF_TYPE: usize = HEADER + 144;
export const VISIT_EPOCH: usize = HEADER + 148;
export const FREE_BLOCK_BYTES: usize = HEADER + 152;
export const LOST_BYTES: usize = HEADER + 156;
export const WRITE_END: usize = HEADER + 160;
export const PROMISED: usize = HEADER + 168;
export const IN_ORDER: usize = HEADER + 176;
export const FETCHED: usize = HEADER + 180;
export const GUARDED: usize = HEADER + 184;
export const SORTED_BYTES: usize = HEADER + 188;
export const SORTED_FREE_BYTES: usize = HEADER + 192;
export const SORTED_FREE_PAGES: usize = HEADER + 196;
export const PERMISSION_VERSION: usize = HEADER + 200;
export const COLLECTIONS: usize = HEADER + 204;
export const HASH_INDEXES: usize = HEADER + 256;
export const SEALED_END: usize = HEADER + 456;
export const PROGRAM: usize = HEADER + 460;
export const BLOCK_KINDS: usize = HEADER + 464;
export const BLOCK_LISTS: usize = HEADER + 512;
export const REGIONS: usize = HEADER + 896;
export const REGION_COUNT: u32 = 14;
export const FREE_RANGES: usize = HEADER + 1024;
export const FREE_RANGES_MAX: u32 = 64;
export const POOLS: usize = HEADER + 1536;
export const SUBJECT: usize = HEADER + 2048;
export const SORTED_SPLIT: usize = HEADER + 3840;
export const SORTED_PROBE: usize = HEADER + 3872;
export const SORTED_PLACE: usize = HEADER + 3936;
export const AHEAD: usize = HEADER + 4096;
export const NAMED_ADDS: usize = HEADER + 52224;
export const PLAN_RUN: usize = HEADER + 53248;
export const DIRECTORIES: usize = HEADER + 65536;

/** What stands at SIGHT: the engine reads for everybody, or for a caller, whose ... */
export const SIGHT_NONE: u32 = 0;
/** ... next call needs nothing to be done before it. */
export const SIGHT_FRESH: u32 = 1;
/** ... last call has looked at something, or found that all is to be forgotten. */
export const SIGHT_USED: u32 = 2;

if (<usize>WRITER_WORK != HEADER + 2304)
  ERROR('the work area of the writer must follow the subject');
if (<usize>WRITER_WORK + WORK_BYTES > SORTED_SPLIT) ERROR('the work area must end before it');
if (NAMED_ADDS + ((<usize>REMOVED_ADDS_MAX) << 2) > PLAN_RUN)
  ERROR('the adds must fit their place');
if (offsetof<Header>() != 80) ERROR('the header must end where the question begins');
if (PERMISSION_VERSION != HEADER + PERMISSION_VERSION_OFFSET) ERROR('hosts must find the version');
if (SIGHT_STATE != HEADER + SIGHT_STATE_OFFSET) ERROR('hosts must find the state of a sight');

export function header(): Header {
  return changetype<Header>(HEADER);
}

/** Adds to a counter of this page. */
export function count(place: usize, bytes: i32): void {
  store<u32>(place, load<u32>(place) + <u32>bytes);
}

/** The number of a row of this memory: its partition stands in the top bits. */
export function rowNumber(local: u32): u32 {
  return local | (header().partition << ROW_BITS);
}

/** Writes the first words of an empty space; the rest of a fresh memory is zero. */
export function formatHeader(partition: u32, arenaStart: u32): void {
  const head = header();
  head.magic = IMAGE_MAGIC;
  head.version = IMAGE_VERSION;
  head.partition = partition;
  head.arenaTop = arenaStart;
}
