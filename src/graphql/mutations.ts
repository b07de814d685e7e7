/**
 * `createAirports`, `upsertAirports`, `updateAirports`, `deleteAirports`: each is one transaction.
 */

import { MUTATION_INPUTS_MAX, PAGE_ITEMS_MAX } from '../base/limits.ts';
import type { NodeType } from '../definition/definition.ts';
import { Timestamp } from '../delta/value.ts';
import { compareText } from '../delta/value-order.ts';
import type { NodeRow } from '../engine/graph-view.ts';
import { type Api, type InputMap, type ObjectRef, objectType } from './builder.ts';
import type { Context } from './context.ts';
import { nodeCreateInput } from './create-inputs.ts';
import { DraftWriter } from './draft-writer.ts';
import { findNode } from './element.ts';
import { invalidInput, limitExceeded } from './errors.ts';
import { nodeWhere } from './filter-inputs.ts';
import { randomKey } from './key.ts';
import { sizeExtensions } from './list-size.ts';
import { nodeNames } from './names.ts';
import { countAtMost } from './narrowing.ts';
import { nodeObject } from './node-ref.ts';
import { selectNodes } from './select.ts';
import { nodeUpdateInput } from './update-inputs.ts';
import { createNode, updateNode, upsertNode, type Writing } from './write-nodes.ts';

const MICROSECONDS_PER_MILLISECOND = 1000n;
/** As many nodes are answered as are given. */
const SIZE_OF_INPUT = sizeExtensions({
  innerListSize: ({ input }) => (Array.isArray(input) ? input.length : 1),
});
const AT_MOST = 'Refused, and nothing is written, where more nodes match.';

type Counts = Pick<
  DraftWriter,
  'nodesCreated' | 'nodesDeleted' | 'relationshipsCreated' | 'relationshipsDeleted'
>;

interface Outcome {
  readonly nodes: readonly NodeRow[];
  readonly counts: Counts;
}

export function addMutations(api: Api): void {
  api.builder.mutationType({});
  for (const type of api.definition.nodeTypes.values()) {
    addCreate(api, type);
    if (type.key !== undefined) addUpsert(api, type);
    addUpdate(api, type);
    addDelete(api, type);
  }
}

function addCreate(api: Api, type: NodeType): void {
  const { plural } = nodeNames(type);
  api.builder.mutationField(`create${plural}`, (t) =>
    t.field({
      type: outcomeObject(api, type, 'Create'),
      args: { input: t.arg({ type: [nodeCreateInput(api, type)], required: true }) },
      extensions: SIZE_OF_INPUT,
      resolve: (_root, { input }, context) => {
        expectFewInputs(`create${plural}`, input);
        return write(context, (writing) => input.map((each) => createNode(writing, type, each)));
      },
    }),
  );
}

function addUpsert(api: Api, type: NodeType): void {
  const { plural } = nodeNames(type);
  api.builder.mutationField(`upsert${plural}`, (t) =>
    t.field({
      description:
        'Creates each node, or sets what is given of one that is there by its natural key.',
      type: outcomeObject(api, type, 'Update'),
      args: { input: t.arg({ type: [nodeCreateInput(api, type)], required: true }) },
      extensions: SIZE_OF_INPUT,
      resolve: (_root, { input }, context) => {
        expectFewInputs(`upsert${plural}`, input);
        return write(context, (writing) => {
          const ids = input.map((each) => upsertNode(writing, type, each));
          return [...new Set(ids)];
        });
      },
    }),
  );
}

function expectFewInputs(what: string, { length }: readonly InputMap[]): void {
  if (length <= MUTATION_INPUTS_MAX) return;
  throw limitExceeded({
    limit: 'MUTATION_INPUTS_MAX',
    what: `input of ${what}`,
    max: MUTATION_INPUTS_MAX,
    actual: length,
  });
}

function addUpdate(api: Api, type: NodeType): void {
  api.builder.mutationField(`update${nodeNames(type).plural}`, (t) =>
    t.field({
      description: 'Updates every node that matches; all of the type where there is no `where`.',
      type: outcomeObject(api, type, 'Update'),
      args: {
        where: t.arg({ type: nodeWhere(api, type) }),
        update: t.arg({ type: nodeUpdateInput(api, type) }),
        atMost: t.arg.int({ description: AT_MOST }),
      },
      extensions: sizeExtensions({
        innerListSize: ({ where }) =>
          Math.min(countAtMost(type, where) ?? PAGE_ITEMS_MAX, PAGE_ITEMS_MAX),
      }),
      resolve: (_root, { where, update, atMost }, context) =>
        write(context, (writing) => {
          const { graph } = writing.writer.draft;
          const nodes = selectForWriting(writing, type, { where, atMost });
          for (const node of nodes) updateNode(writing, node, update ?? {});
          return nodes.map((node) => graph.nodeId(node)).sort(compareText);
        }),
    }),
  );
}

function addDelete(api: Api, type: NodeType): void {
  api.builder.mutationField(`delete${nodeNames(type).plural}`, (t) =>
    t.field({
      description:
        'Deletes every node that matches, with its edges; all where there is no `where`.',
      type: countsObject(api, 'Delete'),
      args: {
        where: t.arg({ type: nodeWhere(api, type) }),
        atMost: t.arg.int({ description: AT_MOST }),
      },
      resolve: async (_root, { where, atMost }, context) => {
        const { counts } = await write(context, (writing) => {
          for (const node of selectForWriting(writing, type, { where, atMost })) {
            writing.writer.deleteNode(node);
          }
          return [];
        });
        return counts;
      },
    }),
  );
}

/** Runs `build` as one transaction and finds the nodes that it names, as they are after it. */
async function write(
  context: Context,
  build: (writing: Writing) => readonly string[],
): Promise<Outcome> {
  const { space, graph, clock, random, budget, actor } = context;
  const { result } = await space.write({ actor }, (draft) => {
    const now = new Timestamp(BigInt(clock.now()) * MICROSECONDS_PER_MILLISECOND);
    const writer = new DraftWriter(draft, now);
    return { writer, ids: build({ writer, budget, generateKey: () => randomKey(random) }) };
  });
  const nodes = result.ids
    .map((id) => findNode(graph, id))
    // Another transaction may have deleted it since.
    .filter((node) => node !== undefined);
  return { nodes, counts: result.writer };
}

function selectForWriting(
  { writer, budget }: Writing,
  type: NodeType,
  { where, atMost }: Bounded,
): NodeRow[] {
  const { graph, definition } = writer.draft;
  const most = atMost ?? Infinity;
  if (most < 0) throw invalidInput(`atMost expected 0 or more, got ${most}`);
  const nodes = selectNodes({ graph, definition, type, where, budget });
  if (nodes.length <= most) return nodes;
  throw limitExceeded({
    limit: 'atMost',
    what: `the nodes of type ${type.name} that match`,
    max: most,
    actual: nodes.length,
  });
}

/** Which nodes are written, and how many they may be. */
interface Bounded {
  readonly where: InputMap | null | undefined;
  readonly atMost: number | null | undefined;
}

/** `CreateAirportsMutationResponse` */
function outcomeObject(api: Api, type: NodeType, verb: 'Create' | 'Update'): ObjectRef<Outcome> {
  const { plural, list } = nodeNames(type);
  const name = `${verb}${plural}MutationResponse`;
  return objectType<Outcome>(api, name, {
    fields: (t) => ({
      info: t.field({ type: countsObject(api, verb), resolve: ({ counts }) => counts }),
      [list]: t.field({
        type: [nodeObject(api, type)],
        extensions: sizeExtensions({ usesListSize: true }),
        resolve: ({ nodes }, _args, { budget }) => budget.answer(nodes),
      }),
    }),
  });
}

/** `CreateInfo`, `UpdateInfo`, `DeleteInfo` */
function countsObject(api: Api, verb: 'Create' | 'Update' | 'Delete'): ObjectRef<Counts> {
  return objectType<Counts>(api, `${verb}Info`, {
    fields: (t) => ({
      ...(verb === 'Delete'
        ? {}
        : {
            nodesCreated: t.exposeInt('nodesCreated'),
            relationshipsCreated: t.exposeInt('relationshipsCreated'),
          }),
      ...(verb === 'Create'
        ? {}
        : {
            nodesDeleted: t.exposeInt('nodesDeleted'),
            relationshipsDeleted: t.exposeInt('relationshipsDeleted'),
          }),
    }),
  });
}
