/**
 * The small world that random histories of authority act on: an owner, two members, three authors,
 * few nodes, and permission models that every grant of the world fits, so that any may follow any.
 */

import type { GenesisBody } from '../../src/authority/body.ts';
import type { WrittenGrant } from '../../src/authority/permission-body.ts';
import { signRecord } from '../../src/authority/record.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { nodeIdByKey, nodeIdByNumber } from '../../src/delta/node-id.ts';
import type { Seeded } from '../seeded.ts';
import type { CreatableNode } from './graph-names.ts';

export const OWNER_SEED = seedOf(0x31);
/** Of the organisations that may become members. */
export const MEMBERS = ['red', 'blue'] as const;
export const MEMBER_KEYS = MEMBERS.map((_, index) => publicKeyOf(seedOf(0x41 + index)));

export interface WorldAuthor {
  readonly seed: Uint8Array;
  readonly key: Uint8Array;
  /** The member that it writes for; the owner's own writes for everybody. */
  readonly organisation?: string;
}

export const AUTHORS: readonly WorldAuthor[] = [undefined, ...MEMBERS].map(
  (organisation, index) => {
    const seed = seedOf(0x51 + index);
    const key = publicKeyOf(seed);
    return organisation === undefined ? { seed, key } : { seed, key, organisation };
  },
);

const FOUNDING: GenesisBody = {
  kind: 'genesis',
  owner: publicKeyOf(OWNER_SEED),
  next: sha256(publicKeyOf(seedOf(0x32))),
  name: 'owner',
  nonce: seedOf(0x33),
};
export const GENESIS = signRecord(FOUNDING, OWNER_SEED);
export const SPACE = GENESIS.hash;

/** One of the time when histories begin; a second later is one step of the random clocks. */
export const START_MILLISECONDS = 1_750_000_000_000;
export const STEP_MILLISECONDS = 1_000;
const LIMITS = [20, 100, 200].map((steps) =>
  new Date(START_MILLISECONDS + steps * STEP_MILLISECONDS).toISOString(),
);

const PROPERTIES = 'type Way @relationshipProperties { name: String visits: BigInt }';
const ROADS = '@relationship(type: "WAY", direction: OUT, properties: "Way")';
const ABOUT = '@relationship(type: "ABOUT", direction: OUT)';
const AT = 'type At { x: String y: String }';
/** Versions that differ in `@access`, and in a field that comes and goes. */
export const DEFINITIONS: readonly string[] = [
  `type Place @node { code: ID! @id  name: String @index  visits: BigInt @index  at: At
     roads: [Place!]! ${ROADS} }
   type Note @node { name: String @index  about: [Place!]! ${ABOUT} }
   ${PROPERTIES} ${AT}`,
  `type Place @node @access(write: "owner") { code: ID! @id
     name: String @index @access(read: "editor")
     visits: BigInt @index @access(write: "editor")  at: At  roads: [Place!]! ${ROADS} }
   type Note @node { name: String @index @access(write: "owner")  about: [Place!]! ${ABOUT} }
   ${PROPERTIES} ${AT}`,
  `type Place @node { code: ID! @id  name: String @index  visits: BigInt @index
     at: At @access(write: "owner")  roads: [Place!]! ${ROADS} }
   type Note @node @access(write: "owner") { name: String @index  more: String
     about: [Place!]! ${ABOUT} }
   type Way @relationshipProperties @access(write: "editor") { name: String
     visits: BigInt @access(write: "owner") } ${AT}`,
];

export const NODE_TYPES = ['Place', 'Note'] as const;
export const EDGE_TYPES = ['WAY', 'ABOUT'] as const;
/** `at.x.deep` and `more` are of no definition at first, or of none at all. */
export const PATHS = ['name', 'visits', 'at', 'at.x', 'at.y', 'at.x.deep', 'more'] as const;

export const NODES: readonly CreatableNode[] = [
  ...['a', 'b', 'c'].map((key) => {
    return { id: nodeIdByKey({ space: SPACE, type: 'Place', key }), type: 'Place', key };
  }),
  ...AUTHORS.map(({ key }, author) => {
    const number = BigInt(author);
    const id = nodeIdByNumber({ space: SPACE, author: key, type: 'Note', number });
    return { id, type: 'Note', number, author };
  }),
  // Of a type that no model has.
  ...AUTHORS.slice(0, 1).map(({ key }, author) => {
    const id = nodeIdByNumber({ space: SPACE, author: key, type: 'Other', number: 9n });
    return { id, type: 'Other', number: 9n, author };
  }),
];
export const KEYED = NODES.flatMap((node) => ('key' in node ? [node] : []));

/** By the place of its author: for whom it writes, then for whom it does not, or nobody can. */
export const ACTORS: readonly (readonly string[])[] = [
  ['user:anna', 'user:*', 'user:anna'],
  ['user:red/ben', 'user:red/dora', 'user:red/ben'],
  ['user:blue/cora', 'user:blue/cora'],
];
export const WRONG_ACTORS = [
  ...['user:anna', 'user:*', 'user:red/ben', 'user:blue/cora', 'user:reddish/ben', 'user:red'],
  ...['anna', 'bot:red/ben', 'user:', 'user:red/', 'user:red/a b', 'user:red/a:b', 'user:red/a#b'],
  ...['group:crew#member', 'user:group#member'],
];

const SUBJECTS = [
  ...['user:anna', 'user:red/ben', 'user:red/dora', 'user:blue/cora', 'user:*'],
  ...['group:crew#member', 'group:all#member', 'user:red/'],
];
const BROAD = ['user:*', 'user:anna', 'user:red/ben', 'user:blue/cora', 'group:all#member'];
const GIVEN = ['user', 'user:*', 'group#member'];
const WITH = GIVEN.map((subject) => `${subject} with before`);
const DIRECT = `[${[...GIVEN, ...WITH].join(', ')}]`;

/** What a relation of the world's models may come to; all can be computed where these are there. */
const REWRITES = [
  ...['editor', 'owner', 'editor or owner', 'editor but not blocked', 'owner and editor'],
  ...['editor from parent', 'owner or editor from parent', `${DIRECT} or owner`, DIRECT],
];
const NAMED = {
  Place: ['write', 'create', 'delete', 'write.visits', 'write.at', 'write.at.x', 'read', 'read.at'],
  Note: ['write', 'create', 'delete', 'write.name', 'read', 'read.name'],
  WAY: ['write', 'create', 'delete', 'write.visits', 'read'],
  ABOUT: ['write', 'create', 'read'],
} as const;
const GRANTABLE = ['editor', 'owner', 'blocked', 'grant', 'write'] as const;

/** The text of a model. Every relation of `GRANTABLE` takes every subject of the world. */
export function randomModelText(random: Seeded): string {
  const lines = ['model', '  schema 1.1', 'type user', 'type group', '  relations'];
  lines.push('    define member: [user, user:*, group#member]');
  for (const [type, relations] of Object.entries(NAMED)) {
    lines.push(`type ${type}`, '  relations', '    define parent: [Place]');
    for (const relation of ['editor', 'owner', 'blocked'])
      lines.push(`    define ${relation}: ${DIRECT}`);
    lines.push(`    define grant: ${DIRECT} or owner`);
    lines.push(`    define write: ${DIRECT} or ${random.pick(['editor', 'editor', 'owner'])}`);
    for (const relation of relations) {
      if (relation !== 'write' && random.chance(0.5))
        lines.push(`    define ${relation}: ${random.pick(REWRITES)}`);
    }
  }
  return `${lines.join('\n')}
condition before(now: timestamp, limit: timestamp) {
  now < limit
}
`;
}

/** Grants of whole types, with which most may be done that the three authors do. */
export function broadGrants(random: Seeded): WrittenGrant[] {
  const grants = Object.keys(NAMED).flatMap((type) =>
    ['editor', 'owner', 'write'].flatMap((relation) =>
      BROAD.filter(() => random.chance(0.4)).map((subject) => {
        return withCondition(random, { object: `${type}:*`, relation, subject });
      }),
    ),
  );
  const all = { object: 'group:all', relation: 'member', subject: 'user:*' };
  return [all, { ...all, object: 'group:crew', subject: 'user:anna' }, ...grants];
}

export function randomGrant(random: Seeded): WrittenGrant {
  const choice = random.below(10);
  const subject = random.pick(SUBJECTS);
  if (choice === 0) {
    const object = random.pick(['group:crew', 'group:all']);
    const member = random.pick(SUBJECTS.filter((each) => each !== `${object}#member`));
    return { object, relation: 'member', subject: member };
  }
  const object = random.chance(0.5) ? `${randomType(random)}:*` : randomObject(random);
  if (choice === 1) return { object, relation: 'parent', subject: `Place:${placeId(random)}` };
  return withCondition(random, { object, relation: random.pick(GRANTABLE), subject });
}

function withCondition(random: Seeded, grant: WrittenGrant): WrittenGrant {
  if (random.chance(0.7)) return grant;
  return { ...grant, condition: { name: 'before', context: randomLimit(random) } };
}

/** An edge between few nodes, so that the same one is named often. */
export function randomEdge(random: Seeded): {
  readonly from: string;
  readonly type: string;
  readonly to: string;
  readonly key: number;
} {
  const id = () => random.pick(NODES.slice(0, random.chance(0.7) ? 2 : 4)).id;
  const type = random.pick(EDGE_TYPES);
  return { from: id(), type, to: id(), key: random.pick([0, 0, 0, 7]) };
}

/** A limit; or none, so that the condition fails. */
function randomLimit(random: Seeded): string {
  return random.chance(0.15) ? '{}' : JSON.stringify({ limit: random.pick(LIMITS) });
}

function randomObject(random: Seeded): string {
  if (random.chance(0.3)) {
    const { from, type, to, key } = randomEdge(random);
    return `${type}:${from}-${to}${key === 0 ? '' : `-${key}`}`;
  }
  const { type, id } = random.pick(NODES.filter((node) => node.type !== 'Other'));
  return `${type}:${id}`;
}

function randomType(random: Seeded): string {
  return random.pick(['Place', 'Place', 'Note', 'WAY', 'ABOUT']);
}

function placeId(random: Seeded): string {
  return random.pick(KEYED).id;
}

function seedOf(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}
