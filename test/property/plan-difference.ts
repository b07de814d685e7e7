/** Whether an engine that took a plan shows what the reference shows after it. */

import type { Engine } from '../../src/engine/engine.ts';
import { EngineView } from '../../src/engine/view.ts';
import { ReferenceGraph } from '../reference/reference-graph.ts';
import type { Seeded } from '../seeded.ts';
import { firstDifference } from './compare-graphs.ts';
import { Coverage } from './coverage.ts';
import { referenceTransactions } from './graph-commits.ts';
import { IDS, INDEXABLE } from './graph-names.ts';
import type { Plan } from './graph-plan.ts';
import { namedEdges } from './survey.ts';

/** Returns the first difference, among these nodes at least; undefined where there is none. */
export function differenceOf(
  engine: Engine,
  plan: Plan,
  random: Seeded,
  ids: readonly string[] = IDS,
): string | undefined {
  const reference = new ReferenceGraph();
  let seals = 0;
  for (const commit of plan) {
    for (; seals < commit.seals; seals++) reference.seal();
    for (const transaction of referenceTransactions(commit)) reference.apply(transaction);
  }
  return firstDifference({
    engine,
    view: new EngineView(engine),
    reference,
    edges: namedEdges(plan),
    declared: INDEXABLE,
    ids,
    random,
    coverage: new Coverage(),
  });
}
