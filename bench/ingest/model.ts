/** The permissions that the workload is judged by. */

import { ACTOR } from './workload.ts';

/** Loaders write items and links, but for a field that has a rule of its own. */
export const INGEST_MODEL = `model
  schema 1.1

type user

type group
  relations
    define member: [user]

type Item
  relations
    define read: [user, user:*]
    define write: [user, group#member]
    define write.rank: [group#member] but not barred
    define barred: [user]

type LINK
  relations
    define read: [user:*]
    define write: [user, group#member]
`;

const LOADERS = 'group:loaders#member';

export const INGEST_GRANTS = [
  { object: 'group:loaders', relation: 'member', subject: ACTOR },
  { object: 'Item:*', relation: 'read', subject: 'user:*' },
  { object: 'LINK:*', relation: 'read', subject: 'user:*' },
  { object: 'Item:*', relation: 'write', subject: LOADERS },
  { object: 'Item:*', relation: 'write.rank', subject: LOADERS },
  { object: 'LINK:*', relation: 'write', subject: LOADERS },
];
