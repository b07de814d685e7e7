/** What a relationship leads to; the definition's parser has checked that it is there. */

import { assert } from '../base/assert.ts';
import type {
  CompositeType,
  Definition,
  EdgeProperties,
  NodeType,
  Relationship,
  UnionType,
} from '../definition/definition.ts';

export function nodeTypeOf(definition: Definition, name: string): NodeType {
  const type = definition.nodeTypes.get(name);
  assert(type !== undefined, `the definition has a node type ${name}`);
  return type;
}

export function targetOf(definition: Definition, { target }: Relationship): CompositeType {
  return (
    definition.interfaceTypes.get(target) ??
    definition.unionTypes.get(target) ??
    nodeTypeOf(definition, target)
  );
}

/** The node types that a type stands for: itself, or those of an interface or a union. */
export function nodeTypesOf(definition: Definition, of: CompositeType): readonly NodeType[] {
  if (of.kind === 'node') return [of];
  return of.nodeTypes.map((name) => nodeTypeOf(definition, name));
}

/**
 * A relationship to a union as one to each of its node types: filters and writes name the type
 * first. `genre` of it is in its name, as in those of the API's types: `MovieSearchGenre`.
 */
export function relationshipsByType(
  relationship: Relationship,
  { nodeTypes }: UnionType,
): readonly (readonly [string, Relationship])[] {
  return nodeTypes.map((type) => {
    const name = `${relationship.name}${type}`;
    const stem = `${relationship.stem}${type}`;
    return [type, { ...relationship, name, stem, target: type, targetTypes: [type] }];
  });
}

export function edgePropertiesOf(
  definition: Definition,
  relationship: Relationship,
): EdgeProperties | undefined {
  if (relationship.properties === undefined) return undefined;
  return definition.edgeTypes.get(relationship.edgeType)?.properties;
}
