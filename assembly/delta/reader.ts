/**
 * Lengths of the parts of a payload, for prepare, which checks them, and apply, which walks over
 * what was checked. The grammar is in schema/commit.md.
 *
 *     payload       dictionary, transactions
 *     dictionary    bytes u32, symbols u16, references u16, symbol ..., reference 32 B ...
 *     symbol        kind u8, length u8, text
 *     transaction   bytes u32, leaf u8, id 16 B, actor u16, deltas u16, delta ...
 *     delta         opcode u8, operands
 *     value         kind u8, content (graph/value-bytes.ts)
 */

export const DICTIONARY_HEADER_BYTES: u32 = 8;
export const SYMBOL_HEADER_BYTES: u32 = 2;
/** After its length word: leaf, id, actor, delta count. */
export const TRANSACTION_HEADER_BYTES: u32 = 21;
export const SELECT_NODE_BYTES: u32 = 17;
/** Opcode, from, to, type, key. */
export const EDGE_NAME_BYTES: u32 = 39;
/** Opcode, type, number. */
export const CREATE_NODE_BYTES: u32 = 11;
/** Opcode, type, key length; then the key. */
export const CREATE_BY_KEY_BYTES: u32 = 5;
/** Opcode, path; then the value. */
export const SET_BYTES: u32 = 3;
/** Opcode, path, reference, position, amount. */
export const INCREMENT_BYTES: u32 = 15;
