/**
 * Random data definitions: few types with fields of most scalars, of an enum and of lists, nested
 * objects, natural keys, indexes of one field and of several, and relationships in both directions,
 * of a type to itself and of one edge type to several types.
 */

import { queryDefinition, scalarsOf } from '../reference/query-definition.ts';
import type { Seeded } from '../seeded.ts';

export interface SemanticsDefinition {
  readonly sdl: string;
  /** Fields that are indexed together, by the type of the conditions on them. */
  readonly indexes: ReadonlyMap<string, readonly (readonly string[])[]>;
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  String: ['name', 'note', 'genre'],
  Int: ['rank', 'size'],
  BigInt: ['total', 'serial'],
  Float: ['ratio', 'score'],
  Boolean: ['isOpen', 'isRare'],
  DateTime: ['since', 'at'],
  Bytes: ['seal', 'hash'],
  ID: ['mark'],
  State: ['state', 'former'],
};
const LISTS: readonly (readonly [name: string, item: string])[] = [
  ['tags', 'String'],
  ['scores', 'Int'],
  ['bigs', 'BigInt'],
  ['shares', 'Float'],
  ['flags', 'Boolean'],
  ['moments', 'DateTime'],
  ['seals', 'Bytes'],
  ['marks', 'ID'],
  ['states', 'State'],
];
/** Of those that are sets of values. */
const SETS: readonly string[] = ['scores', 'shares', 'flags', 'states', 'seals', 'moments'];
/** Of those that are sequences. */
const SEQUENCES: readonly string[] = ['tags', 'bigs', 'marks'];
/** Of those, as other fields are asked for less where there are many. */
const LIST_SHARE = 0.2;
/** As text these have another order. */
export const STATES: readonly unknown[] = ['open', 'OPEN', 'CLOSED', 'A', 'aba', 'text'];
const OPEN_SHARE = 0.75;

export function randomDefinition(random: Seeded): SemanticsDefinition {
  const types = [
    { name: 'Alpha', fields: ['code: ID! @id', ...randomFields(random), ...ALPHA] },
    { name: 'Beta', fields: [...randomFields(random), ...BETA] },
    { name: 'Gamma', fields: ['label: String! @id', ...randomFields(random), ...GAMMA] },
  ].map(({ name, fields }) => {
    const kept = fields.filter((field) => !field.includes('@relationship') || random.chance(0.85));
    return { name, fields: kept };
  });
  const shared = sharedFields(types.slice(0, 2).map(({ fields }) => fields));
  const edges = (name: string) => {
    const fields = ['strength: Int!', ...randomFields(random, { isOfNode: false })];
    return `type ${name} @relationshipProperties {\n  ${fields.join('\n  ')}\n}`;
  };
  const nodes = types.map(({ name, fields }) => {
    const isShared = name !== 'Gamma';
    const own = isShared ? [...fields, `others: ${OTHERS} ${OTHER_EDGES}`] : fields;
    const head = `type ${name}${isShared ? ' implements Shared' : ''} @node`;
    return `${head} {\n  ${own.join('\n  ')}\n}`;
  });
  const open = `${nodes.join('\n')}
interface Shared {
  ${[...shared, `others: ${OTHERS} @declareRelationship`].join('\n  ')}
}
union Either = Alpha | Gamma
${edges('Link')}
${edges('Made')}
${NESTED}`;
  const indexes = new Map(
    [...queryDefinition(open).nodeTypes].map(([name, { fields, key }]) => {
      const paths = scalarsOf(fields).map(({ path }) => path);
      return [
        name,
        randomIndexes(
          random,
          paths.filter((path) => path !== key),
        ),
      ] as const;
    }),
  );
  const sdl = open.replace(/type (\w+)(?: implements Shared)? @node/g, (head, name: string) => {
    const own = indexes.get(name) ?? [];
    return own.length === 0 ? head : `${head}(indexes: ${JSON.stringify(own)})`;
  });
  const given = [...indexes].filter(([, own]) => own.length > 0);
  return { sdl, indexes: new Map(given.map(([name, own]) => [`${name}Where`, own])) };
}

const OTHERS = '[Shared!]!';
const OTHER_EDGES = '@relationship(type: "NEXT", direction: IN, properties: "Link")';

/** What the types have alike, without the directives. */
function sharedFields(types: readonly (readonly string[])[]): string[] {
  const [first = [], ...rest] = types.map((fields) => {
    const values = fields.filter((field) => !field.includes('@relationship'));
    return values.map((field) => field.replace(/ @.*$/, ''));
  });
  return first.filter((field) => rest.every((fields) => fields.includes(field)));
}

const ALPHA = [
  'anyParts: [Either!]! @relationship(type: "HAS", direction: OUT)',
  'next: [Alpha!]! @relationship(type: "NEXT", direction: OUT, properties: "Link")',
  'previous: [Alpha!]! @relationship(type: "NEXT", direction: IN, properties: "Link")',
  'nextBetas: [Beta!]! @relationship(type: "NEXT", direction: OUT, properties: "Link")',
  'makers: [Beta!]! @relationship(type: "MADE", direction: IN, properties: "Made")',
  'parts: [Gamma!]! @relationship(type: "HAS", direction: OUT)',
  'owners: [Beta!]! @relationship(type: "HAS", direction: OUT)',
];
const BETA = [
  'anyMade: [Either!]! @relationship(type: "MADE", direction: OUT, properties: "Made")',
  'made: [Alpha!]! @relationship(type: "MADE", direction: OUT, properties: "Made")',
  'nextAlphas: [Alpha!]! @relationship(type: "NEXT", direction: OUT, properties: "Link")',
  'knows: [Beta!]! @relationship(type: "KNOWS", direction: OUT, properties: "Link")',
  'knownBy: [Beta!]! @relationship(type: "KNOWS", direction: IN, properties: "Link")',
];
const GAMMA = ['alphas: [Alpha!]! @relationship(type: "HAS", direction: IN)'];
const NESTED = `
enum State { ${STATES.join(' ')} }
type Place { latitude: Float! longitude: Float city: String }
type Frame { name: String depth: Int labels: [ID!] @set state: State extent: Extent inner: Place }
type Extent { width: Float! height: BigInt measured: DateTime tag: Bytes isTall: Boolean }`;

function randomFields(random: Seeded, { isOfNode } = { isOfNode: true }): string[] {
  const scalars = Object.entries(NAMES).flatMap(([scalar, names]) => {
    return names
      .filter(() => random.chance(0.8))
      .map((name) => {
        const required = random.chance(1 - OPEN_SHARE) ? '!' : '';
        return `${name}: ${scalar}${required}${isOfNode ? randomIndex(random, scalar) : ''}`;
      });
  });
  const lists = LISTS.filter(() => random.chance(LIST_SHARE)).map(([name, item]) => {
    const required = random.chance(1 - OPEN_SHARE) ? '!' : '';
    return `${name}: [${item}!]${required}${collectionOf(name)}`;
  });
  const required = random.chance(0.3) ? '!' : '';
  return [
    ...scalars,
    ...lists,
    `place: Place${required}`,
    ...(random.chance(0.6) ? ['frame: Frame'] : []),
  ];
}

function collectionOf(list: string): string {
  if (SETS.includes(list)) return ' @set';
  return SEQUENCES.includes(list) ? ' @sequence' : '';
}

function randomIndex(random: Seeded, scalar: string): string {
  if (scalar === 'String' && random.chance(0.05)) return ' @unique';
  return random.chance(0.3) ? ' @index' : '';
}

/** No list of fields twice. */
function randomIndexes(random: Seeded, paths: readonly string[]): string[][] {
  const lists = Array.from({ length: random.between(0, 4) }, () => {
    const picked = Array.from({ length: random.between(2, 4) }, () => random.pick(paths));
    return [...new Set(picked)];
  });
  const texts = lists.filter(({ length }) => length > 1).map((list) => JSON.stringify(list));
  return [...new Set(texts)].map((text) => JSON.parse(text) as string[]);
}
