/**
 * Answers what has been answered by a plan before, without the GraphQL server: it was parsed,
 * checked and counted then, under the schema that is in force. All else goes through that server,
 * with the same answer.
 */

import type { GraphQLSchema } from 'graphql';
import { formatPrincipal, type Principal } from '../access/principal.ts';
import { DatabaseError } from '../base/errors.ts';
import { answerOperation } from '../graphql/answer-operation.ts';
import type { CompiledOperations } from '../graphql/compiled-operations.ts';
import { HiddenFields } from '../graphql/hidden-fields.ts';
import { checkVariables } from '../graphql/limits.ts';
import type { Space } from '../space/space.ts';
import type { Parameters } from './admission.ts';
import type { OperationObserver } from './operation-observer.ts';

/** Undefined where the GraphQL server has to answer. */
export type DirectAnswers = (asked: Parameters, caller: Principal) => Uint8Array | undefined;

export function createDirectAnswers(options: {
  readonly space: Space;
  /** As it is now. */
  readonly schema: () => GraphQLSchema;
  readonly operations: CompiledOperations;
  readonly observe: OperationObserver;
}): DirectAnswers {
  const { space, schema, operations, observe } = options;
  return (asked, caller) => {
    const { query, operationName, variables, extensions } = asked;
    if (extensions !== undefined && extensions !== null) return undefined;
    const operation = operations.find(schema(), query, operationName);
    if (operation === undefined || !areShallow(variables ?? {})) return undefined;
    const started = performance.now();
    const given = operation.coerce(variables ?? {});
    const compiled = given && operations.planOf(operation, given);
    if (given === undefined || compiled === undefined) return undefined;
    const asking = { graph: space.graphOf(formatPrincipal(caller)), hidden: new HiddenFields() };
    const answered = answerOperation(operation, compiled, { given, asking });
    if (answered === undefined || 'error' in answered) return undefined;
    const seconds = (performance.now() - started) / MILLISECONDS_PER_SECOND;
    observe({ type: 'query', seconds, hasErrors: false });
    return answered.json;
  };
}

const MILLISECONDS_PER_SECOND = 1000;

/** The GraphQL server says what is wrong where they are not. */
function areShallow(variables: object): boolean {
  try {
    checkVariables(variables);
    return true;
  } catch (error) {
    if (error instanceof DatabaseError) return false;
    throw error;
  }
}
