/**
 * How long a change takes from its commit to a subscriber, at a steady rate: from when the server
 * has applied it, which is when it is durable and read by others, to when the client has the bytes.
 * Both take the time from the one clock that the machine's processes share.
 */

import { setTimeout } from 'node:timers/promises';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { encodeTransactionFrame } from '../../src/replication/frame.ts';
import { maskedMessage, SyncClient } from '../ingest/sync-client.ts';
import { type BenchRow, benchRow } from '../measure.ts';
import type { Subscribe } from './idle-subscribers.ts';
import { LiveServer } from './server-process.ts';

export interface EventLatencySize {
  readonly changesPerSecond: number;
  readonly seconds: number;
}

const P50_MILLISECONDS = 1;
const P99_MILLISECONDS = 10;
const ITEMS = 2_000;
const WARM_UP_SECONDS = 3;
const NANOSECONDS_PER_MILLISECOND = 1e6;
const HITS = /"hits":(\d+)/g;
/** Longer than a number that two pieces of a message may share. */
const TAIL_LENGTH = 24;

export async function eventLatencyRows(
  protocol: string,
  subscribe: Subscribe,
  size: EventLatencySize,
): Promise<BenchRow[]> {
  await using server = await LiveServer.start(ITEMS);
  const { changesPerSecond } = size;
  const events = await Events.follow(server, subscribe);
  const writer = await SyncClient.open(server.facts.syncPort);
  const ids = await server.itemIds();
  await writeAt(writer, { ids, changesPerSecond, first: 0, seconds: WARM_UP_SECONDS });
  const first = WARM_UP_SECONDS * changesPerSecond;
  await events.until(first);
  await server.followApplied();
  await writeAt(writer, { ids, changesPerSecond, first, seconds: size.seconds });
  const count = size.seconds * changesPerSecond;
  await events.until(first + count);
  const applied = await server.appliedTimes();
  const latencies = latenciesOf(applied, events.times.slice(first));
  writer.close();
  events.close();
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0;
  const name = `commit to client by ${protocol} at ${changesPerSecond} changes/s`;
  const row = (what: string, value: number, target: number) =>
    benchRow({ name: `${name}: ${what}`, value, unit: 'ms', target, better: 'LOWER' });
  return [row('p50', at(0.5), P50_MILLISECONDS), row('p99', at(0.99), P99_MILLISECONDS)];
}

/** Sorted, in milliseconds. */
function latenciesOf(applied: readonly bigint[], heard: readonly bigint[]): number[] {
  if (applied.length !== heard.length) {
    throw new Error(`${applied.length} changes expected as many events, got ${heard.length}`);
  }
  return heard
    .map((time, index) => Number(time - (applied[index] ?? 0n)) / NANOSECONDS_PER_MILLISECOND)
    .sort((left, right) => left - right);
}

interface Writing {
  readonly ids: readonly string[];
  readonly changesPerSecond: number;
  /** The number of the first change. */
  readonly first: number;
  readonly seconds: number;
}

/** Some changes each millisecond, each a transaction that sets a number of its own. */
async function writeAt(
  writer: SyncClient,
  { ids, changesPerSecond, first, seconds }: Writing,
): Promise<void> {
  const count = changesPerSecond * seconds;
  const frames = Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const id = ids[(number * 7_919) % ids.length] ?? '';
    return encodeTransactionFrame(number, setHits(id, number));
  });
  const began = performance.now();
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - began) * changesPerSecond) / 1e3));
    if (due > sent) writer.write(maskedMessage(...frames.slice(sent, due)));
    sent = Math.max(sent, due);
    await setTimeout(1);
  }
}

function setHits(id: string, number: number): Uint8Array {
  const payload = new PayloadWriter();
  payload.add({
    id: Buffer.from(String(number).padStart(16, '0')),
    actor: 'user:*',
    deltas: [
      {
        subject: { element: 'node', id },
        delta: { operation: 'set', path: 'hits', value: BigInt(number) },
      },
    ],
  });
  return payload.finish();
}

/** Events of one subscriber, which must come each once and in order. */
class Events {
  readonly times: bigint[] = [];
  readonly #close: () => void;
  #rest = '';
  #heard = Promise.withResolvers<void>();

  private constructor(close: () => void) {
    this.#close = close;
  }

  static async follow(server: LiveServer, subscribe: Subscribe): Promise<Events> {
    const query = 'subscription { itemChanges { event after { hits } } }';
    const client = await subscribe(server.facts, { query });
    const events = new Events(() => client.close());
    client.onData((bytes) => events.#take(bytes.toString('latin1')));
    await server.untilGauge('subscriptions', 1);
    return events;
  }

  /** Resolves once so many have come. */
  async until(count: number): Promise<void> {
    while (this.times.length < count) await this.#heard.promise;
  }

  close(): void {
    this.#close();
  }

  #take(text: string): void {
    const now = process.hrtime.bigint();
    this.#rest += text;
    let end = 0;
    for (const match of this.#rest.matchAll(HITS)) {
      // Its digits may go on in the next piece.
      if (match.index + match[0].length === this.#rest.length) break;
      if (Number(match[1]) !== this.times.length) {
        throw new Error(`event ${this.times.length} expected its number, got ${match[1]}`);
      }
      this.times.push(now);
      end = match.index + match[0].length;
    }
    this.#rest = this.#rest.slice(Math.max(end, this.#rest.length - TAIL_LENGTH));
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }
}
