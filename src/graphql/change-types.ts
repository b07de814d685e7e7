/** What subscriptions deliver: one type per node type, one for any node, one for edges. */

import type { NodeType } from '../definition/definition.ts';
import type { GraphView, NodeRow } from '../engine/graph-view.ts';
import { ChangeEvent, type EdgeChange, type NodeChange } from '../space/space.ts';
import {
  type Api,
  type FieldRefs,
  type ObjectFieldBuilder,
  type ObjectRef,
  objectType,
  once,
} from './builder.ts';
import { cursorOf } from './change-cursor.ts';
import type { Delivery } from './change-delivery.ts';
import { nodeTypeOf } from './definition-lookup.ts';
import { findNode } from './element.ts';
import { timestampOf } from './lineage.ts';
import { nodeNames } from './names.ts';
import { nodeInterface, nodeObject } from './node-ref.ts';
import type { SightChange } from './sight-changes.ts';

/** A change of a node, or of what is seen of it. */
export type NodeEntry = NodeChange | SightChange;
export type NodeDelivery = Delivery<NodeEntry>;
/** A change of an edge, or that what came before is not told any more. */
export type EdgeEntry = EdgeChange | SightChange;
export type EdgeDelivery = Delivery<EdgeEntry>;

/** Fields of every change; the node of a type of such a name is under `node`. */
const COMMON_FIELDS: ReadonlySet<string> = new Set([
  ...['event', 'commit', 'author', 'actor', 'time', 'transaction', 'cursor'],
  ...['id', 'fields'],
]);

/** `AirportChange` */
export function nodeChangeOf(api: Api, type: NodeType): ObjectRef<NodeDelivery> {
  const name = `${type.name}Change`;
  const { single } = nodeNames(type);
  return objectType<NodeDelivery>(api, name, {
    fields: (t) => ({
      ...lineageFields(api, t),
      id: idField(t),
      ...(type.fields.length === 0
        ? {}
        : {
            fields: t.field({
              description: 'Fields that were written, or that alone are shown or hidden.',
              type: [fieldEnum(api, type)],
              resolve: ({ entry }) => fieldsOf(type, entry),
            }),
          }),
      [COMMON_FIELDS.has(single) ? 'node' : single]: t.field({
        description: 'The node as it is now; null once it is deleted or hidden.',
        type: nodeObject(api, type),
        nullable: true,
        resolve: ({ entry }, _args, { graph }) => nodeOf(entry, graph, type.name),
      }),
    }),
  });
}

/** `NodeChange`: of a node of any type. */
export function anyNodeChange(api: Api): ObjectRef<NodeDelivery> {
  return objectType<NodeDelivery>(api, 'NodeChange', {
    fields: (t) => ({
      ...lineageFields(api, t),
      id: idField(t),
      type: t.string({
        description: 'Name of its type.',
        nullable: true,
        resolve: ({ entry }) => namedNode(entry)?.type ?? null,
      }),
      fields: t.stringList({
        description: 'Fields that were written, or that alone are shown or hidden.',
        resolve: ({ entry }) => {
          const named = namedNode(entry);
          return named ? fieldsOf(nodeTypeOf(api.definition, named.type), entry) : [];
        },
      }),
      node: t.field({
        description: 'The node as it is now; null once it is deleted or hidden.',
        type: nodeInterface(api),
        nullable: true,
        resolve: ({ entry }, _args, { graph }) => nodeOf(entry, graph),
      }),
    }),
  });
}

function idField(t: ObjectFieldBuilder<NodeDelivery>) {
  return t.id({
    description: 'Of the node; null where permissions changed for too many to be told.',
    nullable: true,
    resolve: ({ entry }) => namedNode(entry)?.id ?? null,
  });
}

function namedNode(entry: NodeEntry): { readonly id: string; readonly type: string } | undefined {
  return entry.element === 'node' ? entry : entry.node;
}

function nodeOf(entry: NodeEntry, graph: GraphView, type?: string): NodeRow | null {
  const named = namedNode(entry);
  return (named && findNode(graph, named.id, type)) ?? null;
}

export function relationshipChange(api: Api): ObjectRef<EdgeDelivery> {
  const end = (t: ObjectFieldBuilder<EdgeDelivery>, name: 'from' | 'to') =>
    t.field({
      type: nodeInterface(api),
      nullable: true,
      resolve: ({ entry }, _args, { graph }) => {
        const id = namedEdge(entry)?.[name];
        return (id !== undefined && findNode(graph, id)) || null;
      },
    });
  return objectType<EdgeDelivery>(api, 'RelationshipChange', {
    description: 'A change of an edge: created, its properties written, or deleted.',
    fields: (t) => ({
      ...lineageFields(api, t),
      type: t.string({
        description: '`ROUTE`; null, as are both ends, of RESYNC.',
        nullable: true,
        resolve: ({ entry }) => namedEdge(entry)?.type ?? null,
      }),
      from: t.id({ nullable: true, resolve: ({ entry }) => namedEdge(entry)?.from ?? null }),
      to: t.id({ nullable: true, resolve: ({ entry }) => namedEdge(entry)?.to ?? null }),
      fields: t.stringList({ resolve: ({ entry }) => topLevel(entry.paths) }),
      fromNode: end(t, 'from'),
      toNode: end(t, 'to'),
    }),
  });
}

function namedEdge(entry: EdgeEntry): EdgeChange['name'] | undefined {
  return entry.element === 'edge' ? entry.name : undefined;
}

/** `AirportField` */
export function fieldEnum(api: Api, type: NodeType) {
  const name = `${type.name}Field`;
  return once(api, name, () =>
    api.builder.enumType(name, { values: type.fields.map((field) => field.name) }),
  );
}

/** Fields that a change wrote: of a new node its key as well, nested ones by their outer name. */
export function fieldsOf(type: NodeType, change: NodeEntry): string[] {
  // The log may have fields that were retired.
  const written = topLevel(change.paths).filter((path) =>
    type.fields.some(({ name }) => name === path),
  );
  if (type.key === undefined || change.event !== ChangeEvent.CREATED) return written;
  return [type.key.name, ...written.filter((name) => name !== type.key?.name)];
}

function topLevel(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => path.split('.', 1)[0] ?? path))];
}

/** What happened, in which transaction, and where that is in the log. */
function lineageFields<Source extends Delivery>(
  api: Api,
  t: ObjectFieldBuilder<Source>,
): FieldRefs {
  return {
    event: t.field({ type: eventEnum(api), resolve: ({ entry }) => entry.event }),
    commit: t.string({
      description: 'CID of the commit; of a record of permissions, for who may read all of them.',
      nullable: true,
      resolve: ({ origin }) => origin.commit ?? null,
    }),
    author: t.string({ nullable: true, resolve: ({ origin }) => origin.author ?? null }),
    actor: t.string({ nullable: true, resolve: ({ origin }) => origin.actor ?? null }),
    time: t.field({
      type: 'DateTime',
      description: 'Of the commit: records of permissions have none.',
      nullable: true,
      resolve: ({ origin: { time } }) => (time === undefined ? null : timestampOf(time)),
    }),
    transaction: t.string({
      description: 'Hex id of the transaction; under permissions for its actor alone.',
      nullable: true,
      resolve: ({ origin }) => origin.transaction ?? null,
    }),
    cursor: t.string({
      description: "The change's place in this replica's log: `since` goes on behind it.",
      resolve: ({ origin }, _args, { space }) => cursorOf(space, origin.place),
    }),
  };
}

function eventEnum(api: Api) {
  return once(api, 'ChangeEvent', () =>
    api.builder.enumType('ChangeEvent', {
      values: {
        CREATED: {},
        UPDATED: {},
        DELETED: {},
        SHOWN: { description: 'Permissions changed, and show a node or fields of it.' },
        HIDDEN: { description: 'Permissions changed, and hide a node or fields of it.' },
        PERMISSIONS_CHANGED: {
          description:
            'Much is shown or hidden, or something since the cursor: what is seen, ask anew.',
        },
        RESYNC: {
          description:
            'What came behind the cursor is gone or too much: what was told before is no more ' +
            'than a past state. Ask anew.',
        },
      } as const,
    }),
  );
}
