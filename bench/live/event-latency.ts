/**
 * How long a change takes from its commit to a subscriber, at a steady rate: from when the server
 * has applied it, which is when it is durable and read by others, to when the client has the bytes.
 * Both take the time from the one clock that the machine's processes share.
 */

import { setTimeout } from 'node:timers/promises';
import { maskedMessage, SyncClient } from '../ingest/sync-client.ts';
import { type BenchRow, benchRow } from '../measure.ts';
import type { Subscribe } from './idle-subscribers.ts';
import { changeFrame, NumberedEvents } from './numbered-changes.ts';
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

export async function eventLatencyRows(
  protocol: string,
  subscribe: Subscribe,
  size: EventLatencySize,
): Promise<BenchRow[]> {
  await using server = await LiveServer.start(ITEMS);
  const { changesPerSecond } = size;
  const events = await NumberedEvents.follow(server, subscribe);
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
  const frames = Array.from({ length: count }, (_, index) => changeFrame(ids, first + index));
  const began = performance.now();
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - began) * changesPerSecond) / 1e3));
    if (due > sent) writer.write(maskedMessage(...frames.slice(sent, due)));
    sent = Math.max(sent, due);
    await setTimeout(1);
  }
}
