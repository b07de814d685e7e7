/**
 * Limits of what texts stand for, where the API says what that is: numbers only, as in abi.ts. The
 * engine and its host agree on them.
 */

export const JSON_BYTES_MAX: u32 = 262144;
export const JSON_DEPTH_MAX: u32 = 64;
/** Months, days and seconds of a duration, each. */
export const DURATION_PART_MAX: u32 = 4294967295;
