/** Random references to nodes, as gateways name them: by keys of all kinds, right and wrong. */

import type { GraphQLError } from 'graphql';
import type { GraphView, NodeRow } from '../../src/engine/graph-view.ts';
import { type EntityDefinition, entityOf, storedAs } from '../reference/reference-entities.ts';
import type { Seeded } from '../seeded.ts';
import { ENTITY_KEYS, IMPLEMENTING } from './graphql-definition.ts';
import type { Json } from './graphql-input.ts';

export const ENTITIES: EntityDefinition = {
  keys: ENTITY_KEYS,
  implementing: IMPLEMENTING,
  naturalKeys: new Map([
    ['Item', 'code'],
    ['Part', 'label'],
  ]),
};

export interface EntityOptions {
  readonly random: Seeded;
  readonly graphs: readonly GraphView[];
  /** Told what is referred to, and how. */
  readonly see: (what: string) => void;
}

const COUNTS = [0, 1, 1, 2, 2, 3, 5, 20];
/** Of lists that have something which names no entity. */
const WRONG_SHARE = 0.1;
const WRONG: readonly unknown[] = [
  ...[{}, 'Item', 5, true, [], [[]], { __typename: 5 }, { __typename: 'Item' }],
  ...['Nothing', 'Query', 'Frame', 'Node', '__proto__', 'constructor', '', 'x'.repeat(99)].map(
    (name) => ({ __typename: name, id: 'x' }),
  ),
  ...[
    { __typename: 'Item', note: 'a' },
    { __typename: 'Part', size: 1, shelf: { name: 'a' } },
  ],
  ...[
    { __typename: 'Item', code: { a: 1 } },
    { __typename: 'Noted', note: 'a', rank: [1] },
  ],
  { __typename: 'Maker', name: {}, former: 'OPEN' },
];

export function randomReferences(options: EntityOptions): unknown[] {
  const { random, see } = options;
  const count = random.pick(COUNTS);
  const references: unknown[] = Array.from({ length: count }, () => {
    return random.chance(WRONG_SHARE / count) ? random.pick(WRONG) : reference(options);
  });
  while (references.length > 0 && random.chance(0.25)) {
    references.splice(random.below(references.length), 0, random.pick(references));
    see('entities, twice');
  }
  const types = new Set(references.map((each) => JSON.stringify(each).slice(0, 20)));
  if (types.size > 1) see('entities, of mixed types');
  return references;
}

function reference(options: EntityOptions): Json {
  const { random, graphs, see } = options;
  const type = random.pick([...ENTITY_KEYS.keys()]);
  const paths = random.pick(ENTITY_KEYS.get(type) ?? []);
  const graph = random.pick(graphs);
  const nodes = (IMPLEMENTING.get(type) ?? [type]).flatMap((each) => graph.nodesOfType(each));
  const given: Record<string, unknown> = { __typename: type };
  const first = nodes.length === 0 ? undefined : random.pick(nodes);
  for (const path of paths) {
    const node = nodes.length > 0 && random.chance(0.08) ? random.pick(nodes) : first;
    put(given, path, random.chance(0.03) ? null : asJson(graph, node, path));
  }
  if (random.chance(0.15)) addOther(given, { random, graph, node: first });
  see(`entities, by ${kindOf(type, paths)}`);
  const found = entityOf(ENTITIES, graph, given);
  if (found !== 'error') see(`entities, ${found === null ? 'not there' : 'there'}`);
  return given;
}

/** What no key has, or what one has as well. */
function addOther(
  given: Record<string, unknown>,
  {
    random,
    graph,
    node,
  }: { readonly random: Seeded; readonly graph: GraphView; readonly node: NodeRow | undefined },
): void {
  const path = random.pick(['count', 'note', 'size', 'name', 'code', 'nothing', 'constructor']);
  if (!Object.hasOwn(given, path)) put(given, path, asJson(graph, node, path));
}

function asJson(graph: GraphView, node: NodeRow | undefined, path: string): unknown {
  return node === undefined ? null : (storedAs(ENTITIES, graph, { node, path }) ?? null);
}

function put(given: Record<string, unknown>, path: string, value: unknown): void {
  const [name = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    given[name] = value;
    return;
  }
  const inner = (given[name] ?? {}) as Record<string, unknown>;
  given[name] = inner;
  put(inner, rest.join('.'), value);
}

function kindOf(type: string, paths: readonly string[]): string {
  const [first = ''] = paths;
  const isNatural = paths.some((path) => path === ENTITIES.naturalKeys.get(type));
  const key = isNatural ? 'a natural key' : first === 'id' ? 'an id' : 'an index';
  const count = paths.length === 1 ? 'one field' : 'several fields';
  return `${key}, ${count}${IMPLEMENTING.has(type) ? ', of an interface' : ''}`;
}

/** What an answer has of references; undefined where all of it is as it has to be. */
export function entityDifference(
  graph: GraphView,
  asked: {
    /** By the name in the answer. */
    readonly references: ReadonlyMap<string, readonly unknown[]>;
    readonly data: Readonly<Record<string, unknown>> | null | undefined;
    readonly errors: readonly GraphQLError[];
  },
): string | undefined {
  const { data, errors } = asked;
  for (const [name, references] of asked.references) {
    const answered = data?.[name];
    if (!Array.isArray(answered)) continue;
    if (answered.length !== references.length) return `${name} has ${answered.length} places`;
    for (const [place, each] of references.entries()) {
      const own = errors.filter(({ path = [] }) => path[0] === name && path[1] === place);
      // What is wrong within it may take its place.
      if (own.some(({ path = [] }) => path.length > 2)) continue;
      const expected = entityOf(ENTITIES, graph, each);
      const got = own.length > 0 ? 'error' : idOf(answered[place]);
      const isSame = got === expected || (got === undefined && expected !== 'error');
      if (isSame && (got !== undefined || expected !== null)) continue;
      const messages = own.map(({ message }) => message).join();
      const given = `${name} ${place} of ${JSON.stringify(each)}`;
      return `${given} is ${got}, expected ${expected}: ${messages}`;
    }
  }
  return undefined;
}

/** The name under which an entity tells its id. */
export const ENTITY_ID = 'entityId';

/** Undefined where it is not asked for. */
function idOf(entity: unknown): string | null | undefined {
  if (typeof entity !== 'object' || entity === null) return null;
  return (entity as Readonly<Record<string, string | undefined>>)[ENTITY_ID];
}
