/** Finds a declaration again in the text of a definition, for errors that come after parsing. */

import { type EnumTypeDefinitionNode, Kind, type ObjectTypeDefinitionNode, parse } from 'graphql';
import { assert } from '../base/assert.ts';
import type { SourcePosition } from '../base/errors.ts';
import type { Definition } from './definition.ts';
import { positionOfSyntax } from './mistakes.ts';
import { namedType } from './syntax.ts';

interface Place {
  readonly typeName: string;
  /** A property path, or the whole type where it is absent. */
  readonly path: string | undefined;
  readonly file: string | undefined;
}

/** Where an enum is declared. */
export function enumPosition(
  { source }: Definition,
  name: string,
  file: string | undefined,
): SourcePosition {
  const found = parse(source).definitions.find(
    (node): node is EnumTypeDefinitionNode =>
      node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === name,
  );
  assert(found !== undefined, 'an enum of a definition is declared in its source');
  return positionOfSyntax(found.name, file);
}

/** Where the innermost written part of a path is declared; members of `Point` are not written. */
export function positionInSource(definition: Definition, place: Place): SourcePosition {
  const types = new Map<string, ObjectTypeDefinitionNode>();
  for (const node of parse(definition.source).definitions) {
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION) types.set(node.name.value, node);
  }
  let type = types.get(place.typeName);
  assert(type !== undefined, 'a type of a definition is declared in its source');
  let position = positionOfSyntax(type.name, place.file);
  for (const segment of place.path?.split('.') ?? []) {
    const field = type?.fields?.find(({ name }) => name.value === segment);
    if (field === undefined) break;
    position = positionOfSyntax(field.name, place.file);
    type = types.get(namedType(field.type));
  }
  return position;
}
