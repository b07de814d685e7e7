/** Tells with each answer how long it may be kept, where the definition says so of anything. */

import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Definition } from '../../definition/definition.ts';
import type { Context } from '../context.ts';
import { type CachePolicy, cacheControl, cachePolicyOf, NOT_KEPT } from './cache-policy.ts';

const known = new WeakMap<OperationDefinitionNode, Policy>();

interface Policy extends CachePolicy {
  readonly schema: GraphQLSchema;
}

export function useCachePolicy(): Plugin<Context> {
  return {
    onExecute: ({ args }) => {
      // Yoga has made it with `createContext`.
      const { space, tellCache } = args.contextValue as Context;
      const { federation } = space.definition;
      if (tellCache === undefined || (federation?.cacheHints.size ?? 0) === 0) return undefined;
      const { schema, document, operationName } = args;
      return {
        onExecuteDone: ({ result }) => {
          // A stream is no answer to keep.
          if (Symbol.asyncIterator in result) return;
          const operation = getOperationAST(document, operationName);
          const isWhole = operation && (result as ExecutionResult).errors === undefined;
          const asked = operation && { schema, document, operation };
          tellCache(isWhole && asked ? headerOf(space, asked) : cacheControl(NOT_KEPT));
        },
      };
    },
  };
}

/** The header for an answer without errors; undefined where nothing is said of how long. */
export function keptFor(
  space: Parameters<typeof headerOf>[0],
  asked: Parameters<typeof headerOf>[1],
): string | undefined {
  const { federation } = space.definition;
  return (federation?.cacheHints.size ?? 0) === 0 ? undefined : headerOf(space, asked);
}

function headerOf(
  space: { readonly definition: Definition; readonly access: { readonly isOpen: boolean } },
  asked: {
    readonly schema: GraphQLSchema;
    readonly document: DocumentNode;
    readonly operation: OperationDefinitionNode;
  },
): string {
  const { operation, schema } = asked;
  let policy = known.get(operation);
  if (policy?.schema !== schema) {
    policy = { ...cachePolicyOf(space.definition, asked), schema };
    known.set(operation, policy);
  }
  // Under permissions each caller is answered otherwise.
  return cacheControl({ ...policy, isPrivate: policy.isPrivate || !space.access.isOpen });
}
