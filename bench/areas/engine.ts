/**
 * The engine alone, beside the same work in plain C++ (bench/native) and by what else a program
 * could keep its graph in (bench/peers): no log, no signatures, payloads that were encoded before.
 * Rates and baselines are millions in a second of processor time, of all threads.
 */

import { measureCurve } from '../engine/growth-curve.ts';
import { measureGrowth } from '../engine/growth-rows.ts';
import { measureInsert, measureLookUp, measureSelects } from '../engine/index-rows.ts';
import { measureJson } from '../engine/json-rows.ts';
import { measureLoad } from '../engine/load-rows.ts';
import { installPeers, knownPeers } from '../engine/peer-contender.ts';
import { measurePages, measureScan } from '../engine/plan-rows.ts';
import { type EngineBenchSize, type GraphSize, Stage } from '../engine/stage.ts';
import { measureValues } from '../engine/value-rows.ts';
import { measureExpand, measureHops, measureSearch } from '../engine/walk-rows.ts';
import { measureEdges, measureMix } from '../engine/write-rows.ts';
import { type BenchRow, nativeProgram } from '../measure.ts';

const FULL: EngineBenchSize = {
  large: { nodes: 10_000_000, edges: 10_000_000 },
  middle: { nodes: 1_000_000, edges: 5_000_000 },
  small: { nodes: 100_000, edges: 500_000 },
  growth: [1_000_000, 5_000_000, 25_000_000],
  deltas: 688_128,
  reads: 1_000_000,
  windows: 5,
  secondsMin: 0.2,
  settles: true,
};
const QUICK: EngineBenchSize = {
  ...FULL,
  large: { nodes: 1_000_000, edges: 1_000_000 },
  middle: { nodes: 250_000, edges: 1_250_000 },
  growth: [100_000, 500_000, 2_500_000],
  reads: 250_000,
  windows: 3,
};

export async function rows({ quick }: { readonly quick: boolean }): Promise<BenchRow[]> {
  await installPeers();
  return rowsOfSize(quick ? QUICK : FULL);
}

/** Beside the peers that are there. */
export async function rowsOfSize(size: EngineBenchSize): Promise<BenchRow[]> {
  const program = await nativeProgram('engine');
  const stageOf = (graph: GraphSize): Stage => new Stage(size, graph, program);
  return [
    ...(await measureLarge(stageOf(size.large))),
    ...(await measureMiddle(stageOf(size.middle))),
    ...(await measureSmall(stageOf(size.small))),
    await measureGrowth({ nodes: size.middle.nodes, edges: size.middle.nodes * 2 }),
    ...(await measureCurve(size)),
  ];
}

async function measureLarge(disposable: Stage): Promise<BenchRow[]> {
  await using stage = disposable;
  await stage.load();
  return [
    ...(await measureSelects(stage)),
    ...(await measureLookUp(stage)),
    ...(await measureEdges(stage)),
    ...(await measureMix(stage)),
  ];
}

async function measureMiddle(disposable: Stage): Promise<BenchRow[]> {
  await using stage = disposable;
  const inserts = await measureInsert(stage);
  const { rows: loads, peers } = await measureLoad(stage, await knownPeers());
  const reads = [
    ...(await measureLookUp(stage, peers)),
    ...(await measureValues(stage, peers)),
    ...(await measureSearch(stage, peers)),
  ];
  for (const peer of peers) await peer.close();
  const alone = [
    ...(await measureExpand(stage)),
    ...(await measureSelects(stage)),
    ...(await measureScan(stage)),
    ...(await measurePages(stage)),
    ...(await measureJson(stage)),
  ];
  return [...inserts, ...loads, ...reads, ...alone];
}

async function measureSmall(disposable: Stage): Promise<BenchRow[]> {
  await using stage = disposable;
  const { rows: loads, peers } = await measureLoad(stage, await knownPeers());
  const reads = [
    ...(await measureValues(stage, peers)),
    ...(await measureHops(stage, peers)),
    ...(await measureSearch(stage, peers)),
  ];
  for (const peer of peers) await peer.close();
  return [...loads, ...reads];
}
