/**
 * `_entities`: nodes that other subgraphs name by their keys, of several types at once, each as its
 * caller sees it. What is not there is null, and so is what the caller does not see.
 */

import { DatabaseError } from '../../base/errors.ts';
import type { Definition } from '../../definition/definition.ts';
import type { NodeRow } from '../../engine/graph-view.ts';
import { Parameter } from '../../engine/parameter.ts';
import type { Lookups } from '../../engine/plan.ts';
import { type Api, once } from '../builder.ts';
import type { Context } from '../context.ts';
import { nodeTypeOf } from '../definition-lookup.ts';
import { typeOfNode } from '../element.ts';
import { sizeExtensions } from '../list-size.ts';
import { nodeObject } from '../node-ref.ts';
import { OPERAND_LIST } from '../operand.ts';
import { planExtensions, Unplannable } from '../plan-field.ts';
import { EntityLookups } from './entity-lookups.ts';
import { type Found, findNodes } from './find-nodes.ts';
import type { Telling } from './representation.ts';

/** Beside the queries of a definition that is a subgraph. */
export function addEntities(api: Api): void {
  const { definition } = api;
  const types = entityTypes(definition);
  if (types.length === 0) return;
  const lookups = new EntityLookups(definition);
  api.builder.scalarType('_Any', {
    description: 'A node that is named by the fields of a key, and by its `__typename`.',
    serialize: (value) => value,
  });
  const entity = once(api, '_Entity', () =>
    api.builder.unionType('_Entity', {
      types: types.map((type) => nodeObject(api, nodeTypeOf(definition, type))),
      resolveType: (node: NodeRow, { graph }: Context) => typeOfNode(graph, node),
    }),
  );
  api.builder.queryField('_entities', (t) =>
    t.field({
      description: 'For a gateway: nodes that other subgraphs name by a key.',
      type: [entity],
      nullable: { list: false, items: true },
      args: {
        representations: t.arg({ type: ['_Any'], required: true, extensions: OPERAND_LIST }),
      },
      extensions: {
        ...sizeExtensions({ listSize: ({ representations }) => countOf(representations) }),
        ...planExtensions(({ args, item }) => ({
          kind: 'lookups',
          keys: lookups.keys,
          lookups: lookedUp(lookups, args.representations),
          item: item(),
        })),
      },
      resolve: (_root, { representations }, context, { path }) => {
        const { budget, deadline, mayReadSchema } = context;
        context.representations ??= new Map();
        context.representations.set(path.key, representations);
        const telling = { tellsKeys: mayReadSchema };
        const found = references(lookups, budget.answer(representations), telling);
        return deadline.inTurns(nodesOrErrors(findNodes(lookups, found, context)));
      },
    }),
  );
}

/** The node types that others find here, also as those of an interface. */
function entityTypes({ federation }: Definition): readonly string[] {
  const names = new Set<string>();
  for (const { keys } of federation?.entities.values() ?? []) {
    for (const { ways } of keys) for (const { type } of ways) names.add(type);
  }
  return [...names];
}

function countOf(representations: unknown): number {
  return Array.isArray(representations) ? representations.length : 1;
}

/** Of a plan: where one of them is none, resolvers say which. */
function lookedUp(lookups: EntityLookups, given: unknown): Lookups | Parameter<Lookups> {
  if (given instanceof Parameter) return given.map((told) => lookedUpAll(lookups, told));
  return lookedUpAll(lookups, given);
}

function lookedUpAll(lookups: EntityLookups, given: unknown): Lookups {
  // GraphQL coerced it to a list.
  if (!Array.isArray(given)) throw new Unplannable();
  return given.map((each) => lookups.lookup(each, { tellsKeys: false }));
}

/** Each by itself: what is wrong with one is the error of its own place. */
function references(
  lookups: EntityLookups,
  representations: readonly unknown[],
  telling: Telling,
): readonly Found[] {
  return representations.map((each) => {
    try {
      return lookups.lookup(each, telling);
    } catch (error) {
      if (error instanceof DatabaseError) return error;
      throw error;
    }
  });
}

/** GraphQL takes an error in a list for that of its place alone. */
function nodesOrErrors(found: readonly (NodeRow | Error | null)[]) {
  return found as readonly (NodeRow | null)[];
}
