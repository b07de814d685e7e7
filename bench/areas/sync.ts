/**
 * How long writes take to show at another replica, and how fast a replica takes what another one
 * has made: operations that set one property each, in signed commits or what libraries have in
 * their place. Beside this database, whose commits are verified, judged, kept and applied, are
 * libraries that take the same operations in batches as large. Of these only cojson signs by
 * itself. Every replica must come to the same values.
 */

import { expectSame } from '../engine/windows.ts';
import { type BenchRow, Better, benchRow, medianOf } from '../measure.ts';
import { SyncPeerName, type SyncReply } from '../peers/sync/sync-peer.ts';
import { SyncWork, type SyncWorkSize } from '../peers/sync/sync-work.ts';
import { type CatchUpSize, catchUpRows } from '../sync/catch-up.ts';
import { type DeltaSize, deltaRows } from '../sync/delta-of-state.ts';
import { Packing } from '../sync/graph-author.ts';
import { type NewReplicaSize, newReplicaRows } from '../sync/new-replica.ts';
import { type PropagationSize, propagationRows } from '../sync/propagation.ts';
import { type ReconciliationSize, reconciliationRows } from '../sync/reconciliation.ts';
import {
  graphName,
  installSyncPeers,
  Log,
  type Replica,
  startGraphReplica,
  startSyncPeer,
} from '../sync/replicas.ts';

export interface SyncSize {
  readonly work: SyncWorkSize;
  readonly windows: number;
  /** That do not count, until the compilers have done their last. */
  readonly warmUp: number;
}

const SIZE: Readonly<Record<'full' | 'quick', SyncSize>> = {
  full: {
    work: { people: 10_000, operations: 100_000, batch: 1_024 },
    windows: 15,
    warmUp: 5,
  },
  quick: {
    work: { people: 2_000, operations: 20_000, batch: 1_024 },
    windows: 5,
    warmUp: 3,
  },
};
const PROPAGATION: Readonly<Record<'full' | 'quick', PropagationSize>> = {
  full: { perSecond: 10_000, seconds: 5, windows: 7, warmUp: 3, delayMilliseconds: 40 },
  quick: { perSecond: 2_000, seconds: 1, windows: 3, warmUp: 1, delayMilliseconds: 40 },
};
const CATCH_UP: Readonly<Record<'full' | 'quick', CatchUpSize>> = {
  full: {
    work: { people: 10_000, operations: 1_000_000, batch: 1_024 },
    ...{ revocations: 200, everyMilliseconds: 20, windows: 7 },
  },
  quick: {
    work: { people: 2_000, operations: 200_000, batch: 1_024 },
    ...{ revocations: 50, everyMilliseconds: 2, windows: 1 },
  },
};
const DELTA: Readonly<Record<'full' | 'quick', DeltaSize>> = {
  full: { nodes: 350_000, stateBytesMin: 100_000_000 },
  quick: { nodes: 30_000, stateBytesMin: 8_000_000 },
};
const RECONCILIATION: Readonly<Record<'full' | 'quick', ReconciliationSize>> = {
  full: { authors: 10_000, commitsOfEach: 100, differing: 100, windows: 15 },
  quick: { authors: 1_000, commitsOfEach: 100, differing: 10, windows: 3 },
};
const NEW_REPLICA: Readonly<Record<'full' | 'quick', NewReplicaSize>> = {
  full: { work: { people: 30_000, operations: 1_000_000, batch: 1_024 }, windows: 5 },
  quick: { work: { people: 5_000, operations: 100_000, batch: 1_024 }, windows: 3 },
};
const RATE_UNIT = 'operations/s';
const RATE_MIN = 1_000_000;
const WIRE_BYTES_MAX = 40;
/** The fastest, as it is and with signatures, and the one that signs by itself. */
const COMPARED = [SyncPeerName.LORO, SyncPeerName.LORO_SIGNED, SyncPeerName.COJSON];

/** What each replica replied, window by window. */
type Replies = ReadonlyMap<string, readonly SyncReply[]>;

export async function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  const scale = quick ? 'quick' : 'full';
  const propagation = await propagationRows(PROPAGATION[scale]);
  const catchUp = await catchUpRows(CATCH_UP[scale]);
  const found = reconciliationRows(RECONCILIATION[scale]);
  const delta = await deltaRows(DELTA[scale]);
  const joins = await newReplicaRows(NEW_REPLICA[scale]);
  const receiving = await rowsOfSize(SIZE[scale], await installSyncPeers());
  return [...propagation, ...catchUp, ...found, ...delta, ...joins, ...receiving];
}

export async function rowsOfSize(
  size: SyncSize,
  peers: readonly SyncPeerName[] = [],
): Promise<BenchRow[]> {
  await using stack = new AsyncDisposableStack();
  const replicas: Replica[] = [];
  for (const packing of Object.values(Packing)) {
    for (const log of Object.values(Log)) {
      replicas.push(stack.use(await startGraphReplica(packing, log, size.work)));
    }
  }
  for (const peer of peers) replicas.push(stack.use(await startSyncPeer(peer, size.work)));
  return judge(await measureReceiving(replicas, size), size.work.operations);
}

/** What each replied in each window; all have theirs in turns, since machines have slow times. */
export async function measureReceiving(
  replicas: readonly Replica[],
  { work, windows, warmUp }: SyncSize,
): Promise<Replies> {
  const { answer } = new SyncWork(work);
  const replies = new Map(replicas.map(({ name }): [string, SyncReply[]] => [name, []]));
  for (let window = -warmUp; window < windows; window++) {
    for (const { name, receive } of replicas) {
      const reply = await receive();
      expectSame(reply.answer, answer);
      if (window >= 0) replies.get(name)?.push(reply);
    }
  }
  return replies;
}

function judge(replies: Replies, operations: number): BenchRow[] {
  const rateOf = (name: string): number | undefined => {
    const seconds = replies.get(name)?.map((reply) => reply.seconds) ?? [];
    return seconds.length === 0 ? undefined : operations / medianOf(seconds);
  };
  const judged = Object.values(Packing).flatMap((packing) => {
    const onDisk = graphName(packing, Log.DISK);
    const value = rateOf(onDisk) ?? 0;
    const over = COMPARED.flatMap((peer) => {
      const rate = rateOf(peer);
      const name = `${onDisk}: over ${peer}`;
      return rate === undefined ? [] : [benchRow({ name, value: value / rate, unit: 'x' })];
    });
    return [
      benchRow({ name: onDisk, value, unit: RATE_UNIT, target: RATE_MIN }),
      wireRow(onDisk, replies, { operations, target: WIRE_BYTES_MAX }),
      ...over,
    ];
  });
  const inMemory = Object.values(Packing).map((packing) => graphName(packing, Log.MEMORY));
  const known = new Set([...judged.map(({ name }) => name), ...inMemory]);
  const peers = [...replies.keys()].filter((name) => !known.has(name));
  const rateRow = (name: string) => benchRow({ name, value: rateOf(name) ?? 0, unit: RATE_UNIT });
  return [
    ...judged,
    ...inMemory.map(rateRow),
    ...peers.flatMap((name) => [rateRow(name), wireRow(name, replies, { operations })]),
  ];
}

function wireRow(
  name: string,
  replies: Replies,
  { operations, target }: { readonly operations: number; readonly target?: number },
): BenchRow {
  const bytes = medianOf(replies.get(name)?.map(({ wireBytes }) => wireBytes) ?? []);
  const [value, unit] = [bytes / operations, 'B/operation'];
  return benchRow({ name: `${name}: on the wire`, value, unit, target, better: Better.LOWER });
}
