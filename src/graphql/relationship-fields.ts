/** `routes` and `routesConnection`: a relationship as a plain list and as a Relay connection. */

import { PAGE_ITEMS_MAX, RELATED_ITEMS_ASSUMED } from '../base/limits.ts';
import type { EdgeProperties, FieldedType, Relationship } from '../definition/definition.ts';
import type { EdgeRow, NodeRow } from '../engine/graph-view.ts';
import { aggregatedType, aggregateFields } from './aggregates.ts';
import {
  type Api,
  declaredType,
  type FieldRefs,
  type ObjectFieldBuilder,
  type ObjectRef,
  objectType,
} from './builder.ts';
import { computedFields } from './computed-fields.ts';
import { connectionFields } from './connections.ts';
import { edgePropertiesOf, targetOf } from './definition-lookup.ts';
import { documentation } from './documentation.ts';
import { EDGE_VALUES, type Related } from './element.ts';
import { compositeWhere, connectionWhere } from './filter-inputs.ts';
import { rulesOfEdges } from './hideable-fields.ts';
import { edgeLineageFields } from './lineage.ts';
import { requestedSize, sizeExtensions } from './list-size.ts';
import { compositeObject } from './node-ref.ts';
import type { Connection, ConnectionEdge } from './page.ts';
import { planExtensions, planPart, rowNode, sameRow } from './plan-field.ts';
import { plannedRelatedList, plannedRelatedPage } from './plan-related.ts';
import { loadRelatedConnection, loadRelatedNodes } from './related-loader.ts';
import { connectionSort, nodeSort } from './sort.ts';
import { valueFields } from './value-fields.ts';

export function relationshipFields(
  api: Api,
  t: ObjectFieldBuilder<NodeRow>,
  owner: FieldedType,
): FieldRefs {
  const fields = owner.relationships.flatMap((relationship) => [
    [relationship.name, listField(api, t, { owner, relationship })] as const,
    [`${relationship.name}Connection`, connectionField(api, t, relationship)] as const,
  ]);
  return Object.fromEntries(fields);
}

interface Owned {
  readonly owner: FieldedType;
  readonly relationship: Relationship;
}

function listField(api: Api, t: ObjectFieldBuilder<NodeRow>, { owner, relationship }: Owned) {
  const target = targetOf(api.definition, relationship);
  const field = { definition: api.definition, relationship };
  return t.field({
    ...documentation(relationship),
    type: [compositeObject(api, target)],
    args: {
      where: t.arg({ type: compositeWhere(api, target) }),
      ...(target.kind !== 'union' && { sort: t.arg({ type: [nodeSort(api, target)] }) }),
      limit: t.arg.int(),
      offset: t.arg.int(),
      ...(relationship.target === owner.name &&
        owner.kind === 'node' && {
          maxDepth: t.arg.int({
            description:
              'All that so many edges lead to at most, each once, without the node itself.',
          }),
        }),
    },
    extensions: {
      ...sizeExtensions({ listSize: ({ limit }) => relatedSize(limit) }),
      ...planExtensions(({ args, item }) => ({
        kind: 'list',
        rows: plannedRelatedList(field, args),
        item: item(),
      })),
    },
    resolve: (parent, args, context, info) =>
      loadRelatedNodes(field, { context, at: info.fieldNodes[0], parent, args }),
  });
}

function connectionField(api: Api, t: ObjectFieldBuilder<NodeRow>, relationship: Relationship) {
  const field = { definition: api.definition, relationship };
  const sort = connectionSort(api, relationship);
  return t.field({
    ...documentation(relationship),
    type: relationshipConnection(api, relationship),
    args: {
      where: t.arg({ type: connectionWhere(api, relationship) }),
      ...(sort && { sort: t.arg({ type: [sort] }) }),
      first: t.arg.int(),
      after: t.arg.string(),
      last: t.arg.int(),
      before: t.arg.string(),
    },
    extensions: {
      ...sizeExtensions({ innerListSize: ({ first, last }) => relatedSize(first ?? last) }),
      ...planExtensions(({ args, members }) => {
        const { rows, page } = plannedRelatedPage(field, args);
        return { kind: 'page', rows, page, members: members({ kind: 'connection', rows }) };
      }),
    },
    resolve: (parent, args, context, info) =>
      loadRelatedConnection(field, { context, at: info.fieldNodes[0], parent, args }),
  });
}

/** A caller's limit is taken at its word; without one, what is usual is assumed. */
function relatedSize(requested: unknown): number {
  return typeof requested === 'number'
    ? requestedSize(requested, PAGE_ITEMS_MAX)
    : RELATED_ITEMS_ASSUMED;
}

/** `AirportRoutesConnection` */
function relationshipConnection(
  api: Api,
  relationship: Relationship,
): ObjectRef<Connection<Related>> {
  const { stem } = relationship;
  return objectType<Connection<Related>>(api, `${stem}Connection`, {
    fields: (t) => ({
      ...connectionFields(api, t, relationshipEdge(api, relationship)),
      ...aggregateFields(api, t, {
        name: stem,
        type: aggregatedType(targetOf(api.definition, relationship)),
        isOfEdges: true,
        properties: edgePropertiesOf(api.definition, relationship),
        elementsOf: (related) => ({
          nodes: related.map(({ node }) => node),
          edges: related.map(({ edge }) => edge),
        }),
      }),
    }),
  });
}

/** `AirportRoutesRelationship` */
function relationshipEdge(api: Api, relationship: Relationship) {
  const name = `${relationship.stem}Relationship`;
  const target = targetOf(api.definition, relationship);
  const properties = edgePropertiesOf(api.definition, relationship);
  return objectType<ConnectionEdge<Related>>(api, name, {
    fields: (t) => ({
      cursor: t.exposeString('cursor', { extensions: planPart('cursor') }),
      node: t.field({
        type: compositeObject(api, target),
        extensions: rowNode,
        resolve: ({ element }) => element.node,
      }),
      ...edgeLineageFields(api, t, properties),
      ...(properties === undefined
        ? {}
        : {
            properties: t.field({
              type: edgePropertiesObject(api, properties),
              extensions: sameRow,
              resolve: ({ element }) => element.edge,
            }),
          }),
    }),
  });
}

/** `Route`: the properties of an edge. */
function edgePropertiesObject(api: Api, properties: EdgeProperties): ObjectRef<EdgeRow> {
  return declaredType<EdgeRow>(api, properties.name, {
    ...documentation(properties),
    fields: (t) => {
      const rules = rulesOfEdges(api.definition, api.rules, properties.name);
      const options = { of: properties, values: EDGE_VALUES, rules };
      return { ...valueFields(api, t, options), ...computedFields(api, t, options) };
    },
  });
}
