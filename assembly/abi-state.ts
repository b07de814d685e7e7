/**
 * The sealed state as a stream (schema/sealed-state.md), which snapshot/stream-out.ts writes and
 * snapshot/stream-in.ts reads. As numbers only, append-only, like those of abi.ts.
 */

/** A chunk is as many whole records as fit; a larger record is one by itself. */
export const STATE_CHUNK_BYTES: u32 = 262144;

// Records begin with their kind, and come in this order; a name stands before its first use.
export const RECORD_TRANSACTIONS: u32 = 1;
export const RECORD_NAME: u32 = 2;
export const RECORD_NODE: u32 = 3;
export const RECORD_EDGE: u32 = 4;
export const RECORD_END: u32 = 5;

// Bytes of a record before what its flags or its counts add, its kind included.
export const TRANSACTIONS_RECORD_BYTES: u32 = 7;
export const NAME_RECORD_BYTES: u32 = 3;
export const NODE_RECORD_BYTES: u32 = 25;
export const EDGE_RECORD_BYTES: u32 = 17;
export const END_RECORD_BYTES: u32 = 17;

/** Of an element, above the 24 bits of its type: it has a key; it has cells. */
export const ELEMENT_HAS_KEY: u32 = 1;
export const ELEMENT_HAS_CELLS: u32 = 2;

/** Path u24, then the value, and its writer u32 behind a value that is no collection. */
export const STATE_PATH_BYTES: u32 = 3;
export const STATE_WRITER_BYTES: u32 = 4;
/** A map is the shortest value. */
export const STATE_CELL_BYTES_MIN: u32 = 8;
/** Before the value of an add: writer u32. Before that of an item: writer u32, number u16. */
export const STATE_ADD_BYTES: u32 = 4;
export const STATE_ITEM_BYTES: u32 = 6;

/**
 * Collections of one element times all its cells: to show a collection looks for its cells among
 * all of the element.
 */
export const STATE_ELEMENT_WORK_MAX: u32 = 268435456;

/** A commit in the input region: hash 32 B, author 32 B, clock u64. */
export const STATE_COMMIT_BYTES: u32 = 72;
export const STATE_COMMIT_AUTHOR: u32 = 32;
export const STATE_COMMIT_CLOCK: u32 = 64;

// What the writer of a stream works with from one chunk to the next: this head, then tables.
export const STATE_HEAD_BYTES: u32 = 32;
/** In the place of the kind of record that comes next: there is none. */
export const STATE_DONE: u32 = 6;

// What taking a chunk answers, beside the statuses of abi.ts.
export const STATUS_BAD_RECORD: u32 = 23;
export const STATUS_BAD_WRITER: u32 = 24;
export const STATUS_BAD_ROW: u32 = 25;
export const STATUS_BAD_FLAGS: u32 = 26;
export const STATUS_BAD_ORDER: u32 = 27;
export const STATUS_NO_TYPE: u32 = 28;
export const STATUS_OTHER_ID: u32 = 29;
export const STATUS_NOT_SEALED: u32 = 30;
