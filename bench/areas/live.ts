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
import type { LiveMemory } from '../live/live-server.ts';
import { type SustainedEventsSize, sustainedEventRows } from '../live/sustained-events.ts';
import { type BenchRow, benchRow, medianOf } from '../measure.ts';
import type { EventPeerName } from '../peers/event-work.ts';

interface IdleSize {
  readonly count: number;
  readonly servers: number;
}

export interface LiveSize {
  readonly idle: IdleSize;
  readonly queries: LiveQueriesSize;
  readonly events: EventLatencySize;
  readonly sustained: SustainedEventsSize;
  readonly idleWrites: IdleWritesSize;
}

const SIZE: Readonly<Record<'full' | 'quick', LiveSize>> = {
  full: {
    idle: { count: 10_000, servers: 3 },
    queries: { queries: 1_000, items: 2_000, windowSeconds: 4, rounds: 3 },
    events: { changesPerSecond: 10_000, seconds: 10 },
    sustained: { items: 10_000, windows: 7, windowSeconds: 1 },
    idleWrites: { subscribers: 10_000, windowSeconds: 3, rounds: 3 },
  },
  quick: {
    idle: { count: 1_000, servers: 1 },
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
  const { idle, queries, events, sustained, idleWrites } = size;
  return [
    ...(await eventLatencyRows('the sync protocol', subscribeBySync, events)),
    ...(await eventLatencyRows('graphql-ws', subscribeByGraphqlWs, events)),
    ...(await sustainedEventRows(sustained, peers)),
    ...(await liveQueryRows(queries)),
    ...(await idleWriteRows(subscribeBySync, idleWrites)),
    ...(await idleRows('the sync protocol', subscribeBySync, idle)),
    ...(await idleRows('graphql-ws', subscribeByGraphqlWs, idle)),
  ];
}

/** The median of several servers: what the system gives to one differs by a few per cent. */
async function idleRows(
  protocol: string,
  subscribe: Subscribe,
  { count, servers }: IdleSize,
): Promise<BenchRow[]> {
  const measured: LiveMemory[] = [];
  for (let server = 0; server < servers; server++) {
    measured.push(await idleMemory(subscribe, count));
  }
  const resident = medianOf(measured.map((each) => each.resident));
  const heap = medianOf(measured.map((each) => each.heap));
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
