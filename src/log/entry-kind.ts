/** What an entry of a log is: the first two of a commit log, the others of a council's. */
export const EntryKind = {
  AUTHORITY: 1,
  COMMIT: 2,
  PROPOSAL: 3,
  VOTES: 4,
  CERTIFICATE: 5,
} as const;
export type EntryKind = (typeof EntryKind)[keyof typeof EntryKind];

export function isEntryKind(kind: number | undefined): kind is EntryKind {
  return kind !== undefined && kind >= EntryKind.AUTHORITY && kind <= EntryKind.CERTIFICATE;
}
