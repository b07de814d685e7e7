/** The named maximums of keys, authors, members, and of what records say of them. */

/** A name or a label in a record of the authority chain, in UTF-8 bytes. */
export const AUTHORITY_NAME_BYTES_MAX = 128;
/** Author keys that one space certifies. */
export const AUTHORS_MAX = 65_536;
/** Authors that one frontier names: those with commits since the seal before. */
export const FRONTIER_AUTHORS_MAX = 32_768;
/** Commits that one seal names: the last of each author with commits since the seal before. */
export const SEAL_TIPS_MAX = 24_576;
/** Branches of one author who signs numbers twice, since the last seal. */
export const BRANCHES_MAX = 1_024;
/** Organisations of one space, the owner's included. */
export const MEMBERS_MAX = 256;
/** Grants that one record makes or ends. */
export const RECORD_GRANTS_MAX = 16_384;
/** Authors, and members, that one record takes the right to write from. */
export const REVOKED_AUTHORS_MAX = 1_024;
export const REVOKED_MEMBERS_MAX = 64;
/** A file that holds a key. */
export const KEY_FILE_BYTES_MAX = 4_096;
export const PASSPHRASE_BYTES_MAX = 1_024;
/** Memory that a key file may ask of scrypt, and how often over. */
export const SCRYPT_BYTES_MAX = 268_435_456;
export const SCRYPT_LANES_MAX = 16;
/** Own commits, and time, after which an author's durable sequence number is written down. */
export const AUTHOR_FLOOR_COMMITS = 1_024;
export const AUTHOR_FLOOR_MILLISECONDS = 10_000;
