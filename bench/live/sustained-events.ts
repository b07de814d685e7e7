/**
 * How many events a second one subscriber sustains: changes are made as fast as they are taken, but
 * never so many ahead of what was heard that they would be coalesced. Between this database and its
 * client is a socket; peers are used as they are, and some have none (bench/peers/event-work.ts).
 */

import { maskedMessage, SyncClient } from '../ingest/sync-client.ts';
import { type BenchRow, benchRow, medianOf } from '../measure.ts';
import type { EventPeerName } from '../peers/event-work.ts';
import { type EventProcess, startEventPeer } from './event-peers.ts';
import { type Subscribe, subscribeByGraphqlWs, subscribeBySync } from './idle-subscribers.ts';
import { changeFrame, NumberedEvents } from './numbered-changes.ts';
import { LiveServer } from './server-process.ts';

export interface SustainedEventsSize {
  readonly items: number;
  readonly windows: number;
  readonly windowSeconds: number;
}

/** Well below SUBSCRIBER_QUEUE_CHANGES_MAX. */
const AHEAD_MAX = 1_000;
/** Transactions in one message. */
const WRITTEN_TOGETHER = 100;
/** Until the compilers are done, and the rate is known by which a window has its length. */
const WARM_UP_WINDOWS = 4;
const FIRST_CHANGES = 2_000;

export async function sustainedEventRows(
  size: SustainedEventsSize,
  peers: readonly EventPeerName[],
): Promise<BenchRow[]> {
  await using subscribers = new AsyncDisposableStack();
  const each = new Map<string, Subscriber>();
  const add = async (name: string, started: Promise<Subscriber>): Promise<void> => {
    each.set(name, subscribers.use(await started));
  };
  const graph = (subscribe: Subscribe) => GraphSubscriber.start(subscribe, size.items);
  await add('this database, by the sync protocol', graph(subscribeBySync));
  await add('this database, by graphql-ws', graph(subscribeByGraphqlWs));
  for (const peer of peers) await add(peer, PeerSubscriber.start(peer, size.items));
  return [...(await measure(each, size))].map(([name, rates]) =>
    benchRow({
      name: `events of one subscriber: ${name}`,
      value: medianOf(rates),
      unit: 'events/s',
    }),
  );
}

interface Subscriber extends AsyncDisposable {
  /** Seconds from the first of so many changes until the last of them was heard. */
  hear(changes: number): Promise<number>;
}

/** Events a second in each window; all have theirs in turns, since machines have slow times. */
async function measure(
  subscribers: ReadonlyMap<string, Subscriber>,
  { windows, windowSeconds }: SustainedEventsSize,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const rates = new Map([...subscribers.keys()].map((name): [string, number[]] => [name, []]));
  const next = new Map<string, number>();
  for (let window = -WARM_UP_WINDOWS; window < windows; window++) {
    for (const [name, subscriber] of subscribers) {
      const changes = next.get(name) ?? FIRST_CHANGES;
      const rate = changes / (await subscriber.hear(changes));
      next.set(name, Math.ceil(rate * windowSeconds));
      if (window >= 0) rates.get(name)?.push(rate);
    }
  }
  return rates;
}

class GraphSubscriber implements Subscriber {
  readonly #server: LiveServer;
  readonly #events: NumberedEvents;
  readonly #writer: SyncClient;
  readonly #ids: readonly string[];
  #made = 0;

  private constructor(parts: {
    readonly server: LiveServer;
    readonly events: NumberedEvents;
    readonly writer: SyncClient;
    readonly ids: readonly string[];
  }) {
    this.#server = parts.server;
    this.#events = parts.events;
    this.#writer = parts.writer;
    this.#ids = parts.ids;
  }

  static async start(subscribe: Subscribe, items: number): Promise<GraphSubscriber> {
    const server = await LiveServer.start(items);
    const events = await NumberedEvents.follow(server, subscribe);
    const writer = await SyncClient.open(server.facts.syncPort);
    return new GraphSubscriber({ server, events, writer, ids: await server.itemIds() });
  }

  async hear(changes: number): Promise<number> {
    const messages = this.#messages(changes);
    const began = performance.now();
    for (const { end, bytes } of messages) {
      await this.#events.until(end - AHEAD_MAX);
      this.#writer.write(bytes);
    }
    await this.#events.until(this.#made);
    return (performance.now() - began) / 1_000;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#writer.close();
    this.#events.close();
    await this.#server[Symbol.asyncDispose]();
  }

  /** Made before the clock runs, each with the number of changes up to its end. */
  #messages(changes: number): { readonly end: number; readonly bytes: Uint8Array }[] {
    const messages = [];
    for (const last = this.#made + changes; this.#made < last; ) {
      const length = Math.min(WRITTEN_TOGETHER, last - this.#made);
      const first = this.#made;
      const frames = Array.from({ length }, (_, index) => changeFrame(this.#ids, first + index));
      this.#made += length;
      messages.push({ end: this.#made, bytes: maskedMessage(...frames) });
    }
    return messages;
  }
}

class PeerSubscriber implements Subscriber {
  readonly #peer: EventProcess;

  private constructor(peer: EventProcess) {
    this.#peer = peer;
  }

  static async start(name: EventPeerName, records: number): Promise<PeerSubscriber> {
    return new PeerSubscriber(await startEventPeer(name, records));
  }

  async hear(changes: number): Promise<number> {
    return (await this.#peer.ask({ changes })).seconds;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#peer[Symbol.asyncDispose]();
  }
}
