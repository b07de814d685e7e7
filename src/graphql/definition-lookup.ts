/** What a relationship leads to; the definition's parser has checked that it is there. */

import { assert } from '../base/assert.ts';
import type {
  Definition,
  EdgeProperties,
  NodeType,
  Relationship,
} from '../definition/definition.ts';

export function nodeTypeOf(definition: Definition, name: string): NodeType {
  const type = definition.nodeTypes.get(name);
  assert(type !== undefined, `the definition has a node type ${name}`);
  return type;
}

export function targetOf(definition: Definition, relationship: Relationship): NodeType {
  return nodeTypeOf(definition, relationship.target);
}

export function edgePropertiesOf(
  definition: Definition,
  relationship: Relationship,
): EdgeProperties | undefined {
  if (relationship.properties === undefined) return undefined;
  return definition.edgeTypes.get(relationship.edgeType)?.properties;
}
