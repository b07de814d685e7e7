/**
 * One random sequence: a random definition, data and permissions, and random queries of one caller
 * each, some of them with the pages that follow. What the API answers must be what the reference
 * says; a difference is made small before it is told.
 */

import {
  type GraphQLSchema,
  OverlappingFieldsCanBeMergedRule,
  parse,
  print,
  validate,
} from 'graphql';
import type { QueryRules } from '../reference/query-context.ts';
import { Seeded } from '../seeded.ts';
import type { Asked } from './graphql-answers.ts';
import { firstPages, nextPages } from './graphql-cursors.ts';
import { type RandomQuery, randomQuery } from './graphql-query.ts';
import { type SemanticsCoverage, tellingFeatures } from './semantics-coverage.ts';
import { CursorBook } from './semantics-cursors.ts';
import { FocusedQueries } from './semantics-focus.ts';
import {
  answerOfApi,
  answerOfReference,
  answerOfResolvers,
  differenceOf,
  isTooCostly,
  type Question,
} from './semantics-question.ts';
import { type SequenceOptions, sequencesOf } from './semantics-sequences.ts';
import { addTally, type SetRules, type SetTally, setsOf } from './semantics-sets.ts';
import { type WalkTally, walkPages } from './semantics-walk.ts';
import { SemanticsWorld } from './semantics-world.ts';
import { smallerDocument } from './smaller-document.ts';

export interface SemanticsSequenceOptions {
  readonly seed: number;
  /** How many queries are asked. */
  readonly queries: number;
  readonly coverage: SemanticsCoverage;
  readonly walks: WalkTally;
  readonly sets?: SetTally;
  /** Wrong ones, to be found out. */
  readonly setRules?: SetRules;
  /** What is counted of sequences, and wrong rules of them. */
  readonly sequences?: SequenceOptions;
  /** Wrong references: those that are found out are taken off. */
  readonly wrong?: Map<string, QueryRules>;
}

const TURNS_MAX = 3;
const WALKS = 6;
/** That are made before, as walks are about lists of some length. */
const WALKED_NODES = 10;
const DOCUMENTS_MAX = 50;
/** Of queries that are asked without knowing whether they have an answer. */
const EMPTY_SHARE = 0.2;
const FOCUSED_SHARE = 0.5;
const RESTRICTED_SHARE = 0.6;
const PROMISING_MAX = 12;
/** What comes along with other features. */
const COMMON = ['where NOT', 'where of a missing value', 'limit within a list'];
const RESOLVED_SHARE = 0.15;

/** What differs is returned. */
export async function runSemanticsSequence(
  options: SemanticsSequenceOptions,
): Promise<string | undefined> {
  const world = await SemanticsWorld.open(options.seed, options);
  try {
    return await new SemanticsSequence(world, options).run();
  } finally {
    addTally(options.sets, world.sets.tally);
    await world.close();
  }
}

class SemanticsSequence {
  readonly #world: SemanticsWorld;
  readonly #random: Seeded;
  readonly #options: SemanticsSequenceOptions;
  readonly #cursors = new CursorBook();
  readonly #focused: FocusedQueries;
  #queriesLeft: number;

  constructor(world: SemanticsWorld, options: SemanticsSequenceOptions) {
    this.#world = world;
    this.#random = new Seeded(options.seed + 2);
    this.#focused = new FocusedQueries(world, this.#random);
    this.#options = options;
    this.#queriesLeft = options.queries;
  }

  async run(): Promise<string | undefined> {
    const random = this.#random;
    await this.#world.fill(random.pick([6, 12, 20, 30]));
    if (random.chance(RESTRICTED_SHARE)) await this.#world.restrict();
    while (this.#queriesLeft > 0) {
      if (random.chance(0.05)) await this.#world.change();
      const difference = await this.#ask();
      if (difference !== undefined) return difference;
    }
    return (await this.#askCollections()) ?? (await this.#walk());
  }

  /** What all sets of values and sequences hold at the end. */
  async #askCollections(): Promise<string | undefined> {
    const types = [...this.#world.definition.nodeTypes.values()];
    const parts = types.flatMap(({ plural, fields }) => {
      const collections = [...setsOf(fields), ...sequencesOf(fields)];
      const paths = collections.map(({ path }) => path.split('.'));
      const texts = paths.map(([first, inner]) => (inner ? `${first} { ${inner} }` : first));
      return texts.length === 0 ? [] : [`${plural} { id ${texts.join(' ')} }`];
    });
    if (parts.length === 0) return undefined;
    const document = parse(`query Q { ${parts.join(' ')} }`);
    const [root = ''] = this.#world.callers;
    const question = this.#question(root, { document, variables: {} });
    return await this.#difference(question, await answerOfApi(question));
  }

  /** Through pages, while others write. */
  async #walk(): Promise<string | undefined> {
    const [world, random] = [this.#world, this.#random];
    await world.fill(WALKED_NODES);
    for (let count = WALKS; count > 0; count--) {
      const failure = await walkPages({ world, random, tally: this.#options.walks });
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /** One query, and then the pages that it leads to. */
  async #ask(): Promise<string | undefined> {
    const random = this.#random;
    const caller = random.pick(this.#world.callers);
    const query = this.#promisingQuery(caller);
    let text = firstPages(query);
    for (let turns = 0; ; turns++) {
      this.#queriesLeft -= 1;
      const question = this.#question(caller, { document: parse(text), ...query });
      const answer = await answerOfApi(question);
      const difference = await this.#difference(question, answer);
      if (difference !== undefined) return difference;
      if (turns === TURNS_MAX || this.#queriesLeft === 0) return undefined;
      const next = nextPages(query, answer.data, { random, wrongShare: 0 });
      if (next === undefined || !merges(this.#world.schema, next.text)) return undefined;
      this.#options.coverage.hit('pages turned');
      // What a cursor is of may have changed or gone since.
      if (random.chance(0.2)) await this.#world.change();
      text = next.text;
    }
  }

  #question(caller: string, { document, variables }: Asked): Question {
    const [world, cursors] = [this.#world, this.#cursors];
    return { world, caller, document, variables, cursors };
  }

  async #difference(
    question: Question,
    answer: Awaited<ReturnType<typeof answerOfApi>>,
  ): Promise<string | undefined> {
    const { coverage, wrong = new Map<string, QueryRules>() } = this.#options;
    if (isTooCostly(answer)) {
      coverage.hit('queries that cost too much');
      return undefined;
    }
    const seen = new Set<string>();
    const expected = answerOfReference(question, { see: (what) => seen.add(what) });
    const difference = differenceOf(expected, answer, this.#cursors);
    if (difference !== undefined) return await this.#report(question, difference);
    if (expected.refusals.length === 0 && this.#random.chance(RESOLVED_SHARE)) {
      const resolved = differenceOf(expected, await answerOfResolvers(question), this.#cursors);
      if (resolved !== undefined)
        return `${resolved}\nby resolvers, to ${print(question.document)}`;
      coverage.hit('queries by resolvers, too');
    }
    coverage.end(seen, { expected, isRestricted: this.#world.callers.length > 1 });
    for (const [name, rules] of wrong) {
      if (isFoundOut(question, { answer, rules })) wrong.delete(name);
    }
    return undefined;
  }

  async #report(question: Question, difference: string): Promise<string> {
    const failure = async (less: Asked) => {
      const asked = { ...question, ...less };
      const answer = await answerOfApi(asked);
      if (answer.data === undefined) return undefined;
      return differenceOf(answerOfReference(asked), answer, this.#cursors);
    };
    const small = await smallerDocument(this.#world.schema, question, async (less) => {
      return (await failure(less)) !== undefined;
    });
    return [
      (await failure(small)) ?? difference,
      `to ${print(small.document)}`,
      `with ${JSON.stringify(small.variables)}`,
      `asked by ${question.caller}`,
      `over ${this.#world.written.sdl}`,
    ].join('\n');
  }

  /** About one feature, with something to show for it, mostly. */
  #tellingQuery(caller: string): RandomQuery {
    for (let count = 1; ; count++) {
      const query = this.#focused.next();
      if (count === PROMISING_MAX) return query;
      const seen = new Set<string>();
      const document = parse(firstPages(query));
      const question = this.#question(caller, { document, variables: query.variables });
      answerOfReference(question, { see: (what) => seen.add(what) });
      if (tellingFeatures(seen).some((what) => !COMMON.includes(what))) return query;
    }
  }

  /** Of queries without an answer most are left out. */
  #promisingQuery(caller: string): RandomQuery {
    if (this.#random.chance(FOCUSED_SHARE)) return this.#tellingQuery(caller);
    for (let count = 1; ; count++) {
      const query = this.#validQuery();
      if (count === PROMISING_MAX || this.#random.chance(EMPTY_SHARE)) return query;
      const { variables } = query;
      const document = parse(firstPages(query));
      const { data } = answerOfReference(this.#question(caller, { document, variables }));
      if (hasValue(data)) return query;
    }
  }

  #validQuery(): RandomQuery {
    const { schema, ids, values, written } = this.#world;
    const { indexes } = written;
    // The reference knows none of them.
    const omitted = ['shortestPath', 'neighbourhood', 'conflicts', 'version'];
    const asked = { isBroken: false, omitted };
    const world = { schema, random: this.#random, ids, ...values, indexes, ...asked };
    for (let count = 0; count < DOCUMENTS_MAX; count++) {
      const query = randomQuery(world);
      if (merges(schema, firstPages(query))) return query;
    }
    throw new Error(`one of ${DOCUMENTS_MAX} documents expected to be valid`);
  }
}

/** Whether fields of one name ask for the same. */
function merges(schema: GraphQLSchema, text: string): boolean {
  return validate(schema, parse(text), [OverlappingFieldsCanBeMergedRule]).length === 0;
}

/** A wrong reference says something else, or comes to no answer. */
function isFoundOut(
  question: Question,
  {
    answer,
    rules,
  }: { readonly answer: Awaited<ReturnType<typeof answerOfApi>>; readonly rules: QueryRules },
): boolean {
  try {
    return (
      differenceOf(answerOfReference(question, { rules }), answer, question.cursors) !== undefined
    );
  } catch {
    return true;
  }
}

/** Whether an answer has a value anywhere. */
function hasValue(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) {
    return data !== null && data !== undefined && data !== 0 && data !== false;
  }
  return Object.values(data).some(hasValue);
}
