/**
 * Holds every operation to its limits, over HTTP and WebSocket alike: the document before it is
 * parsed and validated, then its variables and its cost before it runs.
 */

import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { COST_PER_TOKEN, GRAPHQL_VARIABLES_DEPTH_MAX, ROWS_PER_COST } from '../base/limits.ts';
import type { AskedBy, Context } from './context.ts';
import { operationCost } from './cost.ts';
import { checkDepth, checkDocument, parseWithinLimits } from './document-limits.ts';
import { callersError, limitExceeded, refusal } from './errors.ts';

const CHANGES = OperationTypeNode.SUBSCRIPTION;

/** Errors of one operation's variables that are told. */
const VARIABLE_ERRORS_MAX = 50;

/** Errors of one document that are looked for: to guess what a wrong name means takes long. */
const VALIDATION_ERRORS_MAX = 10;

/** Errors of one answer that are told. */
const ANSWER_ERRORS_MAX = 100;

/** Costs of operations that have no variables, so that a repeated one is counted once. */
const knownCosts = new WeakMap<OperationDefinitionNode, number>();

export function useOperationLimits(): Plugin<Context> {
  return {
    onParse: ({ context, setParseFn }) => {
      // The context of the operation is made later, of what is known of its caller.
      const { charge } = context as Partial<AskedBy>;
      setParseFn((source) => {
        try {
          // A text that comes again is known, and so is whether it is valid.
          return parseWithinLimits(source, (tokens) => charge?.(tokens * COST_PER_TOKEN, 'after'));
        } catch (error) {
          throw refused(error);
        }
      });
    },
    onValidate: ({ validateFn, setValidationFn }) => {
      setValidationFn((schema, document, rules, options, ...rest) => {
        try {
          checkDocument(document);
          const few = { ...options, maxErrors: VALIDATION_ERRORS_MAX };
          return validateFn(schema, document, rules, few, ...rest).map(callersError);
        } catch (error) {
          // A rule of graphql-js throws where @skip of a subscription reads a variable.
          return [refused(error)];
        }
      });
    },
    onExecute: ({ args, setResultAndStopExecution }) => {
      const context = args.contextValue;
      // Of a subscription each change runs it, which was checked when it began.
      const isChange = getOperationAST(args.document, args.operationName)?.operation === CHANGES;
      const result = isChange ? undefined : checkOperation(args);
      if (result !== undefined) setResultAndStopExecution(result);
      return {
        onExecuteDone: ({ result: answer, setResult }) => {
          context.charge(context.budget.spent / ROWS_PER_COST, 'after');
          const shortened = shorten(answer, context);
          if (shortened !== undefined) setResult(shortened);
        },
      };
    },
    onSubscribe: ({ args, setResultAndStopExecution }) => {
      const result = checkOperation(args);
      if (result !== undefined) setResultAndStopExecution(result);
    },
  };
}

/**
 * The answer without what it should not tell: once a budget or the time is used up, all that is
 * left is the error that says so, since what still ran answered nothing; of very many errors some
 * are enough.
 */
function shorten(
  answer: object,
  { budget, deadline }: Pick<Context, 'budget' | 'deadline'>,
): ExecutionResult | undefined {
  if (!('errors' in answer) || !Array.isArray(answer.errors)) return undefined;
  const errors: readonly GraphQLError[] = answer.errors;
  const { failure } = deadline;
  if (budget.isUsedUp || failure !== undefined) {
    // A mutation tells its failure as an error of its own.
    const telling =
      errors.find(
        (error) => error.originalError === failure || codeOf(error) === ErrorCode.LIMIT_EXCEEDED,
      ) ?? errors.find((error) => codeOf(error) === failure?.code);
    return { errors: telling === undefined ? [] : [telling], data: null };
  }
  return errors.length > ANSWER_ERRORS_MAX
    ? { ...answer, errors: errors.slice(0, ANSWER_ERRORS_MAX) }
    : undefined;
}

function codeOf({ originalError, extensions }: GraphQLError): unknown {
  return originalError instanceof DatabaseError ? originalError.code : extensions.code;
}

/** The answer to an operation that passes a limit; undefined where it may run. */
export function checkOperation(
  args: Pick<
    ExecutionArgs,
    'schema' | 'document' | 'operationName' | 'variableValues' | 'contextValue'
  >,
): ExecutionResult | undefined {
  const { schema, document, variableValues } = args;
  // Yoga has made it with `createContext`.
  const { limits, charge, explanation } = args.contextValue as Context;
  const operation = getOperationAST(document, args.operationName);
  // The executor reports a name that no operation has.
  if (operation === null || operation === undefined) return undefined;
  try {
    checkDepth(document, limits.depth);
    checkVariables(variableValues ?? {}, (count) => charge(count, 'after'));
    const counted = costOf({ schema, document, operation, raw: variableValues ?? {} });
    if (counted.errors !== undefined) return { errors: counted.errors.map(refused) };
    const { cost } = counted;
    explanation?.costs(cost);
    if (cost > limits.cost) {
      throw limitExceeded({
        limit: 'GRAPHQL_COST_MAX',
        what: 'the cost of an operation, in fields times the items of their lists,',
        max: limits.cost,
        actual: cost,
      });
    }
    charge(cost, 'before');
    return undefined;
  } catch (error) {
    return { errors: [refused(error)] };
  }
}

type Counted =
  | { readonly cost: number; readonly errors?: undefined }
  /** Variables that do not fit their types. */
  | { readonly errors: readonly GraphQLError[] };

function costOf(request: {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly raw: Readonly<Record<string, unknown>>;
}): Counted {
  const { schema, document, operation, raw } = request;
  const definitions = operation.variableDefinitions ?? [];
  if (definitions.length > 0) {
    const { coerced, errors } = getVariableValues(schema, definitions, raw, {
      maxErrors: VARIABLE_ERRORS_MAX,
    });
    if (coerced === undefined) return { errors };
    return { cost: operationCost({ schema, document, operation, variables: coerced }) };
  }
  const known = knownCosts.get(operation);
  if (known !== undefined) return { cost: known };
  const cost = operationCost({ schema, document, operation, variables: {} });
  knownCosts.set(operation, cost);
  return { cost };
}

/**
 * Coercion recurses as deep as the variables are nested, so their depth is measured first. It also
 * reads fields that were not given: no object of an input may inherit any, as a field may be
 * `constructor`. `hear` hears how many of them there are, level by level.
 */
export function checkVariables(variables: object, hear: (count: number) => void): void {
  for (const value of nestedWithinLimits(variables, hear)) {
    if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
  }
}

/** The variables and all objects and lists within them; `hear` hears of them level by level. */
export function nestedWithinLimits(
  variables: object,
  hear: (count: number) => void,
): readonly object[] {
  const nested = [variables];
  let level = 0;
  for (let depth = 1; level < nested.length; depth++) {
    if (depth > GRAPHQL_VARIABLES_DEPTH_MAX) {
      throw limitExceeded({
        limit: 'GRAPHQL_VARIABLES_DEPTH_MAX',
        what: 'lists and objects within one another in the variables',
        max: GRAPHQL_VARIABLES_DEPTH_MAX,
        actual: depth,
      });
    }
    const end = nested.length;
    hear(end - level);
    for (; level < end; level++) addNested(nested, nested[level] ?? []);
  }
  return nested;
}

/** Adds the objects and lists that stand in one. */
function addNested(nested: object[], holder: object): void {
  if (Array.isArray(holder)) {
    for (const value of holder) if (isNested(value)) nested.push(value);
    return;
  }
  for (const name in holder) {
    const value = (holder as Readonly<Record<string, unknown>>)[name];
    if (isNested(value)) nested.push(value);
  }
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Only expected failures become an answer; a bug goes on to where bugs are reported. */
function refused(error: unknown): GraphQLError {
  if (error instanceof DatabaseError) return refusal(error);
  if (!(error instanceof GraphQLError)) throw error;
  const shown = callersError(error);
  shown.extensions.http = { spec: true, status: 400 };
  return shown;
}
