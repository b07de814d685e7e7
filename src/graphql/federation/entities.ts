/**
 * `_entities`: nodes that other subgraphs name by their keys, of several types at once, each as its
 * caller sees it. What is not there is null, and so is what the caller does not see.
 */

import type { GraphQLSchema } from 'graphql';
import { DatabaseError } from '../../base/errors.ts';
import type { Definition } from '../../definition/definition.ts';
import type { NodeRow } from '../../engine/graph-view.ts';
import { type Api, type InputMap, once } from '../builder.ts';
import type { Context } from '../context.ts';
import { nodeTypeOf } from '../definition-lookup.ts';
import { invalidInput } from '../errors.ts';
import { sizeExtensions } from '../list-size.ts';
import { nodeObject } from '../node-ref.ts';
import { selectInTurns } from '../select.ts';
import { type KeyValue, keyValues, readRepresentation } from './representation.ts';

export const ENTITIES_FIELD = '_entities';

/** Beside the queries of a definition that is a subgraph. */
export function addEntities(api: Api): void {
  const { definition } = api;
  const types = entityTypes(definition);
  if (types.length === 0) return;
  api.builder.scalarType('_Any', {
    description: 'A node that is named by the fields of a key, and by its `__typename`.',
    serialize: (value) => value,
  });
  const entity = once(api, '_Entity', () =>
    api.builder.unionType('_Entity', {
      types: types.map((type) => nodeObject(api, nodeTypeOf(definition, type))),
      resolveType: (node: NodeRow, { graph }: Context) => graph.nodeType(node),
    }),
  );
  api.builder.queryField(ENTITIES_FIELD, (t) =>
    t.field({
      description: 'For a gateway: nodes that other subgraphs name by a key.',
      type: [entity],
      nullable: { list: false, items: true },
      args: { representations: t.arg({ type: ['_Any'], required: true }) },
      extensions: sizeExtensions({ listSize: ({ representations }) => countOf(representations) }),
      resolve: async (_root, { representations }, context, { path, schema }) => {
        const { budget, deadline } = context;
        context.representations.set(path.key, representations);
        const found: (NodeRow | Error | null)[] = [];
        for (const representation of budget.answer(representations)) {
          while (deadline.isTurnOver) await deadline.rest();
          found.push(await findEntity(representation, { definition, schema, context }));
        }
        // An error among them is that of its place alone.
        return deadline.inTurns(found as readonly (NodeRow | null)[]);
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

interface Finding {
  readonly definition: Definition;
  readonly schema: GraphQLSchema;
  readonly context: Context;
}

async function findEntity(given: unknown, finding: Finding): Promise<NodeRow | Error | null> {
  try {
    const reference = readRepresentation(finding.definition, given);
    for (const way of reference.key.ways) {
      const values = keyValues(reference, way, finding);
      const found = await findByKey(way.type, values, finding);
      if (found !== null) return found;
    }
    return null;
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}

async function findByKey(
  typeName: string,
  values: readonly KeyValue[],
  { definition, context }: Finding,
): Promise<NodeRow | null> {
  if (values.some(({ value }) => value === null)) return null;
  const { graph, budget, deadline } = context;
  const type = nodeTypeOf(definition, typeName);
  const where: InputMap = { AND: values.map(({ path, value }) => condition(path, value)) };
  const selection = { graph, definition, type, where, budget };
  const [node, ...others] = await selectInTurns(selection, deadline);
  if (others.length === 0) return node ?? null;
  const expected = `a key of ${typeName} expected one node that has its values`;
  throw invalidInput(`${expected}, got ${others.length + 1}`);
}

/** `{ location: { latitude: { eq: 1 } } }` */
function condition(path: string, value: unknown): InputMap {
  return path.split('.').reduceRight<InputMap>((inner, name) => ({ [name]: inner }), { eq: value });
}
