/** Functions of computed fields from a module of the server's owner. */

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { parseResolvers, type Resolvers } from '../graphql/resolvers.ts';

/**
 * What a module exports by default. It runs with all that this process may do. Throws INVALID_INPUT
 * where it cannot be loaded, or exports something else.
 */
export async function importResolvers(file: string): Promise<Resolvers> {
  return parseResolvers((await load(file)).default, file);
}

async function load(file: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    throw notLoaded(file, error);
  }
}

function notLoaded(file: string, cause: unknown): DatabaseError {
  const got = cause instanceof Error ? cause.message : String(cause);
  const message = `${file}: resolvers expected a module that loads, got ${got}`;
  return new DatabaseError(ErrorCode.INVALID_INPUT, message, { cause });
}
