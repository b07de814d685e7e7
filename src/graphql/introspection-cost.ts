/**
 * How long the lists are that the schema tells of itself, as far as the cost of an operation goes:
 * `fields` within `types` has as many as a type has on average.
 */

import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** A field that the schema tells of itself costs a part of one that is read of the graph. */
export const INTROSPECTION_SHARE = 1 / 2;

type Sizes = ReadonlyMap<string, number>;

const known = new WeakMap<GraphQLSchema, Sizes>();

/** Items of a list of introspection, by the name of its field; 1 for what is no list. */
export function introspectionSize(schema: GraphQLSchema, field: string): number {
  const sizes = known.get(schema) ?? sizesOf(schema);
  known.set(schema, sizes);
  return sizes.get(field) ?? 1;
}

export function isIntrospection({ name }: GraphQLNamedType): boolean {
  return name.startsWith('__');
}

/** Over all types, most of which have no list of a kind. */
function sizesOf(schema: GraphQLSchema): Sizes {
  const types = Object.values(schema.getTypeMap());
  const composite = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const fields = composite.flatMap((type) => Object.values(type.getFields()));
  const inputs = types.filter((type) => isInputObjectType(type));
  const enums = types.filter((type) => isEnumType(type));
  const abstract = types.filter((type) => isAbstractType(type));
  const perType = (lengths: readonly number[]) => sum(lengths) / types.length;
  return new Map([
    ['types', types.length],
    ['directives', schema.getDirectives().length],
    ['fields', fields.length / types.length],
    ['args', sum(fields.map(({ args }) => args.length)) / Math.max(1, fields.length)],
    ['inputFields', perType(inputs.map((type) => Object.keys(type.getFields()).length))],
    ['enumValues', perType(enums.map((type) => type.getValues().length))],
    ['interfaces', perType(composite.map((type) => type.getInterfaces().length))],
    ['possibleTypes', perType(abstract.map((type) => schema.getPossibleTypes(type).length))],
  ]);
}

function sum(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length, 0);
}
