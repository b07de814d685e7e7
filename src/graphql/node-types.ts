/** Gives each node type its fields: its id, its values and its relationships. */

import type { Api } from './builder.ts';
import { NODE_VALUES } from './element.ts';
import { rulesOfNodes } from './hideable-fields.ts';
import { nodeInterface, nodeObject } from './node-ref.ts';
import { relationshipFields } from './relationship-fields.ts';
import { valueFields } from './value-fields.ts';

export function addNodeTypes(api: Api): void {
  for (const type of api.definition.nodeTypes.values()) {
    nodeObject(api, type).implement({
      ...(type.description === undefined ? {} : { description: type.description }),
      interfaces: [nodeInterface(api)],
      fields: (t) => ({
        ...valueFields(api, t, {
          of: type,
          values: NODE_VALUES,
          rules: rulesOfNodes(api.rules, type.name),
        }),
        ...relationshipFields(api, t, type),
      }),
    });
  }
}
