/**
 * Types that fields of other subgraphs have, as the definition writes them: the API has no others
 * than those that something is kept of.
 */

import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  Kind,
  parse,
  parseType,
} from 'graphql';
import type { Definition } from '../../definition/definition.ts';
import { asType } from '../../definition/federation/take.ts';
import { namedType } from '../../definition/syntax.ts';

/** The nested types that definitions have without declaring them. */
const BUILT_IN = 'type Point { latitude: Float! longitude: Float! }';

/** With the types that external fields lead to and that the document has not yet. */
export function addExternalTypes(document: DocumentNode, definition: Definition): DocumentNode {
  const externals = [...(definition.federation?.externals.values() ?? [])].flat();
  if (externals.length === 0) return document;
  const there = new Set(document.definitions.flatMap((each) => nameOf(each) ?? []));
  const written = new Map<string, DefinitionNode>();
  for (const text of [BUILT_IN, definition.source]) {
    for (const each of parse(text, { noLocation: true }).definitions) {
      const name = nameOf(each);
      if (name !== undefined) written.set(name, asType(each));
    }
  }
  const added: DefinitionNode[] = [];
  const names = externals.map(({ type }) => namedType(parseType(type)));
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    const type = there.has(name) ? undefined : written.get(name);
    there.add(name);
    if (type === undefined) continue;
    added.push(plainType(type, definition));
    names.push(...typesWithin(type));
  }
  return { ...document, definitions: [...document.definitions, ...added] };
}

function nameOf(definition: DefinitionNode): string | undefined {
  return 'name' in definition ? definition.name?.value : undefined;
}

function typesWithin(type: DefinitionNode): string[] {
  if (type.kind === Kind.UNION_TYPE_DEFINITION) {
    return (type.types ?? []).map(({ name }) => name.value);
  }
  return 'fields' in type ? (type.fields ?? []).map((field) => namedType(field.type)) : [];
}

/** Without directives and external fields: Federation's are added to it as to every type. */
function plainType(type: DefinitionNode, { federation }: Definition): DefinitionNode {
  const none: ConstDirectiveNode[] = [];
  switch (type.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const externals = federation?.externals.get(type.name.value) ?? [];
      const own = type.fields?.filter(({ name }) => {
        return !externals.some((each) => each.name === name.value);
      });
      const fields = own?.map((field) => ({ ...field, directives: none }));
      return { ...type, directives: none, ...(fields && { fields }) };
    }
    case Kind.ENUM_TYPE_DEFINITION: {
      const values = type.values?.map((value) => ({ ...value, directives: none }));
      return { ...type, directives: none, ...(values && { values }) };
    }
    case Kind.UNION_TYPE_DEFINITION:
      return { ...type, directives: none };
    default:
      return type;
  }
}
