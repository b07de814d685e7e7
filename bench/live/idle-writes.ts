/**
 * What writes cost a server that concern none of very many subscribers, beside writes without any:
 * of its processor time, since a client that holds so many connections is slower itself.
 */

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
    const alone = await costOf(server, writers, windowSeconds);
    const clients = await openAll(server, subscribe, subscribers);
    runs.push({ alone, beside: await costOf(server, writers, windowSeconds) });
    for (const client of clients) client.close();
    await server.untilGauge('subscriptions', 0);
  }
  const cost = medianOf(runs.map(({ alone, beside }) => beside / alone));
  const beside = medianOf(runs.map((run) => run.beside));
  const name = `a write beside ${subscribers} idle subscribers`;
  return [
    benchRow({ name, value: beside, unit: 'us', baseline: beside / cost, better: 'LOWER' }),
    benchRow({
      name: `${name}: of one without`,
      value: cost,
      unit: 'x',
      target: COST_MAX,
      better: 'LOWER',
    }),
  ];
}

/** Microseconds of processor time for each write, for so many seconds. */
async function costOf(server: LiveServer, writers: ItemWriters, seconds: number): Promise<number> {
  const [time, answers] = [await server.processorTime(), writers.answers];
  await writers.rate(seconds);
  return ((await server.processorTime()) - time) / (writers.answers - answers);
}
