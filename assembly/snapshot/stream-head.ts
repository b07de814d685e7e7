/**
 * What the writer of a stream goes on with from one chunk to the next. It stands in the input
 * region, where the host puts it before each call: so several streams may be under way, and the
 * engine holds nothing for them.
 *
 *     head      0  kind of the next record u32   4  next row u32   8  names u32   12  nodes u32
 *              16  edges u32   20  symbols u32: how many the table has   24  unused u64
 *     numbers   u32 for each symbol: its number in the stream, 0: none yet
 *     rows      a bit u64 ... for each row of a node: it is in the stream
 *     before    u32 for each of these words: nodes in those before it
 */

import { ROW_MASK } from '../abi.ts';
import { NAME_RECORD_BYTES, RECORD_NAME, STATE_HEAD_BYTES } from '../abi-state.ts';
import { SymbolRow, symbolLength, symbolText } from '../graph/symbols.ts';
import { POOL_NODES, POOL_SYMBOLS, Pool } from '../memory/pool.ts';
import { REGION_INPUT, regionAddress } from '../memory/region.ts';

const WORD_BITS: u32 = 6;
const WORD_MASK: u32 = (1 << WORD_BITS) - 1;

@unmanaged
export class StreamHead {
  record: u32;
  row: u32;
  names: u32;
  nodes: u32;
  edges: u32;
  symbols: u32;
  unused: u64;

  @inline static get(): StreamHead {
    return changetype<StreamHead>(regionAddress(REGION_INPUT));
  }

  /** Gives a node the next number. */
  numberNode(node: u32): void {
    const word: usize = node >> WORD_BITS;
    const bits = load<u64>(this.rows + (word << 3));
    if (bits == 0) store<u32>(this.before + (word << 2), this.nodes);
    store<u64>(this.rows + (word << 3), bits | ((<u64>1) << (node & WORD_MASK)));
    this.nodes += 1;
  }

  /** The number of a node that has one: from 1. */
  numberOfNode(node: u32): u32 {
    const local = node & ROW_MASK;
    const word: usize = local >> WORD_BITS;
    const before = load<u64>(this.rows + (word << 3)) & (((<u64>1) << (local & WORD_MASK)) - 1);
    return load<u32>(this.before + (word << 2)) + <u32>popcnt(before) + 1;
  }

  /** The number of a symbol that has one: from 1; 0 of none. */
  numberOfName(symbol: u32): u32 {
    return symbol == 0 ? 0 : load<u32>(this.numbers + ((<usize>symbol) << 2));
  }

  /** Bytes of the record that `writeName` would write. */
  nameBytes(symbol: u32): u32 {
    if (symbol == 0 || this.numberOfName(symbol) != 0) return 0;
    return NAME_RECORD_BYTES + symbolLength(symbol);
  }

  /** Before the first use of a symbol: its record. Answers the place behind it. */
  writeName(symbol: u32, at: usize): usize {
    if (symbol == 0 || this.numberOfName(symbol) != 0) return at;
    assert(symbol < this.symbols);
    this.names += 1;
    store<u32>(this.numbers + ((<usize>symbol) << 2), this.names);
    const length = symbolLength(symbol);
    store<u8>(at, <u8>RECORD_NAME);
    store<u8>(at, SymbolRow.at(symbol).kind, 1);
    store<u8>(at, <u8>length, 2);
    memory.copy(at + NAME_RECORD_BYTES, symbolText(symbol), length);
    return at + NAME_RECORD_BYTES + length;
  }

  @inline private get numbers(): usize {
    return changetype<usize>(this) + STATE_HEAD_BYTES;
  }

  @inline private get rows(): usize {
    return this.numbers + ((<usize>this.symbols) << 2);
  }

  @inline private get before(): usize {
    return this.rows + ((<usize>wordsOf(Pool.of(POOL_NODES).count)) << 3);
  }
}

if (offsetof<StreamHead>() != STATE_HEAD_BYTES) ERROR('the tables must follow the head');

/** Bytes of a head with its tables: of the first one all are zero. */
export function streamBytes(): u32 {
  const words = wordsOf(Pool.of(POOL_NODES).count);
  return STATE_HEAD_BYTES + (Pool.of(POOL_SYMBOLS).count << 2) + words * 12;
}

function wordsOf(rows: u32): u32 {
  return (rows >> WORD_BITS) + 1;
}
