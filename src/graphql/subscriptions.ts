/** The root subscription fields: by type, by node, by field, and for edges. */

import type { NodeType } from '../definition/definition.ts';
import { ChangeEvent, type ChangeInterest, type Space } from '../space/space.ts';
import { type Api, isInputMap } from './builder.ts';
import { readCursor, type Since } from './change-cursor.ts';
import { stateTest } from './change-filter.ts';
import { STATE_FIELDS } from './change-states.ts';
import {
  anyNodeChange,
  type EdgeEntry,
  fieldEnum,
  fieldsOf,
  type NodeEntry,
  nodeChangeOf,
  relationshipChange,
} from './change-types.ts';
import { type Context, renewContext } from './context.ts';
import { changeWhere } from './filter-inputs.ts';
import { nodeNames } from './names.ts';
import type { ChangeEntry } from './seen-changes.ts';
import { selectsAny } from './selection.ts';
import { edgeTypeEnum, nodeTypeEnum } from './type-enums.ts';

export function addSubscriptions(api: Api): void {
  api.builder.subscriptionType({});
  for (const type of api.definition.nodeTypes.values()) addTypeChanges(api, type);
  if (api.definition.nodeTypes.size > 0) addNodeChanges(api);
  if (api.definition.edgeTypes.size > 0) addRelationshipChanges(api);
}

/** `airportChanges(id, fields)` */
function addTypeChanges(api: Api, type: NodeType): void {
  const hasFields = type.fields.length > 0;
  const wanted = new Set([type.name]);
  api.builder.subscriptionField(`${nodeNames(type).single}Changes`, (t) =>
    t.field({
      description: `Changes of nodes of type ${type.name}, in the order of the log, each once.`,
      type: nodeChangeOf(api, type),
      args: {
        id: t.arg.id({ description: 'Only of this node.' }),
        ...(hasFields
          ? {
              fields: t.arg({
                type: [fieldEnum(api, type)],
                description: 'Only changes that write one of these, and of nodes as a whole.',
              }),
              where: t.arg({
                type: changeWhere(api, type),
                description: 'Only of nodes that match before the change or after it.',
              }),
            }
          : {}),
        since: sinceArg(t),
      },
      subscribe: (_root, args, { feed, actor, space }, info) => {
        const fields = namesOf(args.fields);
        const { definition } = api;
        const { where } = args;
        const test = isInputMap(where)
          ? stateTest({ definition, graph: space.graph }, type, where)
          : undefined;
        const images = test !== undefined || selectsAny(info, STATE_FIELDS);
        const interest = { ...nodeInterest(args.id, wanted), images };
        const wants = (entry: ChangeEntry): entry is NodeEntry => {
          if (!isOfNode(entry, args.id, wanted)) return false;
          // What an element is as a whole is of all of its fields.
          const isOfWhole =
            entry.event === ChangeEvent.DELETED ||
            (entry.element === 'sight' && entry.paths.length === 0);
          if (fields === undefined || isOfWhole) return true;
          return fieldsOf(type, entry).some((field) => fields.has(field));
        };
        const since = sinceOf(args.since, space);
        return feed.subscribe({ interest, wants, test, actor, since });
      },
      resolve: (delivery, _args, context) => delivered(delivery, context),
    }),
  );
}

function addNodeChanges(api: Api): void {
  api.builder.subscriptionField('nodeChanges', (t) =>
    t.field({
      description: 'Changes of nodes of any type, in the order of the log, each once.',
      type: anyNodeChange(api),
      args: {
        id: t.arg.id({ description: 'Only of this node.' }),
        types: t.arg({ type: [nodeTypeEnum(api)], description: 'Only of these types.' }),
        since: sinceArg(t),
      },
      subscribe: (_root, { id, types, ...args }, { feed, actor, space }) => {
        const wanted = typesOf(types, api.definition.nodeTypes);
        const wants = (entry: ChangeEntry): entry is NodeEntry => isOfNode(entry, id, wanted);
        const [interest, since] = [nodeInterest(id, wanted), sinceOf(args.since, space)];
        return feed.subscribe({ interest, wants, actor, since });
      },
      resolve: (delivery, _args, context) => delivered(delivery, context),
    }),
  );
}

function addRelationshipChanges(api: Api): void {
  api.builder.subscriptionField('relationshipChanges', (t) =>
    t.field({
      description:
        'Changes of edges, in the order of the log, each once. A node that is deleted takes its ' +
        'edges along: they may then go without a change of their own.',
      type: relationshipChange(api),
      args: {
        node: t.arg.id({ description: 'Only of edges that leave or enter this node.' }),
        from: t.arg.id({ description: 'Only of edges that leave this node.' }),
        to: t.arg.id({ description: 'Only of edges that enter this node.' }),
        types: t.arg({ type: [edgeTypeEnum(api)], description: 'Only of these types.' }),
        since: sinceArg(t),
      },
      subscribe: (_root, { node, from, to, types, ...args }, { feed, actor, space }, info) => {
        const wanted = typesOf(types, api.definition.edgeTypes);
        const isEnd = (given: unknown, ...ends: string[]) =>
          typeof given !== 'string' || ends.includes(given);
        const images = selectsAny(info, STATE_FIELDS);
        const interest = { element: 'edge', types: wanted, images } as const;
        const wants = (entry: ChangeEntry): entry is EdgeEntry =>
          entry.element === 'edge' &&
          isEnd(node, entry.name.from, entry.name.to) &&
          isEnd(from, entry.name.from) &&
          isEnd(to, entry.name.to) &&
          wanted.has(entry.name.type);
        return feed.subscribe({ interest, wants, actor, since: sinceOf(args.since, space) });
      },
      resolve: (delivery, _args, context) => delivered(delivery, context),
    }),
  );
}

type ArgBuilder = Parameters<Parameters<Api['builder']['subscriptionField']>[1]>[0];

function sinceArg(t: ArgBuilder) {
  return t.arg.string({
    description:
      'The `cursor` of the last change that was received: what came behind it is told first. ' +
      'RESYNC says that it is gone.',
  });
}

function sinceOf(cursor: string | null | undefined, space: Space): Since | undefined {
  return typeof cursor === 'string' ? readCursor(space, cursor) : undefined;
}

/** Whether an entry is of a node that is asked for, or of more nodes than are told. */
function isOfNode(entry: ChangeEntry, id: unknown, types: ReadonlySet<string>): entry is NodeEntry {
  if (entry.element === 'edge') return false;
  const node = entry.element === 'node' ? entry : entry.node;
  if (node === undefined) return true;
  if (typeof id === 'string' && node.id !== id) return false;
  return types.has(node.type);
}

function nodeInterest(id: unknown, types: ReadonlySet<string>): ChangeInterest {
  return { element: 'node', types, ...(typeof id === 'string' && { node: id }) };
}

/** What is selected of it is of the moment of delivery. */
export function delivered<T>(delivery: T, context: Context): T {
  renewContext(context);
  return delivery;
}

/** All that are declared where none is named; the log may have others, which were retired. */
function typesOf(
  names: readonly string[] | null | undefined,
  declared: ReadonlyMap<string, unknown>,
): ReadonlySet<string> {
  return namesOf(names) ?? new Set(declared.keys());
}

function namesOf(names: readonly string[] | null | undefined): ReadonlySet<string> | undefined {
  return names === null || names === undefined ? undefined : new Set(names);
}
