/** Answers queries by plans of the engine, where they have one; others go to the resolvers. */

import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type Answered, answerOperation } from './answer-operation.ts';
import type { CompiledOperations } from './compiled-operations.ts';
import type { Context } from './context.ts';

export function usePlans(operations: CompiledOperations): Plugin<Context> {
  return {
    onExecute: ({ executeFn, setExecuteFn }) => {
      setExecuteFn((args: ExecutionArgs) => answerByPlan(operations, args) ?? executeFn(args));
    },
  };
}

/** Undefined where resolvers have to answer. */
function answerByPlan(
  operations: CompiledOperations,
  args: ExecutionArgs,
): ExecutionResult | undefined {
  const { schema, document, operationName, variableValues } = args;
  // Yoga has made it with `createContext`.
  const asking = args.contextValue as Context;
  const byResolvers = (reason: string) => {
    asking.explanation?.unplanned(reason);
    return undefined;
  };
  const operation = operations.of(schema, document, operationName);
  if (operation?.operation.operation !== 'query') return byResolvers('it is no query');
  const given = operation.coerce(variableValues ?? {});
  if (given === undefined) return byResolvers('its variables do not fit their types');
  const compiled = operations.planOf(operation, given) ?? operation.compile(asking.graph, given);
  if (compiled === undefined) return byResolvers('a field or an argument of it has no plan');
  const answered = answerOperation(operation, compiled, { given, asking });
  if (answered === undefined) return undefined;
  // What has passed a limit would pass it again.
  if (!('error' in answered)) operations.keep(operation, operationName, { given, compiled });
  return resultOf(answered);
}

/**
 * Over HTTP the bytes go out as they are. Buffers read as text where a stream of events is
 * written; a WebSocket takes the data, which is only parsed for it.
 */
function resultOf(answered: Answered): ExecutionResult {
  if ('error' in answered) {
    const { error } = answered;
    return { data: null, errors: [new GraphQLError(error.message, { originalError: error })] };
  }
  const { json, extensions } = answered;
  const result: ExecutionResult & Stringified = {
    stringify: () => json.toBuffer(),
    ...(extensions !== undefined && { extensions }),
  };
  return Object.defineProperty(result, 'data', {
    enumerable: true,
    get: () => JSON.parse(json.toString()).data,
  });
}

/** Yoga asks a result for its text, where it can give it. */
interface Stringified {
  readonly stringify: () => Uint8Array;
}
