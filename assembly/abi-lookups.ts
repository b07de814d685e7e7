/**
 * Lookups of a plan, in words u32 as abi.ts draws the others: numbers only. Lookups stand one
 * behind the other, each at a multiple of 8.
 *
 *     lookup       key (0: nothing is found), bytes up to the next lookup, and a value for each
 *                  field of the key; then the texts and bytes that the values name
 *     lookup key   what it finds nodes by, node type, source that is the index (0: none), count of
 *                  the first fields that find nodes, key that is tried otherwise (0: none), count
 *                  of fields, 1 if it has to find one, the fields
 */

export const LOOKUP_BY_ID: u32 = 1;
export const LOOKUP_BY_KEY: u32 = 2;
export const LOOKUP_BY_INDEX: u32 = 3;
