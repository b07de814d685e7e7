/** The named maximums of what is merged from pieces: sets of values and sequences. */

/** Values of one set, as far as the server that signs a change knows of them. */
export const SET_VALUES_MAX = 10_000;
/** Places of one sequence and the values there, those of removed ones too, as far as it knows. */
export const SEQUENCE_PLACE_BYTES_MAX = 16_777_216;
/** Values that one change removes from a sequence: each may be of another commit. */
export const SEQUENCE_REMOVED_MAX = 10_000;
/** Changes of one sequence in one update of the API. */
export const SEQUENCE_CHANGES_MAX = 1_024;
