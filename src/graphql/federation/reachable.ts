/** The types of a document that something leads to: others would be in the way of composing. */

import { type DefinitionNode, type DocumentNode, Kind } from 'graphql';
import { namedType } from '../../definition/syntax.ts';

/** The types with these names, and what they lead to; of an interface all that implement it. */
export function reachableTypes(
  { definitions }: DocumentNode,
  roots: Iterable<string>,
): ReadonlySet<string> {
  const types = new Map<string, DefinitionNode>();
  const implementing = new Map<string, string[]>();
  for (const type of definitions) {
    if (!('name' in type) || type.name === undefined) continue;
    types.set(type.name.value, type);
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const { name } of type.interfaces ?? []) {
      implementing.set(name.value, [...(implementing.get(name.value) ?? []), type.name.value]);
    }
  }
  const reached = new Set<string>();
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const type = types.get(name);
    if (reached.has(name) || type === undefined) continue;
    reached.add(name);
    waiting.push(...typesWithin(type), ...(implementing.get(name) ?? []));
  }
  return reached;
}

function typesWithin(type: DefinitionNode): string[] {
  switch (type.kind) {
    case Kind.UNION_TYPE_DEFINITION:
      return (type.types ?? []).map(({ name }) => name.value);
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return (type.fields ?? []).map((field) => namedType(field.type));
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const fields = (type.fields ?? []).flatMap((field) => [
        namedType(field.type),
        ...(field.arguments ?? []).map((argument) => namedType(argument.type)),
      ]);
      return [...fields, ...(type.interfaces ?? []).map(({ name }) => name.value)];
    }
    default:
      return [];
  }
}
