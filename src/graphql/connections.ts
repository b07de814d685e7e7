/** Relay connections over all nodes of a type, and the page info that all connections share. */

import type { FieldedType } from '../definition/definition.ts';
import type { NodeRow } from '../engine/graph-view.ts';
import { aggregateFields } from './aggregates.ts';
import {
  type Api,
  type FieldRefs,
  type ObjectFieldBuilder,
  type ObjectRef,
  objectType,
} from './builder.ts';
import { sizeExtensions } from './list-size.ts';
import { nodeNames } from './names.ts';
import { compositeObject } from './node-ref.ts';
import type { Connection, ConnectionEdge, PageInfo } from './page.ts';
import { planExtensions, planPart, rowNode, sameRow } from './plan-field.ts';

/** `AirportsConnection` */
export function nodeConnection(api: Api, type: FieldedType): ObjectRef<Connection<NodeRow>> {
  const name = `${nodeNames(type).plural}Connection`;
  return objectType<Connection<NodeRow>>(api, name, {
    fields: (t) => ({
      ...connectionFields(api, t, nodeEdge(api, type)),
      ...aggregateFields(api, t, {
        name: type.name,
        type,
        isOfEdges: false,
        elementsOf: (nodes) => ({ nodes, edges: [] }),
      }),
    }),
  });
}

/** What all connections have, each with edges of its own. */
export function connectionFields<T>(
  api: Api,
  t: ObjectFieldBuilder<Connection<T>>,
  edge: ObjectRef<ConnectionEdge<T>>,
): FieldRefs {
  return {
    totalCount: t.exposeInt('totalCount', { extensions: planPart('totalCount') }),
    ...pageFields(api, t, edge),
  };
}

/** What is about a page of a connection alone. */
export function pageFields<T, Source extends Pick<Connection<T>, 'edges' | 'pageInfo'>>(
  api: Api,
  t: ObjectFieldBuilder<Source>,
  edge: ObjectRef<ConnectionEdge<T>>,
): FieldRefs {
  return {
    edges: t.field({
      type: [edge],
      extensions: {
        ...sizeExtensions({ usesListSize: true }),
        ...planExtensions(({ item }) => ({ kind: 'items', item: item() })),
      },
      resolve: ({ edges }, _args, { deadline }) => deadline.inTurns(edges),
    }),
    pageInfo: t.field({
      type: pageInfo(api),
      extensions: sameRow,
      resolve: (connection) => connection.pageInfo,
    }),
  };
}

/** `AirportEdge` */
function nodeEdge(api: Api, type: FieldedType): ObjectRef<ConnectionEdge<NodeRow>> {
  const name = `${type.name}Edge`;
  return objectType<ConnectionEdge<NodeRow>>(api, name, {
    fields: (t) => ({
      cursor: t.exposeString('cursor', { extensions: planPart('cursor') }),
      node: t.field({
        type: compositeObject(api, type),
        extensions: rowNode,
        resolve: ({ element }) => element,
      }),
    }),
  });
}

function pageInfo(api: Api): ObjectRef<PageInfo> {
  return objectType<PageInfo>(api, 'PageInfo', {
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage', { extensions: planPart('hasNextPage') }),
      hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
        extensions: planPart('hasPreviousPage'),
      }),
      startCursor: t.exposeString('startCursor', {
        nullable: true,
        extensions: planPart('startCursor'),
      }),
      endCursor: t.exposeString('endCursor', {
        nullable: true,
        extensions: planPart('endCursor'),
      }),
    }),
  });
}
