/**
 * `batchAirports`: each operation is a transaction of its own, and has a result of its own. They
 * are written at the same time, so that many share a commit.
 */

import { MUTATION_INPUTS_MAX, PAGE_ITEMS_MAX } from '../base/limits.ts';
import type { NodeType } from '../definition/definition.ts';
import type { InputPlace } from '../space/space.ts';
import {
  type Api,
  givenAs,
  type InputMap,
  type InputRef,
  inputType,
  isInputMap,
} from './builder.ts';
import type { Context } from './context.ts';
import { nodeCreateInput } from './create-inputs.ts';
import { limitExceeded } from './errors.ts';
import { IF_VERSION } from './expected-version.ts';
import { nodeWhere } from './filter-inputs.ts';
import { sizeExtensions } from './list-size.ts';
import { mutationError } from './mutation-error.ts';
import { outcomeObject, resultUnion } from './mutation-results.ts';
import { nodeNames } from './names.ts';
import { countAtMost } from './narrowing.ts';
import { nodeUpdateInput } from './update-inputs.ts';
import { createNode, upsertNode, type Writing } from './write-nodes.ts';
import { deleteNodes, updateNodes } from './write-operations.ts';
import { type Outcome, writeTransaction } from './write-transaction.ts';

const OPERATIONS: InputPlace = { within: undefined, part: 'operations' };

export function addBatches(api: Api): void {
  for (const type of api.definition.nodeTypes.values()) {
    const name = `batch${nodeNames(type).plural}`;
    api.builder.mutationField(name, (t) =>
      t.field({
        description: 'Each operation is written, or refused, by itself, in any order.',
        type: [outcomeObject(api, type, 'Batch')],
        itemErrors: resultUnion(api, `${type.name}BatchResult`),
        args: { operations: t.arg({ type: [operationInput(api, type)], required: true }) },
        extensions: sizeExtensions({
          listSize: ({ operations }) => lengthOf(operations),
          innerListSize: ({ operations }) => nodesOfEach(type, operations),
        }),
        resolve: (_root, { operations }, context) => {
          expectFew(operations);
          return operations.map((operation, index) => run(context, { type, operation, index }));
        },
      }),
    );
  }
}

/** `AirportBatchOperation` */
function operationInput(api: Api, type: NodeType): InputRef {
  const { name, key } = type;
  return inputType(
    api,
    `${name}BatchOperation`,
    (t) => ({
      create: t.field({ type: nodeCreateInput(api, type) }),
      ...(key === undefined ? {} : { upsert: t.field({ type: nodeCreateInput(api, type) }) }),
      update: t.field({ type: targetInput(api, type, 'Update') }),
      delete: t.field({ type: targetInput(api, type, 'Delete') }),
    }),
    { isOneOf: true },
  );
}

/** `AirportBatchUpdate`, `AirportBatchDelete` */
function targetInput(api: Api, type: NodeType, verb: 'Update' | 'Delete'): InputRef {
  return inputType(api, `${type.name}Batch${verb}`, (t) => ({
    where: t.field({ type: nodeWhere(api, type), required: true }),
    ...(verb === 'Delete'
      ? {}
      : { update: t.field({ type: nodeUpdateInput(api, type), required: true }) }),
    ifVersion: t.field({ type: 'String', description: IF_VERSION }),
  }));
}

interface Operation {
  readonly type: NodeType;
  readonly operation: InputMap;
  readonly index: number;
}

function run(context: Context, { type, operation, index }: Operation): Promise<Outcome> {
  const place = { within: OPERATIONS, part: index };
  return writeTransaction(context, (writing) => operate(writing, type, operation), place);
}

/** The operation has one member. */
function operate(writing: Writing, type: NodeType, operation: InputMap): readonly string[] {
  const { writer } = writing;
  for (const name of ['create', 'upsert', 'update', 'delete'] as const) {
    const input = operation[name];
    if (isInputMap(input)) return writer.within(name, () => OPERATORS[name](writing, type, input));
  }
  return [];
}

const OPERATORS = {
  create: (writing, type, input) => [createNode(writing, type, input)],
  upsert: (writing, type, input) => [upsertNode(writing, type, input)],
  update: updateNodes,
  delete: deleteNodes,
} as const satisfies Record<
  string,
  (writing: Writing, type: NodeType, input: InputMap) => readonly string[]
>;

function expectFew({ length }: readonly InputMap[]): void {
  if (length <= MUTATION_INPUTS_MAX) return;
  const error = limitExceeded({
    limit: 'MUTATION_INPUTS_MAX',
    what: 'operations of a batch',
    max: MUTATION_INPUTS_MAX,
    actual: length,
  });
  throw mutationError(error, OPERATIONS);
}

/** Nodes that an operation answers with: as many as all do at most, shared out evenly. */
function nodesOfEach(type: NodeType, operations: unknown): number {
  const all = Array.isArray(operations) ? operations : [operations];
  const counts = all.map((operation) => {
    const update = isInputMap(operation) ? givenAs(operation, 'update') : undefined;
    if (!isInputMap(update)) return 1;
    return Math.min(countAtMost(type, update.where) ?? PAGE_ITEMS_MAX, PAGE_ITEMS_MAX);
  });
  const sum = counts.reduce((total, count) => total + count, 0);
  return Math.ceil(sum / Math.max(all.length, 1));
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 1;
}
