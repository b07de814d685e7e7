/**
 * What the engine and its hosts agree on, as numbers only: this file compiles in asc, runs in
 * Node with its types stripped, and is append-only: a number, once released, keeps its meaning.
 *
 * The binary format of payloads is specified in schema/commit.md.
 */

// Kinds of value: stored in cells and written in payloads.
export const VALUE_NULL: u32 = 0;
export const VALUE_BOOL: u32 = 1;
export const VALUE_INT64: u32 = 2;
export const VALUE_FLOAT64: u32 = 3;
export const VALUE_STRING: u32 = 4;
export const VALUE_BYTES: u32 = 5;
export const VALUE_TIMESTAMP: u32 = 6;
export const VALUE_ID: u32 = 7;
/** A map without entries of its own: its members are cells at longer paths. */
export const VALUE_MAP: u32 = 8;
/** Only in cells: the sum of increments that named no set. Reads as int64. */
export const VALUE_COUNTER: u32 = 9;

// Kinds of symbol in a payload's dictionary.
export const SYMBOL_NODE_TYPE: u32 = 1;
export const SYMBOL_EDGE_TYPE: u32 = 2;
export const SYMBOL_PATH: u32 = 3;
export const SYMBOL_ACTOR: u32 = 4;
/** Only in the engine: an author's 32-byte key. */
export const SYMBOL_AUTHOR: u32 = 5;
/** What a segment of a transaction may be read by: the relation's name. */
export const SYMBOL_RELATION: u32 = 6;

// Deltas. A create or a select makes its node or edge the subject of the deltas that follow in
// the same transaction.
export const OP_SELECT_NODE: u32 = 1;
export const OP_SELECT_EDGE: u32 = 2;
export const OP_CREATE_NODE: u32 = 3;
export const OP_CREATE_NODE_BY_KEY: u32 = 4;
export const OP_CREATE_EDGE: u32 = 5;
export const OP_DELETE: u32 = 6;
export const OP_SET: u32 = 7;
export const OP_INCREMENT: u32 = 8;

/** How a transaction is hashed: its own bytes are the leaf. */
export const LEAF_PLAIN: u32 = 0;
/** Its segments are hashed first, so that one can be withheld and the rest still verifies. */
export const LEAF_SEGMENTED: u32 = 1;

/** In an increment: the set it adds to stands in its own commit. */
export const REFERENCE_OWN: u32 = 0xffff;
/** In an increment: it adds to no set. */
export const REFERENCE_NONE: u32 = 0xfffe;

// Limits of the format; a payload beyond one is refused by every replica.
export const ID_BYTES: u32 = 16;
export const HASH_BYTES: u32 = 32;
export const PAYLOAD_BYTES_MAX: u32 = 8388608;
export const VALUE_BYTES_MAX: u32 = 1048576;
export const SYMBOL_BYTES_MAX: u32 = 255;
export const SYMBOLS_MAX: u32 = 65535;
export const REFERENCES_MAX: u32 = 65533;
export const TRANSACTIONS_MAX: u32 = 65535;
export const PATH_DEPTH_MAX: u32 = 16;
export const KEY_BYTES_MAX: u32 = 1024;

// Limits of one engine.
export const GROUP_COMMITS_MAX: u32 = 1024;
export const GROUP_BYTES_MAX: u32 = 16777216;
export const DECLARED_INDEXES_MAX: u32 = 4096;
export const PATH_EDGES_MAX: u32 = 1024;

// A group of commits in its region: a count, the bytes of all, a descriptor for each, payloads.
// Descriptor: payload offset u32, payload bytes u32, clock u64, author 32 B, hash 32 B,
// transaction count u32, reserved u32.
export const GROUP_HEADER_BYTES: u32 = 8;
export const DESCRIPTOR_BYTES: u32 = 88;
export const DESCRIPTOR_PAYLOAD_OFFSET: u32 = 0;
export const DESCRIPTOR_PAYLOAD_BYTES: u32 = 4;
export const DESCRIPTOR_CLOCK: u32 = 8;
export const DESCRIPTOR_AUTHOR: u32 = 16;
export const DESCRIPTOR_HASH: u32 = 48;
export const DESCRIPTOR_TRANSACTIONS: u32 = 80;

// What prepare answers. Everything but STATUS_SPACE_FULL is a fact of the bytes.
export const STATUS_OK: u32 = 0;
export const STATUS_TRUNCATED: u32 = 1;
export const STATUS_BAD_OPCODE: u32 = 2;
export const STATUS_BAD_SYMBOL: u32 = 3;
export const STATUS_BAD_VALUE_KIND: u32 = 4;
export const STATUS_BAD_BOOL: u32 = 5;
export const STATUS_BAD_FLOAT: u32 = 6;
export const STATUS_BAD_UTF8: u32 = 7;
export const STATUS_BAD_ID: u32 = 8;
export const STATUS_BAD_PATH: u32 = 9;
export const STATUS_NO_SUBJECT: u32 = 10;
export const STATUS_TRAILING_BYTES: u32 = 11;
export const STATUS_COUNT_MISMATCH: u32 = 12;
export const STATUS_UNKNOWN_REFERENCE: u32 = 13;
export const STATUS_TOO_LONG: u32 = 14;
export const STATUS_BAD_LEAF: u32 = 15;
export const STATUS_SPACE_FULL: u32 = 16;
export const STATUS_EMPTY: u32 = 17;
export const STATUS_DUPLICATE: u32 = 18;
export const STATUS_BAD_REFERENCE: u32 = 19;

// A failure of prepare, read with `failureAt(field)`.
export const FAILURE_COMMIT: u32 = 0;
export const FAILURE_TRANSACTION: u32 = 1;
export const FAILURE_DELTA: u32 = 2;
/** Byte offset in the payload. */
export const FAILURE_OFFSET: u32 = 3;
/** The limit, or the highest valid number, where one says it. */
export const FAILURE_EXPECTED: u32 = 4;
export const FAILURE_ACTUAL: u32 = 5;

// A change, as apply reports it: transaction row u32, element row u32, path symbol u32, kind u32.
export const CHANGE_BYTES: u32 = 16;
export const CHANGE_NODE_CREATED: u32 = 1;
export const CHANGE_NODE_DELETED: u32 = 2;
export const CHANGE_NODE_VALUE: u32 = 3;
export const CHANGE_EDGE_CREATED: u32 = 4;
export const CHANGE_EDGE_DELETED: u32 = 5;
export const CHANGE_EDGE_VALUE: u32 = 6;

export const ELEMENT_NODE: u32 = 0;
export const ELEMENT_EDGE: u32 = 1;

export const DIRECTION_OUT: u32 = 0;
export const DIRECTION_IN: u32 = 1;
export const DIRECTION_BOTH: u32 = 2;

// Where the image of a space begins and what it says of itself.
export const IMAGE_START: u32 = 65536;
export const IMAGE_MAGIC: u32 = 0x4752474d;
export const IMAGE_VERSION: u32 = 1;

// Row numbers: 4 bits of partition, 28 bits of row; row 0 is none.
export const ROW_BITS: u32 = 28;
export const ROW_MASK: u32 = 0x0fffffff;
