/**
 * Collections, as the engine holds them and hosts read them (graph/collections.ts): values that are
 * merged piece by piece. As numbers only, append-only, like those of abi.ts.
 */

/** A kind of cell: it names what a set of values is merged from. No payload has it. */
export const VALUE_ADDS: u32 = 11;

// A collection: its pieces, one behind the other, and how many bytes these have.
export const COLLECTION_PIECE_BYTES: u32 = 4;
export const COLLECTION_PIECES: u32 = 24;

// A piece: its writer u32, 1 while it shows u8, then the value as in a payload.
export const PIECE_SHOWS: u32 = 4;
export const PIECE_VALUE: u32 = 5;
