/** `conflicts`: the unique values that several nodes have. */

import { isLeafType } from 'graphql';
import { assert } from '../base/assert.ts';
import { PAGE_ITEMS_MAX, RELATED_ITEMS_ASSUMED } from '../base/limits.ts';
import { type Api, type ObjectRef, objectType } from './builder.ts';
import {
  type Conflict,
  type ConflictPage,
  conflictPage,
  countConflicts,
  uniqueFields,
} from './conflicts.ts';
import { pageFields } from './connections.ts';
import { requestedSize, sizeExtensions } from './list-size.ts';
import { nodeInterface } from './node-ref.ts';
import { type ConnectionEdge, listPart } from './page.ts';
import { shownValue } from './scalars.ts';
import { nodeTypeEnum } from './type-enums.ts';

/** Where the definition has unique fields. */
export function addConflictsQuery(api: Api): void {
  const fields = uniqueFields(api.definition);
  if (fields.length === 0) return;
  api.builder.queryField('conflicts', (t) =>
    t.field({
      description: 'The unique values that several nodes have, which were written apart.',
      type: conflictConnection(api),
      args: {
        type: t.arg({
          type: nodeTypeEnum(api),
          description: 'Only of nodes of this type; of all types where it is absent.',
        }),
        first: t.arg.int(),
        after: t.arg.string(),
      },
      extensions: sizeExtensions({
        innerListSize: ({ first }) => requestedSize(first, PAGE_ITEMS_MAX),
      }),
      resolve: async (_root, { type, ...args }, context) => {
        const { budget, deadline } = context;
        while (deadline.isTurnOver) await deadline.rest();
        const asked = type ?? undefined;
        const searched = fields.filter((each) => asked === undefined || each.type.name === asked);
        const page = conflictPage({ context, fields: searched, type: asked }, args);
        budget.answer(page.edges);
        return page;
      },
    }),
  );
}

function conflictConnection(api: Api): ObjectRef<ConflictPage> {
  return objectType<ConflictPage>(api, 'ConflictsConnection', {
    fields: (t) => ({
      totalCount: t.int({
        resolve: async ({ search }, _args, { deadline }) => {
          while (deadline.isTurnOver) await deadline.rest();
          return countConflicts(search);
        },
      }),
      ...pageFields(api, t, conflictEdge(api)),
    }),
  });
}

function conflictEdge(api: Api): ObjectRef<ConnectionEdge<Conflict>> {
  return objectType<ConnectionEdge<Conflict>>(api, 'ConflictEdge', {
    fields: (t) => ({
      cursor: t.exposeString('cursor'),
      node: t.field({ type: conflictObject(api), resolve: ({ element }) => element }),
    }),
  });
}

function conflictObject(api: Api): ObjectRef<Conflict> {
  return objectType<Conflict>(api, 'Conflict', {
    description: 'A unique value that several nodes have.',
    fields: (t) => ({
      type: t.field({ type: nodeTypeEnum(api), resolve: ({ type }) => type.name }),
      field: t.string({ resolve: ({ field }) => field.name }),
      value: t.field({
        description: 'As the field answers it.',
        type: 'JSON',
        nullable: true,
        resolve: ({ field, value }, _args, { budget }, { schema }) => {
          const leaf = schema.getType(field.enumType?.name ?? field.scalar);
          assert(isLeafType(leaf), 'a field has a type of the API');
          return leaf.serialize(budget.show(shownValue(field, value)));
        },
      }),
      nodes: t.field({
        description: 'By who took it first, then by id: the first is the one that lookups answer.',
        type: [nodeInterface(api)],
        args: { limit: t.arg.int(), offset: t.arg.int() },
        extensions: sizeExtensions({
          listSize: ({ limit }) =>
            typeof limit === 'number'
              ? requestedSize(limit, PAGE_ITEMS_MAX)
              : RELATED_ITEMS_ASSUMED,
        }),
        resolve: ({ nodes }, args, { budget, deadline }) => {
          return deadline.inTurns(budget.answer(listPart(nodes, args)));
        },
      }),
    }),
  });
}
