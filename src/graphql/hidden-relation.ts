/**
 * Which relation a caller would need to see a field. Fields of nodes and edges say it in their
 * extensions; for a place in an answer the field is found by the names that lead there.
 */

import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { readOfField, type TypeRules } from '../access/element-rules.ts';
import type { AnswerPath } from './hidden-fields.ts';

/** The relation for a field of an element, or for a member of it: by the names that lead there. */
export type RelationOf = (members: readonly string[]) => string | undefined;

interface RelationExtensions {
  readonly relationOf?: RelationOf;
}

export function relationExtensions(
  types: readonly TypeRules[],
  path: string,
): Record<string, unknown> {
  const relationOf: RelationOf = (members) => {
    const at = [path, ...members].join('.');
    const hiding = types.find((rules) => readOfField(rules, at) !== rules.read);
    return hiding === undefined ? undefined : readOfField(hiding, at);
  };
  return { relationOf };
}

export interface AnsweredOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** For a place in the answer of a query. */
export function relationAt(answered: AnsweredOperation, path: AnswerPath): string | undefined {
  const { schema, document, operation } = answered;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  let places: Place[] = [{ type: schema.getQueryType(), selections: operation.selectionSet }];
  let relationOf: RelationOf | undefined;
  const members: string[] = [];
  for (const name of path) {
    if (typeof name === 'number') continue;
    const fields = places.flatMap((place) => fieldsNamed(place, name, { schema, fragments }));
    const own = fields
      .map(({ field }) => relationOfField(field))
      .find((each) => each !== undefined);
    if (own !== undefined) relationOf = own;
    else if (relationOf !== undefined && fields[0] !== undefined)
      members.push(fields[0].field.name);
    places = fields.flatMap(({ field, node }) =>
      node.selectionSet === undefined
        ? []
        : [{ type: getNamedType(field.type), selections: node.selectionSet }],
    );
  }
  return relationOf?.(members);
}

function relationOfField({ extensions }: GraphQLField<unknown, unknown>): RelationOf | undefined {
  const { relationOf }: RelationExtensions = extensions;
  return relationOf;
}

/** A selection and the type that it is of. */
interface Place {
  readonly type: GraphQLNamedType | null | undefined;
  readonly selections: SelectionSetNode;
}

interface Names {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

interface NamedField {
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
}

/** Fields that an answer has under a name; of an interface, for each type that is asked for. */
function fieldsNamed({ type, selections }: Place, name: string, names: Names): NamedField[] {
  return selections.selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) {
      if ((node.alias ?? node.name).value !== name || !isObjectType(type)) return [];
      const field = type.getFields()[node.name.value];
      return field === undefined ? [] : [{ field, node }];
    }
    const fragment =
      node.kind === Kind.INLINE_FRAGMENT ? node : names.fragments.get(node.name.value);
    if (fragment === undefined) return [];
    const condition = fragment.typeCondition?.name.value;
    const inner = condition === undefined ? type : names.schema.getType(condition);
    return fieldsNamed({ type: inner, selections: fragment.selectionSet }, name, names);
  });
}
