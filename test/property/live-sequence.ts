/**
 * One random sequence: random live queries of several callers over a space that is written, whose
 * permissions change, and whose clients come and go and are slow. What each client has put together
 * from its patches is the answer to the same query when it is asked anew.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { type ExecutionResult, type GraphQLSchema, parse, validate } from 'graphql';
import { parsePrincipal } from '../../src/access/principal.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { CompiledOperations } from '../../src/graphql/compiled-operations.ts';
import { currentSchema } from '../../src/graphql/current-schema.ts';
import { LiveQueries } from '../../src/graphql/live/live-queries.ts';
import type { LiveMessage } from '../../src/graphql/live/live-stream.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { createGraphqlEndpoint, type GraphqlEndpoint } from '../../src/server/graphql-endpoint.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { Door } from '../fixture/door.ts';
import { LiveMirror } from '../fixture/live-mirror.ts';
import { Seeded } from '../seeded.ts';
import { OPERATION } from './graphql-answers.ts';
import { firstPages } from './graphql-cursors.ts';
import { CHANGES, CONNECTS, CREATES, GraphqlData } from './graphql-data.ts';
import { EVERYTHING, everythingDefinition } from './graphql-definition.ts';
import { type RandomQuery, randomQuery } from './graphql-query.ts';
import {
  installRandomPermissions,
  LEAK_CALLERS,
  LEAK_ROOT,
  randomLeakGrants,
} from './leak-model.ts';
import { differenceOfAnswers, wholeAnswer, withLive } from './live-answers.ts';
import { writeValue } from './random-write.ts';

export interface LiveTally {
  /** Clients that were compared with a fresh answer. */
  compared: number;
  /** Messages with a patch, and those that stand for several states. */
  patches: number;
  coalesced: number;
  /** Records of permissions among the writes. */
  records: number;
  /** Clients that came back with what they had, and those of them that had all of it. */
  resumed: number;
  unchanged: number;
}

export function newLiveTally(): LiveTally {
  return { compared: 0, patches: 0, coalesced: 0, records: 0, resumed: 0, unchanged: 0 };
}

export interface LiveSequenceOptions {
  readonly seed: number;
  /** Writes, after each of which clients are compared. */
  readonly steps: number;
  readonly clients: number;
  readonly tally: LiveTally;
}

const CALLERS = [...LEAK_CALLERS, LEAK_ROOT];
const DOCUMENTS_MAX = 50;
/** Of writes that are records of permissions. */
const RECORD_SHARE = 0.15;
const SLOW_SHARE = 0.3;
const LEAVING_SHARE = 0.08;

/** Runs a sequence; what differs is returned. */
export async function runLiveSequence(options: LiveSequenceOptions): Promise<string | undefined> {
  const world = await LiveWorld.open(options);
  // Where a list fails at once, graphql-js leaves what other items have promised unheard.
  const unheard = () => undefined;
  process.on('unhandledRejection', unheard);
  try {
    return await world.run();
  } finally {
    await world.close();
    await nextTurn();
    process.off('unhandledRejection', unheard);
  }
}

class LiveWorld {
  readonly #space: OpenSpace;
  readonly #data: GraphqlData;
  readonly #live: LiveQueries;
  readonly #endpoint: GraphqlEndpoint;
  readonly #schema: () => GraphQLSchema;
  readonly #random: Seeded;
  readonly #options: LiveSequenceOptions;
  readonly #bugs: unknown[] = [];
  #clients: LiveClient[] = [];

  private constructor(door: Door, options: LiveSequenceOptions) {
    const { space, clock } = door;
    const { seed } = options;
    const services = {
      ...{ space, clock, feed: openChangeFeed(space) },
      random: new Seeded(seed + 1),
    };
    this.#space = space;
    this.#options = options;
    this.#random = new Seeded(seed + 2);
    const open = buildSchema(everythingDefinition());
    this.#data = new GraphqlData({ schema: open, services, random: this.#random, door });
    this.#schema = currentSchema(space);
    const operations = new CompiledOperations();
    this.#live = new LiveQueries({ space, schema: this.#schema, operations });
    this.#endpoint = createGraphqlEndpoint({
      ...{ schema: this.#schema, services, operations, live: this.#live },
      observe: () => undefined,
      onInternalError: (error) => {
        // Values that the definition does not admit are nobody's bug.
        if (!this.#data.hasStrangeValues) this.#bugs.push(error);
      },
    });
  }

  static async open(options: LiveSequenceOptions): Promise<LiveWorld> {
    const { seed } = options;
    const door = await Door.open({ sdl: EVERYTHING, seed });
    const world = new LiveWorld(door, options);
    for (let count = 20 + (seed % 20); count > 0; count--) {
      await world.#data.mutate(world.#random.pick([CREATES, CREATES, CONNECTS]));
    }
    if (world.#random.chance(0.6)) await world.#install();
    return world;
  }

  async close(): Promise<void> {
    this.#live[Symbol.dispose]();
    this.#data.services.feed.close();
    await this.#space[Symbol.asyncDispose]();
  }

  async run(): Promise<string | undefined> {
    const { steps, clients } = this.#options;
    for (let count = 0; count < clients; count++) await this.#join();
    for (let step = 0; step < steps; step++) {
      await this.#write();
      await this.#comeAndGo();
      const difference = await this.#compare(step === steps - 1);
      if (difference !== undefined) return difference;
      if (this.#bugs.length > 0) return inspect(this.#bugs[0]);
    }
    return undefined;
  }

  async #write(): Promise<void> {
    const random = this.#random;
    for (let count = random.pick([1, 1, 2, 4]); count > 0; count--) {
      if (random.chance(RECORD_SHARE)) await this.#changePermissions();
      else if (random.chance(0.4)) await writeValue(this.#space, LEAK_ROOT, random);
      else if (random.chance(0.08)) await this.#data.writeBeside();
      else if (random.chance(0.05)) await this.#data.writeStrange();
      else await this.#data.mutate(random.pick([CREATES, CONNECTS, CHANGES, CHANGES, CHANGES]));
      // Sometimes live queries have their turn between two writes.
      if (random.chance(0.5)) await nextTurn();
    }
  }

  async #changePermissions(): Promise<void> {
    const random = this.#random;
    const { access } = this.#space;
    this.#options.tally.records += 1;
    if (access.isOpen) return this.#install();
    const grants = randomLeakGrants(random, this.#space).filter(() => random.chance(0.05));
    const kept = grants.filter((grant) => grant.subject !== LEAK_ROOT);
    if (kept.length === 0) return;
    if (random.chance(0.5)) await access.grant(kept.slice(0, 50));
    else await access.revoke({ grants: kept.slice(0, 50) });
  }

  async #install(): Promise<void> {
    await installRandomPermissions(this.#random, this.#space);
    this.#data.caller = parsePrincipal(LEAK_ROOT);
  }

  /** Clients go, and come back with what they have; others ask something else. */
  async #comeAndGo(): Promise<void> {
    const random = this.#random;
    for (const client of [...this.#clients]) {
      if (random.chance(SLOW_SHARE)) client.isSlow = !client.isSlow;
      if (!random.chance(LEAVING_SHARE)) continue;
      await client.leave();
      this.#clients = this.#clients.filter((other) => other !== client);
      if (random.chance(0.5)) await this.#join();
      else {
        this.#options.tally.resumed += 1;
        await this.#enter(client.again());
      }
    }
  }

  async #join(): Promise<void> {
    const random = this.#random;
    const known = random.chance(0.2) ? this.#clients[0] : undefined;
    const query = known?.query ?? this.#query();
    await this.#enter(new LiveClient(query, random.pick(CALLERS)));
  }

  async #enter(client: LiveClient): Promise<void> {
    const text = withLive(firstPages(client.query), client.mirror.cursor);
    const opened = await this.#execute(client, text);
    if (Symbol.asyncIterator in opened) client.follow(opened);
    // It may not be valid under the schema any more.
    else if (opened.errors === undefined) throw new Error('a stream was expected');
    else return;
    this.#clients.push(client);
  }

  #query(): RandomQuery {
    const { ids } = this.#data;
    const schema = this.#schema();
    for (let count = 0; count < DOCUMENTS_MAX; count++) {
      const world = { schema, random: this.#random, ids, isBroken: false };
      const query = randomQuery(world);
      if (validate(schema, parse(firstPages(query))).length === 0) return query;
    }
    throw new Error(`one of ${DOCUMENTS_MAX} documents expected to be valid`);
  }

  async #execute(
    { query: { variables }, caller }: LiveClient,
    text: string,
  ): Promise<ExecutionResult | AsyncIterableIterator<LiveMessage>> {
    const params = { query: text, variables, operationName: OPERATION };
    const asked = { params, caller: parsePrincipal(caller) };
    const enveloped = this.#endpoint.getEnveloped(asked);
    const { schema, parse, validate, contextFactory, execute } = enveloped;
    const document = parse(text);
    const errors = validate(schema, document);
    if (errors.length > 0) return { errors };
    return await execute({
      ...{ schema, document, operationName: OPERATION, variableValues: variables },
      contextValue: await contextFactory(),
    });
  }

  async #compare(isLast: boolean): Promise<string | undefined> {
    while (this.#live.behind > 0) await nextTurn();
    for (const client of [...this.#clients]) {
      if (client.isSlow && !isLast) continue;
      await client.take(this.#options.tally);
      if (client.isEnded) {
        this.#clients = this.#clients.filter((other) => other !== client);
        continue;
      }
      const fresh = await this.#execute(client, firstPages(client.query));
      const difference = differenceOf(client, fresh as ExecutionResult);
      if (difference !== undefined) return difference;
      this.#options.tally.compared += 1;
    }
    return undefined;
  }
}

class LiveClient {
  readonly query: RandomQuery;
  readonly caller: string;
  readonly mirror: LiveMirror;
  isSlow = false;
  isEnded = false;
  #stream: AsyncIterableIterator<LiveMessage> | undefined;
  #next: Promise<IteratorResult<LiveMessage>> | undefined;

  constructor(query: RandomQuery, caller: string, mirror = new LiveMirror()) {
    this.query = query;
    this.caller = caller;
    this.mirror = mirror;
  }

  follow(stream: AsyncIterableIterator<LiveMessage>): void {
    this.#stream = stream;
  }

  /** The same client, when it comes back with what it has. */
  again(): LiveClient {
    this.mirror.comeBack();
    return new LiveClient(this.query, this.caller, this.mirror);
  }

  async leave(): Promise<void> {
    await this.#stream?.return?.();
  }

  /** Puts all messages together that there are. */
  async take(tally: LiveTally): Promise<void> {
    while (this.#stream !== undefined) {
      this.#next ??= this.#stream.next();
      const result = await Promise.race([this.#next, nothingMore()]);
      if (result === undefined) return;
      this.#next = undefined;
      // The last message of a stream may be errors alone.
      if (result.done === true || result.value.revision === undefined) {
        this.isEnded = true;
        return;
      }
      const { patches, coalesced } = this.mirror;
      this.mirror.put(result.value);
      tally.patches += this.mirror.patches - patches;
      tally.coalesced += this.mirror.coalesced - coalesced;
      if (result.value.revision === 1 && result.value.patch !== undefined) tally.unchanged += 1;
    }
  }
}

/** After what is there already has come. */
async function nothingMore(): Promise<undefined> {
  await nextTurn();
  await nextTurn();
  return undefined;
}

function differenceOf(client: LiveClient, fresh: ExecutionResult): string | undefined {
  const text = 'stringify' in fresh ? String((fresh.stringify as () => unknown)()) : '';
  const { data = null, extensions } = fresh;
  const answer = text === '' ? JSON.stringify({ data, extensions }) : text;
  return differenceOfAnswers(client, wholeAnswer(JSON.parse(answer), fresh.errors));
}
