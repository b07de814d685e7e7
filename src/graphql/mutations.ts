/**
 * `createAirports`, `upsertAirports`, `updateAirports`, `deleteAirports`: each is one transaction.
 * Beside each, `tryCreateAirports` does the same, and answers with an error as a result.
 */

import { PAGE_ITEMS_MAX } from '../base/limits.ts';
import type { NodeType } from '../definition/definition.ts';
import { upperFirst } from '../definition/generated-names.ts';
import type { Api } from './builder.ts';
import { nodeCreateInput } from './create-inputs.ts';
import { IF_VERSION } from './expected-version.ts';
import { nodeWhere } from './filter-inputs.ts';
import { sizeExtensions } from './list-size.ts';
import { countsObject, outcomeObject, resultUnion } from './mutation-results.ts';
import { nodeNames } from './names.ts';
import { countAtMost } from './narrowing.ts';
import { nodeUpdateInput } from './update-inputs.ts';
import { createNodes, deleteNodes, updateNodes, upsertNodes } from './write-operations.ts';
import { writeTransaction } from './write-transaction.ts';

/** As many nodes are answered as are given. */
const SIZE_OF_INPUT = sizeExtensions({
  innerListSize: ({ input }) => (Array.isArray(input) ? input.length : 1),
});
const AT_MOST = 'Refused, and nothing is written, where more nodes match.';

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
  for (const { name, form } of formsOf(api, `create${nodeNames(type).plural}`)) {
    api.builder.mutationField(name, (t) =>
      t.field({
        type: outcomeObject(api, type, 'Create'),
        args: { input: t.arg({ type: [nodeCreateInput(api, type)], required: true }) },
        extensions: SIZE_OF_INPUT,
        resolve: (_root, { input }, context) =>
          writeTransaction(context, (writing) => createNodes(writing, type, input)),
        ...form,
      }),
    );
  }
}

function addUpsert(api: Api, type: NodeType): void {
  for (const { name, form } of formsOf(api, `upsert${nodeNames(type).plural}`)) {
    api.builder.mutationField(name, (t) =>
      t.field({
        description:
          'Creates each node, or sets what is given of one that is there by its natural key.',
        type: outcomeObject(api, type, 'Update'),
        args: { input: t.arg({ type: [nodeCreateInput(api, type)], required: true }) },
        extensions: SIZE_OF_INPUT,
        resolve: (_root, { input }, context) =>
          writeTransaction(context, (writing) => upsertNodes(writing, type, input)),
        ...form,
      }),
    );
  }
}

function addUpdate(api: Api, type: NodeType): void {
  for (const { name, form } of formsOf(api, `update${nodeNames(type).plural}`)) {
    api.builder.mutationField(name, (t) =>
      t.field({
        description: 'Updates every node that matches; all of the type where there is no `where`.',
        type: outcomeObject(api, type, 'Update'),
        args: {
          where: t.arg({ type: nodeWhere(api, type) }),
          update: t.arg({ type: nodeUpdateInput(api, type) }),
          atMost: t.arg.int({ description: AT_MOST }),
          ifVersion: t.arg.string({ description: IF_VERSION }),
        },
        extensions: sizeExtensions({
          innerListSize: ({ where }) =>
            Math.min(countAtMost(type, where) ?? PAGE_ITEMS_MAX, PAGE_ITEMS_MAX),
        }),
        resolve: (_root, args, context) =>
          writeTransaction(context, (writing) => updateNodes(writing, type, args)),
        ...form,
      }),
    );
  }
}

function addDelete(api: Api, type: NodeType): void {
  for (const { name, form } of formsOf(api, `delete${nodeNames(type).plural}`)) {
    api.builder.mutationField(name, (t) =>
      t.field({
        description:
          'Deletes every node that matches, with its edges; all where there is no `where`.',
        type: countsObject(api, 'Delete'),
        args: {
          where: t.arg({ type: nodeWhere(api, type) }),
          atMost: t.arg.int({ description: AT_MOST }),
          ifVersion: t.arg.string({ description: IF_VERSION }),
        },
        resolve: async (_root, args, context) => {
          const { counts } = await writeTransaction(context, (writing) =>
            deleteNodes(writing, type, args),
          );
          return counts;
        },
        ...form,
      }),
    );
  }
}

/** A mutation by its name, and its twin whose errors are results. */
function formsOf(api: Api, name: string) {
  const tryName = `try${upperFirst(name)}`;
  const description = `As \`${name}\`; an error is a result.`;
  const errors = resultUnion(api, `${upperFirst(tryName)}Result`);
  return [
    { name, form: {} },
    { name: tryName, form: { description, errors } },
  ] as const;
}
