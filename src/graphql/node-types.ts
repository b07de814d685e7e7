/** Gives each node type its fields: its id, its version, its values and its relationships. */

import type { InterfaceType, NodeType } from '../definition/definition.ts';
import { hasOwnId, NODE_ID } from '../definition/fields.ts';
import { absentNode } from './absent-node.ts';
import type { Api } from './builder.ts';
import { computedFields } from './computed-fields.ts';
import { NODE_VALUES } from './element.ts';
import { rulesOfNodes } from './hideable-fields.ts';
import { interfaceObject, nodeIdField, nodeInterface, nodeObject } from './node-ref.ts';
import { planExtensions } from './plan-field.ts';
import { relationshipFields } from './relationship-fields.ts';
import { valueFields } from './value-fields.ts';
import { nodeVersion, VERSION, versionShape } from './version.ts';

export function addNodeTypes(api: Api): void {
  for (const type of api.definition.nodeTypes.values()) {
    const version = versionShape(type);
    const rules = rulesOfNodes(api.rules, type.name);
    nodeObject(api, type).implement({
      ...(type.description === undefined ? {} : { description: type.description }),
      interfaces: [nodeInterface(api), ...interfacesOf(api, type)],
      fields: (t) => ({
        version: t.string({
          description: VERSION,
          extensions: planExtensions(() => version),
          resolve: (node, _args, { graph, budget }) => {
            budget.spend(version.paths.length + 1);
            // Empty, as of a node that the caller sees no more.
            if (absentNode(node) !== undefined) return '';
            return nodeVersion(graph, node, api.definition);
          },
        }),
        ...valueFields(api, t, { of: type, values: NODE_VALUES, rules }),
        ...(hasOwnId(type) && { [NODE_ID]: nodeIdField(t) }),
        ...computedFields(api, t, { of: type, values: NODE_VALUES, rules }),
        ...relationshipFields(api, t, type),
      }),
    });
  }
}

function interfacesOf(api: Api, { interfaces }: NodeType) {
  return interfaces
    .map((name) => api.definition.interfaceTypes.get(name))
    .filter((type): type is InterfaceType => type !== undefined)
    .map((type) => interfaceObject(api, type));
}
