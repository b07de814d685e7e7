/**
 * Collections, as the engine holds them and hosts read them (graph/collections.ts): values that are
 * merged piece by piece. As numbers only, append-only, like those of abi.ts.
 */

/** Kinds of cell: they name what a set of values, or a sequence, is merged from. In no payload. */
export const VALUE_ADDS: u32 = 11;
export const VALUE_PLACES: u32 = 12;

// A collection: its pieces, one behind the other, and how many bytes these have.
export const COLLECTION_PIECE_BYTES: u32 = 4;
export const COLLECTION_PIECES: u32 = 24;

// A piece: its writer u32, 1 while it shows u8, then the value as in a payload.
export const PIECE_SHOWS: u32 = 4;
export const PIECE_VALUE: u32 = 5;

// Deltas of sequences: opcodes as those of abi.ts.
export const OP_INSERT: u32 = 11;
export const OP_REMOVE_ITEMS: u32 = 12;
export const OP_MOVE: u32 = 13;

// Where an insert or a move puts an item: behind all, or at a side of a place that it names.
export const AT_ROOT: u32 = 0;
export const LEFT_OF: u32 = 1;
export const RIGHT_OF: u32 = 2;

/** Numbers of the items and moves of one transaction at one path, from 0 on. */
export const ITEM_NUMBERS: u32 = 65536;
/** Runs of items that one removal names. */
export const REMOVED_RUNS_MAX: u32 = 128;

/** What prepare answers, beside the numbers of abi.ts: no such side of a place. */
export const STATUS_BAD_PLACE: u32 = 22;

// A sequence: its places, how many bytes these have, and 1 while items show u8.
export const SEQUENCE_PLACE_BYTES: u32 = 4;
export const SEQUENCE_SHOWS: u32 = 22;
export const SEQUENCE_PLACES: u32 = 32;

// A place: its writer u32, number u16, flags u8, unused u8, depth u32; of a move, writer u32 and
// number u16 of the item; then the value as in a payload, null where the item is not here.
export const PLACE_NUMBER: u32 = 4;
export const PLACE_FLAGS: u32 = 6;
export const PLACE_DEPTH: u32 = 8;
export const PLACE_VALUE: u32 = 12;
export const PLACE_OF_MOVE_VALUE: u32 = 18;
/** Flags: it stands left of its parent, a move made it, its item is removed, its item shows. */
export const PLACE_IS_LEFT: u32 = 1;
export const PLACE_IS_OF_MOVE: u32 = 2;
export const PLACE_IS_REMOVED: u32 = 4;
export const PLACE_SHOWS: u32 = 8;
