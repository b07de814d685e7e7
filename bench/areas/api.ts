/**
 * GraphQL over HTTP: requests per second of the server's processor time, beside plain
 * graphql-yoga over JavaScript objects that hold the same. Both answer byte for byte alike.
 */

import { Contender } from '../api/contender.ts';
import { ALL_ITEMS, type Item, OPERATIONS, type Operation } from '../api/items.ts';
import { type BenchRow, benchRow, medianOf } from '../measure.ts';

const WINDOWS = 3;
const WINDOW_SECONDS = { full: 3, quick: 0.4 } as const;
const WARM_UP_REQUESTS = 200;

export async function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  return await rowsOf(quick ? WINDOW_SECONDS.quick : WINDOW_SECONDS.full);
}

/** Each window of a row takes about this many seconds of processor time. */
export async function rowsOf(windowSeconds: number): Promise<BenchRow[]> {
  using graph = await Contender.start('./graph-server.ts');
  const { data } = JSON.parse(await graph.send(ALL_ITEMS)) as { data: { items: Item[] } };
  using plain = await Contender.start('./plain-server.ts', data.items);
  const measured: BenchRow[] = [];
  for (const operation of OPERATIONS) {
    measured.push(await measure({ graph, plain }, operation, windowSeconds));
  }
  return measured;
}

async function measure(
  { graph, plain }: { readonly graph: Contender; readonly plain: Contender },
  { name, query }: Operation,
  windowSeconds: number,
): Promise<BenchRow> {
  const expected = await plain.send(query);
  const answer = await graph.send(query);
  if (answer !== expected) throw new Error(`${name}: expected ${expected}, got ${answer}`);
  const rates: number[] = [];
  const baselines: number[] = [];
  let rate = await graph.rate(query, WARM_UP_REQUESTS, expected);
  let baseline = await plain.rate(query, WARM_UP_REQUESTS, expected);
  // The first window only warms the compilers up.
  for (let window = 0; window <= WINDOWS; window++) {
    rate = await graph.rate(query, Math.ceil(rate * windowSeconds), expected);
    baseline = await plain.rate(query, Math.ceil(baseline * windowSeconds), expected);
    if (window === 0) continue;
    rates.push(rate);
    baselines.push(baseline);
  }
  const unit = 'requests/CPU s';
  return benchRow({ name, value: medianOf(rates), unit, baseline: medianOf(baselines) });
}
