/** How long what one replica writes takes to show at another one, both on disk. */

import { canMakeNetworks } from '../../test/network/network-link.ts';
import { type BenchRow, Better, benchRow, medianOf } from '../measure.ts';
import { type LinkedOptions, LinkedReplicas } from './linked-replicas.ts';

export interface PropagationSize {
  readonly perSecond: number;
  readonly seconds: number;
  readonly windows: number;
  readonly warmUp: number;
  /** One way; the rows of a network between both are left out where none can be made. */
  readonly delayMilliseconds: number;
}

const P50_MILLISECONDS_MAX = 2;
const P99_MILLISECONDS_MAX = 10;
const DELAYED_P99_MILLISECONDS_MAX = 100;
/** More than wait at any moment, so that no value is written over before it was read. */
const NODES = 20_000;

export async function propagationRows(size: PropagationSize): Promise<BenchRow[]> {
  const { perSecond, delayMilliseconds } = size;
  const name = `a write shows at another replica, at ${perSecond} changes/s`;
  const row = (part: string, value: number, target?: number) =>
    benchRow({ name: `${name}${part}`, value, unit: 'ms', target, better: Better.LOWER });
  const near = await percentiles(size, {});
  const rows = [
    row(': p50', near.p50, P50_MILLISECONDS_MAX),
    row(': p99', near.p99, P99_MILLISECONDS_MAX),
  ];
  if (!canMakeNetworks()) {
    process.stderr.write('bench: a network that delays: cannot be made and is left out\n');
    return rows;
  }
  const far = await percentiles(size, { delayMilliseconds });
  if (far.least < delayMilliseconds) {
    throw new Error(`a delay of ${delayMilliseconds} ms expected, got ${far.least} ms`);
  }
  const where = `, ${delayMilliseconds} ms away`;
  return [
    ...rows,
    row(`${where}: p50`, far.p50),
    row(`${where}: p99`, far.p99, DELAYED_P99_MILLISECONDS_MAX),
  ];
}

/** Medians over the windows, and the least of all delays. */
async function percentiles(
  { perSecond, seconds, windows, warmUp }: PropagationSize,
  options: LinkedOptions,
): Promise<Readonly<Record<'p50' | 'p99' | 'least', number>>> {
  await using replicas = await LinkedReplicas.open(options);
  await replicas.connect();
  await replicas.ask(replicas.reader, { kind: 'listen' });
  const [p50, p99]: [number[], number[]] = [[], []];
  let least = Number.POSITIVE_INFINITY;
  for (let window = -warmUp; window < windows; window++) {
    const delays = await replicas.propagate({ perSecond, seconds, nodes: NODES });
    const sorted = delays.toSorted((left, right) => left - right);
    if (window < 0) continue;
    p50.push(sorted[Math.floor(sorted.length * 0.5)] ?? 0);
    p99.push(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
    least = Math.min(least, sorted[0] ?? 0);
  }
  return { p50: medianOf(p50), p99: medianOf(p99), least };
}
