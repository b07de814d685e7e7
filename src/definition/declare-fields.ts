/** Second pass: the fields and relationships of one type, each checked within that type. */

import { type FieldDefinitionNode, Kind, print, type TypeNode } from 'graphql';
import { PATH_BYTES_MAX, TYPE_PATHS_MAX } from '../base/limits.ts';
import { declareComputed } from './computed-fields.ts';
import { checkRequires, declareExternal, findRequires } from './declare-external.ts';
import { declareRelationship, readTarget } from './declare-relationship.ts';
import { declareScalarField } from './declare-scalar.ts';
import {
  type DeclaredComputed,
  type DeclaredDeclaration,
  type DeclaredExternal,
  type DeclaredField,
  type DeclaredNames,
  type DeclaredRelationship,
  type DeclaredType,
  type FieldSyntax,
  type TypeHeading,
  TypeRole,
} from './declared-type.ts';
import { type NestedField, Scalar, type ValueType } from './definition.ts';
import { accessRelations, deprecationReason, readDirectives } from './directives.ts';
import { BUILT_IN_ID, BUILT_IN_NESTED, isScalar, NODE_ID } from './fields.ts';
import { isEnumValue, TYPE_FILTER } from './generated-names.ts';
import type { Mistakes } from './mistakes.ts';
import { quoteShort } from './syntax.ts';

/** Operators of the generated filters, which hold a type's fields beside them. */
const FILTER_OPERATORS: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT']);

/** What every node has. */
const OWN_FIELDS: ReadonlySet<string> = new Set([BUILT_IN_ID, 'version']);

export function declareFields(
  heading: TypeHeading,
  declared: DeclaredNames,
  mistakes: Mistakes,
): DeclaredType {
  const fields: DeclaredField[] = [];
  const computed: DeclaredComputed[] = [];
  const externals: DeclaredExternal[] = [];
  const relationships: DeclaredRelationship[] = [];
  const declarations: DeclaredDeclaration[] = [];
  const place = heading.role === TypeRole.INTERFACE ? 'field of an interface' : 'field';
  const names = new Set<string>();
  for (const at of heading.at.fields ?? []) {
    const name = at.name.value;
    const what = `field ${name} of type ${heading.name}`;
    checkName(at, heading, mistakes);
    if (names.has(name)) mistakes.add(at.name, `${what} expected one declaration, got another`);
    if (names.size === TYPE_PATHS_MAX) {
      const expected = `type ${heading.name} expected at most ${TYPE_PATHS_MAX} fields`;
      mistakes.add(at.name, `${expected}, got more`);
      break;
    }
    names.add(name);
    const argument = at.arguments?.[0];
    if (argument !== undefined) {
      mistakes.add(argument, `${what} expected no arguments, got ${argument.name.value}`);
    }
    const directives = readDirectives(at.directives, { place, what }, mistakes);
    const syntax = { at, heading, directives, declared, mistakes };
    const requires = findRequires(syntax);
    if (declared.federation.unkept.has(`${heading.name}.${name}`)) {
      const external = declareExternal(syntax);
      if (external !== undefined) externals.push(external);
    } else if (directives.has('relationship')) {
      const relationship = declareRelationship(syntax);
      if (relationship !== undefined) relationships.push(relationship);
    } else if (directives.has('declareRelationship')) {
      const target = readTarget(syntax);
      if (target !== undefined) declarations.push({ at, name, target });
    } else {
      const field = declareField(syntax);
      const isOwn = directives.has('customResolver') || directives.has('text');
      const isComputed = isOwn || requires !== undefined;
      if (field?.field.kind === 'scalar' && isComputed) {
        computed.push(declareComputed({ at, field: field.field, directives, requires, mistakes }));
      } else if (field !== undefined) fields.push(field);
    }
    checkRequires(syntax, requires, computed.at(-1)?.at === at);
  }
  checkKeys(heading, fields, mistakes);
  checkSettable(heading, { fields, computed, externals }, mistakes);
  return { ...heading, fields, computed, externals, relationships, declarations };
}

function checkName(at: FieldDefinitionNode, heading: TypeHeading, mistakes: Mistakes): void {
  const name = at.name.value;
  const what = `field name of type ${heading.name}`;
  if (name.length > PATH_BYTES_MAX) {
    mistakes.add(at.name, `${what} expected at most ${PATH_BYTES_MAX} bytes, got ${name.length}`);
  } else if (name.startsWith('__')) {
    mistakes.add(at.name, `${what} expected no leading __, got ${name}`);
  } else if (FILTER_OPERATORS.has(name)) {
    mistakes.add(at.name, `${what} expected no operator of filters, got ${name}`);
  } else if (!isEnumValue(name)) {
    mistakes.add(at.name, `${what} expected none of true, false and null, got ${name}`);
  } else if (name === 'set' && heading.role === TypeRole.NESTED) {
    mistakes.add(at.name, `${what} expected another than set, the operator of updates, got set`);
  } else if (OWN_FIELDS.has(name) && isOfNodes(heading) && !isOwnId(at, heading)) {
    mistakes.add(at.name, `${what} expected another than ${name}, the database's own, got ${name}`);
  } else if (name === TYPE_FILTER && heading.role === TypeRole.INTERFACE) {
    mistakes.add(
      at.name,
      `${what} expected another than ${name}, a filter of its own, got ${name}`,
    );
  }
}

/** A natural key may take the name of the built-in id, which other subgraphs call their keys. */
function isOwnId(at: FieldDefinitionNode, { role }: TypeHeading): boolean {
  if (at.name.value !== BUILT_IN_ID || print(at.type) !== 'ID!') return false;
  return (
    role === TypeRole.INTERFACE || at.directives?.some(({ name }) => name.value === 'id') === true
  );
}

function isOfNodes({ role }: TypeHeading): boolean {
  return role === TypeRole.NODE || role === TypeRole.INTERFACE;
}

function declareField(syntax: FieldSyntax): DeclaredField | undefined {
  const { at, heading, declared, mistakes } = syntax;
  const what = `field ${at.name.value} of type ${heading.name}`;
  const { name, namedAt, isList, isListOfValues, required } = unwrap(at.type);
  const type = declared.types.get(name);
  const values = valueType(declared, name);
  const nodes = type !== undefined && isOfNodes(type) ? type.role : undefined;
  const ends = declared.unions.has(name) ? 'union' : nodes;
  if (ends !== undefined) {
    const isOfInterface = heading.role === TypeRole.INTERFACE;
    const directive = isOfInterface ? '@declareRelationship' : '@relationship';
    mistakes.add(namedAt, `${what} expected ${directive} for ${ends} ${name}, got none`);
  } else if (type === undefined && values === undefined && !BUILT_IN_NESTED.has(name)) {
    mistakes.add(namedAt, `${what} expected a scalar or a declared type, got ${quoteShort(name)}`);
  } else if (type?.role === TypeRole.EDGE_PROPERTIES) {
    mistakes.add(
      namedAt,
      `${what} expected a scalar or a nested type, got edge properties ${name}`,
    );
  } else if (isList && values === undefined) {
    const got = quoteShort(print(at.type));
    mistakes.add(at.type, `${what} expected one nested object, got ${got}`);
  } else if (isList && !isListOfValues) {
    const got = quoteShort(print(at.type));
    mistakes.add(at.type, `${what} expected type [${name}!], got ${got}`);
  } else if (values !== undefined) {
    return declareScalarField({ ...syntax, type: { ...values, isList }, required });
  } else {
    return { at, field: nestedField(syntax, { typeName: name, required }) };
  }
  return undefined;
}

/** What a name stands for where it is that of a scalar or an enum. */
function valueType({ enums }: DeclaredNames, name: string): ValueType | undefined {
  const enumType = enums.get(name)?.type;
  if (enumType !== undefined) return { scalar: Scalar.String, enumType, isList: false };
  return isScalar(name) ? { scalar: name, enumType: undefined, isList: false } : undefined;
}

function nestedField(
  { at, heading, directives, mistakes }: FieldSyntax,
  { typeName, required }: { readonly typeName: string; readonly required: boolean },
): NestedField {
  const name = at.name.value;
  for (const [directive, written] of directives) {
    if (directive === 'deprecated' || directive === 'access') continue;
    const got = `nested field ${name} of type ${heading.name}`;
    mistakes.add(written, `@${directive} expected a field with a scalar type, got ${got}`);
  }
  return {
    kind: 'nested',
    name,
    path: name,
    typeName,
    required,
    fields: [],
    access: accessRelations(directives),
    description: at.description?.value,
    deprecated: deprecationReason(directives),
  };
}

/**
 * A list counts as such at any depth, and is one of values where it has one level and no null; only
 * an outermost `!` makes a field required.
 */
function unwrap(type: TypeNode) {
  let [inner, isList] = [type, false];
  while (inner.kind !== Kind.NAMED_TYPE) {
    isList ||= inner.kind === Kind.LIST_TYPE;
    inner = inner.type;
  }
  const required = type.kind === Kind.NON_NULL_TYPE;
  const name = inner.name.value;
  const written = print(required ? type.type : type);
  return { name, namedAt: inner, isList, isListOfValues: written === `[${name}!]`, required };
}

function checkKeys(heading: TypeHeading, fields: readonly DeclaredField[], mistakes: Mistakes) {
  const keys = fields.filter(({ field }) => field.kind === 'scalar' && field.isKey);
  const other = keys[0]?.field.name === BUILT_IN_ID && heading.role === TypeRole.NODE;
  const taken = other && heading.at.fields?.find(({ name }) => name.value === NODE_ID);
  if (taken) {
    const what = `field name of type ${heading.name}`;
    const expected = `${what} expected another than ${NODE_ID}, the database's own beside id`;
    mistakes.add(taken.name, `${expected}, got ${NODE_ID}`);
  }
  for (const { at } of keys.slice(1)) {
    const first = keys[0]?.field.name;
    mistakes.add(
      at.name,
      `type ${heading.name} expected one @id field, got ${first} and ${at.name.value}`,
    );
  }
}

function checkSettable(
  heading: TypeHeading,
  { fields, computed, externals }: Pick<DeclaredType, 'fields' | 'computed' | 'externals'>,
  mistakes: Mistakes,
): void {
  if (fields.length === 0 && heading.role !== TypeRole.NODE && externals.length > 0) {
    const expected = `type ${heading.name} expected a field that is kept here`;
    mistakes.add(heading.at.name, `${expected}, got only fields of other subgraphs`);
  }
  const stamped = fields.filter(({ field }) => field.kind === 'scalar' && field.timestamp);
  const members = (heading.at.fields?.length ?? 0) - externals.length;
  const isSettable = stamped.length + computed.length < members;
  if (heading.role === TypeRole.NESTED || members === 0 || isSettable) return;
  const expected = `type ${heading.name} expected a field that a caller can set`;
  const got = computed.length === 0 ? '@timestamp fields' : 'computed and @timestamp fields';
  mistakes.add(heading.at.name, `${expected}, got only ${got}`);
}
