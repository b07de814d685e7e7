/**
 * One random sequence of computed fields. Each requires random fields of its type and answers what
 * its function was given: that must be what a selection of these fields is answered with, and it
 * must be hidden exactly where one of them is.
 */

import { isDeepStrictEqual } from 'node:util';
import { execute, type GraphQLSchema, parse } from 'graphql';
import { ANONYMOUS, type Principal, parsePrincipal } from '../../src/access/principal.ts';
import type { ComputedField, Field } from '../../src/definition/definition.ts';
import { scalarFields } from '../../src/definition/fields.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { createContext, type Services } from '../../src/graphql/context.ts';
import type { HiddenField } from '../../src/graphql/hidden-fields.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import { Seeded } from '../seeded.ts';
import { CONNECTS, CREATES, GraphqlData } from './graphql-data.ts';
import { EVERYTHING } from './graphql-definition.ts';
import { installRandomPermissions, LEAK_CALLERS, LEAK_ROOT } from './leak-model.ts';

export interface ComputedTally {
  readonly counts: Map<string, number>;
}

/** A wrong answer of one computed field, for tests of what is found out. */
export type Tamper = (given: Readonly<Record<string, unknown>> | null) => unknown;

export interface ComputedSequenceOptions {
  readonly seed: number;
  readonly tally: ComputedTally;
  readonly tamper?: Tamper;
}

const NODES_MAX = 12;
const EDGES = 3;
/** Where computed fields are put, by the last line of what is stored. */
const PLACES: Readonly<Record<string, RegExp>> = {
  Item: /^ {4}next: \[Item/m,
  Maker: /^ {4}made: \[Item/m,
  Part: /^ {4}items: \[Item/m,
  Link: /^ {4}state: State\n {2}\}/m,
  Made: /^ {4}year: Int/m,
};
/** Connections whose edges have properties, by the type that owns them. */
const CONNECTIONS: Readonly<Record<string, readonly [name: string, properties: string][]>> = {
  Item: [
    ['nextConnection', 'Link'],
    ['makersConnection', 'Made'],
  ],
  Maker: [['knowsConnection', 'Link']],
};

interface World {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly types: ReadonlyMap<string, Computing>;
}

interface Computing {
  readonly fields: readonly Field[];
  readonly computed: readonly ComputedField[];
}

/** What differs is returned. */
export async function runComputedSequence(
  options: ComputedSequenceOptions,
): Promise<string | undefined> {
  const random = new Seeded(options.seed);
  const source = withComputed(random);
  const definition = parseDefinition(source);
  await using space = await openMemorySpace({ definition: { source }, random });
  const feed = openChangeFeed(space);
  const answer = (given: object) => {
    return random.chance(0.5) ? given : Promise.resolve(given);
  };
  const properties = [...definition.edgeTypes.values()].flatMap((type) => type.properties ?? []);
  const types = new Map(
    [...definition.nodeTypes.values(), ...properties].map((type) => [type.name, type]),
  );
  const resolvers = Object.fromEntries(
    [...types].map(([name, { computed }]) => {
      return [name, Object.fromEntries(computed.map((field) => [field.name, answer]))];
    }),
  );
  const clock = { now: () => 1_750_000_000_000 };
  const services = { space, feed, clock, random, resolvers };
  const schema = buildSchema(definition);
  const data = new GraphqlData({ schema, services, random });
  for (let count = 25; count > 0; count--) {
    await data.mutate(random.pick([CREATES, CREATES, CONNECTS]));
  }
  const open = { schema, services, types };
  const difference = await compare(open, ANONYMOUS, options);
  if (difference !== undefined) return difference;
  await installRandomPermissions(random, space);
  const ruled = { ...open, schema: buildSchema(definition, space.access.version()?.rules) };
  for (const name of [...LEAK_CALLERS, LEAK_ROOT]) {
    const found = await compare(ruled, parsePrincipal(name), options);
    if (found !== undefined) return `${name}: ${found}`;
  }
  feed.close();
  return undefined;
}

/** The definition of random queries, with computed fields. */
function withComputed(random: Seeded): string {
  const { nodeTypes, edgeTypes } = parseDefinition(EVERYTHING);
  const properties = [...edgeTypes.values()].flatMap((type) => type.properties ?? []);
  let text = EVERYTHING;
  for (const { name, fields } of [...nodeTypes.values(), ...properties]) {
    const place = PLACES[name];
    // Several edge types share properties.
    if (place === undefined || text.includes(`made${name}0`)) continue;
    const computed = [0, 1, 2].map((number) => {
      const selection = randomSelection(random, fields);
      const requires = selection === '' ? '' : `(requires: "${selection}")`;
      return `    made${name}${number}: JSON @customResolver${requires}\n`;
    });
    text = text.replace(place, (found) => `${computed.join('')}${found}`);
  }
  return text;
}

function randomSelection(random: Seeded, fields: readonly Field[]): string {
  const share = random.pick([0.1, 0.3]);
  return fields
    .flatMap((field) => {
      if (!random.chance(field.kind === 'nested' ? 0.4 : share)) return [];
      if (field.kind === 'scalar') return [field.name];
      const inner = randomSelection(random, field.fields);
      return inner === '' ? [] : [`${field.name} { ${inner} }`];
    })
    .join(random.pick([' ', ', ', '\\n']));
}

async function compare(
  world: World,
  caller: Principal,
  options: ComputedSequenceOptions,
): Promise<string | undefined> {
  const { services, schema, types } = world;
  for (const type of ['Item', 'Maker', 'Part']) {
    const context = createContext(services, { caller });
    const ids = context.graph.nodesOfType(type).map((node) => context.graph.nodeId(node));
    for (const id of ids.slice(0, NODES_MAX)) {
      const asking = createContext(services, { caller });
      const document = parse(
        `{ node(id: "${id}") { ... on ${type} { ${selectionOf(type, types)} } } }`,
      );
      const { data, errors } = await execute({ schema, document, contextValue: asking });
      if (errors !== undefined) return `${errors[0]?.message} at ${errors[0]?.path?.join('.')}`;
      const node = data?.node as Answered;
      const hidden = new Map(
        ((asking.hidden.extensions?.hidden ?? []) as HiddenField[]).map((entry) => {
          return [entry.path.join('.'), entry];
        }),
      );
      const check = { hidden, ...options };
      const difference =
        differenceIn({ of: types.get(type), answered: node, path: 'node' }, check) ??
        edgesOf(type, node)
          .map(([of, answered, path]) => differenceIn({ of: types.get(of), answered, path }, check))
          .find((each) => each !== undefined);
      if (difference !== undefined) return difference;
    }
  }
  return undefined;
}

type Answered = Readonly<Record<string, unknown>>;

function selectionOf(type: string, types: World['types']): string {
  const connections = (CONNECTIONS[type] ?? []).map(([name, properties]) => {
    const members = everythingOf(types.get(properties));
    return `${name}(first: ${EDGES}) { edges { properties { ${members} } } }`;
  });
  return ['id', everythingOf(types.get(type)), ...connections].join(' ');
}

function everythingOf(type: Computing | undefined): string {
  const text = (fields: readonly Field[]): string =>
    fields
      .map((field) =>
        field.kind === 'scalar' ? field.name : `${field.name} { ${text(field.fields)} }`,
      )
      .join(' ');
  return [text(type?.fields ?? []), ...(type?.computed ?? []).map(({ name }) => name)].join(' ');
}

function edgesOf(type: string, node: Answered): [type: string, answered: Answered, path: string][] {
  return (CONNECTIONS[type] ?? []).flatMap(([name, properties]) => {
    const { edges } = node[name] as { edges: { properties: Answered }[] };
    return edges.map((edge, index): [string, Answered, string] => {
      return [properties, edge.properties, `node.${name}.edges.${index}.properties`];
    });
  });
}

interface Checked {
  readonly of: Computing | undefined;
  readonly answered: Answered;
  readonly path: string;
}

interface Check extends ComputedSequenceOptions {
  readonly hidden: ReadonlyMap<string, HiddenField>;
}

function differenceIn({ of, answered, path }: Checked, check: Check): string | undefined {
  const { hidden, tally, tamper = (given) => given } = check;
  const element = path === 'node' ? 'a node' : 'an edge';
  for (const { name, requires } of of?.computed ?? []) {
    const made = tamper(answered[name] as Answered | null);
    const told = hidden.get(`${path}.${name}`);
    const views = requires.map((each) => viewOf({ answered, path }, each, hidden));
    const hiding = views.find((view) => typeof view === 'object');
    const what = `${path}.${name}, which requires ${requires.join(' ')},`;
    if (hiding !== undefined) {
      hit(tally, `hidden of ${element}`);
      // What cannot be told may be hidden, too, and come first.
      const isFirst = views.indexOf(hiding) < views.concat('unknown').indexOf('unknown');
      if (made !== null || told === undefined || (isFirst && told.relation !== hiding.relation)) {
        return `${what} expected to be hidden by ${hiding.relation}, got ${told?.relation}`;
      }
    } else if (!views.includes('unknown')) {
      if (told !== undefined) return `${what} expected to be seen, got hidden`;
      const expected = {
        ...('id' in answered ? { id: answered.id } : {}),
        ...project(of, answered, requires),
      };
      hit(tally, `seen of ${element}`);
      if (Object.values(expected).some((value) => isObject(value))) hit(tally, 'nested');
      if (requires.length === 0) hit(tally, 'without requires');
      if (!isDeepStrictEqual(plain(made), plain(expected))) {
        return `${what} expected ${JSON.stringify(expected)}, got ${JSON.stringify(made)}`;
      }
    } else hit(tally, 'within a nested object that is null');
  }
  return undefined;
}

/** Whether the answer shows the field at a path, hides it, or does not tell. */
function viewOf(
  { answered, path }: Omit<Checked, 'of'>,
  required: string,
  hidden: Check['hidden'],
): 'shown' | 'unknown' | HiddenField {
  const entry = hidden.get(`${path}.${required}`);
  if (entry !== undefined) return entry;
  let value: unknown = answered;
  const segments = required.split('.');
  for (const [index, segment] of segments.entries()) {
    if (!isObject(value)) {
      const above = `${path}.${segments.slice(0, index).join('.')}`;
      const isTold = hidden.has(above) || hidden.has(above.replace(/\.[^.]*$/, ''));
      return isTold ? 'unknown' : 'shown';
    }
    value = value[segment];
  }
  return 'shown';
}

/** What a selection of the paths alone would answer. */
function project(
  of: Computing | undefined,
  answered: Answered,
  paths: readonly string[],
): Record<string, unknown> {
  const picked = (fields: readonly Field[], from: Answered): Record<string, unknown> =>
    Object.fromEntries(
      fields
        .filter((field) => scalarFields([field]).some(({ path }) => paths.includes(path)))
        .map((field) => {
          const value = from[field.name];
          const isNested = field.kind === 'nested' && isObject(value);
          return [field.name, isNested ? picked(field.fields, value) : value];
        }),
    );
  return picked(of?.fields ?? [], answered);
}

function isObject(value: unknown): value is Answered {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As a client reads it, whatever the prototypes are. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

function hit({ counts }: ComputedTally, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
