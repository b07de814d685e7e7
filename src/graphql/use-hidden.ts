/** Tells in the answers of resolvers what is hidden from the caller; plans tell it themselves. */

import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from './context.ts';

export function useHiddenFields(): Plugin<Context> {
  return {
    onExecute: ({ args }) => ({
      onExecuteDone: ({ result, setResult }) => {
        if (!isSingle(result) || 'stringify' in result) return;
        setResult(withHidden(result, args.contextValue as Context));
      },
    }),
    onSubscribe: ({ args }) => ({
      onSubscribeResult: () => ({
        onNext: ({ result, setResult }) => {
          if (isSingle(result)) setResult(withHidden(result, args.contextValue as Context));
        },
      }),
    }),
  };
}

export function isSingle(result: unknown): result is ExecutionResult {
  return typeof result === 'object' && result !== null && !(Symbol.asyncIterator in result);
}

export function withHidden(result: ExecutionResult, { hidden }: Context): ExecutionResult {
  const { extensions } = hidden;
  if (extensions === undefined || result.data === null || result.data === undefined) return result;
  return { ...result, extensions: { ...result.extensions, ...extensions } };
}
