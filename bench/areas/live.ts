/** Subscriptions: what they cost a server. */

import {
  idleMemory,
  type Subscribe,
  subscribeByGraphqlWs,
  subscribeBySync,
} from '../live/idle-subscribers.ts';
import { type BenchRow, benchRow } from '../measure.ts';

const SUBSCRIBERS = { full: 10_000, quick: 1_000 } as const;
/** Each is a connection with one subscription. */
const IDLE_KIBIBYTES = 8;
const BYTES_PER_KIBIBYTE = 1_024;

export async function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  const count = SUBSCRIBERS[quick ? 'quick' : 'full'];
  return [
    ...(await idleRows('sync protocol', subscribeBySync, count)),
    ...(await idleRows('graphql-ws', subscribeByGraphqlWs, count)),
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
      name: `idle subscriber by the ${protocol}: ${what}`,
      value: bytes / BYTES_PER_KIBIBYTE,
      unit: 'KiB',
      target: IDLE_KIBIBYTES,
      better: 'LOWER',
    });
  return [row('resident', resident), row('heap', heap)];
}
