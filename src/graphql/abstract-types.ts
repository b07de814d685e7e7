/** Gives interfaces their fields, which each of their types has, and unions their types. */

import type { NodeRow } from '../engine/graph-view.ts';
import { type Api, interfaceFields } from './builder.ts';
import { documentation } from './documentation.ts';
import { NODE_VALUES } from './element.ts';
import { interfaceObject, nodeInterface } from './node-ref.ts';
import { relationshipFields } from './relationship-fields.ts';
import { valueFields } from './value-fields.ts';

export function addInterfaces(api: Api): void {
  for (const type of api.definition.interfaceTypes.values()) {
    interfaceObject(api, type).implement({
      ...documentation(type),
      interfaces: [nodeInterface(api)],
      resolveType: (node, context) => context.graph.nodeType(node),
      fields: interfaceFields<NodeRow>((t) => ({
        // Each node resolves them as one of its own type.
        ...valueFields(api, t, { of: type, values: NODE_VALUES, rules: new Map() }),
        ...relationshipFields(api, t, type),
      })),
    });
  }
}
