/**
 * Answers what has been answered by a plan before, without the GraphQL server: it was parsed,
 * checked and counted then, under the schema that is in force. All else goes through that server,
 * with the same answer.
 */

import type { GraphQLSchema } from 'graphql';
import { formatPrincipal } from '../access/principal.ts';
import { DatabaseError } from '../base/errors.ts';
import { ROWS_PER_COST } from '../base/limits.ts';
import type { AnswerJson } from '../engine/answer-json.ts';
import { answerOperation } from '../graphql/answer-operation.ts';
import { Budget } from '../graphql/budget.ts';
import type { CompiledOperation } from '../graphql/compiled-operation.ts';
import type { CompiledOperations } from '../graphql/compiled-operations.ts';
import type { AskedBy } from '../graphql/context.ts';
import { checkDepth } from '../graphql/document-limits.ts';
import { keptFor } from '../graphql/federation/use-cache-policy.ts';
import { HiddenFields } from '../graphql/hidden-fields.ts';
import { checkVariables, nestedWithinLimits } from '../graphql/limits.ts';
import { OPERATION_LIMITS } from '../graphql/operation-limits.ts';
import type { Space } from '../space/space.ts';
import type { OperationObserver } from './operation-observer.ts';
import type { Parameters } from './parameters.ts';

/** Undefined where the GraphQL server has to answer, as it does what passes a limit. */
export type DirectAnswers = (asked: Parameters, by: AskedBy) => AnswerJson | undefined;

export function createDirectAnswers(options: {
  readonly space: Space;
  /** As it is now. */
  readonly schema: () => GraphQLSchema;
  readonly operations: CompiledOperations;
  readonly observe: OperationObserver;
}): DirectAnswers {
  const { space, schema, operations, observe } = options;
  return (asked, by) => {
    const { query, operationName, variables, extensions } = asked;
    if (extensions !== undefined && extensions !== null) return undefined;
    const operation = operations.find(schema(), query, operationName);
    const { caller, limits = OPERATION_LIMITS, charge = () => undefined } = by;
    const hear = (count: number) => charge(count, 'after');
    if (operation === undefined) return undefined;
    // What is no input is not read field by field, so that it may inherit some.
    const check = operation.takesScalars ? nestedWithinLimits : checkVariables;
    if (!holds(() => check(variables ?? {}, hear))) return undefined;
    const started = performance.now();
    const given = operation.coerce(variables ?? {});
    const compiled = given && operations.planOf(operation, given);
    if (given === undefined || compiled === undefined) return undefined;
    const cost = compiled.cost(given.inputs);
    if (!mayRun(operation, cost, { limits, charge })) return undefined;
    const graph = space.graphOf(formatPrincipal(caller));
    const budget = new Budget(limits);
    const asking = { graph, hidden: new HiddenFields(), limits, budget };
    const answered = answerOperation(operation, compiled, { given, asking });
    charge(budget.spent / ROWS_PER_COST, 'after');
    if (answered === undefined || 'error' in answered) return undefined;
    const seconds = (performance.now() - started) / MILLISECONDS_PER_SECOND;
    observe({ type: 'query', seconds, hasErrors: false });
    const kept = by.tellCache && keptFor(space, operation);
    if (kept !== undefined) by.tellCache?.(kept);
    return answered.json;
  };
}

const MILLISECONDS_PER_SECOND = 1000;

/** Whether it is within the limits of its caller, of whom its cost is taken then. */
function mayRun(
  { document }: CompiledOperation,
  cost: number,
  { limits, charge }: Required<Pick<AskedBy, 'limits' | 'charge'>>,
): boolean {
  if (cost > limits.cost) return false;
  return holds(() => {
    checkDepth(document, limits.depth);
    charge(cost, 'before');
  });
}

/** The GraphQL server says what is wrong where it does not. */
function holds(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof DatabaseError) return false;
    throw error;
  }
}
