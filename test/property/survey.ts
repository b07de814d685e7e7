/** Counts what a finished sequence came by, from its plan and the reference. */

import type { Value } from '../../src/delta/value.ts';
import type { EdgeName } from '../../src/engine/graph-view.ts';
import {
  type ElementName,
  edgeElement,
  edgeOfElement,
  type ReferenceDelta,
  type ReferenceTransaction,
} from '../reference/reference-delta.ts';
import type { ReferenceGraph } from '../reference/reference-graph.ts';
import { type Base, compareStamps } from '../reference/reference-stamp.ts';
import type { Coverage } from './coverage.ts';
import { referenceTransactions } from './graph-commits.ts';
import { NODES } from './graph-names.ts';
import type { Plan } from './graph-plan.ts';
import { surveySequences } from './survey-sequences.ts';
import { valueText } from './value-text.ts';

type SetDelta = Extract<ReferenceDelta, { op: 'set' }>;
type IncrementDelta = Extract<ReferenceDelta, { op: 'increment' }>;

/** Every edge that the plan names. */
export function namedEdges(plan: Plan): Required<EdgeName>[] {
  const edges = new Map<ElementName, Required<EdgeName>>();
  const deltas = plan.flatMap(({ transactions }) => transactions.flatMap((each) => each.deltas));
  for (const { subject } of deltas) {
    if (subject.element === 'edge') edges.set(edgeElement(subject), subject);
  }
  return [...edges.values()];
}

export function survey(plan: Plan, reference: ReferenceGraph, coverage: Coverage): void {
  const cells = new Map<string, { readonly delta: SetDelta; readonly value: Value }>();
  const clocks = new Set<string>();
  for (const { stamp, deltas } of plan.flatMap(referenceTransactions)) {
    for (const delta of deltas) {
      if (delta.op === 'increment') surveyIncrement(delta, reference, coverage);
      if (delta.op !== 'set') continue;
      const cell = `${delta.element} ${delta.path}`;
      const clock = `${cell} ${stamp.hlc}`;
      if (clocks.has(clock)) coverage.hit('sets of one cell with one clock');
      clocks.add(clock);
      if (isWinner({ commit: stamp.commit, position: stamp.position }, delta, reference)) {
        cells.set(cell, { delta, value: delta.value });
      }
    }
  }
  for (const { delta, value } of cells.values()) {
    if (value !== null) surveyCell(delta, reference, coverage);
  }
  surveyAdds(plan, reference, coverage);
  surveySequences(plan, reference, coverage);
  surveyElements(plan, reference, coverage);
}

/** What became of each add, as far as the reference still knows. */
function surveyAdds(plan: Plan, reference: ReferenceGraph, coverage: Coverage): void {
  const deltas = plan.flatMap(referenceTransactions).flatMap(({ stamp, deltas }) => {
    return deltas.map((delta) => ({ stamp, delta }));
  });
  const counters = new Set<string>();
  for (const { stamp, delta } of deltas) {
    if (delta.op === 'increment' && delta.base === undefined) {
      counters.add(`${delta.element} ${delta.path}`);
    }
    if (delta.op !== 'add') continue;
    const { element, path, value } = delta;
    const set = reference.winningSet(element, path);
    if (set === undefined && counters.has(`${element} ${path}`)) {
      coverage.hit('counters ended by an add');
    }
    const same = reference
      .countedAdds(element, path)
      .filter((add) => valueText(add.value) === valueText(value));
    const isCounted = same.some((add) => compareStamps(add.stamp, stamp) === 0);
    const isShown = reference
      .itemWriters(element, path)
      .some((item) => valueText(item.value) === valueText(value));
    if (set !== undefined && compareStamps(set, stamp) > 0) coverage.hit('adds hidden by a set');
    else if (!isCounted) coverage.hit('adds that were removed, or forgotten');
    else if (isShown) coverage.hit('adds that show');
    else if (reference.exists(element)) {
      coverage.hit('adds hidden by a delete, or above or below');
    }
    if (isCounted && same.length > 1) coverage.hit('values that several added');
    if (isCounted && set !== undefined) coverage.hit('sets below adds');
    const isNamedElsewhere = deltas.some(
      ({ delta: other }) =>
        other.op === 'remove' &&
        other.element === element &&
        other.path === path &&
        valueText(other.value) === valueText(value),
    );
    if (isCounted && isNamedElsewhere) coverage.hit('adds that a removal had not seen');
  }
}

/** What a seal is about to forget, and what it keeps of nodes that were never created. */
export function surveySeal(reference: ReferenceGraph, coverage: Coverage): void {
  coverage.hit('seals');
  for (const [element, { created, cells }] of reference.kept()) {
    const sets = [...cells.values()].filter(({ hasAdds }) => hasAdds).length;
    coverage.hit('sets of values sealed', sets);
    const sequences = [...cells.values()].filter(({ hasItems }) => hasItems).length;
    coverage.hit('sequences sealed', sequences);
    const edge = edgeOfElement(element);
    const what = edge === undefined ? 'nodes' : 'edges';
    const ends = edge === undefined ? [] : [edge.from, edge.to];
    const isGone =
      !reference.exists(element) && (created !== undefined || reference.wasDeleted(element));
    const hasGoneEnd = ends.some((end) => !reference.exists(end) && reference.nodeFacts(end));
    if (isGone || hasGoneEnd) coverage.hit(`${what} forgotten by a seal`);
    else if (created === undefined) {
      coverage.hit(`values of ${what} never created kept by a seal`, cells.size);
    } else {
      const hidden = [...cells.keys()].filter((path) => reference.value(element, path) === null);
      coverage.hit('cells forgotten by a seal', hidden.length);
    }
  }
}

/** Of transactions that are about to be applied after a seal, what they name in vain. */
export function surveySealedBases(
  transactions: readonly ReferenceTransaction[],
  reference: ReferenceGraph,
  coverage: Coverage,
): void {
  const own = new Set(transactions.map(({ stamp }) => stamp.commit));
  const increments = transactions
    .flatMap(({ deltas }) => deltas)
    .filter((delta) => delta.op === 'increment');
  for (const { base, element, path } of increments) {
    if (base === undefined || own.has(base.commit)) continue;
    if (reference.winningSet(element, path) === undefined) {
      coverage.hit('increments of a set that a seal forgot');
    }
  }
}

function surveyIncrement(
  delta: IncrementDelta,
  reference: ReferenceGraph,
  coverage: Coverage,
): void {
  const isSet = reference.winningSet(delta.element, delta.path) !== undefined;
  if (delta.base === undefined) {
    coverage.hit(isSet ? 'increments of a counter lost to a set' : 'increments of a counter');
  } else if (isWinner(delta.base, delta, reference)) coverage.hit('increments that count');
  else if (isSet) coverage.hit('increments lost to another set');
}

/** Why a winning value that is not null does not show. */
function surveyCell({ element, path }: SetDelta, graph: ReferenceGraph, coverage: Coverage): void {
  const isNode = edgeOfElement(element) === undefined;
  if (isNode && graph.nodeFacts(element) === undefined) {
    coverage.hit('values of a node never created');
  }
  if (!graph.exists(element) || graph.writtenBy(element, path) !== undefined) return;
  if (graph.wasDeleted(element)) coverage.hit('cells hidden by a delete');
  else coverage.hit('cells hidden by one above or below');
}

function surveyElements(plan: Plan, reference: ReferenceGraph, coverage: Coverage): void {
  for (const { id } of NODES) {
    if (reference.exists(id) && reference.wasDeleted(id)) coverage.hit('nodes created again');
  }
  const lines = new Set<string>();
  for (const edge of namedEdges(plan)) {
    if (!reference.hasEdge(edge)) {
      if (reference.exists(edgeElement(edge))) coverage.hit('edges hidden by an end');
      continue;
    }
    if (edge.from === edge.to) coverage.hit('loops');
    const line = `${edge.from} ${edge.type} ${edge.to}`;
    if (lines.has(line)) coverage.hit('parallel edges');
    lines.add(line);
  }
}

function isWinner(
  { commit, position }: Base,
  { element, path }: { readonly element: ElementName; readonly path: string },
  reference: ReferenceGraph,
): boolean {
  const winner = reference.winningSet(element, path);
  return winner?.commit === commit && winner.position === position;
}
