/** Mentions of types of nodes: each stands for the type before its fields are made, and after. */

import type { OutputRef } from '@pothos/core';
import type {
  CompositeType,
  InterfaceType,
  NodeType,
  UnionType,
} from '../definition/definition.ts';
import type { NodeRow } from '../engine/graph-view.ts';
import { Format } from '../engine/plan.ts';
import {
  type Api,
  declaredInterface,
  declaredRef,
  declaredUnion,
  type ObjectFieldBuilder,
  type ObjectRef,
  once,
} from './builder.ts';
import type { Context } from './context.ts';
import { nodeTypesOf } from './definition-lookup.ts';
import { documentation } from './documentation.ts';
import { idOfNode } from './element.ts';
import { planExtensions } from './plan-field.ts';
import { nodeVersion, VERSION } from './version.ts';

/** The type of a node; `addNodeTypes` gives it its fields. */
export function nodeObject(api: Api, type: NodeType): ObjectRef<NodeRow> {
  return declaredRef(api, type.name);
}

/** The type of nodes of one type, or of those of an interface or a union. */
export function compositeObject(api: Api, of: CompositeType): OutputRef<NodeRow> {
  if (of.kind === 'node') return nodeObject(api, of);
  return of.kind === 'interface' ? interfaceObject(api, of) : unionObject(api, of);
}

/** `addInterfaces` gives it its fields. */
export function interfaceObject(api: Api, { name }: InterfaceType) {
  return declaredInterface<NodeRow>(api, name);
}

function unionObject(api: Api, type: UnionType): OutputRef<NodeRow> {
  return declaredUnion<NodeRow>(api, type.name, () => ({
    ...documentation(type),
    types: nodeTypesOf(api.definition, type).map((each) => nodeObject(api, each)),
    resolveType: (node, { graph }) => graph.nodeType(node),
  }));
}

const NODE_ID_PLAN = planExtensions(() => ({
  kind: 'value',
  field: { kind: 'id' },
  format: Format.TEXT,
}));

function nodeIdOf(node: NodeRow, _args: object, { graph }: Context): string {
  return idOfNode(graph, node);
}

/** The id that every node has, where a type has given its name to a natural key. */
export function nodeIdField(t: ObjectFieldBuilder<NodeRow>) {
  const description = 'The id that the database names it by; `id` is its natural key.';
  return t.id({ description, extensions: NODE_ID_PLAN, resolve: nodeIdOf });
}

export function nodeInterface(api: Api) {
  return once(api, 'Node', () => {
    const ref = api.builder.interfaceRef<NodeRow>('Node');
    ref.implement({
      description: 'A node of the graph, of any type.',
      resolveType: (node, context) => context.graph.nodeType(node),
      fields: (t) => ({
        id: t.id({ extensions: NODE_ID_PLAN, resolve: nodeIdOf }),
        version: t.string({
          description: VERSION,
          resolve: (node, _args, { graph }) => nodeVersion(graph, node, api.definition),
        }),
      }),
    });
    return ref;
  });
}
