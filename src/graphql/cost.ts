/**
 * What an operation may come to, counted before it runs: one per field, times the items of every
 * list around it. Lists say their size by their extensions (see list-size.ts), from their
 * arguments with the operation's variables; a list that says nothing counts once. A field that
 * takes more than one says so there, too.
 */

import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { INTROSPECTION_SHARE, introspectionSize, isIntrospection } from './introspection-cost.ts';
import type { SizeExtensions } from './list-size.ts';
import { isIncluded } from './selection.ts';

export interface CostRequest {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Of a document that is valid under the schema. */
export function operationCost(request: CostRequest): number {
  const { schema, operation } = request;
  const root = schema.getRootType(operation.operation);
  if (root === undefined || root === null) return 0;
  return new CostCount(request).ofSelections(operation.selectionSet, { type: root, inner: 1 });
}

interface Place {
  readonly type: GraphQLNamedType;
  /** Items of a list that takes its size from the field around this place. */
  readonly inner: number;
}

class CostCount {
  readonly #schema: GraphQLSchema;
  readonly #variables: Record<string, unknown>;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  /** By fragment and inner size: a fragment that is used often is counted once per size. */
  readonly #known = new Map<string, number>();

  constructor({ schema, document, variables }: CostRequest) {
    this.#schema = schema;
    this.#variables = { ...variables };
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) {
        this.#fragments.set(definition.name.value, definition);
      }
    }
  }

  ofSelections(selectionSet: SelectionSetNode, place: Place): number {
    let cost = 0;
    for (const selection of selectionSet.selections) {
      if (!this.#counts(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        cost += this.#ofField(selection, place);
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        cost += this.#ofFragment(selection.name.value, place);
      } else {
        const name = selection.typeCondition?.name.value;
        const type = name === undefined ? place.type : (this.#schema.getType(name) ?? place.type);
        cost += this.ofSelections(selection.selectionSet, { type, inner: place.inner });
      }
    }
    return cost;
  }

  #ofFragment(name: string, { inner }: Place): number {
    const key = `${name} ${inner}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    const type = this.#schema.getType(fragment?.typeCondition.name.value ?? '');
    if (fragment === undefined || type === undefined) return 0;
    const cost = this.ofSelections(fragment.selectionSet, { type, inner });
    this.#known.set(key, cost);
    return cost;
  }

  #ofField(node: FieldNode, { type, inner }: Place): number {
    const field = fieldOf(type, node.name.value);
    if (field === undefined) return 0;
    if (isIntrospection(type)) return this.#ofIntrospection(node, field);
    const size: SizeExtensions = field.extensions;
    const isSized = size.listSize !== undefined || size.innerListSize !== undefined;
    const args = isSized ? this.#argumentsOf(field, node) : {};
    const items =
      size.usesListSize === true ? inner * (size.timesListSize ?? 1) : (size.listSize?.(args) ?? 1);
    if (node.selectionSet === undefined) return items * (size.ownCost ?? 1);
    const within = { type: getNamedType(field.type), inner: size.innerListSize?.(args) ?? 1 };
    const cost = items * (1 + this.ofSelections(node.selectionSet, within));
    return META_FIELDS.has(field.name) ? Math.ceil(cost * INTROSPECTION_SHARE) : cost;
  }

  #ofIntrospection(node: FieldNode, field: GraphQLField<unknown, unknown>): number {
    const items = introspectionSize(this.#schema, field.name);
    if (node.selectionSet === undefined) return items;
    const within = { type: getNamedType(field.type), inner: 1 };
    return items * (1 + this.ofSelections(node.selectionSet, within));
  }

  /** One whose directives do not fit does, if the executor comes to it: then it is an error. */
  #counts(selection: SelectionNode): boolean {
    return fitting(() => isIncluded(selection, this.#variables)) ?? true;
  }

  /** None where they do not fit: the field answers with that error alone. */
  #argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): Record<string, unknown> {
    return fitting(() => getArgumentValues(field, node, this.#variables)) ?? {};
  }
}

/** Undefined where what is given does not fit its types. */
function fitting<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}

/** `__typename` has no entry: it costs nothing beside the object it is asked of. */
const META_FIELDS = new Map([
  [SchemaMetaFieldDef.name, SchemaMetaFieldDef],
  [TypeMetaFieldDef.name, TypeMetaFieldDef],
]);

function fieldOf(type: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
  return fields[name] ?? META_FIELDS.get(name);
}
