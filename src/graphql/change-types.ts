/** What subscriptions deliver: one type per node type, one for any node, one for edges. */

import type { NodeType } from '../definition/definition.ts';
import { ChangeEvent, type EdgeChange, type NodeChange } from '../space/space.ts';
import {
  type Api,
  type FieldRefs,
  type ObjectFieldBuilder,
  type ObjectRef,
  objectType,
  once,
} from './builder.ts';
import type { Delivery } from './change-feed.ts';
import { nodeTypeOf } from './definition-lookup.ts';
import { findNode } from './element.ts';
import { timestampOf } from './lineage.ts';
import { nodeNames } from './names.ts';
import { nodeInterface, nodeObject } from './node-ref.ts';

export type NodeDelivery = Delivery<NodeChange>;
export type EdgeDelivery = Delivery<EdgeChange>;

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
      id: t.id({ resolve: ({ entry }) => entry.id }),
      ...(type.fields.length === 0
        ? {}
        : {
            fields: t.field({
              description: 'Fields that were written.',
              type: [fieldEnum(api, type)],
              resolve: ({ entry }) => fieldsOf(type, entry),
            }),
          }),
      [COMMON_FIELDS.has(single) ? 'node' : single]: t.field({
        description: 'The node as it is now; null once it is deleted.',
        type: nodeObject(api, type),
        nullable: true,
        resolve: ({ entry }, _args, { graph }) => findNode(graph, entry.id, type.name) ?? null,
      }),
    }),
  });
}

/** `NodeChange`: of a node of any type. */
export function anyNodeChange(api: Api): ObjectRef<NodeDelivery> {
  return objectType<NodeDelivery>(api, 'NodeChange', {
    fields: (t) => ({
      ...lineageFields(api, t),
      id: t.id({ resolve: ({ entry }) => entry.id }),
      type: t.string({ description: 'Name of its type.', resolve: ({ entry }) => entry.type }),
      fields: t.stringList({
        description: 'Fields that were written.',
        resolve: ({ entry }) => fieldsOf(nodeTypeOf(api.definition, entry.type), entry),
      }),
      node: t.field({
        description: 'The node as it is now; null once it is deleted.',
        type: nodeInterface(api),
        nullable: true,
        resolve: ({ entry }, _args, { graph }) => findNode(graph, entry.id) ?? null,
      }),
    }),
  });
}

export function relationshipChange(api: Api): ObjectRef<EdgeDelivery> {
  const end = (t: ObjectFieldBuilder<EdgeDelivery>, name: 'from' | 'to') =>
    t.field({
      type: nodeInterface(api),
      nullable: true,
      resolve: ({ entry }, _args, { graph }) => findNode(graph, entry.name[name]) ?? null,
    });
  return objectType<EdgeDelivery>(api, 'RelationshipChange', {
    description: 'A change of an edge: created, its properties written, or deleted.',
    fields: (t) => ({
      ...lineageFields(api, t),
      type: t.string({ description: '`ROUTE`', resolve: ({ entry }) => entry.name.type }),
      from: t.id({ resolve: ({ entry }) => entry.name.from }),
      to: t.id({ resolve: ({ entry }) => entry.name.to }),
      fields: t.stringList({ resolve: ({ entry }) => topLevel(entry.paths) }),
      fromNode: end(t, 'from'),
      toNode: end(t, 'to'),
    }),
  });
}

/** `AirportField` */
export function fieldEnum(api: Api, type: NodeType) {
  const name = `${type.name}Field`;
  return once(api, name, () =>
    api.builder.enumType(name, { values: type.fields.map((field) => field.name) }),
  );
}

/** Fields that a change wrote: of a new node its key as well, nested ones by their outer name. */
export function fieldsOf(type: NodeType, change: NodeChange): string[] {
  const written = topLevel(change.paths);
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
    commit: t.string({ resolve: ({ transaction }) => transaction.commit }),
    author: t.string({ resolve: ({ transaction }) => transaction.author }),
    actor: t.string({ resolve: ({ transaction }) => transaction.actor }),
    time: t.field({
      type: 'DateTime',
      resolve: ({ transaction }) => timestampOf(transaction.time),
    }),
    transaction: t.string({ resolve: ({ transaction }) => transaction.transaction }),
    cursor: t.string({
      description: "The change's place in this replica's log.",
      resolve: ({ transaction, index }) => changeCursor(transaction, index),
    }),
  };
}

function changeCursor(at: Delivery['transaction'], index: number): string {
  const text = `${at.position}.${at.index}.${index}`;
  return new TextEncoder().encode(text).toBase64({ alphabet: 'base64url', omitPadding: true });
}

function eventEnum(api: Api) {
  return once(api, 'ChangeEvent', () =>
    api.builder.enumType('ChangeEvent', {
      values: [ChangeEvent.CREATED, ChangeEvent.UPDATED, ChangeEvent.DELETED] as const,
    }),
  );
}
