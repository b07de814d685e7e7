/** What live queries of one type cost those who write it, and how often they are told. */

import { isDeepStrictEqual } from 'node:util';
import { type BenchRow, benchRow, medianOf } from '../measure.ts';
import { stayOff } from '../pin.ts';
import { BUCKETS } from './buckets.ts';
import { ItemWriters } from './item-writers.ts';
import { LiveBenchClient } from './live-client.ts';
import { LiveServer } from './server-process.ts';

export interface LiveQueriesSize {
  readonly queries: number;
  readonly items: number;
  readonly windowSeconds: number;
  readonly rounds: number;
}

const SHARE_MIN = 0.67;
const UPDATES_PER_SECOND_MIN = 5;
const ITEMS_LEAST = 10;
const WARM_UP_WINDOWS = 2;

interface Round {
  readonly alone: number;
  readonly watched: number;
  /** Of the client that was told least often. */
  readonly updates: number;
}

export async function liveQueryRows(size: LiveQueriesSize): Promise<BenchRow[]> {
  await using server = await LiveServer.start(size.items);
  // Its clients are much work for it.
  await using _off = await stayOff();
  using writers = await ItemWriters.open(server.facts.graphql, size.items);
  for (let window = 0; window < WARM_UP_WINDOWS; window++) await writers.rate(size.windowSeconds);
  const rounds: Round[] = [];
  while (rounds.length < size.rounds) rounds.push(await measureRound(server, writers, size));
  const name = `writes beside ${size.queries} live queries`;
  const watched = medianOf(rounds.map((round) => round.watched));
  const share = medianOf(rounds.map((round) => round.watched / round.alone));
  return [
    benchRow({ name, value: watched, unit: 'writes/s', baseline: watched / share }),
    benchRow({ name: `${name}: share`, value: share, unit: 'x', target: SHARE_MIN }),
    benchRow({
      name: `updates of each of ${size.queries} live queries, the least`,
      value: medianOf(rounds.map(({ updates }) => updates)),
      unit: 'updates/s',
      target: UPDATES_PER_SECOND_MIN,
    }),
  ];
}

async function measureRound(
  server: LiveServer,
  writers: ItemWriters,
  { queries, windowSeconds }: LiveQueriesSize,
): Promise<Round> {
  const { graphql } = server.facts;
  const alone = await writers.rate(windowSeconds);
  const clients = Array.from({ length: queries }, (_, number) => {
    return new LiveBenchClient(graphql, queryOf(number));
  });
  await Promise.all(clients.map(({ begun }) => begun));
  // All have been answered anew often enough to be compiled.
  await writers.rate(windowSeconds);
  const before = clients.map(({ messages }) => messages);
  const watched = await writers.rate(windowSeconds);
  const told = clients.map(({ messages }, index) => messages - (before[index] ?? 0));
  await server.untilGauge('live_queries_behind', 0);
  for (const client of clients) await expectAnswer(graphql, client);
  for (const client of clients) client.close();
  await server.untilGauge('live_subscribers', 0);
  return { alone, watched, updates: Math.min(...told) / windowSeconds };
}

/** All differ: of a bucket the first items by name, more or less of them. */
function queryOf(number: number): string {
  const limit = ITEMS_LEAST + Math.floor(number / BUCKETS);
  const where = `{ bucket: { eq: ${number % BUCKETS} } }`;
  return `{ items(where: ${where}, sort: [{ name: ASC }], limit: ${limit}) { id name hits } }`;
}

async function expectAnswer(graphql: string, client: LiveBenchClient): Promise<void> {
  const response = await fetch(graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: client.query }),
  });
  const { data } = (await response.json()) as { readonly data: unknown };
  // What was told last may still be on its way.
  for (let turn = 0; turn < 1_000 && !isDeepStrictEqual(client.data, data); turn++) {
    await new Promise((next) => setImmediate(next));
  }
  if (isDeepStrictEqual(client.data, data)) return;
  throw new Error(`${client.query} expected ${JSON.stringify(data)}, got other data`);
}
