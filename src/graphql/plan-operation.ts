/**
 * Makes one plan of a whole query: each selected field by what its extensions say, in the order of
 * the answer. Fragments, @skip and @include are followed here, as the executor follows them.
 */

import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { DatabaseError } from '../base/errors.ts';
import { GRAPHQL_PLAN_MEMBERS_MAX } from '../base/limits.ts';
import type { GraphView } from '../engine/graph-view.ts';
import type { Item, Member, Plan, Shape } from '../engine/plan.ts';
import type { InputMap } from './builder.ts';
import { isRowNode, type PlanPlace, planOf, Unplannable } from './plan-field.ts';
import { isIncluded } from './selection.ts';

export interface OperationRequest {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly graph: GraphView;
}

/**
 * A plan that answers with the whole response, `{"data": …}`; undefined where resolvers have to
 * answer, be it to say what is wrong with an argument.
 */
export function planOperation(request: OperationRequest): Plan | undefined {
  const { schema, operation } = request;
  const query = schema.getQueryType();
  if (operation.operation !== 'query' || query === null || query === undefined) return undefined;
  try {
    const members = new Planner(request).members([operation.selectionSet], query);
    return { members: [{ name: 'data', shape: { kind: 'object', members } }] };
  } catch (error) {
    if (error instanceof Unplannable || isOfCaller(error)) return undefined;
    throw error;
  }
}

/** Arguments that do not fit, where resolvers may never come to them. */
function isOfCaller(error: unknown): boolean {
  return error instanceof DatabaseError || error instanceof GraphQLError;
}

const NO_ARGUMENTS: InputMap = {};

/** All mentions of one name in the answer. */
type Mentions = readonly [FieldNode, ...FieldNode[]];

class Planner {
  readonly #request: OperationRequest;
  readonly #variables: Record<string, unknown>;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  /** Made so far: what is asked of an interface is made for each of its types. */
  #members = 0;

  constructor(request: OperationRequest) {
    this.#request = request;
    this.#variables = { ...request.variables };
    for (const definition of request.document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) {
        this.#fragments.set(definition.name.value, definition);
      }
    }
  }

  members(
    selections: readonly SelectionSetNode[],
    type: GraphQLObjectType,
    place?: PlanPlace,
  ): Member[] {
    const fields = new Map<string, [FieldNode, ...FieldNode[]]>();
    const visited = new Set<string>();
    for (const { selections: nodes } of selections) this.#collect(nodes, { type, fields, visited });
    this.#members += fields.size;
    if (this.#members > GRAPHQL_PLAN_MEMBERS_MAX) throw new Unplannable();
    return [...fields].map(([name, mentions]) => ({
      name,
      shape: this.#shape(type, mentions, place),
    }));
  }

  #shape(type: GraphQLObjectType, mentions: Mentions, place: PlanPlace | undefined): Shape {
    const [node] = mentions;
    if (node.name.value === '__typename') {
      return { kind: 'literal', json: JSON.stringify(type.name) };
    }
    const field = type.getFields()[node.name.value];
    if (field === undefined) throw new Unplannable();
    const { graph } = this.#request;
    const inner = mentions.flatMap(({ selectionSet }) => selectionSet ?? []);
    const target = getNamedType(field.type);
    return planOf(field)({
      graph,
      place,
      // Most fields take none, and asking costs more than all the rest.
      args: field.args.length === 0 ? NO_ARGUMENTS : this.#argumentsOf(field, node),
      members: (inside) => {
        const of = place?.kind === 'row' && isRowNode(field) ? place.type : target;
        if (!isObjectType(of)) throw new Unplannable();
        return this.members(inner, of, inside);
      },
      item: () => this.#item(inner, target),
    });
  }

  #argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): InputMap {
    return getArgumentValues(field, node, this.#variables);
  }

  #item(inner: readonly SelectionSetNode[], type: ReturnType<typeof getNamedType>): Item {
    if (isObjectType(type)) {
      const types = this.#rowTypes(type);
      if (types === undefined) return { members: this.members(inner, type) };
      return this.#cases(types, (row) => this.members(inner, type, { kind: 'row', type: row }));
    }
    if (!isAbstractType(type)) throw new Unplannable();
    const types = this.#request.schema.getPossibleTypes(type);
    return this.#cases(types, (object) => this.members(inner, object));
  }

  #cases(
    types: readonly GraphQLObjectType[],
    membersOf: (type: GraphQLObjectType) => readonly Member[],
  ): Item {
    return { cases: types.map((type) => ({ type: type.name, members: membersOf(type) })) };
  }

  /** Of the edges of a connection: the types that their nodes can have, where that is not one. */
  #rowTypes(type: GraphQLObjectType): readonly GraphQLObjectType[] | undefined {
    const { node } = type.getFields();
    if (node === undefined || !isRowNode(node)) return undefined;
    const of = getNamedType(node.type);
    return isAbstractType(of) ? this.#request.schema.getPossibleTypes(of) : undefined;
  }

  #collect(nodes: readonly SelectionNode[], into: Collection): void {
    for (const node of nodes) {
      if (!isIncluded(node, this.#variables)) continue;
      if (node.kind === Kind.FIELD) {
        const name = node.alias?.value ?? node.name.value;
        const mentions = into.fields.get(name);
        if (mentions === undefined) into.fields.set(name, [node]);
        else mentions.push(node);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (this.#applies(node.typeCondition?.name.value, into.type)) {
          this.#collect(node.selectionSet.selections, into);
        }
      } else if (!into.visited.has(node.name.value)) {
        into.visited.add(node.name.value);
        const fragment = this.#fragments.get(node.name.value);
        if (fragment !== undefined && this.#applies(fragment.typeCondition.name.value, into.type)) {
          this.#collect(fragment.selectionSet.selections, into);
        }
      }
    }
  }

  #applies(name: string | undefined, type: GraphQLObjectType): boolean {
    if (name === undefined || name === type.name) return true;
    const { schema } = this.#request;
    const condition = schema.getType(name);
    return isAbstractType(condition) && schema.isSubType(condition, type);
  }
}

interface Collection {
  readonly type: GraphQLObjectType;
  readonly fields: Map<string, [FieldNode, ...FieldNode[]]>;
  /** Fragments that were followed already. */
  readonly visited: Set<string>;
}
