/** What became of sequences in a finished sequence of commits, as the reference tells. */

import type { ReferenceDelta } from '../reference/reference-delta.ts';
import type { ReferenceGraph } from '../reference/reference-graph.ts';
import { nameOf } from '../reference/reference-sequence.ts';
import { compareStamps, type Stamp } from '../reference/reference-stamp.ts';
import type { Coverage } from './coverage.ts';
import { referenceTransactions } from './graph-commits.ts';
import type { Plan } from './graph-plan.ts';

type InsertDelta = Extract<ReferenceDelta, { op: 'insert' }>;
type MoveDelta = Extract<ReferenceDelta, { op: 'move' }>;

export function surveySequences(plan: Plan, reference: ReferenceGraph, coverage: Coverage): void {
  const named = new Map<string, string>();
  const moved = new Set<string>();
  for (const { stamp, deltas } of plan.flatMap(referenceTransactions)) {
    for (const delta of deltas) {
      if (delta.op !== 'insert' && delta.op !== 'move') continue;
      surveyPlace(delta, reference, coverage);
      if (delta.op === 'insert') surveyItems(delta, stamp, reference, coverage);
      const { element, path, place } = delta;
      for (const item of reference.sequence(element, path).moved) {
        moved.add(`${element} ${path} ${item}`);
      }
      if (place === undefined) continue;
      const side = `${element} ${path} ${place.side} ${nameOf(place.of)}`;
      const first = named.get(side) ?? stamp.commit;
      if (first !== stamp.commit) coverage.hit('sides of a place that several named');
      named.set(side, first);
    }
  }
  coverage.hit('items that have moved', moved.size);
}

function surveyPlace(
  { element, path, place }: InsertDelta | MoveDelta,
  reference: ReferenceGraph,
  coverage: Coverage,
): void {
  if (place === undefined) return;
  const name = nameOf(place.of);
  const items = reference.countedItems(element, path);
  const { places } = reference.sequence(element, path);
  if (!places.includes(name)) coverage.hit('names of places that are not there');
  else if (!items.some((item) => item.name === name)) {
    coverage.hit('names of places whose item is gone');
  }
}

function surveyItems(
  { element, path, number, values }: InsertDelta,
  stamp: Stamp,
  reference: ReferenceGraph,
  coverage: Coverage,
): void {
  const counted = new Set(reference.countedItems(element, path).map(({ name }) => name));
  const shown = new Set(reference.sequence(element, path).shown);
  const set = reference.winningSet(element, path);
  const isEnded = set !== undefined && compareStamps(set, stamp) > 0;
  for (let index = 0; index < values.length; index++) {
    const name = nameOf({ ...stamp, number: number + index });
    if (isEnded) coverage.hit('items ended by a set');
    else if (!counted.has(name)) coverage.hit('items that were removed, or forgotten');
    else if (shown.has(name)) coverage.hit('items that show');
    else if (reference.exists(element)) {
      coverage.hit('items hidden by a delete, or above or below');
    }
  }
  if (shown.size > 0 && reference.countedAdds(element, path).length > 0) {
    coverage.hit('inserts where adds do not show');
  }
  if (shown.size > 0 && set !== undefined) coverage.hit('inserts above a set');
}
