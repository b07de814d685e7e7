/** The root query fields of each type of nodes, and `node`. */

import { PAGE_ITEMS_MAX } from '../base/limits.ts';
import type { CompositeType, FieldedType, NodeType } from '../definition/definition.ts';
import type { Api, InputMap } from './builder.ts';
import { nodeConnection } from './connections.ts';
import type { Context } from './context.ts';
import { findNode } from './element.ts';
import { invalidInput } from './errors.ts';
import { compositeWhere, nodeWhere } from './filter-inputs.ts';
import { requestedSize, sizeExtensions } from './list-size.ts';
import { nodeNames } from './names.ts';
import { countAtMost } from './narrowing.ts';
import { compositeObject, nodeInterface, nodeObject } from './node-ref.ts';
import { OPERANDS, textOperand } from './operand.ts';
import { connectionPage, listPage } from './page.ts';
import { planExtensions } from './plan-field.ts';
import { listRows, nodeRows, pageOf } from './plan-rows.ts';
import { selectInTurns } from './select.ts';
import { nodeOrdering, nodeSort } from './sort.ts';

export function addQueries(api: Api): void {
  api.builder.queryType({});
  addNodeQuery(api);
  for (const type of api.definition.nodeTypes.values()) {
    addSingleQuery(api, type);
    addListQuery(api, type);
    addConnectionQuery(api, type);
  }
  for (const type of api.definition.interfaceTypes.values()) {
    addListQuery(api, type);
    addConnectionQuery(api, type);
  }
  for (const type of api.definition.unionTypes.values()) addListQuery(api, type);
}

function addNodeQuery(api: Api): void {
  api.builder.queryField('node', (t) =>
    t.field({
      type: nodeInterface(api),
      nullable: true,
      args: { id: t.arg.id({ required: true, extensions: OPERANDS }) },
      extensions: planExtensions(({ args, item }) => ({
        kind: 'one',
        rows: { source: { kind: 'ids', ids: [textOperand(args.id)] } },
        item: item(),
      })),
      resolve: (_root, { id }, { graph }) => findNode(graph, id) ?? null,
    }),
  );
}

/** `airport(where)` */
function addSingleQuery(api: Api, type: NodeType): void {
  const { definition } = api;
  const { single } = nodeNames(type);
  api.builder.queryField(single, (t) =>
    t.field({
      description: 'The one node that matches; null where none does, an error where several do.',
      type: nodeObject(api, type),
      nullable: true,
      args: { where: t.arg({ type: nodeWhere(api, type), required: true }) },
      extensions: planExtensions(({ graph, args, item }) => ({
        kind: 'one',
        rows: nodeRows(graph, { definition, type, where: args.where as InputMap }),
        item: item(),
      })),
      resolve: async (_root, { where }, context) => {
        const [node, ...others] = await select(api, type, { where, context });
        if (node === undefined || others.length === 0) return node ?? null;
        const count = others.length + 1;
        throw invalidInput(`${single} expected a where that matches one node, got ${count}`, {
          count,
        });
      },
    }),
  );
}

/** `airports(where, sort, limit, offset)`; of a union there is nothing to sort by. */
function addListQuery(api: Api, type: CompositeType): void {
  const { definition } = api;
  api.builder.queryField(nodeNames(type).list, (t) =>
    t.field({
      type: [compositeObject(api, type)],
      args: {
        where: t.arg({ type: compositeWhere(api, type) }),
        ...(type.kind !== 'union' && { sort: t.arg({ type: [nodeSort(api, type)] }) }),
        limit: t.arg.int(),
        offset: t.arg.int(),
      },
      extensions: {
        ...sizeExtensions({
          listSize: ({ where, limit }) => requestedSize(limit, sizeOf(type, where)),
        }),
        ...planExtensions(({ graph, args, item }) => {
          const { where, sort } = args as Conditions;
          const ordering = nodeOrdering(type, sort);
          const rows = nodeRows(graph, { definition, type, where, ordering });
          return { kind: 'list', rows: listRows(rows, ordering, args), item: item() };
        }),
      },
      resolve: async (_root, { where, sort, ...args }, context) => {
        const { graph, budget, deadline } = context;
        const nodes = await select(api, type, { where, context });
        while (deadline.isTurnOver) await deadline.rest();
        const ordering = nodeOrdering(type, sort);
        return deadline.inTurns(budget.answer(listPage(graph, nodes, { ordering, args })));
      },
    }),
  );
}

/** `airportsConnection(where, sort, first, after, last, before)` */
function addConnectionQuery(api: Api, type: FieldedType): void {
  const { definition } = api;
  api.builder.queryField(`${nodeNames(type).list}Connection`, (t) =>
    t.field({
      type: nodeConnection(api, type),
      args: {
        where: t.arg({ type: nodeWhere(api, type) }),
        sort: t.arg({ type: [nodeSort(api, type)] }),
        first: t.arg.int(),
        after: t.arg.string(),
        last: t.arg.int(),
        before: t.arg.string(),
      },
      extensions: {
        ...sizeExtensions({
          innerListSize: ({ where, first, last }) =>
            requestedSize(first ?? last, sizeOf(type, where)),
        }),
        ...planExtensions(({ graph, args, members }) => {
          const { where, sort } = args as Conditions;
          const ordering = nodeOrdering(type, sort);
          const rows = nodeRows(graph, { definition, type, where, ordering });
          const page = pageOf(rows, ordering, args);
          return { kind: 'page', ...page, members: members({ kind: 'connection', rows }) };
        }),
      },
      resolve: async (_root, { where, sort, ...args }, context) => {
        const { graph, budget, deadline } = context;
        const elements = await select(api, type, { where, context });
        while (deadline.isTurnOver) await deadline.rest();
        const ordering = nodeOrdering(type, sort);
        const connection = connectionPage(graph, elements, { ordering, args });
        budget.answer(connection.edges);
        return connection;
      },
    }),
  );
}

/** GraphQL coerced them to the input types of the node type. */
type Conditions = {
  readonly where?: InputMap | null;
  readonly sort?: readonly InputMap[] | null;
};

function sizeOf(type: CompositeType, where: unknown): number {
  return Math.min(countAtMost(type, where) ?? PAGE_ITEMS_MAX, PAGE_ITEMS_MAX);
}

function select(
  api: Api,
  type: CompositeType,
  request: { readonly where: InputMap | null | undefined; readonly context: Context },
) {
  const { where, context } = request;
  const { graph, budget, deadline } = context;
  return selectInTurns({ graph, definition: api.definition, type, where, budget }, deadline);
}
