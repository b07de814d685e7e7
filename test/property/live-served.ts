/**
 * Live queries over real connections while the graph is written and permissions change: clients
 * come and go, and have in the end, and at points between, what they would be answered.
 */

import { setTimeout } from 'node:timers/promises';
import { parse, validate } from 'graphql';
import { parsePrincipal } from '../../src/access/principal.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { PRINCIPAL_HEADER } from '../../src/server/authentication/credential.ts';
import { type RunningServer, serveSpace } from '../../src/server/serve.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import { Door } from '../fixture/door.ts';
import { LiveClient } from '../fixture/live-client.ts';
import type { LiveMirror } from '../fixture/live-mirror.ts';
import {
  type Subscriber,
  subscribeBySse,
  subscribeBySync,
  subscribeByWebSocket,
} from '../fixture/subscribers.ts';
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

export interface ServedLiveOptions {
  readonly seed: number;
  readonly clients: number;
  readonly milliseconds: number;
  /** How often all clients are compared meanwhile. */
  readonly points: number;
}

export interface ServedLiveTally {
  writes: number;
  records: number;
  compared: number;
  patches: number;
  coalesced: number;
  reconnects: number;
}

const PROTOCOLS = ['graphql-transport-ws', 'SSE', 'sync'] as const;
const CALLERS = [...LEAK_CALLERS, LEAK_ROOT];
/** How long a client may take to have what it should. */
const PATIENCE_MILLISECONDS = 10_000;
const POLL_MILLISECONDS = 5;
const DOCUMENTS_MAX = 200;
/** Between two points, on however slow a machine. */
const WRITES_LEAST = 20;
const RECORD_SHARE = 0.03;
const RECONNECT_SHARE = 0.05;

/** Throws what differs. */
export async function runServedLive(options: ServedLiveOptions): Promise<ServedLiveTally> {
  const { seed } = options;
  const door = await Door.open({ sdl: EVERYTHING, seed });
  await using space = door.space;
  await using server = await serveSpace(space, {
    ...{ port: 0, metricsPort: 0, syncPort: 0 },
    // Values that the definition does not admit are not written here.
    onInternalError: (error) => {
      throw error;
    },
  });
  const feed = openChangeFeed(space);
  const random = new Seeded(seed + 2);
  const services = { space, feed, clock: door.clock, random: new Seeded(seed + 1) };
  const schema = buildSchema(everythingDefinition());
  const data = new GraphqlData({ schema, services, random });
  for (let count = 40; count > 0; count--) {
    await data.mutate(random.pick([CREATES, CREATES, CONNECTS]));
  }
  try {
    return await new ServedLive({ options, server, space, data, random }).run();
  } finally {
    feed.close();
  }
}

interface Asked {
  readonly query: RandomQuery;
  readonly caller: string;
}

/** A query that a caller follows. */
class Follower implements Asked {
  readonly query: RandomQuery;
  readonly caller: string;
  readonly #server: RunningServer;
  readonly #protocol: (typeof PROTOCOLS)[number];
  #client: LiveClient;

  constructor(
    { query, caller }: Asked,
    server: RunningServer,
    protocol: (typeof PROTOCOLS)[number],
  ) {
    this.query = query;
    this.caller = caller;
    this.#server = server;
    this.#protocol = protocol;
    this.#client = this.#connect(undefined);
  }

  get mirror(): LiveMirror {
    return this.#client.mirror;
  }

  /** Undefined where its stream has ended: its query is not valid any more. */
  difference(fresh: ReturnType<typeof wholeAnswer>): string | undefined {
    return this.#client.putAll() ? differenceOfAnswers(this, fresh) : undefined;
  }

  reconnect(): void {
    this.#client.putAll();
    this.#client.stop();
    const { mirror } = this;
    mirror.comeBack();
    this.#client = this.#connect(mirror);
  }

  stop(): void {
    this.#client.stop();
  }

  #subscribe(asked: string): Subscriber {
    const { graphql, sync } = this.#server;
    const { variables } = this.query;
    const headers = { [PRINCIPAL_HEADER]: this.caller };
    switch (this.#protocol) {
      case 'graphql-transport-ws':
        return subscribeByWebSocket(graphql, asked, variables, { principal: this.caller });
      case 'SSE':
        return subscribeBySse(graphql, asked, variables, headers);
      case 'sync':
        return subscribeBySync(sync, asked, variables, headers);
    }
  }

  #connect(mirror: LiveMirror | undefined): LiveClient {
    const text = withLive(firstPages(this.query), mirror?.cursor);
    return new LiveClient((asked) => this.#subscribe(asked), text, mirror);
  }
}

class ServedLive {
  readonly #options: ServedLiveOptions;
  readonly #server: RunningServer;
  readonly #space: OpenSpace;
  readonly #data: GraphqlData;
  readonly #random: Seeded;
  readonly #tally: ServedLiveTally = {
    ...{ writes: 0, records: 0, compared: 0, patches: 0, coalesced: 0, reconnects: 0 },
  };
  readonly #followers: Follower[] = [];

  constructor(parts: {
    readonly options: ServedLiveOptions;
    readonly server: RunningServer;
    readonly space: OpenSpace;
    readonly data: GraphqlData;
    readonly random: Seeded;
  }) {
    this.#options = parts.options;
    this.#server = parts.server;
    this.#space = parts.space;
    this.#data = parts.data;
    this.#random = parts.random;
  }

  async run(): Promise<ServedLiveTally> {
    const { clients, milliseconds, points } = this.#options;
    try {
      while (this.#followers.length < clients) await this.#follow();
      await this.#compare();
      const started = performance.now();
      for (let point = 1; point <= points; point++) {
        const until = started + (milliseconds * point) / points;
        for (let write = 0; write < WRITES_LEAST || performance.now() < until; write++) {
          await this.#write();
        }
        await this.#compare();
      }
      for (const { mirror } of this.#followers) {
        this.#tally.patches += mirror.patches;
        this.#tally.coalesced += mirror.coalesced;
      }
      return this.#tally;
    } finally {
      for (const follower of this.#followers) follower.stop();
    }
  }

  async #follow(): Promise<void> {
    const random = this.#random;
    const [query, caller] = [this.#query(), random.pick(CALLERS)];
    const { errors } = await this.#ask({ query, caller });
    // One that passes a limit of operations does not begin.
    if (errors.some((message) => message.includes('expected at most'))) return;
    const protocol = random.pick(PROTOCOLS);
    this.#followers.push(new Follower({ query, caller }, this.#server, protocol));
  }

  #query(): RandomQuery {
    const { schema, ids } = this.#data;
    for (let count = 0; count < DOCUMENTS_MAX; count++) {
      const query = randomQuery({ schema, random: this.#random, ids, isBroken: false });
      if (validate(schema, parse(firstPages(query))).length === 0) return query;
    }
    throw new Error(`one of ${DOCUMENTS_MAX} documents expected to be valid`);
  }

  async #write(): Promise<void> {
    const random = this.#random;
    if (random.chance(RECONNECT_SHARE)) {
      this.#tally.reconnects += 1;
      random.pick(this.#followers).reconnect();
    }
    this.#tally.writes += 1;
    if (random.chance(RECORD_SHARE)) await this.#changePermissions();
    else if (random.chance(0.5)) await writeValue(this.#space, LEAK_ROOT, random);
    else await this.#data.mutate(random.pick([CREATES, CONNECTS, CHANGES, CHANGES, CHANGES]));
  }

  async #changePermissions(): Promise<void> {
    const random = this.#random;
    const space = this.#space;
    this.#tally.records += 1;
    if (space.access.isOpen) {
      await installRandomPermissions(random, space);
      this.#data.caller = parsePrincipal(LEAK_ROOT);
      return;
    }
    const grants = randomLeakGrants(random, space)
      .filter(({ subject }) => subject !== LEAK_ROOT && random.chance(0.05))
      .slice(0, 50);
    if (grants.length === 0) return;
    if (random.chance(0.5)) await space.access.grant(grants);
    else await space.access.revoke({ grants });
  }

  /** Waits until each client has what it would be answered. */
  async #compare(): Promise<void> {
    for (const follower of this.#followers) {
      const fresh = await this.#ask(follower);
      const end = performance.now() + PATIENCE_MILLISECONDS;
      let difference = follower.difference(fresh);
      while (difference !== undefined && performance.now() < end) {
        await setTimeout(POLL_MILLISECONDS);
        difference = follower.difference(fresh);
      }
      if (difference !== undefined) throw new Error(difference);
      this.#tally.compared += 1;
    }
  }

  async #ask({ query, caller }: Asked): Promise<ReturnType<typeof wholeAnswer>> {
    const response = await fetch(this.#server.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [PRINCIPAL_HEADER]: caller },
      body: JSON.stringify({
        query: firstPages(query),
        variables: query.variables,
        operationName: OPERATION,
      }),
    });
    const answer = (await response.json()) as Parameters<typeof wholeAnswer>[0] & {
      readonly errors?: readonly { readonly message: string }[];
    };
    return wholeAnswer({ ...answer, data: answer.data ?? null }, answer.errors);
  }
}
