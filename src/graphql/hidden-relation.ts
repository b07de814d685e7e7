/**
 * Which relation a caller would need to see a field. Fields of nodes and edges say it in their
 * extensions; for a place in an answer the field is found by the names that lead there. Where
 * nodes of several types can stand there, each of which asks for another, that is not told.
 */

import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { readOfField, type TypeRules } from '../access/element-rules.ts';
import type { AnswerPath } from './hidden-fields.ts';

/**
 * The relations for a field of an element, or for a member of it, by the names that lead there: of
 * each type of elements that can hide it; undefined where it has none of its own.
 */
type RelationsOf = (members: readonly string[]) => readonly (string | undefined)[];

interface RelationExtensions {
  readonly relationsOf?: RelationsOf;
}

export function relationExtensions(
  types: readonly TypeRules[],
  path: string,
): Record<string, unknown> {
  const hiding = types.filter((rules) => hides(rules, path));
  if (hiding.length === 0) return {};
  const relationsOf: RelationsOf = (members) => {
    const at = [path, ...members].join('.');
    return hiding
      .filter((rules) => hides(rules, at))
      .map((rules) => {
        const relation = readOfField(rules, at);
        return relation === rules.read ? undefined : relation;
      });
  };
  return { relationsOf };
}

/** Whether what is at a path, or within it, can be hidden of an element that is seen. */
function hides(rules: TypeRules, path: string): boolean {
  if (readOfField(rules, path) !== rules.read) return true;
  const within = [...rules.fields].filter(([each]) => each.startsWith(`${path}.`));
  return within.some(([, { read }]) => read !== rules.read);
}

export interface AnsweredOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** What is told of a place in an answer; undefined where it depends on the type of a node. */
export function relationAt(
  answered: AnsweredOperation,
  path: AnswerPath,
): { readonly relation: string | undefined } | undefined {
  const { schema, document, operation } = answered;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  const root = schema.getQueryType();
  let trails: Trail[] = root ? [{ type: root, selections: [operation.selectionSet] }] : [];
  for (const name of path) {
    if (typeof name === 'string') trails = followed(trails, name, { schema, fragments });
  }
  const relations = new Set(trails.flatMap(({ element }) => element?.of(element.members) ?? []));
  return relations.size > 1 ? undefined : { relation: [...relations][0] };
}

/** A way through types that the names of a path can mean. */
interface Trail {
  readonly type: GraphQLNamedType;
  readonly selections: readonly SelectionSetNode[];
  /** The last field of a node or an edge on it, and the names of members within that. */
  readonly element?: { readonly of: RelationsOf; readonly members: readonly string[] };
}

interface Names {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** One step further. Ways that have met go on as one. */
function followed(trails: readonly Trail[], name: string, names: Names): Trail[] {
  const next = new Map<string, Trail>();
  const numbers = new Map<unknown, number>();
  const numberOf = (thing: unknown) => {
    const number = numbers.get(thing) ?? numbers.size;
    numbers.set(thing, number);
    return number;
  };
  for (const trail of trails) {
    for (const { field, nodes } of fieldsNamed(trail, name, names)) {
      const own = relationsOfField(field);
      const within = trail.element && {
        of: trail.element.of,
        members: [...trail.element.members, field.name],
      };
      const element = own === undefined ? within : { of: own, members: [] };
      const type = getNamedType(field.type);
      const selections = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      const met = [type, element?.of, ...selections].map(numberOf);
      const key = JSON.stringify([met, element?.members]);
      next.set(key, { type, selections, ...(element && { element }) });
    }
  }
  return [...next.values()];
}

function relationsOfField({ extensions }: GraphQLField<unknown, unknown>): RelationsOf | undefined {
  const { relationsOf }: RelationExtensions = extensions;
  return relationsOf;
}

interface NamedField {
  readonly field: GraphQLField<unknown, unknown>;
  readonly nodes: readonly FieldNode[];
}

/** Fields that an answer has under a name, one for each type of object that can be there. */
function fieldsNamed({ type, selections }: Trail, name: string, names: Names): NamedField[] {
  const types = isAbstractType(type) ? names.schema.getPossibleTypes(type) : [type];
  return types.flatMap((object) => {
    if (!isObjectType(object)) return [];
    const nodes = selections.flatMap((each) => mentionsOf(each, name, { ...names, of: object }));
    const field = nodes[0] && object.getFields()[nodes[0].name.value];
    return field === undefined ? [] : [{ field, nodes }];
  });
}

/** Where a selection mentions a name for objects of a type. */
function mentionsOf(
  { selections }: SelectionSetNode,
  name: string,
  names: Names & { readonly of: GraphQLNamedType },
): FieldNode[] {
  return selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) {
      return (node.alias ?? node.name).value === name ? [node] : [];
    }
    const fragment =
      node.kind === Kind.INLINE_FRAGMENT ? node : names.fragments.get(node.name.value);
    if (fragment === undefined) return [];
    const condition = fragment.typeCondition?.name.value;
    return applies(condition, names) ? mentionsOf(fragment.selectionSet, name, names) : [];
  });
}

function applies(
  condition: string | undefined,
  { schema, of }: Names & { readonly of: GraphQLNamedType },
): boolean {
  if (condition === undefined || condition === of.name) return true;
  const type = schema.getType(condition);
  return isAbstractType(type) && isObjectType(of) && schema.isSubType(type, of);
}
