/**
 * One random sequence: a space is filled and changed through its API, and in between random
 * queries are answered by resolvers and by plans of the engine, character for character the same.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type ExecutionResult,
  type GraphQLSchema,
  OverlappingFieldsCanBeMergedRule,
  parse,
  print,
  validate,
} from 'graphql';
import { ListValue } from '../../src/delta/value.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { Door } from '../fixture/door.ts';
import { Seeded } from '../seeded.ts';
import {
  type Asked,
  answerByPlan,
  answerByResolvers,
  differenceOf,
  errorCode,
  type PlannedAnswer,
  runPlan,
  type Server,
  unexpectedError,
} from './graphql-answers.ts';
import type { GraphqlCoverage } from './graphql-coverage.ts';
import { firstPages, nextPages } from './graphql-cursors.ts';
import { CHANGES, CONNECTS, CREATES, GraphqlData } from './graphql-data.ts';
import { EVERYTHING, everythingDefinition } from './graphql-definition.ts';
import { entityDifference } from './graphql-entities.ts';
import { type RandomQuery, randomQuery } from './graphql-query.ts';
import { smallerDocument } from './smaller-document.ts';
import type { WrongPlan } from './wrong-graphql-plans.ts';

/** A document in which two fields of one name ask for different things is made again. */
const DOCUMENTS_MAX = 50;
const MERGING = [OverlappingFieldsCanBeMergedRule];
/** The other rules take much longer, and documents are made to keep them. */
const WHOLE_CHECK_SHARE = 0.1;
const TURNS_MAX = 3;

export interface GraphqlSequenceOptions {
  readonly seed: number;
  /** How many queries are asked. */
  readonly queries: number;
  readonly coverage: GraphqlCoverage;
  /** Wrong plans: those that are found out are taken off. */
  readonly wrong?: Map<string, WrongPlan>;
}

let known: GraphQLSchema | undefined;

/** Runs a sequence; what differs is returned. */
export async function runGraphqlSequence(
  options: GraphqlSequenceOptions,
): Promise<string | undefined> {
  known ??= buildSchema(everythingDefinition());
  const { seed } = options;
  const door = await Door.open({ sdl: EVERYTHING, seed });
  await using space = door.space;
  const feed = openChangeFeed(space);
  const random = new Seeded(seed);
  const { clock } = door;
  const data = new GraphqlData({
    schema: known,
    services: { space, feed, clock, random: new Seeded(seed + 1) },
    random,
    door,
  });
  // Where a list fails at once, graphql-js leaves what other items have promised unheard.
  const unheard = () => options.coverage.hit('rejections that nobody hears');
  process.on('unhandledRejection', unheard);
  try {
    const difference = await new GraphqlSequence(data, random, options).run();
    for (const [name, count] of data.collectionChanges) options.coverage.hit(name, count);
    return difference;
  } finally {
    feed.close();
    await nextTurn();
    process.off('unhandledRejection', unheard);
  }
}

const SET_PATHS = ['scores', 'states', 'frame.names'];
const SEQUENCE_PATHS = ['moments', 'frame.flags'];

/** Roots of the graph that plans do not answer. */
const NO_PLAN = ['neighbourhood', 'conflicts'];

class GraphqlSequence {
  readonly #data: GraphqlData;
  readonly #random: Seeded;
  readonly #options: GraphqlSequenceOptions;
  readonly #isStrange: boolean;
  #queriesLeft: number;

  constructor(data: GraphqlData, random: Seeded, options: GraphqlSequenceOptions) {
    this.#data = data;
    this.#random = random;
    this.#options = options;
    this.#isStrange = random.chance(0.3);
    this.#queriesLeft = options.queries;
  }

  async run(): Promise<string | undefined> {
    const random = this.#random;
    for (let count = random.pick([0, 5, 20, 30, 30, 40, 40, 50]); count > 0; count--) {
      await this.#mutate(random.pick([CREATES, CREATES, CONNECTS, CHANGES]));
    }
    while (this.#queriesLeft > 0) {
      if (random.chance(0.08)) await this.#mutate(CHANGES);
      const difference = await this.#ask();
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  async #mutate(verbs: readonly string[]): Promise<void> {
    const random = this.#random;
    const { coverage } = this.#options;
    if (random.chance(0.06)) return this.#data.writeBeside();
    if (this.#isStrange && random.chance(0.3)) return this.#data.writeStrange();
    const isDone = await this.#data.mutate(verbs);
    coverage.hit(isDone ? 'mutations' : 'mutations refused');
    if (isDone) this.#countCollections();
  }

  /** Sets of values and sequences that show several. */
  #countCollections(): void {
    const { graph } = this.#data.services.space;
    for (const node of graph.nodesOfType('Item')) {
      for (const path of [...SET_PATHS, ...SEQUENCE_PATHS]) {
        const value = graph.nodeValue(node, path);
        if (!(value instanceof ListValue) || value.items.length < 2) continue;
        const kind = SET_PATHS.includes(path) ? 'sets' : 'sequences';
        this.#options.coverage.hit(`${kind} with several values, ${path}`);
      }
    }
  }

  /** One query, and then the pages that it leads to. */
  async #ask(): Promise<string | undefined> {
    const random = this.#random;
    const query = this.#validQuery();
    let asked: Asked = { document: parse(firstPages(query)), variables: query.variables };
    for (let turns = 0; ; turns++) {
      this.#queriesLeft -= 1;
      const result = await answerByResolvers(this.#data, asked);
      const difference = await this.#difference(query, asked, result);
      if (difference !== undefined) return difference;
      if (turns === TURNS_MAX || this.#queriesLeft === 0) return undefined;
      const next = nextPages(query, result.data, { random });
      if (next === undefined) return undefined;
      // What a cursor is of may have changed or gone since.
      if (random.chance(0.1)) await this.#mutate(CHANGES);
      for (const end of next.ends) this.#options.coverage.hit(`cursors given as ${end}`);
      asked = { document: parse(next.text), variables: query.variables };
    }
  }

  #validQuery(): RandomQuery {
    const { schema, ids } = this.#data;
    const rules = this.#random.chance(WHOLE_CHECK_SHARE) ? undefined : MERGING;
    for (let count = 0; count < DOCUMENTS_MAX; count++) {
      const { graph } = this.#data.services.space;
      const world = { schema, random: this.#random, ids, graphs: [graph] };
      const query = randomQuery({ ...world, omitted: NO_PLAN });
      const errors = validate(schema, parse(firstPages(query)), rules);
      if (errors.length === 0) return query;
      const [error] = errors.filter(({ message }) => !message.includes('conflict'));
      if (error !== undefined) throw new Error(`${error.message}\n${query.text}`);
      this.#options.coverage.hit('documents made again');
    }
    throw new Error(`one of ${DOCUMENTS_MAX} documents expected to be valid`);
  }

  async #difference(
    query: RandomQuery,
    asked: Asked,
    result: ExecutionResult,
  ): Promise<string | undefined> {
    const { coverage, wrong = new Map<string, WrongPlan>() } = this.#options;
    const { hasStrangeValues } = this.#data;
    const planned = answerByPlan(this.#data, asked);
    const difference = this.#failure(result, planned);
    if (difference !== undefined) return await this.#report(asked, difference);
    const wrongEntity = this.#wrongEntity(query, result);
    if (wrongEntity !== undefined) return `${wrongEntity}\nto ${print(asked.document)}`;
    coverage.end({
      query,
      data: result.data,
      isValid: result.errors === undefined,
      fallback: 'fallback' in planned ? planned.fallback : undefined,
      hasStrangeValues,
      plan: planned.plan,
    });
    if ('text' in planned && planned.parameters !== 0) coverage.hit('plans with parameters');
    for (const error of result.errors ?? []) {
      coverage.hit(`errors, ${errorCode(error)}`);
    }
    if (planned.plan === undefined) return undefined;
    for (const [name, make] of wrong) {
      const plan = make(planned.plan);
      if (plan === undefined) continue;
      if (differenceOf(result, runPlan(this.#data, plan)) !== undefined) wrong.delete(name);
    }
    return undefined;
  }

  /** By looking at every node; a broken query may fail at any place for reasons of its own. */
  #wrongEntity({ references, isBroken }: RandomQuery, { data, errors = [] }: ExecutionResult) {
    const { hasStrangeValues, services } = this.#data;
    if (hasStrangeValues || isBroken || references.size === 0) return undefined;
    for (const { message, path = [] } of errors) {
      if (!references.has(String(path[0])) || path.length !== 2) continue;
      const what = message.includes('got several') ? 'several' : 'what is none';
      this.#options.coverage.hit(`entities, an error for ${what}`);
    }
    return entityDifference(services.space.graph, { references, data, errors });
  }

  #failure(result: ExecutionResult, planned: PlannedAnswer): string | undefined {
    const difference = differenceOf(result, planned);
    if (difference !== undefined || this.#data.hasStrangeValues) return difference;
    const unexpected = unexpectedError(result);
    return unexpected === undefined ? undefined : `resolvers fail: ${unexpected.stack}`;
  }

  async #report(asked: Asked, difference: string): Promise<string> {
    const server: Server = this.#data;
    const failure = async (less: Asked) => {
      return this.#failure(await answerByResolvers(server, less), answerByPlan(server, less));
    };
    const small = await smallerDocument(server.schema, asked, async (less) => {
      return (await failure(less)) !== undefined;
    });
    return [
      (await failure(small)) ?? difference,
      `to ${print(small.document)}`,
      `with ${JSON.stringify(small.variables)}`,
      `which is part of ${print(asked.document)}`,
      `with ${JSON.stringify(asked.variables)}`,
      ...(this.#data.hasStrangeValues ? ['over values that the definition does not admit'] : []),
    ].join('\n');
  }
}
