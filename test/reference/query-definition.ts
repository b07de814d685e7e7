/** What a data definition says of types, fields and relationships, read from its text alone. */

import {
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  parse,
  type TypeNode,
  type UnionTypeDefinitionNode,
} from 'graphql';

export interface ScalarDefinition {
  readonly kind: 'scalar';
  readonly name: string;
  /** From the element on: `place.latitude`. */
  readonly path: string;
  /** Enum of each enum. */
  readonly scalar: string;
  readonly isRequired: boolean;
}

/** Of values of one scalar. */
export interface ListDefinition extends Omit<ScalarDefinition, 'kind'> {
  readonly kind: 'list';
  /** Whether its values are added and removed one by one. */
  readonly isSet: boolean;
  /** Whether they are inserted, removed and moved by position. */
  readonly isSequence: boolean;
}

export interface NestedDefinition {
  readonly kind: 'nested';
  readonly name: string;
  readonly path: string;
  readonly isRequired: boolean;
  readonly fields: readonly FieldDefinition[];
}

export type FieldDefinition = ScalarDefinition | ListDefinition | NestedDefinition;

export interface RelationshipDefinition {
  readonly name: string;
  readonly edgeType: string;
  readonly direction: 'IN' | 'OUT';
  /** What the nodes at the other ends are: a node type, an interface or a union. */
  readonly target: string;
  /** Their types. */
  readonly targets: readonly string[];
  /** The interface that declares it, or its own type. */
  readonly declaredIn: string;
  /** Of its edges; undefined where these have no properties. */
  readonly properties: readonly FieldDefinition[] | undefined;
}

export interface NodeTypeDefinition {
  readonly name: string;
  /** Names of the root fields. */
  readonly singular: string;
  readonly plural: string;
  readonly key: string | undefined;
  readonly fields: readonly FieldDefinition[];
  readonly relationships: readonly RelationshipDefinition[];
}

/** An interface or a union. */
export interface AbstractDefinition {
  readonly kind: 'interface' | 'union';
  readonly name: string;
  readonly plural: string;
  /** What nodes of an interface have in common. */
  readonly fields: readonly FieldDefinition[];
  readonly types: readonly string[];
}

export interface QueryDefinition {
  readonly nodeTypes: ReadonlyMap<string, NodeTypeDefinition>;
  readonly abstracts: ReadonlyMap<string, AbstractDefinition>;
}

interface Declared {
  readonly types: ReadonlyMap<string, ObjectTypeDefinitionNode>;
  readonly enums: ReadonlySet<string>;
  readonly interfaces: readonly InterfaceTypeDefinitionNode[];
  readonly unions: readonly UnionTypeDefinitionNode[];
}

const POINT = parse('type Point { latitude: Float! longitude: Float! }');

export function queryDefinition(sdl: string): QueryDefinition {
  const nodes = [...POINT.definitions, ...parse(sdl).definitions];
  const types = nodes.filter((each) => each.kind === 'ObjectTypeDefinition');
  const enums = nodes.filter((each) => each.kind === 'EnumTypeDefinition');
  const declared: Declared = {
    types: new Map(types.map((type) => [type.name.value, type])),
    enums: new Set(enums.map(({ name }) => name.value)),
    interfaces: nodes.filter((each) => each.kind === 'InterfaceTypeDefinition'),
    unions: nodes.filter((each) => each.kind === 'UnionTypeDefinition'),
  };
  const nodeTypes = types.flatMap((type) => {
    const node = directiveOf(type, 'node');
    return node === undefined ? [] : [nodeType(type, node, declared)];
  });
  const abstracts = [...declared.interfaces, ...declared.unions].map((each) =>
    abstractType(each, declared),
  );
  return {
    nodeTypes: new Map(nodeTypes.map((type) => [type.name, type])),
    abstracts: new Map(abstracts.map((type) => [type.name, type])),
  };
}

function abstractType(
  node: InterfaceTypeDefinitionNode | UnionTypeDefinitionNode,
  declared: Declared,
): AbstractDefinition {
  const name = node.name.value;
  const isUnion = node.kind === 'UnionTypeDefinition';
  const values = isUnion ? [] : (node.fields ?? []).filter((field) => !isDeclared(field));
  return {
    kind: isUnion ? 'union' : 'interface',
    name,
    plural: `${name.slice(0, 1).toLowerCase()}${name.slice(1)}s`,
    fields: values.map((field) => fieldOf(field, '', declared)),
    types: typesOf(name, declared),
  };
}

function isDeclared(field: FieldDefinitionNode): boolean {
  return directiveOf(field, 'declareRelationship') !== undefined;
}

/** Of an interface those that implement it, of a union its own, and else the type itself. */
function typesOf(name: string, { types, interfaces, unions }: Declared): string[] {
  const union = unions.find((each) => each.name.value === name);
  if (union !== undefined) return (union.types ?? []).map((each) => each.name.value);
  if (!interfaces.some((each) => each.name.value === name)) return [name];
  const implementing = [...types.values()].filter(({ interfaces: own = [] }) =>
    own.some((each) => each.name.value === name),
  );
  return implementing.map((each) => each.name.value);
}

export function nodeTypeNamed({ nodeTypes }: QueryDefinition, name: string): NodeTypeDefinition {
  const type = nodeTypes.get(name);
  if (type === undefined) throw new Error(`no node type ${name}`);
  return type;
}

/** The fields that hold one value, nested ones too, in the order of the text. */
export function scalarsOf(fields: readonly FieldDefinition[]): ScalarDefinition[] {
  return valuesOf(fields).filter((field) => field.kind === 'scalar');
}

/** The same, and lists. */
export function valuesOf(
  fields: readonly FieldDefinition[],
): (ScalarDefinition | ListDefinition)[] {
  return fields.flatMap((field) => (field.kind === 'nested' ? valuesOf(field.fields) : [field]));
}

function nodeType(
  type: ObjectTypeDefinitionNode,
  node: ConstDirectiveNode,
  declared: Declared,
): NodeTypeDefinition {
  const name = type.name.value;
  const own = type.fields ?? [];
  const values = own.filter((field) => directiveOf(field, 'relationship') === undefined);
  const singular = `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
  return {
    name,
    singular,
    plural: argumentOf(node, 'plural') ?? `${singular}s`,
    key: own.find((field) => directiveOf(field, 'id') !== undefined)?.name.value,
    fields: values.map((field) => fieldOf(field, '', declared)),
    relationships: own.flatMap((field) => {
      const directive = directiveOf(field, 'relationship');
      return directive === undefined ? [] : [relationshipOf(type, { field, directive, declared })];
    }),
  };
}

function fieldOf(field: FieldDefinitionNode, prefix: string, declared: Declared): FieldDefinition {
  const name = field.name.value;
  const path = `${prefix}${name}`;
  const isRequired = field.type.kind === 'NonNullType';
  const type = typeName(field.type);
  const nested = declared.types.get(type);
  if (nested === undefined) {
    const scalar = declared.enums.has(type) ? 'Enum' : type;
    const value = { name, path, scalar, isRequired };
    if (!isList(field.type)) return { kind: 'scalar', ...value };
    return {
      ...{ kind: 'list', ...value, isSet: directiveOf(field, 'set') !== undefined },
      isSequence: directiveOf(field, 'sequence') !== undefined,
    };
  }
  const fields = (nested.fields ?? []).map((each) => fieldOf(each, `${path}.`, declared));
  return { kind: 'nested', name, path, isRequired, fields };
}

function relationshipOf(
  owner: ObjectTypeDefinitionNode,
  of: {
    readonly field: FieldDefinitionNode;
    readonly directive: ConstDirectiveNode;
    readonly declared: Declared;
  },
): RelationshipDefinition {
  const { field, directive, declared } = of;
  const implemented = (owner.interfaces ?? []).map(({ name }) => name.value);
  const declaring = declared.interfaces.find(({ name, fields = [] }) => {
    const own = fields.find((each) => each.name.value === field.name.value);
    return implemented.includes(name.value) && own !== undefined && isDeclared(own);
  });
  const properties = declared.types.get(argumentOf(directive, 'properties') ?? '')?.fields;
  return {
    name: field.name.value,
    edgeType: argumentOf(directive, 'type') ?? '',
    direction: argumentOf(directive, 'direction') === 'IN' ? 'IN' : 'OUT',
    target: typeName(field.type),
    targets: typesOf(typeName(field.type), declared),
    declaredIn: (declaring ?? owner).name.value,
    properties: properties?.map((each) => fieldOf(each, '', declared)),
  };
}

function directiveOf(
  { directives = [] }: ObjectTypeDefinitionNode | FieldDefinitionNode,
  name: string,
): ConstDirectiveNode | undefined {
  return directives.find((directive) => directive.name.value === name);
}

function argumentOf(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value !== undefined && 'value' in value ? String(value.value) : undefined;
}

function isList(type: TypeNode): boolean {
  return type.kind === 'NonNullType' ? isList(type.type) : type.kind === 'ListType';
}

function typeName(type: TypeNode): string {
  return type.kind === 'NamedType' ? type.name.value : typeName(type.type);
}
