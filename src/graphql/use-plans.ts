/**
 * Runs queries as plans of the engine, which writes the whole response in one call. What a plan
 * cannot carry out, and what it refuses to write, goes to the resolvers, which give the same
 * answer or say what is wrong.
 */

import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
  getVariableValues,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { GRAPHQL_ANSWER_ITEMS_MAX, GRAPHQL_ROWS_MAX } from '../base/limits.ts';
import {
  type HiddenValues,
  PLAN_WORK_PER_ROW,
  type PlanAnswer,
  PlanStatus,
} from '../engine/plan.ts';
import type { Context } from './context.ts';
import { relationAt } from './hidden-relation.ts';
import { planOperation } from './plan-operation.ts';

const LIMITS = {
  work: GRAPHQL_ROWS_MAX * PLAN_WORK_PER_ROW,
  items: GRAPHQL_ANSWER_ITEMS_MAX,
} as const;

export function usePlans(): Plugin<Context> {
  return {
    onExecute: ({ executeFn, setExecuteFn }) => {
      setExecuteFn((args: ExecutionArgs) => answerByPlan(args) ?? executeFn(args));
    },
  };
}

/** Undefined where resolvers have to answer. */
function answerByPlan(args: ExecutionArgs): ExecutionResult | undefined {
  const answer = runPlan(args);
  switch (answer?.status) {
    case PlanStatus.OK:
      return plannedResult(answer.json, answer.hidden && tellHidden(args, answer.hidden));
    case PlanStatus.WORK:
      return tooMuch({
        limit: 'GRAPHQL_ROWS_MAX',
        what: 'the nodes and edges that one operation looks at',
        max: GRAPHQL_ROWS_MAX,
      });
    case PlanStatus.ITEMS:
      return tooMuch({
        limit: 'GRAPHQL_ANSWER_ITEMS_MAX',
        what: 'the items of all lists in one answer',
        max: GRAPHQL_ANSWER_ITEMS_MAX,
      });
    default:
      return undefined;
  }
}

function runPlan(args: ExecutionArgs): PlanAnswer | undefined {
  const { schema, document, operationName, variableValues, contextValue } = args;
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'query') return undefined;
  const { coerced } = getVariableValues(
    schema,
    operation.variableDefinitions ?? [],
    variableValues ?? {},
  );
  if (coerced === undefined) return undefined;
  // Yoga has made it with `createContext`.
  const { graph } = contextValue as Context;
  const plan = planOperation({ schema, document, operation, variables: coerced, graph });
  if (plan === undefined) return undefined;
  try {
    return graph.answer(plan, LIMITS);
  } catch (error) {
    // A value that no node can hold, conditions too deep: resolvers compare it all the same.
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}

/** The extensions that tell where a plan has held values back. */
function tellHidden(args: ExecutionArgs, { places, more }: HiddenValues): Extensions {
  const { schema, document, operationName, contextValue } = args;
  const operation = getOperationAST(document, operationName);
  const { hidden } = contextValue as Context;
  for (const [, ...path] of places) {
    // Behind `data`, with which all of them begin.
    hidden.add(path, operation ? relationAt({ schema, document, operation }, path) : undefined);
  }
  hidden.addMore(more);
  return hidden.extensions;
}

type Extensions = Record<string, unknown> | undefined;

/**
 * Over HTTP the bytes go out as they are. Buffers read as text where a stream of events is
 * written; a WebSocket takes the data, which is only parsed for it.
 */
function plannedResult(json: Uint8Array, extensions: Extensions): ExecutionResult {
  const plain = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  const bytes = extensions === undefined ? plain : withExtensions(plain, extensions);
  const result: ExecutionResult & Stringified = {
    stringify: () => bytes,
    ...(extensions !== undefined && { extensions }),
  };
  return Object.defineProperty(result, 'data', {
    enumerable: true,
    get: () => JSON.parse(bytes.toString()).data,
  });
}

/** In the place of the bracket that ends the answer. */
function withExtensions(json: Buffer, extensions: Record<string, unknown>): Buffer {
  const text = `,"extensions":${JSON.stringify(extensions)}}`;
  return Buffer.concat([json.subarray(0, -1), Buffer.from(text)]);
}

/** Yoga asks a result for its text, where it can give it. */
interface Stringified {
  readonly stringify: () => Uint8Array;
}

function tooMuch(options: {
  readonly limit: string;
  readonly what: string;
  readonly max: number;
}): ExecutionResult {
  const { limit, what, max } = options;
  const message = `${what} expected at most ${max}, got more`;
  const error = new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message, { facts: { limit, max } });
  return { data: null, errors: [new GraphQLError(message, { originalError: error })] };
}
