/** First pass over a definition: what it declares, under what names. */

import {
  type DefinitionNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type NameNode,
  type ObjectTypeDefinitionNode,
  type UnionTypeDefinitionNode,
} from 'graphql';
import { DEFINITION_TYPES_MAX, TYPE_NAME_BYTES_MAX } from '../base/limits.ts';
import { declareEnum } from './declare-enum.ts';
import { declareUnion } from './declare-union.ts';
import {
  type DeclaredEnum,
  type DeclaredNames,
  type DeclaredUnion,
  type TypeHeading,
  TypeRole,
} from './declared-type.ts';
import { accessRelations, type Directives, readDirectives } from './directives.ts';
import { isReservedTypeName } from './generated-names.ts';
import type { Mistakes } from './mistakes.ts';
import { readPlural } from './read-plural.ts';

type Declaration =
  | ObjectTypeDefinitionNode
  | InterfaceTypeDefinitionNode
  | UnionTypeDefinitionNode
  | EnumTypeDefinitionNode;

const KINDS: Readonly<Record<Declaration['kind'], string>> = {
  [Kind.OBJECT_TYPE_DEFINITION]: 'type',
  [Kind.INTERFACE_TYPE_DEFINITION]: 'interface',
  [Kind.UNION_TYPE_DEFINITION]: 'union',
  [Kind.ENUM_TYPE_DEFINITION]: 'enum',
};

/** In the order of the document; what can be neither is noted, and left out. */
export function declareTypes(
  document: DocumentNode,
  mistakes: Mistakes,
): Omit<DeclaredNames, 'federation'> {
  const types = new Map<string, TypeHeading>();
  const enums = new Map<string, DeclaredEnum>();
  const unions = new Map<string, DeclaredUnion>();
  const names = new Set<string>();
  for (const definition of document.definitions) {
    if (!isDeclaration(definition)) {
      refuseDefinition(definition, mistakes);
      continue;
    }
    const name = definition.name.value;
    const what = KINDS[definition.kind];
    checkTypeName(what, definition.name, mistakes);
    if (names.has(name)) {
      mistakes.add(definition.name, `${what} ${name} expected one declaration, got another`);
      continue;
    }
    if (names.size === DEFINITION_TYPES_MAX) {
      const expected = `definition expected at most ${DEFINITION_TYPES_MAX} types`;
      mistakes.add(definition.name, `${expected}, got more`);
      break;
    }
    names.add(name);
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION) {
      enums.set(name, declareEnum(definition, mistakes));
    } else if (definition.kind === Kind.UNION_TYPE_DEFINITION) {
      unions.set(name, declareUnion(definition, mistakes));
    } else types.set(name, readHeading(definition, mistakes));
  }
  return { types, enums, unions };
}

function isDeclaration(definition: DefinitionNode): definition is Declaration {
  return Object.hasOwn(KINDS, definition.kind);
}

function refuseDefinition(definition: DefinitionNode, mistakes: Mistakes): void {
  const got = definition.kind
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/ Definition$/, '')
    .toLowerCase();
  const expected = 'definition expected object types, interfaces, unions and enums';
  mistakes.add(definition, `${expected}, got ${got}`);
}

function readHeading(
  at: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode,
  mistakes: Mistakes,
): TypeHeading {
  const name = at.name.value;
  const isInterface = at.kind === Kind.INTERFACE_TYPE_DEFINITION;
  const place = isInterface ? 'interface' : 'type';
  const what = `${place} ${name}`;
  const directives = readDirectives(at.directives, { place, what }, mistakes);
  if (at.fields === undefined || at.fields.length === 0) {
    mistakes.add(at.name, `${what} expected at least one field, got none`);
  }
  const role = isInterface ? TypeRole.INTERFACE : readRole(what, directives, mistakes);
  const implemented = at.interfaces?.[0];
  if (implemented !== undefined && role !== TypeRole.NODE) {
    const got = `implements ${implemented.name.value}`;
    mistakes.add(implemented, `${what} expected no interfaces, got ${got}`);
  }
  const access = directives.get('access');
  if (access !== undefined && role === TypeRole.NESTED) {
    const expected = '@access expected a node type or edge properties';
    mistakes.add(access, `${expected}, got ${TypeRole.NESTED} ${name}`);
  }
  const node = directives.get('node');
  const directive = isInterface ? directives.get('plural') : node;
  const argument = isInterface ? 'value' : 'plural';
  return {
    at,
    name,
    role,
    node,
    access: accessRelations(directives),
    ...readPlural({ at: at.name, name, what, directive, argument }, mistakes),
  };
}

function checkTypeName(what: string, at: NameNode, mistakes: Mistakes): void {
  const name = at.value;
  if (name.length > TYPE_NAME_BYTES_MAX) {
    const expected = `${what} name expected at most ${TYPE_NAME_BYTES_MAX} bytes`;
    mistakes.add(at, `${expected}, got ${name.length}`);
  } else if (name.startsWith('__')) {
    mistakes.add(at, `${what} name expected no leading __, got ${name}`);
  } else if (isReservedTypeName(name)) {
    mistakes.add(at, `${what} name expected one that the API does not take, got ${name}`);
  }
}

function readRole(what: string, directives: Directives, mistakes: Mistakes): TypeRole {
  const properties = directives.get('relationshipProperties');
  if (!directives.has('node')) {
    return properties === undefined ? TypeRole.NESTED : TypeRole.EDGE_PROPERTIES;
  }
  if (properties !== undefined) {
    mistakes.add(properties, `${what} expected @node or @relationshipProperties, got both`);
  }
  return TypeRole.NODE;
}
