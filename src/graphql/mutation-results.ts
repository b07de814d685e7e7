/**
 * What mutations answer with: the nodes and how much was written; and where the errors are results,
 * as those of `tryCreateAirports` are and those of batches, one of these.
 */

import type { NodeType } from '../definition/definition.ts';
import { type Api, type ObjectRef, objectType, once } from './builder.ts';
import { sizeExtensions } from './list-size.ts';
import {
  AlreadyExistsError,
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  LimitError,
  type MutationError,
  NotFoundError,
} from './mutation-error.ts';
import { nodeNames } from './names.ts';
import { nodeObject } from './node-ref.ts';
import type { Counts, Outcome } from './write-transaction.ts';

const ERRORS = [
  ConflictError,
  NotFoundError,
  ForbiddenError,
  AlreadyExistsError,
  InvalidInputError,
  LimitError,
];

/** `CreateAirportsMutationResponse` */
export function outcomeObject(
  api: Api,
  type: NodeType,
  verb: 'Create' | 'Update' | 'Batch',
): ObjectRef<Outcome> {
  const { plural, list } = nodeNames(type);
  return objectType<Outcome>(api, `${verb}${plural}MutationResponse`, {
    fields: (t) => ({
      info: t.field({ type: countsObject(api, verb), resolve: ({ counts }) => counts }),
      [list]: t.field({
        type: [nodeObject(api, type)],
        extensions: sizeExtensions({ usesListSize: true }),
        resolve: ({ nodes }, _args, { budget, deadline }) => deadline.inTurns(budget.answer(nodes)),
      }),
    }),
  });
}

/** `CreateInfo`, `UpdateInfo`, `DeleteInfo`, `BatchInfo` */
export function countsObject(
  api: Api,
  verb: 'Create' | 'Update' | 'Delete' | 'Batch',
): ObjectRef<Counts> {
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

/** How the errors plugin makes the union of a result with the errors. */
export function resultUnion(api: Api, name: string) {
  addErrorTypes(api);
  return { types: ERRORS, directResult: true, union: { name } };
}

/** What an error of one kind tells beside the others. */
function addFact(
  { builder }: Api,
  errorClass: typeof MutationError,
  { name, description }: { readonly name: string; readonly description: string },
): void {
  builder.objectField(errorClass, name, (t) =>
    t.string({
      description,
      nullable: true,
      resolve: ({ facts: { [name]: fact } }) => (fact === undefined ? null : String(fact)),
    }),
  );
}

function addErrorTypes(api: Api): void {
  once(api, 'MutationError', () => {
    const { builder } = api;
    const ref = builder.interfaceRef<MutationError>('MutationError');
    ref.implement({
      description: 'Why nothing was written.',
      fields: (t) => ({
        code: t.exposeString('code'),
        message: t.exposeString('message'),
        path: t.stringList({
          description: 'The place in the input: names, and indices as text.',
          resolve: ({ inputPath }) => inputPath.map(String),
        }),
      }),
    });
    for (const errorClass of ERRORS) {
      builder.objectType(errorClass, { name: errorClass.name, interfaces: [ref] });
    }
    addFact(api, ConflictError, {
      name: 'version',
      description: 'That the node has, where another one was expected.',
    });
    addFact(api, LimitError, { name: 'limit', description: 'That was passed, by its name.' });
    return ref;
  });
}
