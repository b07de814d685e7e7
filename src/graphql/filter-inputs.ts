/** The input types of `where`: one per scalar, per object type and per relationship. */

import type {
  CompositeType,
  EdgeProperties,
  Field,
  FieldedType,
  InterfaceType,
  NestedField,
  NodeType,
  Relationship,
  UnionType,
  ValueType,
} from '../definition/definition.ts';
import { Scalar } from '../definition/definition.ts';
import { TYPE_FILTER } from '../definition/generated-names.ts';
import {
  type Api,
  type InputFieldBuilder,
  type InputFieldRefs,
  type InputRef,
  inputType,
  once,
} from './builder.ts';
import { edgePropertiesOf, nodeTypesOf, targetOf } from './definition-lookup.ts';
import { inputByType } from './input-by-type.ts';
import { OPERANDS } from './operand.ts';
import { filtersName, itemType } from './value-types.ts';

const ORDER_OPERATORS = ['gt', 'gte', 'lt', 'lte'] as const;
const TEXT_OPERATORS = ['contains', 'startsWith', 'endsWith'] as const;
/** Which operators a scalar has beside `eq` and `in`; an enum has no others. */
const OPERATORS: Readonly<Record<Scalar, readonly string[]>> = {
  ID: TEXT_OPERATORS,
  String: [...TEXT_OPERATORS, ...ORDER_OPERATORS],
  Int: ORDER_OPERATORS,
  BigInt: ORDER_OPERATORS,
  Float: ORDER_OPERATORS,
  DateTime: ORDER_OPERATORS,
  Boolean: [],
  Bytes: [],
  Duration: [],
  JSON: [],
};

/** Of a union. */
const OF_TYPE = 'Where some types are given, nodes of the others do not match.';

const WITHOUT_IN: ReadonlySet<Scalar> = new Set([Scalar.Boolean, Scalar.JSON]);

/** `AirportWhere`, of a type, an interface or a union. */
export function compositeWhere(api: Api, of: CompositeType): InputRef {
  return of.kind === 'union' ? unionWhere(api, of) : nodeWhere(api, of);
}

/** A filter for each node type: what it names alone is among the answers. */
function unionWhere(api: Api, type: UnionType): InputRef {
  return inputType(api, `${type.name}Where`, (t) =>
    Object.fromEntries(
      nodeTypesOf(api.definition, type).map((each) => [
        each.name,
        t.field({ type: nodeWhere(api, each), description: OF_TYPE }),
      ]),
    ),
  );
}

export function nodeWhere(api: Api, type: FieldedType): InputRef {
  const name = `${type.name}Where`;
  return inputType(api, name, (t) => ({
    ...logic(api, t, name),
    id: t.field({ type: idFilters(api) }),
    ...(type.kind === 'interface' && {
      [TYPE_FILTER]: t.field({
        type: [typeNames(api, type)],
        description: 'Nodes of one of these types.',
      }),
    }),
    ...fieldFilters(api, t, type.fields),
    ...relationshipFilters(api, t, type),
  }));
}

/**
 * `AirportRoutesConnectionWhere`: conditions on the edge and on the node it leads to; to a union
 * these for each of its types.
 */
export function connectionWhere(api: Api, relationship: Relationship): InputRef {
  const name = `${relationship.stem}ConnectionWhere`;
  const properties = edgePropertiesOf(api.definition, relationship);
  const target = targetOf(api.definition, relationship);
  if (target.kind === 'union') {
    const of = { relationship, target, description: OF_TYPE };
    return inputByType(api, name, of, (each) => connectionWhere(api, each));
  }
  return inputType(api, name, (t) => ({
    ...logic(api, t, name),
    node: t.field({ type: nodeWhere(api, target) }),
    ...(properties ? { edge: t.field({ type: edgeWhere(api, properties) }) } : {}),
  }));
}

function edgeWhere(api: Api, { name, fields }: EdgeProperties): InputRef {
  return valuesWhere(api, `${name}Where`, fields);
}

function nestedWhere(api: Api, { typeName, fields }: NestedField): InputRef {
  return valuesWhere(api, `${typeName}Where`, fields);
}

/** `AirportChangeWhere`: the values of a node before a change and after it. */
export function changeWhere(api: Api, { name, fields }: NodeType): InputRef {
  return valuesWhere(api, `${name}ChangeWhere`, fields);
}

function valuesWhere(api: Api, name: string, fields: readonly Field[]): InputRef {
  return inputType(api, name, (t) => ({
    ...logic(api, t, name),
    ...fieldFilters(api, t, fields),
  }));
}

function logic(api: Api, t: InputFieldBuilder, name: string): InputFieldRefs {
  // The type is being made at this moment, so asking for it by name gives it back.
  const self = inputType(api, name, () => ({}));
  return {
    AND: t.field({ type: [self] }),
    OR: t.field({ type: [self] }),
    NOT: t.field({ type: self }),
  };
}

function fieldFilters(api: Api, t: InputFieldBuilder, fields: readonly Field[]): InputFieldRefs {
  return Object.fromEntries(
    fields.map((field) => [
      field.name,
      t.field({
        type: field.kind === 'nested' ? nestedWhere(api, field) : scalarFilters(api, field),
      }),
    ]),
  );
}

function scalarFilters(api: Api, type: ValueType): InputRef {
  const { scalar, enumType } = type;
  const own = itemType(api, type);
  if (type.isList) {
    const ofList = (t: InputFieldBuilder) => ({
      eq: t.field({ type: [own], description: 'Null asks for nodes without a list.' }),
      includes: t.field({ type: own, description: 'An item is equal to it.' }),
    });
    return inputType(api, filtersName(type), ofList, { extensions: OPERANDS });
  }
  const operators = enumType === undefined ? OPERATORS[scalar] : [];
  const fields = (t: InputFieldBuilder) => ({
    eq: t.field({ type: own, description: 'Null asks for nodes without a value.' }),
    ...(WITHOUT_IN.has(scalar) ? {} : { in: t.field({ type: [own] }) }),
    ...Object.fromEntries(operators.map((name) => [name, t.field({ type: own })])),
  });
  return inputType(api, filtersName(type), fields, { extensions: OPERANDS });
}

function idFilters(api: Api): InputRef {
  const fields = (t: InputFieldBuilder) => ({
    eq: t.field({ type: 'ID' }),
    in: t.field({ type: ['ID'] }),
  });
  return inputType(api, 'NodeIdFilters', fields, { extensions: OPERANDS });
}

/** `ProductionImplementation`: the types that implement an interface. */
function typeNames(api: Api, { name, nodeTypes }: InterfaceType) {
  return once(api, `${name}Implementation`, () =>
    api.builder.enumType(`${name}Implementation`, { values: nodeTypes }),
  );
}

function relationshipFilters(api: Api, t: InputFieldBuilder, type: FieldedType): InputFieldRefs {
  return Object.fromEntries(
    type.relationships.flatMap((relationship) => {
      const target = targetOf(api.definition, relationship);
      const prefix = relationship.stem;
      const ofNodes = quantified(api, `${target.name}RelationshipFilters`, () =>
        compositeWhere(api, target),
      );
      const ofEdges = quantified(api, `${prefix}ConnectionFilters`, () =>
        connectionWhere(api, relationship),
      );
      return [
        [relationship.name, t.field({ type: ofNodes })],
        [`${relationship.name}Connection`, t.field({ type: ofEdges })],
      ];
    }),
  );
}

function quantified(api: Api, name: string, where: () => InputRef): InputRef {
  return inputType(api, name, (t) => ({
    some: t.field({ type: where(), description: 'At least one matches.' }),
    all: t.field({ type: where(), description: 'Each one matches; true where there is none.' }),
    none: t.field({ type: where(), description: 'Not one matches.' }),
    single: t.field({ type: where(), description: 'Exactly one matches.' }),
  }));
}
