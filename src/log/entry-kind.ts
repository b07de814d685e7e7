/** What an entry of a log is. */
export const EntryKind = { AUTHORITY: 1, COMMIT: 2 } as const;
export type EntryKind = (typeof EntryKind)[keyof typeof EntryKind];
