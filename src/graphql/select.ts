/** Finds the nodes of a type, an interface or a union that match a `where`. */

import type { CompositeType, Definition, ScalarField } from '../definition/definition.ts';
import type { Value } from '../delta/value.ts';
import type { GraphView, NodeRow, OrderBound } from '../engine/graph-view.ts';
import type { Budget } from './budget.ts';
import type { InputMap } from './builder.ts';
import type { Deadline } from './deadline.ts';
import { findNode } from './element.ts';
import { compositeTest } from './filter.ts';
import type { Test } from './filter-logic.ts';
import { type GivenBound, type Narrowing, narrowingsOf } from './narrowing.ts';
import { storedValue } from './scalars.ts';

export interface Selection {
  readonly graph: GraphView;
  readonly definition: Definition;
  readonly type: CompositeType;
  readonly where: InputMap | null | undefined;
  readonly budget: Budget;
}

export function selectNodes(selection: Selection): NodeRow[] {
  const { nodes, test } = nodesToTest(selection);
  return test === undefined ? nodes : nodes.filter((node) => test(selection.graph, node));
}

/** The same for a query, which lets others run meanwhile. */
export async function selectInTurns(selection: Selection, deadline: Deadline): Promise<NodeRow[]> {
  while (deadline.isTurnOver) await deadline.rest();
  const { nodes, test } = nodesToTest(selection);
  if (test === undefined) return nodes;
  const matching: NodeRow[] = [];
  for (const node of nodes) {
    while (deadline.isTurnOver) await deadline.rest();
    if (test(selection.graph, node)) matching.push(node);
  }
  return matching;
}

interface Candidates {
  readonly nodes: NodeRow[];
  /** Undefined where all of them match. */
  readonly test: Test<NodeRow> | undefined;
}

function nodesToTest({ graph, definition, type, where, budget }: Selection): Candidates {
  const isOpen = where === null || where === undefined;
  const test = isOpen ? undefined : compositeTest({ definition, budget }, type, where);
  const found = narrowingsOf(definition, type, where).map(([name, narrowing]) => {
    const narrowed = narrowing === undefined ? undefined : candidates(graph, name, narrowing);
    return narrowed ?? graph.nodesOfType(name);
  });
  const nodes = found.length === 1 ? (found[0] ?? []) : found.flat();
  budget.spend(nodes.length);
  return { nodes, test };
}

/** Undefined where the index does not know where a bound would stand. */
function candidates(graph: GraphView, type: string, narrowing: Narrowing): NodeRow[] | undefined {
  switch (narrowing.kind) {
    case 'ids':
      return narrowing.ids
        .map((id) => findNode(graph, String(id), type))
        .filter((node) => node !== undefined);
    case 'keys':
      return narrowing.keys
        .map((key) => graph.nodeByKey(type, String(key)))
        .filter((node) => node !== undefined);
    case 'values':
      return narrowing.operands
        .flatMap((operand) => indexedForms(storedValue(narrowing.field, operand)))
        .flatMap((value) => graph.nodesByValue(type, narrowing.field.path, value));
    case 'range': {
      const { field, lower, upper } = narrowing;
      const range = { lower: boundOf(field, lower), upper: boundOf(field, upper) };
      return graph.nodesInOrder(type, field.path, range);
    }
  }
}

function boundOf(field: ScalarField, bound: GivenBound | undefined): OrderBound | undefined {
  if (bound === undefined) return undefined;
  return { value: storedValue(field, bound.operand), isExcluded: bound.isExcluded };
}

/** Zeros are equal, but an index finds bytes, and imported data may hold either. */
function indexedForms(value: Value): readonly Value[] {
  return value === 0 ? [0, -0] : [value];
}
