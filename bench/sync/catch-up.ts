/**
 * How long a revocation takes to be in force at a replica that is catching up with a long log: both
 * on disk, over loopback. Only those count that were asked for while operations still came.
 */

import { toHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import type { Space } from '../../src/space/space.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { expectSame } from '../engine/windows.ts';
import { type BenchRow, Better, benchRow, medianOf } from '../measure.ts';
import { SyncWork, type SyncWorkSize } from '../peers/sync/sync-work.ts';
import { FrameCarrier } from './frame-carrier.ts';
import { GraphAuthor, Packing } from './graph-author.ts';
import { type LinkedAnswer, LinkedReplicas } from './linked-replicas.ts';

export interface CatchUpSize {
  readonly work: SyncWorkSize;
  /** Authors who are revoked one after the other, so many milliseconds apart. */
  readonly revocations: number;
  readonly everyMilliseconds: number;
  readonly windows: number;
}

const AUTHOR_SEED = new Uint8Array(32).fill(9);
const SEED = 5;
const P99_MILLISECONDS_MAX = 100;
/** Of a window: fewer tell no percentile. */
const COUNTED_MIN = 10;

export async function catchUpRows(size: CatchUpSize): Promise<BenchRow[]> {
  const delays: number[] = [];
  const seconds: number[] = [];
  for (let window = 0; window < size.windows; window++) {
    const found = await catchUp(size);
    delays.push(...found.delays);
    seconds.push(found.seconds);
  }
  const sorted = delays.toSorted((left, right) => left - right);
  const operations = size.work.operations.toLocaleString('en');
  const name = `a revocation arrives while ${operations} operations are caught up with`;
  const row = (part: string, value: number, target?: number) =>
    benchRow({ name: `${name}: ${part}`, value, unit: 'ms', target, better: Better.LOWER });
  const rate = size.work.operations / medianOf(seconds);
  return [
    row('p50', sorted[Math.floor(sorted.length * 0.5)] ?? 0),
    row('p99', sorted[Math.floor(sorted.length * 0.99)] ?? 0, P99_MILLISECONDS_MAX),
    benchRow({ name: `${name}: caught up with`, value: rate, unit: 'operations/s' }),
  ];
}

async function catchUp({ work, revocations, everyMilliseconds }: CatchUpSize) {
  const random = new SeededRandom(SEED);
  const keys = Array.from({ length: revocations }, () => publicKeyOf(random.bytes(32)));
  await using replicas = await LinkedReplicas.open({
    prepare: (space) => prepare(space, new SyncWork(work), keys),
  });
  const { writer, reader } = replicas;
  const { position = 0, height = 0 } = await replicas.ask(writer, { kind: 'position' });
  await replicas.connect();
  // Records go first: from here on there are operations.
  const { at: begin = 0 } = await replicas.ask(reader, { kind: 'reach', position: height + 1 });
  const [{ records: asked = [] }, { at: end = 0 }] = await Promise.all([
    replicas.ask(writer, { kind: 'revoke', authors: keys.map(toHex), everyMilliseconds }),
    replicas.ask(reader, { kind: 'reach', position }),
  ]);
  await replicas.settled();
  const { records = [] } = await replicas.ask(reader, { kind: 'records' });
  const delays = delaysOf(asked, records, end);
  const hashes = await Promise.all(
    [writer, reader].map((each) => replicas.ask(each, { kind: 'hash' })),
  );
  expectSame(hashes[1]?.hash, hashes[0]?.hash);
  return { delays, seconds: (end - begin) / 1_000 };
}

/** Of a log that a bulk of operations fills, in a space that has certified authors to revoke. */
async function prepare(space: Space, work: SyncWork, keys: readonly Uint8Array[]): Promise<void> {
  for (const key of keys) await space.certifyAuthor(key, 'revoked');
  await fillWith(space, work);
}

/** Commits of one author, who is certified for it. */
export async function fillWith(space: Space, work: SyncWork): Promise<void> {
  await space.certifyAuthor(publicKeyOf(AUTHOR_SEED), 'bulk');
  const { replicated, authority } = space;
  const options = { space: replicated.space, authority, seed: AUTHOR_SEED };
  const author = new GraphAuthor(options, { work, packing: Packing.EACH });
  const carrier = FrameCarrier.to(space);
  await carrier.deliver(author.base(), 1);
  for (const frame of author.round(0)) await carrier.deliver(frame, 1);
}

type Times = NonNullable<LinkedAnswer['records']>;

function delaysOf(asked: Times, arrived: Times, end: number): number[] {
  const arrivals = new Map(arrived.map(({ height, at }) => [height, at]));
  const counted = asked.filter(({ at }) => at < end);
  if (counted.length < COUNTED_MIN) {
    throw new Error(
      `${COUNTED_MIN} revocations expected while it catches up, got ${counted.length}`,
    );
  }
  return counted.map(({ height, at }) => {
    const arrival = arrivals.get(height);
    if (arrival === undefined) throw new Error(`a replica expected record ${height}, got none`);
    return arrival - at;
  });
}
