/** The input types of create mutations, and of nested creates and connects. */

import { assert } from '../base/assert.ts';
import type {
  EdgeProperties,
  Field,
  FieldedType,
  InterfaceType,
  NestedField,
  NodeType,
  Relationship,
} from '../definition/definition.ts';
import { Scalar } from '../definition/definition.ts';
import {
  type Api,
  type InputFieldBuilder,
  type InputFieldRefs,
  type InputRef,
  inputType,
} from './builder.ts';
import { edgePropertiesOf, nodeTypesOf, targetOf } from './definition-lookup.ts';
import { documentation } from './documentation.ts';
import { nodeWhere } from './filter-inputs.ts';
import { inputByType } from './input-by-type.ts';
import { apiType } from './value-types.ts';

/** `AirportCreateInput` */
export function nodeCreateInput(api: Api, type: NodeType): InputRef {
  return inputType(api, `${type.name}CreateInput`, (t) => ({
    ...orEmpty(t, createFields(api, t, type.fields), type.relationships.length),
    ...Object.fromEntries(
      type.relationships.map((relationship) => [
        relationship.name,
        t.field({ type: relationshipCreateInput(api, relationship) }),
      ]),
    ),
  }));
}

/** `AirportRoutesCreateFieldInput`: a node to create at the other end, and the edge to it. */
export function createFieldInput(api: Api, relationship: Relationship): InputRef {
  const name = `${relationship.stem}CreateFieldInput`;
  const target = fieldedTarget(api, relationship);
  return inputType(api, name, (t) => ({
    node: t.field({
      type: target.kind === 'node' ? nodeCreateInput(api, target) : anyCreateInput(api, target),
      required: true,
    }),
    ...edgeInput(api, t, relationship),
  }));
}

/** `ProductionCreateInput`: a node of one of the types that implement an interface. */
function anyCreateInput(api: Api, type: InterfaceType): InputRef {
  const fields = (t: InputFieldBuilder) =>
    Object.fromEntries(
      nodeTypesOf(api.definition, type).map((each) => [
        each.name,
        t.field({ type: nodeCreateInput(api, each) }),
      ]),
    );
  return inputType(api, `${type.name}CreateInput`, fields, { isOneOf: true });
}

/** To a union each of its types is written by a relationship of its own. */
export function fieldedTarget(api: Api, relationship: Relationship): FieldedType {
  const target = targetOf(api.definition, relationship);
  assert(target.kind !== 'union', 'a relationship to a union is written by type');
  return target;
}

/** `AirportRoutesConnectFieldInput`: nodes that are there already, and the edge to each. */
export function connectFieldInput(api: Api, relationship: Relationship): InputRef {
  const name = `${relationship.stem}ConnectFieldInput`;
  return inputType(api, name, (t) => ({
    where: t.field({
      type: connectWhere(api, fieldedTarget(api, relationship)),
      required: true,
      description: 'An error where it matches no node; all are connected where it matches several.',
    }),
    ...edgeInput(api, t, relationship),
  }));
}

/** `PointInput`: a nested object as a whole. */
export function nestedInput(api: Api, field: NestedField): InputRef {
  return inputType(api, `${field.typeName}Input`, (t) =>
    orEmpty(t, createFields(api, t, field.fields), 0),
  );
}

/** GraphQL has no input type without fields. */
export function orEmpty(
  t: InputFieldBuilder,
  fields: InputFieldRefs,
  others: number,
): InputFieldRefs {
  if (Object.keys(fields).length + others > 0) return fields;
  return { _emptyInput: t.field({ type: 'Boolean', description: 'There is nothing to give.' }) };
}

function relationshipCreateInput(api: Api, relationship: Relationship): InputRef {
  const target = targetOf(api.definition, relationship);
  const prefix = relationship.stem;
  if (target.kind === 'union') {
    return inputByType(api, `${prefix}CreateInput`, { relationship, target }, (each) =>
      relationshipCreateInput(api, each),
    );
  }
  return inputType(api, `${prefix}FieldInput`, (t) => ({
    create: t.field({ type: [createFieldInput(api, relationship)] }),
    connect: t.field({ type: [connectFieldInput(api, relationship)] }),
  }));
}

function connectWhere(api: Api, target: FieldedType): InputRef {
  return inputType(api, `${target.name}ConnectWhere`, (t) => ({
    node: t.field({ type: nodeWhere(api, target), required: true }),
  }));
}

/** `edge`, where edges of the relationship have properties; required where one of them is. */
function edgeInput(api: Api, t: InputFieldBuilder, relationship: Relationship): InputFieldRefs {
  const properties = edgePropertiesOf(api.definition, relationship);
  if (properties === undefined) return {};
  const required = properties.fields.some(isRequiredInCreate);
  return { edge: t.field({ type: edgeCreateInput(api, properties), required }) };
}

/** `RouteCreateInput` */
function edgeCreateInput(api: Api, properties: EdgeProperties): InputRef {
  return inputType(api, `${properties.name}CreateInput`, (t) =>
    orEmpty(t, createFields(api, t, properties.fields), 0),
  );
}

function createFields(api: Api, t: InputFieldBuilder, fields: readonly Field[]): InputFieldRefs {
  const given = fields.filter(
    (field) => field.kind === 'nested' || field.timestamp?.onCreate !== true,
  );
  return Object.fromEntries(
    given.map((field) => [
      field.name,
      t.field({
        ...documentation({ description: field.description }),
        type: field.kind === 'nested' ? nestedInput(api, field) : apiType(api, field),
        required: isRequiredInCreate(field),
      }),
    ]),
  );
}

/** A key that is an ID is generated where the caller gives none. */
function isRequiredInCreate(field: Field): boolean {
  if (!field.required || field.kind === 'nested') return field.required;
  if (field.isKey && field.scalar === Scalar.ID) return false;
  return field.defaultValue === undefined && field.timestamp?.onCreate !== true;
}
