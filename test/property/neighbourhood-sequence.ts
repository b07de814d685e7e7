/**
 * Random neighbourhoods over one random graph, under no permissions and for callers that see parts
 * of it. Each is compared with a search over the edges that the API lists to the same caller.
 */

import { isDeepStrictEqual } from 'node:util';
import { execute, type GraphQLSchema, parse } from 'graphql';
import { ANONYMOUS, type Principal, parsePrincipal } from '../../src/access/principal.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { createContext, type Services } from '../../src/graphql/context.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import { Seeded } from '../seeded.ts';
import { CONNECTS, CREATES, GraphqlData } from './graphql-data.ts';
import { EDGE_TYPES, EVERYTHING, everythingDefinition } from './graphql-definition.ts';
import { installRandomPermissions, LEAK_CALLERS, LEAK_ROOT } from './leak-model.ts';

export interface Asked {
  readonly of: string;
  readonly maxDepth: number;
  /** As stored; all where it is absent. */
  readonly types: readonly string[] | undefined;
  readonly direction: 'OUT' | 'IN' | 'BOTH';
  readonly limit: number;
}

export interface Edge {
  readonly type: string;
  readonly from: string;
  readonly to: string;
}

/** What a caller is told. */
export interface Seen {
  readonly nodes: readonly string[];
  readonly edges: readonly Edge[];
}

export interface Found {
  readonly nodes: readonly { readonly distance: number; readonly node: { readonly id: string } }[];
  readonly relationships: readonly Edge[];
  readonly isComplete: boolean;
}

/** Of what a caller sees, out of all that is there; undefined where the node is not seen. */
export type Reference = (seen: Seen, asked: Asked, all: Seen) => Found | undefined;

export interface NeighbourhoodOptions {
  readonly seed: number;
  readonly questions: number;
  readonly reference: Reference;
  readonly hit: (what: string) => void;
}

interface World {
  readonly schema: GraphQLSchema;
  readonly services: Services;
}

/** All edges of the definition, each from where it leaves. */
const EDGES = `{
  items(limit: 10000) { id
    NEXT: nextConnection { edges { node { id } } }
    PARTS: partsConnection { edges { node { id } } }
    OWNERS: ownersConnection { edges { node { id } } }
    LINKS: linksConnection { edges { node { id } } }
  }
  makers(limit: 10000) { id
    MADE: thingsConnection { edges { node { ... on Node { id } } } }
    KNOWS: knowsConnection { edges { node { id } } }
    LINKS: linksConnection { edges { node { id } } }
  }
  pieces(limit: 10000) { id ABOUT: aboutConnection { edges { node { ... on Node { id } } } } }
}`;
const STORED: Readonly<Record<string, string>> = { PARTS: 'HAS PART', OWNERS: 'HAS PART' };

/** What differs is returned. */
export async function runNeighbourhoodSequence(
  options: NeighbourhoodOptions,
): Promise<string | undefined> {
  const random = new Seeded(options.seed);
  await using space = await openMemorySpace({ definition: { source: EVERYTHING }, random });
  const feed = openChangeFeed(space);
  const services = { space, feed, clock: { now: () => 1_750_000_000_000 }, random };
  const schema = buildSchema(everythingDefinition());
  const data = new GraphqlData({ schema, services, random });
  for (let count = random.between(15, 40); count > 0; count--) {
    await data.mutate(random.pick([CREATES, CONNECTS, CONNECTS]));
  }
  await data.writeBeside();
  const all = await seenBy({ schema, services }, ANONYMOUS);
  const open = await ask({ schema, services }, { ...options, all, caller: ANONYMOUS, random });
  if (open !== undefined) return open;
  await installRandomPermissions(random, space);
  const rules = space.access.version()?.rules;
  const ruled = { schema: buildSchema(everythingDefinition(), rules), services };
  for (const name of [LEAK_ROOT, ...LEAK_CALLERS]) {
    const caller = parsePrincipal(name);
    const difference = await ask(ruled, { ...options, all, caller, random });
    if (difference !== undefined) return `${name}: ${difference}`;
  }
  feed.close();
  return undefined;
}

interface Asking {
  readonly caller: Principal;
  readonly random: Seeded;
  /** What is seen without permissions. */
  readonly all: Seen;
}

async function ask(
  world: World,
  options: NeighbourhoodOptions & Asking,
): Promise<string | undefined> {
  const { caller, random, questions, reference, hit, all } = options;
  const seen = await seenBy(world, caller);
  const { graph } = world.services.space;
  const nodes = ['Item', 'Maker', 'Part'].flatMap((type) => graph.nodesOfType(type));
  const ids = nodes.map((node) => graph.nodeId(node));
  const ends = seen.edges.flatMap(({ from, to }) => [from, to]);
  for (let count = questions; count > 0 && ids.length > 0; count--) {
    const of = random.pick(ends.length > 0 && random.chance(0.8) ? ends : [...ids, 'no id']);
    const asked = randomQuestion(random, of);
    const text = textOf(asked);
    const answer = await run(world, caller, text);
    const expected = reference(seen, asked, all);
    if (expected === undefined) {
      hit('a node that is not seen');
      const code = (answer.errors?.[0]?.originalError as { code?: string } | undefined)?.code;
      if (code !== 'NOT_FOUND') return `${text} expected NOT_FOUND, got ${code}`;
      continue;
    }
    if (answer.errors !== undefined) return `${text}: ${answer.errors[0]?.message}`;
    const found = JSON.parse(JSON.stringify(answer.data?.neighbourhood)) as Found;
    if (!isDeepStrictEqual(found, expected)) {
      return `${text} expected ${JSON.stringify(expected)}, got ${JSON.stringify(found)}`;
    }
    tally(asked, found, hit);
    if (!isDeepStrictEqual(found, searched(all, asked))) hit('less than all');
  }
  return undefined;
}

function randomQuestion(random: Seeded, of: string): Asked {
  const some = EDGE_TYPES.filter(() => random.chance(0.6));
  return {
    of,
    maxDepth: random.pick([0, 1, 1, 2, 2, 3, 5, 64]),
    types: random.chance(0.4) ? undefined : some,
    direction: random.pick(['OUT', 'IN', 'BOTH', 'BOTH']),
    limit: random.pick([0, 1, 2, 3, 4, 6, 10, 10_000, 10_000, 10_000]),
  };
}

function textOf({ of, maxDepth, types, direction, limit }: Asked): string {
  const names = types?.map((type) => type.replace(' ', '_'));
  const relationships = names === undefined ? '' : `, relationships: [${names.join(', ')}]`;
  const args = `of: "${of}", maxDepth: ${maxDepth}, direction: ${direction}, limit: ${limit}`;
  const members = 'nodes { distance node { id } } relationships { type from to } isComplete';
  return `{ neighbourhood(${args}${relationships}) { ${members} } }`;
}

async function seenBy(world: World, caller: Principal): Promise<Seen> {
  const { data, errors } = await run(world, caller, EDGES);
  if (data === null || data === undefined) throw new Error(errors?.[0]?.message);
  const nodes = Object.values(data).flat() as Readonly<Record<string, unknown>>[];
  const edges = nodes.flatMap(({ id, ...connections }) =>
    Object.entries(connections).flatMap(([name, connection]) => {
      const { edges: listed } = connection as { edges: { node: { id: string } }[] };
      const type = STORED[name] ?? name;
      return listed.map(({ node }) => ({ type, from: String(id), to: node.id }));
    }),
  );
  return { nodes: nodes.map(({ id }) => String(id)), edges };
}

async function run({ schema, services }: World, caller: Principal, text: string) {
  const contextValue = createContext(services, { caller });
  return await execute({ schema, document: parse(text), contextValue });
}

function tally(asked: Asked, found: Found, hit: (what: string) => void): void {
  const { nodes, relationships, isComplete } = found;
  const farthest = nodes.at(-1)?.distance ?? 0;
  hit(isComplete ? 'complete' : 'cut by the limit');
  if (isComplete && nodes.length === asked.limit) hit('complete with the last that the limit lets');
  if (farthest > 1) hit('over several edges');
  if (farthest > 2) hit('over more than two edges');
  if (asked.types?.length === 0) hit('over no type');
  if (new Set(relationships.map(({ type }) => type)).size > 1) hit('over several types');
  const names = relationships.map((edge) => JSON.stringify(edge));
  if (new Set(names).size < names.length) hit('with parallel edges');
  if (relationships.some(({ from, to }) => from === to)) hit('with a loop');
  if (relationships.length >= nodes.length && nodes.length > 1) hit('with a circle');
}

/** Breadth first, over what is seen. */
export function searched(seen: Seen, asked: Asked): Found | undefined {
  if (!seen.nodes.includes(asked.of)) return undefined;
  const edges = seen.edges.filter(({ type }) => asked.types?.includes(type) ?? true);
  const distances = new Map([[asked.of, 0]]);
  for (const [id, distance] of distances) {
    if (distance === asked.maxDepth) continue;
    for (const { from, to } of edges) {
      const ahead = from === id && asked.direction !== 'IN' ? [to] : [];
      const back = to === id && asked.direction !== 'OUT' ? [from] : [];
      for (const next of [...ahead, ...back]) {
        if (!distances.has(next)) distances.set(next, distance + 1);
      }
    }
  }
  const all = [...distances].sort(
    ([left, near], [right, far]) => near - far || (left < right ? -1 : 1),
  );
  const shown = all.slice(0, asked.limit);
  const place = new Map(shown.map(([id], index) => [id, index]));
  const relationships = edges
    .filter(({ from, to }) => place.has(from) && place.has(to))
    .sort((left, right) => {
      const first = (place.get(left.from) ?? 0) - (place.get(right.from) ?? 0);
      return first || compare(left.type, right.type) || compare(left.to, right.to);
    })
    .map(({ type, from, to }) => ({ type, from, to }));
  return {
    nodes: shown.map(([id, distance]) => ({ distance, node: { id } })),
    relationships,
    isComplete: shown.length === all.length,
  };
}

function compare(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}
