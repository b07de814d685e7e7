/** How long what one replica writes takes to show at another one, both on disk, over loopback. */

import { type BenchRow, Better, benchRow, medianOf } from '../measure.ts';
import { LinkedReplicas } from './linked-replicas.ts';

export interface PropagationSize {
  readonly perSecond: number;
  readonly seconds: number;
  readonly windows: number;
  readonly warmUp: number;
}

const P50_MILLISECONDS_MAX = 2;
const P99_MILLISECONDS_MAX = 10;
/** More than wait at any moment, so that no value is written over before it was read. */
const NODES = 20_000;

export async function propagationRows(size: PropagationSize): Promise<BenchRow[]> {
  const { perSecond, seconds, windows, warmUp } = size;
  await using replicas = await LinkedReplicas.open();
  const [p50, p99]: [number[], number[]] = [[], []];
  for (let window = -warmUp; window < windows; window++) {
    const delays = await replicas.propagate({ perSecond, seconds, nodes: NODES });
    const sorted = delays.toSorted((left, right) => left - right);
    if (window < 0) continue;
    p50.push(sorted[Math.floor(sorted.length * 0.5)] ?? 0);
    p99.push(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
  }
  const name = `a write shows at another replica, at ${perSecond} changes/s`;
  const row = (part: string, values: readonly number[], target: number) =>
    benchRow({
      name: `${name}: ${part}`,
      value: medianOf(values),
      unit: 'ms',
      target,
      better: Better.LOWER,
    });
  return [row('p50', p50, P50_MILLISECONDS_MAX), row('p99', p99, P99_MILLISECONDS_MAX)];
}
