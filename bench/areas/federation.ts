/**
 * `_entities` as gateways ask for it: requests per second of the server's processor time, beside
 * plain Yoga over JavaScript objects that hold the same, and beside node:http with answers that are
 * ready. All answer byte for byte alike.
 */

import { joined, measureInTurns, type Rates, ratio, type Windows } from '../api/rates.ts';
import { type Case, type CasesSize, casesOf } from '../federation/cases.ts';
import { GRAPH, GUARDED, Subgraphs } from '../federation/subgraphs.ts';
import { type BenchRow, benchRow, medianOf } from '../measure.ts';
import { installPeers } from '../peer-packages.ts';

export interface FederationSize {
  readonly cases: CasesSize;
  readonly windows: Windows;
  /** Processes of each server: one may be slower than another one as long as it runs. */
  readonly generations: number;
}

const SIZE: Readonly<Record<'full' | 'quick', FederationSize>> = {
  full: {
    cases: { products: 1_000_000, references: 64_000, few: 100, many: 1_000 },
    windows: { count: 15, warmUp: 12, seconds: 0.25, firstRequests: 200 },
    generations: 3,
  },
  quick: {
    cases: { products: 20_000, references: 16_000, few: 100, many: 1_000 },
    windows: { count: 5, warmUp: 3, seconds: 0.25, firstRequests: 100 },
    generations: 1,
  },
};
/** Of bench/peers. */
const LOADING = 'yoga with dataloader';
const PEERS = [LOADING, 'yoga'];

export async function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  await installPeers();
  return await rowsOfSize(SIZE[quick ? 'quick' : 'full'], PEERS);
}

export async function rowsOfSize(
  { cases: { products, ...references }, windows, generations }: FederationSize,
  peers: readonly string[] = [],
): Promise<BenchRow[]> {
  const cases = casesOf({ products, ...references });
  const measured = new Map<Case, Rates[]>();
  for (let generation = 0; generation < generations; generation++) {
    using subgraphs = await Subgraphs.start({ products, cases, peers });
    for (const each of cases) {
      const rates = await measureInTurns(subgraphs.entrants(each), windows);
      measured.set(each, [...(measured.get(each) ?? []), rates]);
    }
  }
  return [...measured].flatMap(([each, rates]) => judge(each, joined(rates)));
}

function judge({ name, target }: Case, rates: Rates): BenchRow[] {
  const unit = 'requests/CPU s';
  const rows = [...rates].map(([server, each]) => {
    const label = server === GRAPH ? name : `${name}: ${server}`;
    return benchRow({ name: label, value: medianOf(each), unit });
  });
  const cost = ratio(rates, GRAPH, GUARDED);
  rows.push(benchRow({ name: `${name}: cost with permissions`, value: cost, unit: 'x' }));
  if (!rates.has(LOADING)) return rows;
  const over = ratio(rates, GRAPH, LOADING);
  return [...rows, benchRow({ name: `${name}: over ${LOADING}`, value: over, unit: 'x', target })];
}
