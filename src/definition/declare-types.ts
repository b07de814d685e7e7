/** First pass over a definition: which types and enums it declares, under what names. */

import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  Kind,
  type NameNode,
  type ObjectTypeDefinitionNode,
} from 'graphql';
import { DEFINITION_TYPES_MAX, TYPE_NAME_BYTES_MAX } from '../base/limits.ts';
import { declareEnum } from './declare-enum.ts';
import {
  type DeclaredEnum,
  type DeclaredNames,
  type TypeHeading,
  TypeRole,
} from './declared-type.ts';
import {
  accessRelations,
  type Directives,
  findArgument,
  readDirectives,
  stringArgument,
} from './directives.ts';
import { pluralOf } from './fields.ts';
import { isReservedTypeName } from './generated-names.ts';
import type { Mistakes } from './mistakes.ts';
import { quoteShort } from './syntax.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** In the order of the document; what can be neither is noted, and left out. */
export function declareTypes(document: DocumentNode, mistakes: Mistakes): DeclaredNames {
  const types = new Map<string, TypeHeading>();
  const enums = new Map<string, DeclaredEnum>();
  for (const definition of document.definitions) {
    const isEnum = definition.kind === Kind.ENUM_TYPE_DEFINITION;
    if (!isEnum && definition.kind !== Kind.OBJECT_TYPE_DEFINITION) {
      refuseDefinition(definition, mistakes);
      continue;
    }
    const name = definition.name.value;
    const what = isEnum ? 'enum' : 'type';
    checkTypeName(what, definition.name, mistakes);
    if (types.has(name) || enums.has(name)) {
      mistakes.add(definition.name, `${what} ${name} expected one declaration, got another`);
      continue;
    }
    if (types.size + enums.size === DEFINITION_TYPES_MAX) {
      const expected = `definition expected at most ${DEFINITION_TYPES_MAX} types`;
      mistakes.add(definition.name, `${expected}, got more`);
      break;
    }
    if (isEnum) enums.set(name, declareEnum(definition, mistakes));
    else types.set(name, readHeading(definition, mistakes));
  }
  return { types, enums };
}

function refuseDefinition(definition: DefinitionNode, mistakes: Mistakes): void {
  const got = definition.kind
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/ Definition$/, '')
    .toLowerCase();
  mistakes.add(definition, `definition expected object types and enums, got ${got}`);
}

function readHeading(at: ObjectTypeDefinitionNode, mistakes: Mistakes): TypeHeading {
  const name = at.name.value;
  const what = `type ${name}`;
  const directives = readDirectives(at.directives, { place: 'type', what }, mistakes);
  const implemented = at.interfaces?.[0];
  if (implemented !== undefined) {
    const got = `implements ${implemented.name.value}`;
    mistakes.add(implemented, `${what} expected no interfaces, got ${got}`);
  }
  if (at.fields === undefined || at.fields.length === 0) {
    mistakes.add(at.name, `${what} expected at least one field, got none`);
  }
  const role = readRole(what, directives, mistakes);
  const access = directives.get('access');
  if (access !== undefined && role === TypeRole.NESTED) {
    const expected = '@access expected a node type or edge properties';
    mistakes.add(access, `${expected}, got ${TypeRole.NESTED} ${name}`);
  }
  const node = directives.get('node');
  const plural = node === undefined ? undefined : readPlural(what, node, mistakes);
  return {
    at,
    name,
    role,
    node,
    access: accessRelations(directives),
    plural: pluralOf(name, plural),
    pluralAt: findArgument(node, 'plural')?.value ?? at.name,
  };
}

function checkTypeName(what: 'type' | 'enum', at: NameNode, mistakes: Mistakes): void {
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

function readPlural(
  what: string,
  node: ConstDirectiveNode,
  mistakes: Mistakes,
): string | undefined {
  const plural = stringArgument(node, 'plural');
  if (plural === undefined) return undefined;
  const valid = NAME.test(plural) && !plural.startsWith('__');
  if (valid && plural.length <= TYPE_NAME_BYTES_MAX) return plural;
  const expected = `a GraphQL name of at most ${TYPE_NAME_BYTES_MAX} bytes`;
  const at = findArgument(node, 'plural')?.value ?? node;
  mistakes.add(
    at,
    `plural of ${what} expected ${expected}, got ${quoteShort(JSON.stringify(plural))}`,
  );
  return undefined;
}
