/** What writes cost that concern none of very many subscribers, beside writes without any. */

import { type BenchRow, benchRow, medianOf } from '../measure.ts';
import { openAll, type Subscribe } from './idle-subscribers.ts';
import { ItemWriters } from './item-writers.ts';
import { LiveServer } from './server-process.ts';

export interface IdleWritesSize {
  readonly subscribers: number;
  readonly windowSeconds: number;
  readonly rounds: number;
}

const ITEMS = 2_000;
const COST_MAX = 1.1;
const WARM_UP_WINDOWS = 2;

export async function idleWriteRows(
  subscribe: Subscribe,
  { subscribers, windowSeconds, rounds }: IdleWritesSize,
): Promise<BenchRow[]> {
  await using server = await LiveServer.start(ITEMS);
  using writers = await ItemWriters.open(server.facts.graphql, ITEMS);
  for (let window = 0; window < WARM_UP_WINDOWS; window++) await writers.rate(windowSeconds);
  const runs: { readonly alone: number; readonly beside: number }[] = [];
  while (runs.length < rounds) {
    const alone = await writers.rate(windowSeconds);
    const clients = await openAll(server, subscribe, subscribers);
    runs.push({ alone, beside: await writers.rate(windowSeconds) });
    for (const client of clients) client.close();
    await server.untilGauge('subscriptions', 0);
  }
  const cost = medianOf(runs.map(({ alone, beside }) => alone / beside));
  const beside = medianOf(runs.map((run) => run.beside));
  const name = `writes beside ${subscribers} idle subscribers`;
  return [
    benchRow({ name, value: beside, unit: 'writes/s', baseline: beside * cost }),
    benchRow({
      name: `${name}: cost of one`,
      value: cost,
      unit: 'x',
      target: COST_MAX,
      better: 'LOWER',
    }),
  ];
}
