/** Live queries and subscriptions: what they cost a server, and how fast they are told. */

import { type EventLatencySize, eventLatencyRows } from '../live/event-latency.ts';
import { installEventPeers } from '../live/event-peers.ts';
import {
  idleMemory,
  type Subscribe,
  subscribeByGraphqlWs,
  subscribeBySync,
} from '../live/idle-subscribers.ts';
import { type IdleWritesSize, idleWriteRows } from '../live/idle-writes.ts';
import { type LiveQueriesSize, liveQueryRows } from '../live/live-queries.ts';
import { type SustainedEventsSize, sustainedEventRows } from '../live/sustained-events.ts';
import { type BenchRow, benchRow } from '../measure.ts';
import type { EventPeerName } from '../peers/event-work.ts';

export interface LiveSize {
  readonly subscribers: number;
  readonly queries: LiveQueriesSize;
  readonly events: EventLatencySize;
  readonly sustained: SustainedEventsSize;
  readonly idleWrites: IdleWritesSize;
}

const SIZE: Readonly<Record<'full' | 'quick', LiveSize>> = {
  full: {
    subscribers: 10_000,
    queries: { queries: 1_000, items: 2_000, windowSeconds: 4, rounds: 3 },
    events: { changesPerSecond: 10_000, seconds: 10 },
    sustained: { items: 10_000, windows: 7, windowSeconds: 1 },
    idleWrites: { subscribers: 10_000, windowSeconds: 3, rounds: 3 },
  },
  quick: {
    subscribers: 1_000,
    queries: { queries: 200, items: 2_000, windowSeconds: 1, rounds: 1 },
    events: { changesPerSecond: 2_000, seconds: 2 },
    sustained: { items: 10_000, windows: 3, windowSeconds: 0.3 },
    idleWrites: { subscribers: 1_000, windowSeconds: 1, rounds: 1 },
  },
};
/** Each is a connection with one subscription. */
const IDLE_KIBIBYTES = 8;
const BYTES_PER_KIBIBYTE = 1_024;

export async function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  return await rowsOfSize(SIZE[quick ? 'quick' : 'full'], await installEventPeers());
}

export async function rowsOfSize(
  size: LiveSize,
  peers: readonly EventPeerName[] = [],
): Promise<BenchRow[]> {
  const { subscribers, queries, events, sustained, idleWrites } = size;
  return [
    ...(await eventLatencyRows('the sync protocol', subscribeBySync, events)),
    ...(await eventLatencyRows('graphql-ws', subscribeByGraphqlWs, events)),
    ...(await sustainedEventRows(sustained, peers)),
    ...(await liveQueryRows(queries)),
    ...(await idleWriteRows(subscribeBySync, idleWrites)),
    ...(await idleRows('the sync protocol', subscribeBySync, subscribers)),
    ...(await idleRows('graphql-ws', subscribeByGraphqlWs, subscribers)),
  ];
}

async function idleRows(
  protocol: string,
  subscribe: Subscribe,
  count: number,
): Promise<BenchRow[]> {
  const { resident, heap } = await idleMemory(subscribe, count);
  const row = (what: string, bytes: number) =>
    benchRow({
      name: `idle subscriber by ${protocol}: ${what}`,
      value: bytes / BYTES_PER_KIBIBYTE,
      unit: 'KiB',
      target: IDLE_KIBIBYTES,
      better: 'LOWER',
    });
  return [row('resident', resident), row('heap', heap)];
}
