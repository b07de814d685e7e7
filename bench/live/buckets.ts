/** Of the items of the live bench. */
export const BUCKETS = 100;
