/** Mentions of node types: each stands for the type before its fields are made, and after. */

import type { NodeType } from '../definition/definition.ts';
import type { NodeRow } from '../engine/graph-view.ts';
import { Format } from '../engine/plan.ts';
import { type Api, declaredRef, type ObjectRef, once } from './builder.ts';
import { planExtensions } from './plan-field.ts';
import { nodeVersion, VERSION } from './version.ts';

/** The type of a node; `addNodeTypes` gives it its fields. */
export function nodeObject(api: Api, type: NodeType): ObjectRef<NodeRow> {
  return declaredRef(api, type.name);
}

export function nodeInterface(api: Api) {
  return once(api, 'Node', () => {
    const ref = api.builder.interfaceRef<NodeRow>('Node');
    ref.implement({
      description: 'A node of the graph, of any type.',
      resolveType: (node, context) => context.graph.nodeType(node),
      fields: (t) => ({
        id: t.id({
          extensions: planExtensions(() => ({
            kind: 'value',
            field: { kind: 'id' },
            format: Format.TEXT,
          })),
          resolve: (node, _args, context) => context.graph.nodeId(node),
        }),
        version: t.string({
          description: VERSION,
          resolve: (node, _args, { graph }) => nodeVersion(graph, node, api.definition),
        }),
      }),
    });
    return ref;
  });
}
