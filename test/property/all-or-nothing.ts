/**
 * Random nested writes, of which one part fails: nothing of them is there afterwards, for the hash
 * of the state and for whoever reads; and what others write at the same time stands.
 */

import { type ExecutionResult, execute, type GraphQLSchema, parse } from 'graphql';
import { parsePrincipal } from '../../src/access/principal.ts';
import { upperFirst } from '../../src/definition/generated-names.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { createContext, type Services } from '../../src/graphql/context.ts';
import { MutationError } from '../../src/graphql/mutation-error.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { Seeded } from '../seeded.ts';
import {
  DEFINITION,
  FAILURES,
  type Failure,
  HOLDER,
  type RandomWrite,
  randomWrite,
} from './failing-write.ts';

const EVE = 'user:acme/eve';
const TYPES = ['Book', 'Shelf', 'NEXT', 'ON'] as const;
const MODEL = [
  'model\n  schema 1.1\ntype user',
  ...TYPES.map((type) => {
    const secret = type === 'Book' ? '\n    define write.secret: [user]' : '';
    return `type ${type}\n  relations
    define read: [user]\n    define write: [user]${secret}`;
  }),
].join('\n');
const OTHERS_MAX = 3;
/** Of failing writes that go together with others. */
const TOGETHER_SHARE = 0.5;

const READ = `{ books(where: { NOT: { isbn: { startsWith: "other" } } }) { isbn version title pages
  secret sequelsConnection { edges { node { isbn } properties { rank } } } shelves { name } }
  shelves { name version books { isbn } } }`;
/** What is deleted may be connected then, and what is created be so for each of several. */
const BY_CHANCE = ['NOT_FOUND', 'ALREADY_EXISTS'];
const UNBATCHED = ['plain', 'try'] as const;
const FORMS = [...UNBATCHED, 'batch'] as const;

export interface AllOrNothingOptions {
  readonly seed: number;
  readonly writes: number;
  readonly tally: AllOrNothingTally;
  /** A space that is altered, to see that what is wrong is found out. */
  readonly alter?: (space: Space) => Space;
}

export interface AllOrNothingTally {
  readonly failures: Map<Failure, number>;
  /** By where in its input a write failed: how many names and indices lead there. */
  readonly depths: Map<number, number>;
  /** Failing writes beside which others wrote. */
  together: number;
}

export function newTally(): AllOrNothingTally {
  return { failures: new Map(), depths: new Map(), together: 0 };
}

/** What is wrong is returned. */
export async function runAllOrNothing(options: AllOrNothingOptions): Promise<string | undefined> {
  const { seed, alter = (space) => space } = options;
  const opened = await openMemorySpace({
    definition: { source: DEFINITION },
    random: new Seeded(seed),
  });
  const feed = openChangeFeed(opened);
  try {
    await opened.access.installModel({ source: MODEL });
    await opened.access.grant(
      TYPES.flatMap((type) =>
        ['read', 'write'].map((relation) => ({ object: `${type}:*`, relation, subject: EVE })),
      ),
    );
    const space = alter(opened);
    const services = { space, feed, clock: { now: Date.now }, random: new Seeded(seed + 1) };
    return await new Sequence(services, options).run();
  } finally {
    feed.close();
    await opened[Symbol.asyncDispose]();
  }
}

/** What is told of a write that fails, be it as an error or as a result. */
interface Told {
  readonly code: string;
  readonly message: string;
  readonly inputPath: readonly (string | number)[];
}

type Result = Told & { readonly path?: readonly string[] };
type Answer = ExecutionResult<{ readonly result: Result | readonly Result[] }>;

class Sequence {
  readonly #services: Services;
  readonly #schema: GraphQLSchema;
  readonly #options: AllOrNothingOptions;
  readonly #random: Seeded;
  #keys = 0;

  constructor(services: Services, options: AllOrNothingOptions) {
    const { space } = services;
    this.#services = services;
    this.#schema = buildSchema(space.definition, space.access.version()?.rules);
    this.#options = options;
    this.#random = new Seeded(options.seed + 2);
  }

  async run(): Promise<string | undefined> {
    const random = this.#random;
    await this.#send('create', 'plain', { input: [HOLDER, { isbn: 'first', pages: 1 }] });
    for (let count = 0; count < this.#options.writes; count++) {
      // Writes that do not fail, so that there is something to leave as it is.
      for (let valid = 0; valid < 2; valid++) await this.#write(randomWrite(random, this.#books()));
      const failure = random.pick(Object.keys(FAILURES) as Failure[]);
      const wrong = await this.#fail(failure, randomWrite(random, this.#books(), failure));
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  async #fail(failure: Failure, write: RandomWrite): Promise<string | undefined> {
    const random = this.#random;
    const { space } = this.#services;
    const isTogether = random.chance(TOGETHER_SHARE);
    const others = isTogether ? random.between(1, OTHERS_MAX) : 0;
    const keys = Array.from({ length: others }, () => `other ${this.#fresh()}`);
    const before = await this.#read();
    const hash = space.stateHash();
    const create = (isbn: string) => this.#send('create', 'plain', { input: [{ isbn, pages: 1 }] });
    // Some come before it, some after it.
    const first = keys.slice(0, random.below(others + 1)).map(create);
    const failing = this.#write(write);
    const written = await Promise.all([...first, ...keys.slice(first.length).map(create)]);
    const error = await failing;
    // A nested part that picks no node does nothing.
    if (error === undefined) return undefined;
    const told = `${failure} in ${JSON.stringify(write)}`;
    if (!isTogether && space.stateHash() !== hash) return `the state has changed: ${told}`;
    if ((await this.#read()) !== before) return `readers see a part of it: ${told}`;
    if (written.some(({ errors }) => errors !== undefined) || !this.#areThere(keys)) {
      return `others are not written: ${told}`;
    }
    if (error.inputPath.length === 0) return `without a place: ${told}`;
    const isOwn = error.code === FAILURES[failure];
    if (!isOwn && !BY_CHANCE.includes(error.code)) {
      return `${error.code} ${error.message}: ${told}`;
    }
    if (isOwn) this.#count(failure, error.inputPath.length, isTogether);
    return undefined;
  }

  #count(failure: Failure, depth: number, isTogether: boolean): void {
    const { failures, depths } = this.#options.tally;
    failures.set(failure, (failures.get(failure) ?? 0) + 1);
    depths.set(depth, (depths.get(depth) ?? 0) + 1);
    if (isTogether) this.#options.tally.together += 1;
  }

  /** The error that it fails with, if any. */
  async #write({ verb, args }: RandomWrite): Promise<Told | undefined> {
    // An operation of a batch has neither a list of inputs nor a bound.
    const isBatchable = !('input' in args || 'atMost' in args);
    const form = this.#random.pick(isBatchable ? FORMS : UNBATCHED);
    const { errors, data } = await this.#send(verb, form, args);
    const error = errors?.[0];
    if (error?.originalError instanceof MutationError) return error.originalError;
    if (error !== undefined) throw error;
    const [result] = [data?.result].flat();
    return result?.path && { ...result, inputPath: result.path };
  }

  async #send(
    verb: RandomWrite['verb'],
    form: (typeof FORMS)[number],
    args: Record<string, unknown>,
  ): Promise<Answer> {
    const given = form === 'batch' ? { operations: [{ [verb]: args }] } : args;
    const name = { plain: `${verb}Books`, try: `try${upperFirst(verb)}Books`, batch: 'batchBooks' };
    const field = this.#schema.getMutationType()?.getFields()[name[form]];
    const types = field?.args.filter((argument) => argument.name in given) ?? [];
    const declared = types.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
    const passed = types.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
    const told = form === 'plain' ? '' : '... on MutationError { code message path }';
    const body = `result: ${name[form]}(${passed}) { __typename ${told} }`;
    const text = `mutation (${declared}) { ${body} }`;
    return (await execute({
      schema: this.#schema,
      document: parse(text),
      variableValues: given,
      contextValue: createContext(this.#services, { caller: parsePrincipal(EVE) }),
    })) as Answer;
  }

  async #read(): Promise<string> {
    const result = await execute({
      schema: this.#schema,
      document: parse(READ),
      contextValue: createContext(this.#services, { caller: parsePrincipal(EVE) }),
    });
    if (result.errors !== undefined) throw result.errors[0];
    return JSON.stringify(result.data);
  }

  #areThere(keys: readonly string[]): boolean {
    const { graph } = this.#services.space;
    return keys.every((key) => graph.nodeByKey('Book', key) !== undefined);
  }

  #books() {
    const { graph } = this.#services.space;
    const keys = graph.nodesOfType('Book').map((node) => graph.nodeKey(node) ?? '');
    const there = keys.filter((key) => key !== HOLDER.isbn && !key.startsWith('other')).sort();
    return { there: there.length > 0 ? there : ['gone'], fresh: () => this.#fresh() };
  }

  #fresh(): string {
    this.#keys += 1;
    return `k${this.#keys}`;
  }
}
