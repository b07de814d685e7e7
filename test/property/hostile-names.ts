/**
 * Definitions of one shape under any names. Names change nothing else, so the API that is made of
 * one has the shape that it has for harmless names: where two names meet that it generates,
 * something is missing.
 */

import {
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  validateSchema,
} from 'graphql';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { buildSchema } from '../../src/graphql/schema.ts';

/** A name for each place in a definition that has one. */
export interface Names {
  readonly node: string;
  readonly plural: string;
  readonly other: string;
  readonly properties: string;
  readonly nested: string;
  readonly enum: string;
  readonly interface: string;
  readonly union: string;
  readonly enumValue: string;
  readonly field: string;
  readonly nestedField: string;
  readonly relationship: string;
  readonly otherField: string;
  readonly back: string;
  readonly property: string;
  readonly member: string;
  readonly shared: string;
  readonly ends: string;
}

export const HARMLESS: Names = {
  node: 'Tune',
  plural: 'tunes',
  other: 'Band',
  properties: 'Gig',
  nested: 'Cover',
  enum: 'Mood',
  interface: 'Piece',
  union: 'Artist',
  enumValue: 'calm',
  field: 'title',
  nestedField: 'sleeve',
  relationship: 'players',
  otherField: 'size',
  back: 'songs',
  property: 'fee',
  member: 'width',
  shared: 'kin',
  ends: 'fans',
};

export function definitionText(names: Names): string {
  const { node, other, nested } = names;
  const edges = (direction: string) =>
    `@relationship(type: "R", direction: ${direction}, properties: "${names.properties}")`;
  const shared = `${names.shared}: [${names.interface}!]!`;
  return `interface ${names.interface} {
  size: Int
  ${shared} @declareRelationship
}
type ${node} implements ${names.interface} @node(plural: "${names.plural}") {
  size: Int
  ${shared} @relationship(type: "K", direction: OUT)
  ${names.field}: String @index
  ${names.nestedField}: ${nested}
  ${names.relationship}: [${other}!]! ${edges('OUT')}
}
union ${names.union} = ${node} | ${other}
type ${other} @node {
  ${names.ends}: [${names.union}!]! @relationship(type: "E", direction: OUT)
  ${names.otherField}: Int
  moods: [${names.enum}!]
  tones: [${names.enum}!] @set
  marks: [String!] @set
  turns: [${names.enum}!] @sequence
  words: [String!]
  ${names.back}: [${node}!]! ${edges('IN')}
}
type ${names.properties} @relationshipProperties {
  ${names.property}: Int
  mood: ${names.enum}
}
type ${nested} {
  ${names.member}: Float
}
enum ${names.enum} { ${names.enumValue} wild }
`;
}

/** What is made of a definition: a schema, a refusal with its place, or something wrong. */
export type Judgement =
  | { readonly kind: 'made'; readonly schema: GraphQLSchema }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'wrong'; readonly why: string };

export function judge(text: string, shape: readonly string[]): Judgement {
  try {
    const definition = parseDefinition(text);
    const schema = schemaOf(() => buildSchema(definition));
    if (typeof schema === 'string') return { kind: 'wrong', why: schema };
    const [error] = validateSchema(schema);
    if (error !== undefined) return { kind: 'wrong', why: `not valid: ${error.message}` };
    const isWhole = shapeOf(schema).join() === shape.join();
    return isWhole ? { kind: 'made', schema } : { kind: 'wrong', why: 'something is missing' };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const { code, message, position } = error;
    if (code !== ErrorCode.INVALID_INPUT || position === undefined) {
      return { kind: 'wrong', why: `refused without a place: ${code} ${message}` };
    }
    const rest = text.split('\n')[position.line - 1]?.slice(position.column - 1) ?? '';
    const name = /^["[]?(\w+)/.exec(rest)?.[1]?.toLowerCase();
    const isThere = name !== undefined && message.toLowerCase().includes(name);
    return isThere ? { kind: 'refused', message } : { kind: 'wrong', why: `${message} at ${rest}` };
  }
}

function schemaOf(build: () => GraphQLSchema): GraphQLSchema | string {
  try {
    return build();
  } catch (error) {
    return `not built: ${error instanceof Error ? error.message : error}`;
  }
}

/** How many fields, arguments and values each type has, in an order without names. */
export function shapeOf(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .map((type) => {
      if (isEnumType(type)) return `enum ${type.getValues().length}`;
      if (isInputObjectType(type)) return `input ${Object.keys(type.getFields()).length}`;
      if (isUnionType(type)) return `union ${type.getTypes().length}`;
      if (!(isObjectType(type) || isInterfaceType(type))) return 'scalar';
      const fields = Object.values(type.getFields());
      const argumentCount = fields.reduce((sum, { args }) => sum + args.length, 0);
      return `object ${fields.length} ${argumentCount}`;
    })
    .sort();
}

/** Every name in a schema: of types, of root fields, and of all fields, arguments and values. */
export function namesIn(schema: GraphQLSchema) {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const types = Object.values(schema.getTypeMap());
  const members = types.flatMap((type) => {
    if (isEnumType(type)) return type.getValues().map(({ name }) => name);
    if (isInputObjectType(type)) return Object.keys(type.getFields());
    if (!(isObjectType(type) || isInterfaceType(type))) return [];
    return Object.values(type.getFields()).flatMap(({ name, args }) => [
      name,
      ...args.map((argument) => argument.name),
    ]);
  });
  return {
    types: types.map(({ name }) => name),
    roots: roots.flatMap((type) => Object.keys(type?.getFields() ?? {})),
    members: [...new Set(members)],
  };
}
