/** Subscriptions: what they cost a server. */

import {
  idleMemory,
  type Subscribe,
  subscribeByGraphqlWs,
  subscribeBySync,
} from '../live/idle-subscribers.ts';
import { type BenchRow, benchRow } from '../measure.ts';

export interface LiveSize {
  readonly subscribers: number;
}

const SIZE = { full: { subscribers: 10_000 }, quick: { subscribers: 1_000 } } as const;
/** Each is a connection with one subscription. */
const IDLE_KIBIBYTES = 8;
const BYTES_PER_KIBIBYTE = 1_024;

export function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  return rowsOfSize(SIZE[quick ? 'quick' : 'full']);
}

export async function rowsOfSize({ subscribers }: LiveSize): Promise<BenchRow[]> {
  return [
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
