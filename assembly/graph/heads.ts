/**
 * The first nodes of a type by id. A list that names no order is in order of ids, and mostly shows
 * the begin of it. The head of a type is made when a list asks for it, from all nodes, and creates
 * keep it up from then on. Heads stand in a region: no image holds them.
 *
 *     head   0  type u32 (0: none)   4  count u32   8  whole u32: 1 while no other node is of it
 *           16  rows u32 x HEAD_ROWS by id, of which some may not exist any more
 */

import { POOL_NODES, Pool } from '../memory/pool.ts';
import { extendRegion, REGION_HEADS, regionAddress, regionBytes } from '../memory/region.ts';
import { FLAG_EXISTS, Node, TYPE_MASK } from './elements.ts';
import { compareNodes, rankOfId } from './node-order.ts';

const HEADS: u32 = 64;
const HEAD_BYTES_BITS: u32 = 10;
const ROWS_AT: u32 = 16;
const HEAD_ROWS: u32 = ((1 << HEAD_BYTES_BITS) - ROWS_AT) / 4;
const HEADS_BYTES: u32 = HEADS << HEAD_BYTES_BITS;

if (popcnt(HEADS) != 1) ERROR('the heads must be a power of two');

@unmanaged
export class Head {
  type: u32;
  count: u32;
  whole: u32;

  /** Where the head of a type stands, if it has one. */
  @inline static at(type: u32): Head {
    const place = (<usize>(type & (HEADS - 1))) << HEAD_BYTES_BITS;
    return changetype<Head>(regionAddress(REGION_HEADS) + place);
  }

  @inline row(index: u32): u32 {
    return load<u32>(this.place(index));
  }

  /** Takes a node where it belongs to the first ones. */
  take(node: u32): void {
    let low: u32 = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compareNodes(node, this.row(middle));
      if (order == 0) return;
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    if (low == HEAD_ROWS) this.whole = 0;
    // Behind the last there may be others that come before it.
    if (low == this.count && this.whole == 0) return;
    if (this.count == HEAD_ROWS) this.whole = 0;
    else this.count += 1;
    memory.copy(this.place(low + 1), this.place(low), (this.count - 1 - low) << 2);
    store<u32>(this.place(low), node);
  }

  /** All nodes of the type are looked at. */
  fill(type: u32): void {
    this.type = type;
    this.count = 0;
    this.whole = 1;
    const wanted = type | FLAG_EXISTS;
    const end = Pool.of(POOL_NODES).count;
    let last = i64.MAX_VALUE;
    for (let node: u32 = 1; node < end; node++) {
      const row = Node.at(node);
      if ((row.typeAndFlags & (TYPE_MASK | FLAG_EXISTS)) != wanted) continue;
      if (rankOfId(row) > last) continue;
      this.take(node);
      if (this.whole == 0) last = rankOfId(Node.at(this.row(this.count - 1)));
    }
  }

  @inline private place(index: u32): usize {
    return changetype<usize>(this) + ROWS_AT + (index << 2);
  }
}

/** The head of a type, made where there is none; null where there is no room. May grow. */
export function headOf(type: u32): Head | null {
  if (regionBytes(REGION_HEADS) == 0) {
    if (!extendRegion(REGION_HEADS, HEADS_BYTES, 0)) return null;
    forgetHeads();
  }
  const head = Head.at(type);
  if (head.type != type) head.fill(type);
  return head;
}

/** A node of a type has come to exist. */
export function joinHead(type: u32, node: u32): void {
  if (regionBytes(REGION_HEADS) == 0) return;
  const head = Head.at(type);
  if (head.type == type) head.take(node);
}

/** The rows of nodes mean others from now on, or the memory is a stored image. */
export function forgetHeads(): void {
  memory.fill(regionAddress(REGION_HEADS), 0, regionBytes(REGION_HEADS));
}
