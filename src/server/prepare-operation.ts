/**
 * Operations over connections that stay, by graphql-ws and by the sync protocol: prepared alike,
 * within the same limits, and run as Yoga's plugins have wrapped them.
 */

import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
} from 'graphql';
import { SUBSCRIPTIONS_PER_CONNECTION_MAX } from '../base/connection-limits.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { limitExceeded, refusal } from '../graphql/errors.ts';
import { streamOf } from '../graphql/use-subscribe.ts';
import type { Caller } from './callers.ts';
import type { GraphqlEndpoint } from './graphql-endpoint.ts';
import type { Parameters } from './parameters.ts';

type OneOrMany = ExecutionResult | AsyncIterable<ExecutionResult>;

/** What runs an operation, as Yoga's plugins have wrapped it. */
export interface Executors {
  readonly execute: (args: ExecutionArgs) => OneOrMany | Promise<OneOrMany>;
  readonly subscribe: (args: ExecutionArgs) => OneOrMany | Promise<OneOrMany>;
}

export interface PreparedOperation extends Executors {
  readonly args: ExecutionArgs;
}

export interface Asking {
  readonly caller: Caller;
  /** Whether nobody waits for it any more. */
  readonly isGone: () => boolean;
}

/** `read` throws a DatabaseError where it refuses what is asked; it is called at once. */
export async function prepareOperation(
  endpoint: GraphqlEndpoint,
  read: () => Parameters,
  { caller, isGone }: Asking,
): Promise<PreparedOperation | readonly GraphQLError[]> {
  const params = paramsOf(read);
  if (params instanceof DatabaseError) return [refusal(params)];
  const context = endpoint.contextFor({ params, ...caller.asking(), isGone });
  const enveloped = endpoint.getEnveloped(context);
  const { schema, parse, validate, contextFactory, execute, subscribe } = enveloped;
  let document: ReturnType<typeof parse>;
  try {
    document = parse(params.query);
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
  const errors = validate(schema, document);
  if (errors.length > 0) return errors;
  const { operationName, variables } = params;
  if (!getOperationAST(document, operationName)) return [refusal(noOperation(operationName))];
  const args = {
    schema,
    document,
    operationName,
    variableValues: variables,
    contextValue: await contextFactory(),
  };
  return { args, execute, subscribe: async (given) => streamOf(await subscribe(given)) };
}

/** Why one more may not begin, with which so many are under way on its connection. */
export function tooManyUnderWay(count: number): DatabaseError | undefined {
  if (count <= SUBSCRIPTIONS_PER_CONNECTION_MAX) return undefined;
  return limitExceeded({
    limit: 'SUBSCRIPTIONS_PER_CONNECTION_MAX',
    what: 'the operations under way on one connection',
    max: SUBSCRIPTIONS_PER_CONNECTION_MAX,
    actual: count,
  });
}

/** Without what only an HTTP response is made of. */
export function shownError(error: GraphQLError): GraphQLFormattedError {
  const shown = error.toJSON();
  const { http: _http, ...extensions } = error.extensions;
  return { ...shown, extensions };
}

function paramsOf(read: () => Parameters) {
  try {
    const { query, operationName, variables, extensions } = read();
    return {
      query,
      ...(operationName ? { operationName } : {}),
      ...(variables ? { variables } : {}),
      ...(extensions ? { extensions } : {}),
    };
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}

function noOperation(name: string | undefined): DatabaseError {
  const got = name?.slice(0, 80) ?? 'none';
  return new DatabaseError(
    ErrorCode.INVALID_INPUT,
    `operationName expected that of one operation of the document, got ${got}`,
  );
}
