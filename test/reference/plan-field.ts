/** What a field reads of a row, from E2 and E3 of schema/plan.md. */

import type { Value } from '../../src/delta/value.ts';
import type { Field } from '../../src/engine/plan.ts';
import type { Row } from './plan-context.ts';
import { edgeElement } from './reference-delta.ts';
import type { ReferenceGraph } from './reference-graph.ts';

/** Whether a rule holds it back, whether there is a value or not. */
export function isHidden(graph: ReferenceGraph, field: Field, { node, edge }: Row): boolean {
  if (field.kind !== 'property') return false;
  if (field.of === 'node') return graph.hides(node, field.path);
  return edge !== undefined && graph.hides(edgeElement(edge), field.path);
}

/** Null where there is no value. */
export function readField(graph: ReferenceGraph, field: Field, row: Row): Value {
  const { node, edge } = row;
  switch (field.kind) {
    case 'property':
      if (field.of === 'node') return graph.value(node, field.path);
      return edge === undefined ? null : graph.value(edgeElement(edge), field.path);
    case 'id':
      return node;
    case 'key':
      return graph.nodeFacts(node)?.key ?? null;
    case 'type':
      return (field.of === 'node' ? graph.nodeFacts(node)?.type : edge?.type) ?? null;
    case 'from':
      return edge?.from ?? null;
    case 'to':
      return edge?.to ?? null;
  }
}
