/** Explains the answers of resolvers, and refusals; plans explain their answers themselves. */

import { getOperationAST, OperationTypeNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from './context.ts';
import { isSingle } from './use-hidden.ts';

export function useExplanation(): Plugin<Context> {
  return {
    onExecute: ({ args }) => {
      const { explanation } = args.contextValue;
      const operation = getOperationAST(args.document, args.operationName)?.operation;
      // A subscription runs this once per change.
      if (explanation === undefined || operation === OperationTypeNode.SUBSCRIPTION) {
        return undefined;
      }
      return {
        onExecuteDone: ({ result, setResult }) => {
          if (!isSingle(result) || 'stringify' in result) return;
          const extensions = { ...result.extensions, ...explanation.extensions };
          setResult({ ...result, extensions });
        },
      };
    },
  };
}
