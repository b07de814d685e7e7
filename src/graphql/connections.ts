/** Relay connections over all nodes of a type, and the page info that all connections share. */

import type { NodeType } from '../definition/definition.ts';
import type { NodeRow } from '../engine/graph-view.ts';
import { type Api, type ObjectRef, objectType } from './builder.ts';
import { sizeExtensions } from './list-size.ts';
import { nodeNames } from './names.ts';
import { nodeObject } from './node-ref.ts';
import type { Connection, ConnectionEdge, PageInfo } from './page.ts';

/** `AirportsConnection` */
export function nodeConnection(api: Api, type: NodeType): ObjectRef<Connection<NodeRow>> {
  const name = `${nodeNames(type).plural}Connection`;
  return objectType<Connection<NodeRow>>(api, name, {
    fields: (t) => ({
      totalCount: t.exposeInt('totalCount'),
      edges: t.field({
        type: [nodeEdge(api, type)],
        extensions: sizeExtensions({ usesListSize: true }),
        resolve: ({ edges }) => edges,
      }),
      pageInfo: t.field({ type: pageInfo(api), resolve: (connection) => connection.pageInfo }),
    }),
  });
}

/** `AirportEdge` */
function nodeEdge(api: Api, type: NodeType): ObjectRef<ConnectionEdge<NodeRow>> {
  const name = `${type.name}Edge`;
  return objectType<ConnectionEdge<NodeRow>>(api, name, {
    fields: (t) => ({
      cursor: t.exposeString('cursor'),
      node: t.field({ type: nodeObject(api, type), resolve: ({ element }) => element }),
    }),
  });
}

export function pageInfo(api: Api): ObjectRef<PageInfo> {
  return objectType<PageInfo>(api, 'PageInfo', {
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage'),
      hasPreviousPage: t.exposeBoolean('hasPreviousPage'),
      startCursor: t.exposeString('startCursor', { nullable: true }),
      endCursor: t.exposeString('endCursor', { nullable: true }),
    }),
  });
}
