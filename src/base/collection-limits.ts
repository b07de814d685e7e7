/** The named maximums of what is merged from pieces: sets of values and sequences. */

/** Values of one set, as far as the server that signs a change knows of them. */
export const SET_VALUES_MAX = 10_000;
/** Places of one sequence and the values there, those of removed ones too, as far as it knows. */
export const SEQUENCE_PLACE_BYTES_MAX = 16_777_216;
/** Values that one change removes from a sequence: each may be of another commit. */
export const SEQUENCE_REMOVED_MAX = 10_000;
/** Changes of one sequence in one update of the API. */
export const SEQUENCE_CHANGES_MAX = 1_024;

// Updates of Yjs documents, and the texts that they come to.
/** One update. */
export const TEXT_UPDATE_BYTES_MAX = 262_144;
/** The making of one text, and the memory of its thread. */
export const TEXT_MILLISECONDS_MAX = 2_000;
export const TEXT_MEMORY_MEBIBYTES_MAX = 512;
/** Texts that wait to be made, more than a page has, and the bytes of their updates. */
export const TEXTS_WAITING_MAX = 16_384;
export const TEXTS_WAITING_BYTES_MAX = 134_217_728;
/** Texts that are kept, and their characters in all. */
export const TEXTS_KEPT_MAX = 16_384;
export const TEXTS_KEPT_LENGTH_MAX = 33_554_432;
