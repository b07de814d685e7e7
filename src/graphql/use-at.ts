/**
 * Queries about the graph as it was: the context of one with `@at` reads that graph, which is lent
 * to it until it is answered, by a plan as by resolvers.
 */

import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { DatabaseError } from '../base/errors.ts';
import type { PastPoint } from '../space/space.ts';
import { pointOf } from './at-directive.ts';
import { type Context, readFrom } from './context.ts';
import { refusal } from './errors.ts';

type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

/** Stands behind what else sets how operations are executed. */
export function useAt(): Plugin<Context> {
  return {
    onExecute: ({ executeFn, setExecuteFn }) => {
      setExecuteFn((args: ExecutionArgs) => executeAt(args, executeFn as Execute));
    },
  };
}

/** The answer of an operation about the point that it names, or about now. */
export function executeAt(
  args: ExecutionArgs,
  execute: Execute,
): ExecutionResult | Promise<ExecutionResult> {
  try {
    const point = pointOf(args);
    return point === undefined ? execute(args) : executeThen(args, execute, point);
  } catch (error) {
    return refused(error);
  }
}

async function executeThen(
  args: ExecutionArgs,
  execute: Execute,
  point: PastPoint,
): Promise<ExecutionResult> {
  // Yoga has made it with `createContext`.
  const context = args.contextValue as Context;
  const lent = await context.space.at(point).catch(refused);
  // The time that it waited is not the operation's own.
  context.deadline.resume();
  if (!(Symbol.dispose in lent)) return lent;
  using past = lent;
  readFrom(context, past);
  return await execute(args);
}

/** What an operation is answered that does not run; a bug goes on to where bugs are reported. */
function refused(error: unknown): ExecutionResult {
  if (error instanceof DatabaseError) return { errors: [refusal(error)] };
  throw error;
}
