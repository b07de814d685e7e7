/**
 * One random sequence: two spaces are filled alike, get the same random permissions, and then
 * differ in what none of the callers sees: values, nodes and edges. Random queries of the API, and
 * plans with figures and groups that the API does not offer, are answered byte for byte the same.
 */

import { type GraphQLSchema, getOperationAST, getVariableValues, parse, validate } from 'graphql';
import { parsePrincipal } from '../../src/access/principal.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { ElementKind, type Plan, type Rows, type Shape } from '../../src/engine/plan.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { CompiledOperations } from '../../src/graphql/compiled-operations.ts';
import { planOperation } from '../../src/graphql/plan-operation.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { createGraphqlEndpoint, type GraphqlEndpoint } from '../../src/server/graphql-endpoint.ts';
import type { Space } from '../../src/space/space.ts';
import { Door } from '../fixture/door.ts';
import { NO_LIMITS } from '../fixture/plan-limits.ts';
import { Seeded } from '../seeded.ts';
import { OPERATION } from './graphql-answers.ts';
import { firstPages, nextPages } from './graphql-cursors.ts';
import { CONNECTS, CREATES, GraphqlData } from './graphql-data.ts';
import { EVERYTHING, everythingDefinition } from './graphql-definition.ts';
import { type RandomQuery, randomQuery } from './graphql-query.ts';
import { writeHidden } from './leak-hidden.ts';
import { installRandomPermissions, LEAK_CALLERS, LEAK_ROOT } from './leak-model.ts';
import { planText } from './plan-text.ts';

export interface LeakTally {
  /** Changes of sets of values that nobody sees. */
  sets?: number;
  /** The same of sequences. */
  sequences?: number;
  queries: number;
  /** Queries that are answered with a value at least. */
  answered: number;
  plans: number;
  /** Queries to which one who sees all is answered differently. */
  telling: number;
}

export interface LeakSequenceOptions {
  readonly seed: number;
  readonly queries: number;
  readonly tally: LeakTally;
}

interface World {
  readonly space: Space;
  readonly data: GraphqlData;
  readonly endpoint: GraphqlEndpoint;
  readonly close: () => Promise<void>;
}

const TURNS_MAX = 2;
const DOCUMENTS_MAX = 50;
/** Of queries that are asked without knowing whether they have an answer. */
const EMPTY_SHARE = 0.15;
/** Few are met here: doubles-leak.test.ts and conflicts.test.ts ask for them. */
const OMITTED = ['conflicts'];

/** What differs is returned. */
export async function runLeakSequence(options: LeakSequenceOptions): Promise<string | undefined> {
  const { seed } = options;
  const worlds = [await openWorld(seed), await openWorld(seed)] as const;
  try {
    return await new LeakSequence(worlds, options).run();
  } finally {
    for (const world of worlds) await world.close();
  }
}

async function openWorld(seed: number): Promise<World> {
  const door = await Door.open({ sdl: EVERYTHING, seed });
  const { space, clock } = door;
  const feed = openChangeFeed(space);
  const services = { space, feed, clock, random: new Seeded(seed + 1) };
  const open = buildSchema(everythingDefinition());
  const random = new Seeded(seed + 2);
  const data = new GraphqlData({ schema: open, services, random, door });
  for (let count = 20 + (seed % 20); count > 0; count--) {
    await data.mutate(random.pick([CREATES, CREATES, CONNECTS]));
  }
  await installRandomPermissions(random, space);
  const endpoint = createGraphqlEndpoint({
    schema: () => schemaOf(space),
    services,
    operations: new CompiledOperations(),
    observe: () => undefined,
    onInternalError: () => undefined,
  });
  const close = async () => {
    feed.close();
    await space[Symbol.asyncDispose]();
  };
  return { space, data, endpoint, close };
}

const schemas = new WeakMap<object, GraphQLSchema>();

function schemaOf(space: Space): GraphQLSchema {
  const rules = space.access.version()?.rules;
  if (rules === undefined) throw new Error('a model was expected');
  const known = schemas.get(rules) ?? buildSchema(space.definition, rules);
  schemas.set(rules, known);
  return known;
}

class LeakSequence {
  readonly #worlds: readonly [World, World];
  readonly #random: Seeded;
  readonly #options: LeakSequenceOptions;

  constructor(worlds: readonly [World, World], options: LeakSequenceOptions) {
    this.#worlds = worlds;
    this.#random = new Seeded(options.seed + 3);
    this.#options = options;
  }

  async run(): Promise<string | undefined> {
    const { seed, queries } = this.#options;
    for (const [index, { space }] of this.#worlds.entries()) {
      const { tally } = this.#options;
      const hidden = await writeHidden(space, new Seeded(seed + 4 + index));
      tally.sets = (tally.sets ?? 0) + hidden.setChanges;
      tally.sequences = (tally.sequences ?? 0) + hidden.sequenceChanges;
    }
    for (let count = 0; count < queries; count++) {
      const difference = await this.#ask();
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  /** One query of a caller, the pages that it leads to, and plans over what it lists. */
  async #ask(): Promise<string | undefined> {
    const random = this.#random;
    const { tally } = this.#options;
    const caller = random.pick(LEAK_CALLERS);
    const query = await this.#promisingQuery(caller);
    let text = firstPages(query);
    for (let turns = 0; turns <= TURNS_MAX; turns++) {
      const [one, other] = await this.#answers(caller, text, query);
      tally.queries += 1;
      const data = dataOf(one);
      if (hasValue(data)) tally.answered += 1;
      if (one !== other) return told(caller, text, [one, other]);
      const difference = this.#planDifference(caller, text, query);
      if (difference !== undefined) return difference;
      const [all, others] = await this.#answers(LEAK_ROOT, text, query);
      if (all !== others) tally.telling += 1;
      const next = nextPages(query, data, { random });
      if (next === undefined) return undefined;
      text = next.text;
    }
    return undefined;
  }

  /** Of queries without an answer most are left out. */
  async #promisingQuery(caller: string): Promise<RandomQuery> {
    for (let count = 1; ; count++) {
      const query = this.#validQuery();
      if (count === DOCUMENTS_MAX || this.#random.chance(EMPTY_SHARE)) return query;
      const answer = await this.#answer(this.#worlds[0], caller, firstPages(query), query);
      if (hasValue(dataOf(answer))) return query;
    }
  }

  async #answers(
    caller: string,
    text: string,
    query: RandomQuery,
  ): Promise<readonly [string, string]> {
    const [one, other] = this.#worlds;
    return [
      await this.#answer(one, caller, text, query),
      await this.#answer(other, caller, text, query),
    ];
  }

  /** Status, headers and body. */
  async #answer(
    { endpoint }: World,
    caller: string,
    text: string,
    { variables }: RandomQuery,
  ): Promise<string> {
    const body = JSON.stringify({ query: text, variables, operationName: OPERATION });
    const response = await endpoint.fetch(
      'http://space/graphql',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body },
      { caller: parsePrincipal(caller) },
    );
    const head = `${response.status} ${JSON.stringify([...response.headers])}`;
    return `${head}\n${await response.text()}`;
  }

  /** Counts, figures and groups over the lists of a query. */
  #planDifference(caller: string, text: string, { variables }: RandomQuery): string | undefined {
    const [one, other] = this.#worlds;
    const plan = this.#figuresOf(one, caller, { text, variables });
    if (plan === undefined) return undefined;
    const answers = [one, other].map(({ space }) => answerText(space, caller, plan));
    this.#options.tally.plans += 1;
    return answers[0] === answers[1] ? undefined : told(caller, planText(plan), answers);
  }

  #figuresOf(
    { space }: World,
    caller: string,
    { text, variables }: Pick<RandomQuery, 'text' | 'variables'>,
  ): Plan | undefined {
    const schema = schemaOf(space);
    const document = parse(text);
    const operation = getOperationAST(document, OPERATION);
    if (operation === null || operation === undefined) return undefined;
    const given = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
    if (given.coerced === undefined) return undefined;
    const graph = space.graphOf(caller);
    try {
      const asked = { schema, document, operation, variables: given.coerced, graph };
      const shapes = planOperation(asked)?.members.map(({ shape }) => shape) ?? [];
      const rows = shapes.flatMap(rowsOf);
      if (rows.length === 0) return undefined;
      const members = rows.flatMap((each, index) => figures(each, this.#random, index));
      return { members };
    } catch (error) {
      if (error instanceof DatabaseError) return undefined;
      throw error;
    }
  }

  #validQuery(): RandomQuery {
    const [one, other] = this.#worlds;
    const schema = schemaOf(one.space);
    const ids = {
      byType: new Map(
        [...one.space.definition.nodeTypes.keys()].map((type) => [
          type,
          [...new Set([one, other].flatMap(({ space }) => idsOf(space, type)))].sort(),
        ]),
      ),
      others: one.data.ids.others,
    };
    for (let count = 0; count < DOCUMENTS_MAX; count++) {
      const graphs = [one.space.graph, other.space.graph];
      const query = randomQuery({ schema, random: this.#random, ids, graphs, omitted: OMITTED });
      if (validate(schema, parse(firstPages(query))).length === 0) return query;
    }
    throw new Error(`one of ${DOCUMENTS_MAX} documents expected to be valid`);
  }
}

function idsOf({ graph }: Space, type: string): string[] {
  return graph.nodesOfType(type).map((node) => graph.nodeId(node));
}

function rowsOf(shape: Shape): Rows[] {
  if (shape.kind === 'object') return shape.members.flatMap((member) => rowsOf(member.shape));
  return shape.kind === 'list' || shape.kind === 'page' ? [shape.rows] : [];
}

const PATHS = [
  'count',
  'rank',
  'total',
  'score',
  'genre',
  'name',
  'born',
  'size',
  'isOpen',
] as const;

function figures(
  { source, where }: Rows,
  random: Seeded,
  index: number,
): readonly { readonly name: string; readonly shape: Shape }[] {
  const rows: Rows = { source, ...(where && { where }) };
  const property = () =>
    ({ kind: 'property', of: ElementKind.NODE, path: random.pick(PATHS) }) as const;
  const field = property();
  const by = [property()];
  const members = [
    { name: 'rows', shape: { kind: 'countOf' } },
    { name: 'values', shape: { kind: 'countOf', field } },
    ...(['min', 'max', 'sum'] as const).map((figure) => {
      return { name: figure, shape: { kind: 'figure', figure, field, format: 'any' } } as const;
    }),
  ] as const;
  return [
    { name: `count${index}`, shape: { kind: 'count', rows } },
    { name: `figures${index}`, shape: { kind: 'aggregate', rows, members } },
    { name: `groups${index}`, shape: { kind: 'groups', rows, by, members } },
  ];
}

function answerText(space: Space, caller: string, plan: Plan): string {
  try {
    const answer = space.graphOf(caller).answer(plan, NO_LIMITS);
    const text = 'json' in answer ? answer.json.toString() : '';
    return `${answer.status} ${text} ${JSON.stringify('hidden' in answer ? answer.hidden : {})}`;
  } catch (error) {
    if (error instanceof DatabaseError) return `${error.code} ${error.message}`;
    throw error;
  }
}

function dataOf(answer: string): Record<string, unknown> | null | undefined {
  const body = JSON.parse(answer.slice(answer.indexOf('\n')));
  return (body as { readonly data?: Record<string, unknown> | null }).data;
}

/** Whether an answer has a value anywhere. */
function hasValue(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return data !== null && data !== undefined;
  return Object.values(data).some(hasValue);
}

function told(caller: string, asked: string, [one, other]: readonly string[] | string[]): string {
  return [`${caller} is answered\n${one}\nand\n${other}`, `to ${asked}`].join('\n');
}
