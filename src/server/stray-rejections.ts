/**
 * Rejections that nobody hears. When an item of a list fails at once, graphql-js (16.15) answers
 * with that error and drops the promises of the items before it; should one of these fail later,
 * Node would end the process, so that a caller could end the server. Such failures are expected
 * ones, and the caller has an answer already; any other stray rejection is a bug, and ends it.
 */

import { GraphQLError } from 'graphql';
import { DatabaseError } from '../base/errors.ts';

/** Hears them until the function is called that it returns. */
export function hearStrayRejections(): () => void {
  process.on('unhandledRejection', hear);
  return () => process.off('unhandledRejection', hear);
}

function hear(reason: unknown): void {
  if (reason instanceof GraphQLError || reason instanceof DatabaseError) return;
  // Others that listen decide for themselves.
  if (process.listeners('unhandledRejection').every((listener) => listener === hear)) throw reason;
}
