/** The input types of `sort`, and what they say compiled to an ordering. */

import type {
  CompositeType,
  Field,
  FieldedType,
  Relationship,
  ScalarField,
} from '../definition/definition.ts';
import { hasOwnId, isOrdered } from '../definition/fields.ts';
import type { GraphView, NodeRow } from '../engine/graph-view.ts';
import {
  type Api,
  type InputFieldBuilder,
  type InputFieldRefs,
  type InputMap,
  type InputRef,
  inputType,
  isInputMap,
  once,
} from './builder.ts';
import { edgePropertiesOf, targetOf } from './definition-lookup.ts';
import { EDGE_VALUES, type ElementReader, NODE_VALUES, type Related } from './element.ts';
import type { Ordering, SortKey } from './ordering.ts';
import { readField } from './plan-where.ts';

const DESCENDING = 'DESC';

/** `AirportSort` */
export function nodeSort(api: Api, type: FieldedType): InputRef {
  return inputType(api, `${type.name}Sort`, (t) => ({
    id: t.field({ type: sortDirection(api) }),
    ...fieldSorts(api, t, type.fields),
  }));
}

/**
 * `AirportRoutesConnectionSort`: by the edge, or by the node it leads to. Nodes of a union have no
 * fields in common: undefined where edges have none either.
 */
export function connectionSort(api: Api, relationship: Relationship): InputRef | undefined {
  const name = `${relationship.stem}ConnectionSort`;
  const properties = edgePropertiesOf(api.definition, relationship);
  const edge = hasSorts(properties?.fields) ? properties : undefined;
  const target = targetOf(api.definition, relationship);
  if (target.kind === 'union' && edge === undefined) return undefined;
  return inputType(api, name, (t) => ({
    ...(target.kind === 'union' ? {} : { node: t.field({ type: nodeSort(api, target) }) }),
    ...(edge && { edge: t.field({ type: sortOf(api, edge) }) }),
  }));
}

export function nodeOrdering(
  type: CompositeType,
  sort: readonly InputMap[] | null | undefined,
): Ordering<NodeRow> {
  return {
    scope: type.name,
    keys: (sort ?? []).flatMap((by) => nodeKeys(type, by)),
    identity: (graph, node) => graph.nodeId(node),
  };
}

/** By the nodes that a relationship leads to, as plain lists of them are sorted. */
export function targetOrdering(
  scope: string,
  target: CompositeType,
  sort: readonly InputMap[] | null | undefined,
): Ordering<Related> {
  const keys = (sort ?? []).flatMap((by) => nodeKeys(target, by));
  return { scope, keys: keys.map(ofTarget), identity: identityOfRelated };
}

export function relatedOrdering(options: {
  readonly scope: string;
  readonly target: CompositeType;
  readonly edgeFields: readonly Field[];
  readonly sort: readonly InputMap[] | null | undefined;
}): Ordering<Related> {
  const { scope, target, edgeFields, sort } = options;
  const keys = (sort ?? []).flatMap((by) =>
    Object.entries(by).flatMap(([end, inner]) => {
      if (!isInputMap(inner)) return [];
      if (end === 'node') return nodeKeys(target, inner).map(ofTarget);
      return fieldKeys(edgeFields, inner, EDGE_VALUES).map(ofEdge);
    }),
  );
  return { scope, keys, identity: identityOfRelated };
}

/** Parallel edges lead to one node: the edge's key tells them apart. */
function identityOfRelated(graph: GraphView, { edge, node }: Related): string {
  const key = graph.edgeKey(edge);
  return key === 0 ? graph.nodeId(node) : `${graph.nodeId(node)}:${String(key).padStart(10, '0')}`;
}

function ofTarget(key: SortKey<NodeRow>): SortKey<Related> {
  return { ...key, name: `node.${key.name}`, read: (graph, { node }) => key.read(graph, node) };
}

function ofEdge(key: SortKey<Related['edge']>): SortKey<Related> {
  return { ...key, name: `edge.${key.name}`, read: (graph, { edge }) => key.read(graph, edge) };
}

function nodeKeys(type: CompositeType, by: InputMap): SortKey<NodeRow>[] {
  if (type.kind === 'union') return [];
  const direction = hasOwnId(type) ? undefined : by.id;
  const id: SortKey<NodeRow> = {
    name: 'id',
    isDescending: direction === DESCENDING,
    field: { kind: 'id' },
    read: (graph, node) => graph.nodeId(node),
  };
  const keys = fieldKeys(type.fields, by, NODE_VALUES);
  return typeof direction === 'string' ? [id, ...keys] : keys;
}

/** GraphQL orders what one object names by the input type: several keys are several objects. */
function fieldKeys<T>(
  fields: readonly Field[],
  by: InputMap,
  values: ElementReader<T>,
): SortKey<T>[] {
  return Object.entries(by).flatMap(([name, direction]): SortKey<T>[] => {
    const field = fields.find((each) => each.name === name);
    if (field === undefined || direction === null || direction === undefined) return [];
    if (field.kind === 'nested') {
      return isInputMap(direction) ? fieldKeys(field.fields, direction, values) : [];
    }
    return [fieldKey(field, direction === DESCENDING, values)];
  });
}

function fieldKey<T>(
  field: ScalarField,
  isDescending: boolean,
  { of, read }: ElementReader<T>,
): SortKey<T> {
  return {
    name: field.path,
    isDescending,
    field: readField(field, of),
    read: (graph, element) => read(graph, element, field),
  };
}

function sortOf(
  api: Api,
  type: { readonly name: string; readonly fields: readonly Field[] },
): InputRef {
  return inputType(api, `${type.name}Sort`, (t) => fieldSorts(api, t, type.fields));
}

function fieldSorts(api: Api, t: InputFieldBuilder, fields: readonly Field[]): InputFieldRefs {
  return Object.fromEntries(
    fields
      .filter(hasSort)
      .map((field) => [
        field.name,
        field.kind === 'nested'
          ? t.field({ type: sortOf(api, { name: field.typeName, fields: field.fields }) })
          : t.field({ type: sortDirection(api) }),
      ]),
  );
}

/** Whether anything is sorted by a field: it, or a member of it. */
function hasSort(field: Field): boolean {
  return field.kind === 'nested' ? hasSorts(field.fields) : isOrdered(field);
}

function hasSorts(fields: readonly Field[] = []): boolean {
  return fields.some(hasSort);
}

function sortDirection(api: Api) {
  return once(api, 'SortDirection', () =>
    api.builder.enumType('SortDirection', {
      description: 'Missing values come last in ascending order and first in descending order.',
      values: ['ASC', 'DESC'] as const,
    }),
  );
}
