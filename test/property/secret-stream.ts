/**
 * The bytes that a subscriber is sent, over each protocol, while what it may not see is written:
 * changes with their images, patches, what a cursor brings back, and the word that it was too slow.
 * Somebody who sees everything subscribes to the same, so that the search is known to find.
 */

import { setTimeout } from 'node:timers/promises';
import { SUBSCRIBER_QUEUE_CHANGES_MAX } from '../../src/base/limits.ts';
import { PRINCIPAL_HEADER } from '../../src/server/authentication/credential.ts';
import { gaugeIn } from '../fixture/gauge.ts';
import { EVE, type LeakWorld, openLeakWorld, ROOT } from '../fixture/leak-world.ts';
import { RecordingProxy } from '../fixture/recording-proxy.ts';
import {
  type Subscriber,
  subscribeBySse,
  subscribeBySync,
  subscribeByWebSocket,
} from '../fixture/subscribers.ts';
import { Seeded } from '../seeded.ts';
import { type SecretCounts, SecretSearch } from './secret-search.ts';
import { SecretWriter } from './secret-writer.ts';

export interface SecretStreamTally {
  readonly changes: number;
  /** Of the one from whom much is hidden. */
  readonly bytes: number;
  readonly results: number;
  readonly resyncs: number;
  readonly comebacks: number;
  /** What was found in the bytes of each. */
  readonly hidden: Readonly<SecretCounts>;
  readonly shown: Readonly<SecretCounts>;
  /** What stands around the first that should not be there. */
  readonly leak: string | undefined;
}

const PERSON = 'email name salary badge bonus marks labels steps note home { city street }';
const ORIGIN = 'event fields commit author actor time transaction cursor coalesced';
const EVENTS = [
  `personChanges(since: $since) { ${ORIGIN} membership id before { ${PERSON} } after { ${PERSON} }
    person { ${PERSON} paid } }`,
  `personChanges(since: $since, where: { salary: { gt: 1 } }) { ${ORIGIN} membership id
    before { ${PERSON} } after { ${PERSON} } }`,
  `nodeChanges(since: $since) { ${ORIGIN} id type node { id ... on Vault { code label }
    ... on Team { name budget } } }`,
  `relationshipChanges(since: $since) { ${ORIGIN} type from to fromNode { id } toNode { id
    ... on Person { name } } }`,
  `teamChanges(since: $since, where: { budget: { gt: 1 } }) { ${ORIGIN} membership
    before { name budget } after { name budget } }`,
].map((field) => `subscription ($since: String) { ${field} }`);
const QUERIES = [
  `{ people(sort: [{ salary: DESC }], limit: 20) { ${PERSON} vaults { code label }
    teamsConnection { totalCount edges { properties { since share held } } } } }`,
  `{ peopleConnection(sort: [{ badge: DESC }], first: 20) { totalCount
    edges { cursor node { name } } aggregate { node { salary { max } name { longest } } } } }`,
  `{ people(where: { OR: [{ salary: { gt: 1 } }, { note: { eq: "x" } }] }) { name paid }
    knowns { ... on Vault { code } ... on Person { name } } prizeds { bonus } }`,
  `{ teams(limit: 2) { name budget people { ${PERSON} } } vaults { code label } }`,
];

const POLL_MILLISECONDS = 5;
/** How often each subscriber leaves and comes back. */
const COMEBACKS = 10;
/** Writes while nobody is there. */
const MISSED_WRITES = 5;
/** Between two writes of a round others may go on. */
const WRITES_TOGETHER = 20;

export async function runSecretStream(options: {
  readonly seed: number;
  readonly changes: number;
}): Promise<SecretStreamTally> {
  await using world = await openLeakWorld('one');
  const random = new Seeded(options.seed);
  const writer = new SecretWriter(world, random);
  using hidden = await Watcher.open(world, EVE, new SecretSearch(writer.hiddenIds));
  using shown = await Watcher.open(world, ROOT, new SecretSearch(writer.hiddenIds));
  const both = hidden.streams + shown.streams;
  await settled(world, both);
  const stretch = Math.ceil(options.changes / COMEBACKS);
  for (let change = 1; change <= options.changes; change++) {
    await writer.write();
    if (change % WRITES_TOGETHER === 0) await settled(world, both);
    // More than a queue holds, while nobody has anything to be told again.
    const isOverflow = change === Math.ceil(stretch / 2);
    if (isOverflow) await writer.writeMany(2 * SUBSCRIBER_QUEUE_CHANGES_MAX);
    if (change % stretch !== 0) continue;
    await settled(world, both);
    for (const watcher of [hidden, shown]) watcher.leave();
    await settled(world, 0);
    for (let count = 0; count < MISSED_WRITES; count++) await writer.write();
    for (const watcher of [hidden, shown]) watcher.comeBack();
    await settled(world, both);
  }
  for (const watcher of [hidden, shown]) watcher.leave();
  await settled(world, 0);
  if (world.internalErrors.length > 0) throw world.internalErrors[0];
  return {
    changes: options.changes,
    bytes: hidden.search.bytes,
    results: hidden.search.results,
    resyncs: hidden.resyncs,
    comebacks: hidden.comebacks,
    hidden: hidden.search.counts,
    shown: shown.search.counts,
    leak: hidden.search.first,
  };
}

type Asked = readonly [text: string, variables: object];

/** Behind what it was told last, where it was told something. */
function askEvents(query: string, since: string | null): Asked {
  return [query, { since }];
}

function askLive(query: string, since: string | null): Asked {
  return [`query @live${since === null ? '' : `(since: "${since}")`} ${query}`, {}];
}

/** One subscription, which comes back. */
class Stream {
  readonly #subscribe: (asked: Asked) => Subscriber;
  readonly #ask: (since: string | null) => Asked;
  #subscriber: Subscriber;
  /** The cursor that it was told last. */
  #since: string | null = null;
  resyncs = 0;

  constructor(subscribe: (asked: Asked) => Subscriber, ask: (since: string | null) => Asked) {
    this.#subscribe = subscribe;
    this.#ask = ask;
    this.#subscriber = subscribe(ask(null));
  }

  leave(): void {
    this.#subscriber.stop();
    for (const result of this.#subscriber.results) {
      if (result.errors !== undefined) throw new Error(JSON.stringify(result));
      if (JSON.stringify(result.data ?? null).includes('"event":"RESYNC"')) this.resyncs += 1;
    }
  }

  /** After it has left. */
  comeBack(): void {
    const told = JSON.stringify(this.#subscriber.results.at(-1) ?? null);
    // A live query has its own behind those of its data.
    const cursor = [...told.matchAll(/"cursor":"([^"]+)"/g)].at(-1)?.[1];
    this.#since = cursor ?? this.#since;
    this.#subscriber = this.#subscribe(this.#ask(this.#since));
  }
}

/** A caller that subscribes to everything over every protocol. */
class Watcher implements Disposable {
  readonly search: SecretSearch;
  readonly #streams: readonly Stream[];
  readonly #proxies: readonly RecordingProxy[];
  comebacks = 0;

  private constructor(
    search: SecretSearch,
    streams: readonly Stream[],
    proxies: readonly RecordingProxy[],
  ) {
    this.search = search;
    this.#streams = streams;
    this.#proxies = proxies;
  }

  static async open({ server }: LeakWorld, caller: string, search: SecretSearch) {
    const graphql = await RecordingProxy.open(server.port, () => search.connection());
    const sync = await RecordingProxy.open(server.syncPort, () => search.connection());
    const url = `http://127.0.0.1:${graphql.port}/graphql`;
    const headers = { [PRINCIPAL_HEADER]: caller };
    const bySse = ([text, variables]: Asked) => subscribeBySse(url, text, variables, headers);
    const byWebSocket = ([text, variables]: Asked) =>
      subscribeByWebSocket(url, text, variables, { principal: caller });
    const bySync = ([text, variables]: Asked) =>
      subscribeBySync(`ws://127.0.0.1:${sync.port}`, text, variables, headers);
    const streams = [bySse, byWebSocket, bySync].flatMap((subscribe) => [
      ...EVENTS.map((query) => new Stream(subscribe, (since) => askEvents(query, since))),
      ...QUERIES.map((query) => new Stream(subscribe, (since) => askLive(query, since))),
    ]);
    return new Watcher(search, streams, [graphql, sync]);
  }

  get streams(): number {
    return this.#streams.length;
  }

  get resyncs(): number {
    return this.#streams.reduce((sum, { resyncs }) => sum + resyncs, 0);
  }

  comeBack(): void {
    for (const stream of this.#streams) stream.comeBack();
    this.comebacks += this.#streams.length;
  }

  leave(): void {
    for (const stream of this.#streams) stream.leave();
  }

  [Symbol.dispose](): void {
    for (const proxy of this.#proxies) proxy[Symbol.dispose]();
  }
}

/** Until so many are subscribed, and live queries are told. */
async function settled({ server }: LeakWorld, subscribers: number): Promise<void> {
  const isSettled = async () => {
    const text = await (await fetch(server.metrics)).text();
    const count = gaugeIn(text, 'subscriptions') + gaugeIn(text, 'live_subscribers');
    return count === subscribers && gaugeIn(text, 'live_queries_behind') === 0;
  };
  while (!(await isSettled())) await setTimeout(POLL_MILLISECONDS);
}

/** Throws what was found, or that too little was looked at. */
export function expectNoSecret(tally: SecretStreamTally): void {
  if (tally.leak !== undefined) throw new Error(`a secret was sent: ${tally.leak}`);
  const { shown, results, resyncs, comebacks, changes } = tally;
  const isFound = Object.values(shown).every((count) => count > 0);
  if (isFound && results > changes && resyncs > 0 && comebacks > 0) return;
  throw new Error(`too little was looked at: ${JSON.stringify(tally)}`);
}
