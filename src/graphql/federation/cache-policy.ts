/**
 * How long an answer may be kept, and for whom: what a cache before the server, or a router that
 * keeps entities, is told (`Cache-Control`). The least of what is said of all that is asked for, as
 * Apollo's servers count it; what nothing is said of may not be kept.
 */

import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Definition } from '../../definition/definition.ts';
import type { CacheHint } from '../../definition/federation/federation.ts';

export interface CachePolicy {
  /** Seconds; 0 where it may not be kept. */
  readonly maxAge: number;
  readonly isPrivate: boolean;
}

export const NOT_KEPT: CachePolicy = { maxAge: 0, isPrivate: false };

/** As the header says it. */
export function cacheControl({ maxAge, isPrivate }: CachePolicy): string {
  return maxAge === 0 ? 'no-store' : `max-age=${maxAge}, ${isPrivate ? 'private' : 'public'}`;
}

/** Of a query, whatever its variables are: what they leave out counts, too. */
export function cachePolicyOf(
  definition: Definition,
  asked: {
    readonly schema: GraphQLSchema;
    readonly document: DocumentNode;
    readonly operation: OperationDefinitionNode;
  },
): CachePolicy {
  const { schema, operation } = asked;
  const root = schema.getQueryType();
  if (operation.operation !== 'query' || !root) return NOT_KEPT;
  const count = new PolicyCount(definition, asked);
  count.ofSelections(operation.selectionSet, root);
  return count.policy;
}

class PolicyCount {
  readonly #hints: ReadonlyMap<string, CacheHint>;
  readonly #declared: (name: string) => boolean;
  readonly #schema: GraphQLSchema;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #visited = new Set<string>();
  #maxAge: number | undefined;
  #isPrivate = false;

  constructor(
    { federation, nodeTypes, interfaceTypes, unionTypes }: Definition,
    { schema, document }: { readonly schema: GraphQLSchema; readonly document: DocumentNode },
  ) {
    this.#hints = federation?.cacheHints ?? new Map();
    this.#declared = (name) =>
      nodeTypes.has(name) || interfaceTypes.has(name) || unionTypes.has(name);
    this.#schema = schema;
    for (const each of document.definitions) {
      if (each.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(each.name.value, each);
    }
  }

  get policy(): CachePolicy {
    return { maxAge: this.#maxAge ?? 0, isPrivate: this.#isPrivate };
  }

  ofSelections({ selections }: SelectionSetNode, type: GraphQLNamedType): void {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) {
        const hasFields = isObjectType(type) || isInterfaceType(type);
        const field = hasFields ? type.getFields()[node.name.value] : undefined;
        if (field === undefined) continue;
        const of = getNamedType(field.type);
        this.#ofField(this.#hints.get(`${type.name}.${field.name}`), of);
        if (node.selectionSet !== undefined) this.ofSelections(node.selectionSet, of);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        this.#ofFragment(node.selectionSet, node.typeCondition?.name.value, type);
      } else if (!this.#visited.has(node.name.value)) {
        this.#visited.add(node.name.value);
        const fragment = this.#fragments.get(node.name.value);
        if (fragment === undefined) continue;
        this.#ofFragment(fragment.selectionSet, fragment.typeCondition.name.value, type);
      }
    }
  }

  #ofFragment(
    selections: SelectionSetNode,
    name: string | undefined,
    type: GraphQLNamedType,
  ): void {
    const of = name === undefined ? type : (this.#schema.getType(name) ?? type);
    // Of a union it is the types that are asked for which count.
    if (of !== type && isUnionType(type)) this.#ofType(undefined, of);
    this.ofSelections(selections, of);
  }

  #ofField(hint: CacheHint | undefined, type: GraphQLNamedType): void {
    if (isLeafType(type)) this.#add(hint);
    else this.#ofType(hint, type);
  }

  /** What is said of a field counts before what is said of its type. */
  #ofType(hint: CacheHint | undefined, type: GraphQLNamedType): void {
    const ofType = this.#hints.get(type.name);
    const maxAge = hint?.maxAge ?? ofType?.maxAge;
    // Types that the API makes are kept as long as what they hold.
    const least = maxAge ?? (this.#declared(type.name) ? 0 : undefined);
    this.#add({
      maxAge: least,
      isPrivate: hint?.isPrivate === true || ofType?.isPrivate === true,
    });
  }

  #add(hint: CacheHint | undefined): void {
    if (hint === undefined) return;
    this.#isPrivate ||= hint.isPrivate;
    if (hint.maxAge === undefined) return;
    this.#maxAge = Math.min(this.#maxAge ?? hint.maxAge, hint.maxAge);
  }
}
