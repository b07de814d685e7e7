/**
 * What the engine and its hosts agree on, as numbers only: this file compiles in asc, runs in
 * Node with its types stripped, and is append-only: a number, once released, keeps its meaning.
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
/** Items one after another, each like a value of a payload; none is null, a map or a list. */
export const VALUE_LIST: u32 = 10;

// Kinds of symbol in a payload's dictionary.
export const SYMBOL_NODE_TYPE: u32 = 1;
export const SYMBOL_EDGE_TYPE: u32 = 2;
export const SYMBOL_PATH: u32 = 3;
export const SYMBOL_ACTOR: u32 = 4;
/** Only in the engine: an author's 32-byte key. */
export const SYMBOL_AUTHOR: u32 = 5;
/** A relation of the permission model; in a payload, one that a segment is read by. */
export const SYMBOL_RELATION: u32 = 6;
/** Only in the engine: a condition of the permission model. */
export const SYMBOL_CONDITION: u32 = 7;

// Deltas. A create or a select makes its element the subject of those after it in a transaction.
export const OP_SELECT_NODE: u32 = 1;
export const OP_SELECT_EDGE: u32 = 2;
export const OP_CREATE_NODE: u32 = 3;
export const OP_CREATE_NODE_BY_KEY: u32 = 4;
export const OP_CREATE_EDGE: u32 = 5;
export const OP_DELETE: u32 = 6;
export const OP_SET: u32 = 7;
export const OP_INCREMENT: u32 = 8;
/** To a set of values, and from it. */
export const OP_ADD: u32 = 9;
export const OP_REMOVE: u32 = 10;

// How a transaction is hashed.
/** Its own bytes are the leaf. */
export const LEAF_PLAIN: u32 = 0;
/** The leaf is over its segments, of which some or all may be withheld here. */
export const LEAF_SEGMENTED: u32 = 1;

/** In an increment or a removal: what it names stands in its own commit. */
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
/** Adds that one removal names. */
export const REMOVED_ADDS_MAX: u32 = 256;

// Limits of one engine.
export const GROUP_COMMITS_MAX: u32 = 1024;
export const GROUP_BYTES_MAX: u32 = 16777216;
export const DECLARED_INDEXES_MAX: u32 = 4096;
/** Properties of one index. */
export const INDEX_PATHS_MAX: u32 = 4;
export const PATH_EDGES_MAX: u32 = 1024;

// A group of commits in its region: a count u32, reserved u32, a descriptor for each, and those
// payloads that do not stand in the memory elsewhere.
// Descriptor: payload address u32, payload bytes u32, clock u64, author 32 B, hash 32 B,
// transaction count u32, check u32: address of the check that another thread made, or 0.
export const GROUP_HEADER_BYTES: u32 = 8;
export const DESCRIPTOR_BYTES: u32 = 96;
export const DESCRIPTOR_PAYLOAD_ADDRESS: u32 = 0;
export const DESCRIPTOR_PAYLOAD_BYTES: u32 = 4;
export const DESCRIPTOR_CLOCK: u32 = 8;
export const DESCRIPTOR_AUTHOR: u32 = 16;
export const DESCRIPTOR_HASH: u32 = 48;
export const DESCRIPTOR_TRANSACTIONS: u32 = 80;
export const DESCRIPTOR_CHECK: u32 = 84;
/** Prepare's own: where a bit for each transaction stands that is masked. */
export const DESCRIPTOR_MASKS: u32 = 88;

// A check of a commit that another thread made: this much, then tables and ids.
export const CHECK_BYTES: u32 = 80;

// Scratch of a hasher of payloads: what it works with, then what it answers, then the hashes of the
// leaves, 32 B each, whose places the nodes above them take: at the end the first is the root.
export const MERKLE_COUNT: u32 = 976;
export const MERKLE_DICTIONARY: u32 = 992;
export const MERKLE_HASHES: u32 = 1024;

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
/** Of judging, beside STATUS_OK: a node whose type is not known; conditions to ask first. */
export const STATUS_UNKNOWN_NODE: u32 = 20;
export const STATUS_ASKS: u32 = 21;

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

// What `listInOrder` goes by, as flags and in the input region: offsets u32 of the values of the
// two bounds, the id of a node, then the values as in a payload.
export const ORDER_DESCENDING: u32 = 1;
export const ORDER_LOWER: u32 = 2;
export const ORDER_LOWER_EXCLUDED: u32 = 4;
export const ORDER_UPPER: u32 = 8;
export const ORDER_UPPER_EXCLUDED: u32 = 16;
/** It begins after this node among those of the bound that it begins at. */
export const ORDER_AFTER_ID: u32 = 32;
export const ORDER_UPPER_OFFSET: u32 = 4;
export const ORDER_ID: u32 = 8;
export const ORDER_VALUES: u32 = 24;

// Plans, in words u32 in the input region (schema/plan.md, src/engine/plan-writer.ts). What a word
// names stands at the address in it; 0 names nothing.
//
//     members      count, bytes that names and numbers take at most, 1 if all have slots; then name
//                  address, name bytes, shape, and slot (0: the shape says what to write), format
//                  and table of a value for each. A name is JSON with its colon, and its comma
//                  before it
//     item         count of cases; then node type (0: any), members, and tables of the node's and
//                  of the edge's properties (0: none) for each case
//     table        mask, state, 0, 0, count of slots, 0, 0, 0, 0; then path and slot for each
//                  path & mask; then the slots
//     slot         path, 0, 0
//     field        kind, path, path whose rule counts (0: the type); where one stands, its words do
//     value        16 bytes like a cell: its kind in byte 3, from 8 on its 8 bytes, which are the
//                  address of length u32 and bytes for texts, byte strings, ids and lists
//     texts        count, then the address of length u32 and bytes for each, in their order
//     place        id (16 bytes), key of the edge, 0, then the values
//     rows         source, condition, skip, limit, 1 if rows stay as they come, count of keys, then
//                  field and 1 if it descends for each
export const FIELD_NODE: u32 = 0;
export const FIELD_EDGE: u32 = 1;
export const FIELD_ID: u32 = 2;
export const FIELD_KEY: u32 = 3;
export const FIELD_NODE_TYPE: u32 = 4;
export const FIELD_EDGE_TYPE: u32 = 5;
export const FIELD_FROM: u32 = 6;
export const FIELD_TO: u32 = 7;
export const FIELD_WORDS: u32 = 3;
export const VALUE_WORDS: u32 = 4;
/** Of a table: whether a path of it is nested is found out at its first use. */
export const TABLE_NEW: u32 = 0;
export const TABLE_PLAIN: u32 = 1;
export const TABLE_NESTED: u32 = 2;
/** With the format of a member: its value has to be there. */
export const MEMBER_REQUIRED: u32 = 256;
/** What a value other than a text, or a list, takes at most in an answer. */
export const VALUE_BYTES_ROOM: u32 = 40;
/** In the place of a symbol: one that nothing has. */
export const SYMBOL_UNKNOWN: u32 = 0xffffffff;

/** Address, bytes of JSON. */
export const SHAPE_LITERAL: u32 = 1;
/** Format, texts, whether it is required, field. */
export const SHAPE_VALUE: u32 = 2;
/** Members, count of fields, the fields. */
export const SHAPE_OBJECT: u32 = 3;
/** Rows, item. */
export const SHAPE_LIST: u32 = 4;
export const SHAPE_ONE: u32 = 5;
/** Rows. */
export const SHAPE_COUNT: u32 = 6;
/** Rows, members, size, flags, place after, place before, scope as JSON, its bytes. */
export const SHAPE_PAGE: u32 = 7;
/** Item. */
export const SHAPE_ITEMS: u32 = 8;
export const SHAPE_TOTAL_COUNT: u32 = 9;
export const SHAPE_HAS_NEXT: u32 = 10;
export const SHAPE_HAS_PREVIOUS: u32 = 11;
export const SHAPE_START_CURSOR: u32 = 12;
export const SHAPE_END_CURSOR: u32 = 13;
export const SHAPE_CURSOR: u32 = 14;
/** Rows, members, what else is found out (FIGURES_...), count of the fields with figures, these. */
export const SHAPE_AGGREGATE: u32 = 15;
/** The same; the rows are sorted by the fields of the groups. */
export const SHAPE_GROUPS: u32 = 16;
/** Which field, from 1; 0 for the rows. */
export const SHAPE_COUNT_OF: u32 = 17;
/** Format, texts, figure, which field. */
export const SHAPE_FIGURE: u32 = 18;
/** Format, texts, field. */
export const SHAPE_GROUP_VALUE: u32 = 19;
/** Members, ids of the ends, most edges, path of the weights or 0, and a walk as of a source. */
export const SHAPE_SHORTEST_PATH: u32 = 20;
export const SHAPE_LENGTH: u32 = 21;
export const SHAPE_WEIGHT: u32 = 22;
/** Item. */
export const SHAPE_PATH_NODES: u32 = 23;
export const SHAPE_PATH_EDGES: u32 = 24;
export const SHAPE_COUNT_NODES: u32 = 25;
/** Count of fields, which are of nodes, the fields. */
export const SHAPE_VERSION: u32 = 26;

/** A page has the last rows, and its total is asked for: then all rows are gone over. */
export const PAGE_FROM_END: u32 = 1;
export const PAGE_NEEDS_TOTAL: u32 = 2;

export const FORMAT_ANY: u32 = 0;
export const FORMAT_INT32: u32 = 1;
export const FORMAT_INT64_TEXT: u32 = 2;
export const FORMAT_FLOAT: u32 = 3;
export const FORMAT_TEXT: u32 = 4;
export const FORMAT_BOOLEAN: u32 = 5;
export const FORMAT_TIMESTAMP: u32 = 6;
export const FORMAT_BYTES: u32 = 7;
/** Text that is one of the texts of its shape. */
export const FORMAT_ENUM: u32 = 8;
/** Text that is JSON, which is written as it stands, or that is a duration. */
export const FORMAT_JSON: u32 = 9;
export const FORMAT_DURATION: u32 = 10;
/** With a format: a list, each of its items in the format. */
export const FORMAT_LIST: u32 = 128;

export const FIGURE_MIN: u32 = 0;
export const FIGURE_MAX: u32 = 1;
export const FIGURE_SUM: u32 = 2;
export const FIGURE_AVERAGE: u32 = 3;
export const FIGURE_SHORTEST: u32 = 4;
export const FIGURE_LONGEST: u32 = 5;

/** Beside the values of fields: how many different nodes there are, and how long texts are. */
export const FIGURES_NODES: u32 = 1;
export const FIGURES_LENGTHS: u32 = 2;

// Sources.
/** Node type (0: any), count, the ids. */
export const SOURCE_IDS: u32 = 1;
/** Node type. */
export const SOURCE_TYPE: u32 = 2;
/** Node type, path, count, the values. */
export const SOURCE_VALUES: u32 = 3;
/** Node type, count of paths, 4 paths, flags (ORDER_...), count of given, 3 values, 2 bounds. */
export const SOURCE_RANGE: u32 = 4;
/** A walk: edge type (0: any), direction, node type (0: any); then least and most edges. */
export const SOURCE_EDGES: u32 = 5;
export const SOURCE_AROUND: u32 = 6;
export const SOURCE_PATHS: u32 = 7;
/** Count, sources of the first four kinds, none of which has a node of another. */
export const SOURCE_SEVERAL: u32 = 8;
/** Count, the first lookup (abi-lookups.ts); a row for each, without a node where it finds none. */
export const SOURCE_LOOKUPS: u32 = 9;

/** Count, the conditions. */
export const CONDITION_ALL: u32 = 1;
export const CONDITION_ANY: u32 = 2;
/** Condition. */
export const CONDITION_NOT: u32 = 3;
/** Operator, value, field. */
export const CONDITION_COMPARE: u32 = 4;
/** Count, the values in their order, field. */
export const CONDITION_IN: u32 = 5;
/** Field. */
export const CONDITION_MISSING: u32 = 6;
/** Quantifier, condition, edge type, direction, node type. */
export const CONDITION_RELATED: u32 = 7;

export const OPERATOR_EQUAL: u32 = 0;
export const OPERATOR_GREATER: u32 = 1;
export const OPERATOR_GREATER_OR_EQUAL: u32 = 2;
export const OPERATOR_LESS: u32 = 3;
export const OPERATOR_LESS_OR_EQUAL: u32 = 4;
export const OPERATOR_CONTAINS: u32 = 5;
export const OPERATOR_STARTS_WITH: u32 = 6;
export const OPERATOR_ENDS_WITH: u32 = 7;
export const OPERATOR_INCLUDES: u32 = 8;

export const QUANTIFIER_SOME: u32 = 0;
export const QUANTIFIER_EVERY: u32 = 1;
export const QUANTIFIER_NONE: u32 = 2;
export const QUANTIFIER_SINGLE: u32 = 3;

/** Levels of shapes, lists and conditions within one another. */
export const PLAN_DEPTH_MAX: u32 = 64;
/** Edges of a way that `around` and `paths` may ask for. */
export const PLAN_LENGTH_MAX: u32 = 64;
/** What is looked at costs so much, and a condition on a value 1. */
export const WORK_PER_ROW: u32 = 4;
/** Rows and edges that a plan may pass by since its caller does not see them. */
export const PLAN_HIDDEN_MAX: u32 = 67108864;

// How a plan ends.
export const PLAN_OK: u32 = 0;
export const PLAN_UNREPRESENTABLE: u32 = 1;
export const PLAN_MISSING: u32 = 2;
export const PLAN_SEVERAL: u32 = 3;
export const PLAN_WORK: u32 = 4;
export const PLAN_ITEMS: u32 = 5;
export const PLAN_SPACE_FULL: u32 = 6;
export const PLAN_BYTES: u32 = 7;

// The memory below the image: the compiler's constants, then two areas that no image holds.
/** Bytes from outside, from their arrival until they are applied, and scratch of other threads. */
export const STAGING_START: u32 = 65536;
export const STAGING_BYTES: u32 = 67108864;

// What a running snapshot needs, from SNAPSHOT_START on: a control page, the head of the image as
// it was at the begin, a bit for each piece of the largest image, and a ring of pieces that were
// copied aside, after their numbers u32.
export const SNAPSHOT_START: u32 = 67174400;
export const SNAPSHOT_HEAD: u32 = 67239936;
export const SNAPSHOT_BITS: u32 = 67895296;
export const SNAPSHOT_NUMBERS: u32 = 69992448;
export const SNAPSHOT_RING: u32 = 70516736;
/** Pieces of the image are numbered from 0. */
export const PIECE_BITS: u32 = 8;
export const PIECE_BYTES: u32 = 256;
export const RING_PIECES: u32 = 131072;

// Words of the control page. The engine writes all but the last two, which the copying thread
// writes; both read them as atomics.
/** 0 when no snapshot runs. */
export const SNAPSHOT_STATE: u32 = 0;
/** Bytes of the image at the begin, and pieces that the ring may hold. */
export const SNAPSHOT_IMAGE_BYTES: u32 = 4;
export const SNAPSHOT_RING_PIECES: u32 = 8;
/** Pieces that were ever put into the ring. */
export const SNAPSHOT_RING_HEAD: u32 = 12;
/** What the engine saw of the progress last: a load that must not be left out. */
export const SNAPSHOT_SEEN: u32 = 16;
/** How often the engine waited for room in the ring. */
export const SNAPSHOT_WAITS: u32 = 24;
/** Ranges (address u32, bytes u32) whose content is none of the image's: how many, and where. */
export const SNAPSHOT_RANGE_COUNT: u32 = 20;
export const SNAPSHOT_RANGES: u32 = 256;
/** Pieces below this one are copied: writing to them needs no care. */
export const SNAPSHOT_PROGRESS: u32 = 64;
/** Pieces that were taken from the ring. */
export const SNAPSHOT_RING_TAIL: u32 = 128;

export const SNAPSHOT_NONE: u32 = 0;
export const SNAPSHOT_RUNNING: u32 = 1;
/** The ring stayed full: the engine went on without the snapshot. */
export const SNAPSHOT_GIVEN_UP: u32 = 2;

// What the bytes of the memory are for, as `memoryBytes` counts them.
export const MEMORY_CONSTANTS: u32 = 0;
export const MEMORY_STAGING: u32 = 1;
export const MEMORY_SNAPSHOT: u32 = 2;
export const MEMORY_HEAD: u32 = 3;
export const MEMORY_NODES: u32 = 4;
export const MEMORY_EDGES: u32 = 5;
export const MEMORY_CELLS: u32 = 6;
export const MEMORY_TRANSACTIONS: u32 = 7;
export const MEMORY_COMMITS: u32 = 8;
export const MEMORY_SYMBOLS: u32 = 9;
export const MEMORY_DECLARED: u32 = 10;
/** Objects of permissions, their sets, and grants. */
export const MEMORY_OBJECTS: u32 = 26;
export const MEMORY_SETS: u32 = 27;
export const MEMORY_GRANTS: u32 = 28;
export const MEMORY_ADJACENCY: u32 = 13;
export const MEMORY_BLOBS: u32 = 14;
/** Blocks of these and of cells that came back, to be taken again. */
export const MEMORY_FREE_BLOCKS: u32 = 25;
/** Sorted indexes of values. */
export const MEMORY_SORTED: u32 = 24;
/** The hash indexes of nodes, edges, symbols and commits. */
export const MEMORY_INDEX_NODES: u32 = 15;
export const MEMORY_INDEX_EDGES: u32 = 16;
export const MEMORY_INDEX_SYMBOLS: u32 = 17;
export const MEMORY_INDEX_COMMITS: u32 = 18;
export const MEMORY_INDEX_OBJECTS: u32 = 29;
export const MEMORY_INDEX_GRANTS: u32 = 30;
/** Buffers of calls. */
export const MEMORY_REGIONS: u32 = 20;
/** Ranges of tables that were outgrown, to be taken again. */
export const MEMORY_RANGES: u32 = 21;
/** The same, but so many that no list holds them. */
export const MEMORY_LOST: u32 = 22;
/** Behind the image. */
export const MEMORY_UNTOUCHED: u32 = 23;

// Where the image of a space begins and what it says of itself.
export const IMAGE_START: u32 = 104071168;
export const IMAGE_MAGIC: u32 = 0x4752474d;
export const IMAGE_VERSION: u32 = 13;
/** The head of the image: header page and slab directories. The arena follows. */
export const IMAGE_HEAD_BYTES: u32 = 655360;

/** Where an instance works while it checks and hashes; the one that writes has it in the head. */
export const WORK_BYTES: u32 = 1536;
export const WRITER_WORK: u32 = 104073472;

// A cell, as hosts read it: the low bits of a byte are the kind of its value (graph/cells.ts).
export const CELL_KIND_OFFSET: u32 = 3;
export const CELL_KIND_MASK: u32 = 0x3f;
export const CELL_WRITER_OFFSET: u32 = 4;
export const CELL_VALUE_OFFSET: u32 = 8;

// Row numbers: 4 bits of partition, 28 bits of row; row 0 is none.
export const ROW_BITS: u32 = 28;
export const ROW_MASK: u32 = 0x0fffffff;
