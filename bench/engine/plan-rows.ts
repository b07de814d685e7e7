/** Plans on a large graph: a page of a sorted and filtered list, and a scan with a filter. */

import type { Condition, Plan, Rows, Source } from '../../src/engine/plan.ts';
import type { BenchRow } from '../measure.ts';
import { DELAY_END } from '../peers/peer.ts';
import { NODE_TYPE, PATHS } from './delta-writer.ts';
import { callOf, propertyMember, propertyOf, type Runner, runnerOf } from './plan-runner.ts';
import type { RandomGraph } from './random-graph.ts';
import type { Stage } from './stage.ts';
import { countText, measureRepeated } from './windows.ts';

const PAGE_NODES = 20;
const PAGES_TOGETHER = 500;
const UNINDEXED = 'no index';
const UNINDEXED_RATIO_MIN = 20;
const PAGE_RATIO_MIN = 0.5;
const SCAN_RATIO_MIN = 0.7;
/** A third of all nodes has more. */
const DELAY = Math.floor((DELAY_END * 2) / 3);
const HAS_DELAY = conditionOf('greater', { path: 'delay', value: DELAY });
const OF_TYPE: Source = { kind: 'type', type: NODE_TYPE };

/** Where every node has its three fields. */
export async function measureScan({ graph, native, size, wasm }: Stage): Promise<BenchRow[]> {
  const rows: Rows = { source: OF_TYPE, where: HAS_DELAY };
  const call = callOf(wasm.engine, { members: [{ name: 'late', shape: { kind: 'count', rows } }] });
  const scanners: Runner[] = [runnerOf('engine', { times: 1, bytes: call, answer: lateOf })];
  if (native !== undefined) {
    const run = () => native.countDelays({ delay: DELAY, times: 1 });
    scanners.push({ name: native.name, run });
  }
  const windows = await measureRepeated<Runner>(scanners, size, {
    operations: graph.nodes,
    answer: [countLate(graph)],
    run: (scanner) => scanner.run(),
  });
  return windows.rows(`typed scan with a filter over ${countText(graph.nodes)}: nodes`, {
    ratios: { 'C++': SCAN_RATIO_MIN },
  });
}

/** The same, with an index, which is declared here. */
export async function measurePages({ graph, native, size, wasm }: Stage): Promise<BenchRow[]> {
  const { engine } = wasm;
  engine.declareIndex(NODE_TYPE, 'flights');
  const flights = Number(graph.value(graph.nodes >> 1, 0));
  const indexed = callOf(engine, indexedPage(flights));
  const pagers: Runner[] = [runnerOf('engine', { times: PAGES_TOGETHER, bytes: indexed })];
  if (native !== undefined) {
    const query = { flights, delay: DELAY, limit: PAGE_NODES, times: PAGES_TOGETHER };
    pagers.push({ name: native.name, run: () => native.page(query) });
  }
  const name = `filtered, sorted page of ${PAGE_NODES} of ${countText(graph.nodes)}: pages`;
  const work = { operations: PAGES_TOGETHER, run: (pager: Runner) => pager.run() };
  const beside = await measureRepeated(pagers, size, work);
  // Only the plan that was loaded last can be called, so this one is loaded for each page.
  const others = [
    runnerOf('engine', {
      times: PAGES_TOGETHER,
      bytes: () => callOf(engine, indexedPage(flights))(),
    }),
    runnerOf(UNINDEXED, {
      times: 1,
      bytes: () => callOf(engine, scannedPage(flights))(),
      operations: 1,
    }),
  ];
  const scanned = await measureRepeated(others, size, work);
  return [
    ...beside.rows(name, { ratios: { 'C++': PAGE_RATIO_MIN } }),
    ...scanned.rows(`${name}, the plan written too`, {
      ratios: { [UNINDEXED]: UNINDEXED_RATIO_MIN },
    }),
  ];
}

function indexedPage(flights: number): Plan {
  const lower = { value: BigInt(flights) };
  return pageOf({
    source: { kind: 'range', type: NODE_TYPE, paths: ['flights'], lower },
    where: HAS_DELAY,
  });
}

function scannedPage(flights: number): Plan {
  const bound = conditionOf('greaterOrEqual', { path: 'flights', value: BigInt(flights) });
  return pageOf({
    source: OF_TYPE,
    where: { kind: 'all', conditions: [bound, HAS_DELAY] },
  });
}

function pageOf(rows: Rows): Plan {
  const order = [{ field: propertyOf('flights') }];
  const id = {
    name: 'id',
    shape: { kind: 'value', field: { kind: 'id' }, format: 'text' },
  } as const;
  const item = { members: [id, ...PATHS.map((path) => propertyMember(path))] };
  const shape = { kind: 'list', rows: { ...rows, order, limit: PAGE_NODES }, item } as const;
  return { members: [{ name: 'page', shape }] };
}

function conditionOf(
  operator: 'greater' | 'greaterOrEqual',
  { path, value }: { readonly path: string; readonly value: bigint | number },
): Condition {
  return { kind: 'compare', field: propertyOf(path), operator, value };
}

function lateOf(json: Uint8Array): number[] {
  const { late } = JSON.parse(Buffer.from(json).toString()) as { late: number };
  return [late];
}

function countLate(graph: RandomGraph): number {
  let count = 0;
  for (let node = 0; node < graph.nodes; node += 1) {
    if (Number(graph.value(node, 1)) > DELAY) count += 1;
  }
  return count;
}
