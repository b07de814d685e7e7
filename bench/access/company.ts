/**
 * Documents of a company and who may read them: groups of users, which are members of other groups,
 * and grants of documents to groups and to users. The same as plain tuples, for whom it is compared
 * with.
 */

import type { Model } from '../../src/access/model.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import type { Subject, Tuple } from '../../src/access/tuple.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { nodeIdByNumber } from '../../src/delta/node-id.ts';
import { SeededRandom } from '../engine/seeded-random.ts';

export interface CompanySize {
  readonly documents: number;
  readonly users: number;
  readonly groups: number;
}

export const SPACE = new Uint8Array(32).fill(3);
export const AUTHOR = new Uint8Array(32).fill(9);
export const DOCUMENT = 'Document';
export const FIELDS = 10;
export const FIELD_VALUES = 1_000;
/** Levels of groups within groups. */
const LEVELS = 5;
const GROUPS_OF_USER = 2;
const GROUPS_OF_DOCUMENT = 2;

/** Three fields have rules of their own. */
export const MODEL: Model = parseModel(`model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type ${DOCUMENT}
  relations
    define viewer: [user, group#member]
    define auditor: [user, group#member]
    define read: viewer
    define read.f0: auditor
    define read.f1: auditor or viewer
    define read.f2: auditor
`);

/** By numbers: of a document, a group or a user. */
export interface Pairs {
  readonly documentGroup: Uint32Array;
  readonly documentUser: Uint32Array;
  readonly groupUser: Uint32Array;
  /** A group, and one whose members are all among its own. */
  readonly groupGroup: Uint32Array;
}

export class Company {
  readonly size: CompanySize;
  readonly pairs: Pairs;
  readonly ids: readonly string[];

  constructor(size: CompanySize) {
    const random = new SeededRandom(20_261_127);
    const { documents, users, groups } = size;
    this.size = size;
    this.ids = Array.from({ length: documents }, (_, number) => idOf(number));
    const documentGroup: number[] = [];
    const documentUser: number[] = [];
    for (let document = 0; document < documents; document++) {
      for (let count = 0; count < GROUPS_OF_DOCUMENT; count++) {
        documentGroup.push(document, random.below(groups));
      }
      documentUser.push(document, random.below(users));
    }
    const groupUser: number[] = [];
    for (let user = 0; user < users; user++) {
      for (let count = 0; count < GROUPS_OF_USER; count++) {
        groupUser.push(random.below(groups), user);
      }
    }
    const groupGroup: number[] = [];
    // Those of one level have members of the next.
    for (let group = 0; group < groups; group++) {
      if (group % LEVELS === 0) continue;
      const above = group - 1 + LEVELS * random.below(Math.ceil((groups - group) / LEVELS));
      if (above < groups) groupGroup.push(above, group);
    }
    this.pairs = {
      documentGroup: Uint32Array.from(documentGroup),
      documentUser: Uint32Array.from(documentUser),
      groupUser: Uint32Array.from(groupUser),
      groupGroup: Uint32Array.from(groupGroup),
    };
  }

  *tuples(): Generator<Tuple> {
    const { documentGroup, documentUser, groupUser, groupGroup } = this.pairs;
    for (const [document, group] of pairsOf(documentGroup)) {
      yield viewerOf(this.ids[document] as string, membersOf(group));
    }
    for (const [document, user] of pairsOf(documentUser)) {
      yield viewerOf(this.ids[document] as string, userOf(user));
    }
    for (const [group, user] of pairsOf(groupUser)) yield memberOf(group, userOf(user));
    for (const [above, group] of pairsOf(groupGroup)) yield memberOf(above, membersOf(group));
  }

  *deltas(): Generator<AddressedDelta> {
    for (const [number, id] of this.ids.entries()) {
      const subject = { element: 'node', id } as const;
      const create = { operation: 'createNode', type: DOCUMENT, number: BigInt(number) } as const;
      yield { subject, delta: create };
      for (let field = 0; field < FIELDS; field++) {
        const value = BigInt(fieldValue(number, field));
        yield { subject, delta: { operation: 'set', path: `f${field}`, value } };
      }
    }
  }

  /** The groups that a user is in, over any number of others. */
  groupsOf(user: number): Set<number> {
    const { groupUser, groupGroup } = this.pairs;
    const found = new Set<number>();
    for (const [group, member] of pairsOf(groupUser)) if (member === user) found.add(group);
    const above = [...pairsOf(groupGroup)];
    for (const group of found) {
      for (const [outer, inner] of above) if (inner === group) found.add(outer);
    }
    return found;
  }

  /** The documents that a user may read, obviously. */
  documentsOf(user: number): Set<number> {
    const groups = this.groupsOf(user);
    const found = new Set<number>();
    for (const [document, group] of pairsOf(this.pairs.documentGroup)) {
      if (groups.has(group)) found.add(document);
    }
    for (const [document, reader] of pairsOf(this.pairs.documentUser)) {
      if (reader === user) found.add(document);
    }
    return found;
  }
}

export function fieldValue(document: number, field: number): number {
  return (document * 7_919 + field * 31) % FIELD_VALUES;
}

export function userOf(user: number): Subject {
  return { type: 'user', id: `acme/u${user}` };
}

export function membersOf(group: number | string): Subject {
  return { type: 'group', id: `g${group}`, relation: 'member' };
}

export function memberOf(group: number | string, subject: Subject): Tuple {
  return { object: { type: 'group', id: `g${group}` }, relation: 'member', subject };
}

export function viewerOf(id: string, subject: Subject): Tuple {
  return { object: { type: DOCUMENT, id }, relation: 'viewer', subject };
}

function idOf(number: number): string {
  return nodeIdByNumber({ space: SPACE, author: AUTHOR, type: DOCUMENT, number: BigInt(number) });
}

function* pairsOf(words: Uint32Array): Generator<readonly [number, number]> {
  for (let at = 0; at < words.length; at += 2) yield [words[at] as number, words[at + 1] as number];
}
