/** Random permission models over the small world of graph-names.ts, and grants that fit them. */

import type { Model, SubjectType } from '../../src/access/model.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import { type ObjectName, type Subject, type Tuple, WILDCARD } from '../../src/access/tuple.ts';
import type { DatabaseError } from '../../src/base/errors.ts';
import type { EdgeFacts } from '../reference/reference-delta.ts';
import type { Seeded } from '../seeded.ts';
import { EDGE_TYPES, NODE_TYPES, PATH_UNUSED, PATHS } from './graph-names.ts';

const GROUPS = ['g1', 'g2', 'g3'];
const USERS = ['u1', 'u2'];
/** Whom no grant names, but as one of all. */
const STRANGER = 'other';
/** Times that conditions compare; the caller's is between them. */
const TIMES = ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'];
export const NOW = '2026-07-01T00:00:00Z';

const HEAD = `model
  schema 1.1
type user
type group
  relations
    define member: [user, user with soon, group#member]
    define read: member
`;
const CONDITIONS = `condition soon(now: timestamp, until: timestamp) {
  now < until
}
`;
/** What a rule may be. */
const RULES = [
  ...['viewer', 'viewer', '[user, user:*, group#member]', '[user, group#member] or viewer'],
  ...['[user:* with soon, group#member with soon] or viewer', 'viewer but not blocked'],
  ...['viewer and allowed', 'viewer or read from parent', 'allowed', 'allowed or read from parent'],
  '[user, user:*, group#member] but not blocked',
];

/** A model that is none is refused, and another one is drawn. */
export function randomSightModel(random: Seeded): Model {
  for (;;) {
    try {
      return parseModel(modelText(random));
    } catch (error) {
      if ((error as DatabaseError).code !== 'INVALID_INPUT') throw error;
    }
  }
}

function modelText(random: Seeded): string {
  const types = [...NODE_TYPES, ...EDGE_TYPES].filter(() => random.chance(0.96));
  return `${HEAD}${types.map((type) => typeText(random, type)).join('')}${CONDITIONS}`;
}

function typeText(random: Seeded, type: string): string {
  const rule = () => random.pick(RULES);
  const relations = [
    `parent: [${random.pick(['group', `group, ${type}`])}]`,
    'viewer: [user, user:*, group#member]',
    'allowed: [user, user:*, group#member, user with soon]',
    'blocked: [user, user:*, group#member]',
  ];
  if (random.chance(0.97)) relations.push(`read: ${rule()}`);
  for (const path of [...PATHS, PATH_UNUSED]) {
    if (random.chance(0.35)) relations.push(`read.${path}: ${rule()}`);
  }
  const lines = relations.map((relation) => `    define ${relation}\n`);
  return `type ${type}\n  relations\n${lines.join('')}`;
}

/** What may be granted something: nodes by type, and edges. */
export interface Grantable {
  readonly nodes: readonly { readonly id: string; readonly type: string }[];
  readonly edges: readonly EdgeFacts[];
}

/** Grants that let something be seen, mostly of all of a type, and some that do not. */
export function randomSightGrants(random: Seeded, model: Model, graph: Grantable): Tuple[] {
  const tuples: Tuple[] = [];
  for (const group of GROUPS) {
    for (let count = random.below(3); count > 0; count--) {
      push(tuples, tupleOf(random, model, { type: 'group', id: group }, 'member'));
    }
  }
  for (const type of [...NODE_TYPES, ...EDGE_TYPES]) {
    const relations = [...(model.types.get(type)?.relations.values() ?? [])];
    const granted = relations.filter(({ subjects }) => subjects.length > 0);
    if (granted.length === 0) continue;
    for (let count = random.between(2, 12); count > 0; count--) {
      const isViewer = random.chance(0.4);
      const relation = isViewer ? 'viewer' : random.pick(granted).name;
      push(tuples, tupleOf(random, model, objectOf(random, type, graph), relation));
    }
  }
  return tuples;
}

export function randomSubject(random: Seeded): ObjectName {
  const id = random.pick([...USERS, ...USERS, ...USERS, STRANGER, WILDCARD]);
  return { type: 'user', id };
}

function objectOf(random: Seeded, type: string, { nodes, edges }: Grantable): ObjectName {
  const ofType = nodes.filter((node) => node.type === type);
  const ways = edges.filter((edge) => edge.type === type);
  if (random.chance(0.45)) return { type, id: WILDCARD };
  if (ways.length > 0) {
    const { from, to, key } = random.pick(ways);
    return { type, id: key === 0 ? `${from}-${to}` : `${from}-${to}-${key}` };
  }
  return { type, id: ofType.length > 0 ? random.pick(ofType).id : WILDCARD };
}

function tupleOf(
  random: Seeded,
  model: Model,
  object: ObjectName,
  relation: string,
): Tuple | undefined {
  const subjects = model.types.get(object.type)?.relations.get(relation)?.subjects ?? [];
  if (subjects.length === 0) return undefined;
  const kind = random.pick(subjects);
  const tuple = { object, relation, subject: subjectOf(random, kind, object) };
  if (kind.condition === undefined) return tuple;
  const context = new Map([['until', random.pick(TIMES)]]);
  return { ...tuple, condition: { name: kind.condition, context } };
}

function subjectOf(
  random: Seeded,
  { type, relation, isWildcard }: SubjectType,
  object: ObjectName,
): Subject {
  if (isWildcard) return { type, id: WILDCARD };
  if (type === 'group') {
    const id = random.pick(GROUPS);
    return relation === undefined ? { type, id } : { type, id, relation };
  }
  if (type === 'user') return { type, id: random.pick(USERS) };
  return { type, id: object.id === WILDCARD ? 'none' : object.id };
}

function push(tuples: Tuple[], tuple: Tuple | undefined): void {
  if (tuple !== undefined) tuples.push(tuple);
}
