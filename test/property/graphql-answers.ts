/** The answer to a query by resolvers, and by a plan of the engine: they must be the same text. */

import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
} from 'graphql';
import { ANONYMOUS } from '../../src/access/principal.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import {
  GRAPHQL_ANSWER_BYTES_MAX,
  GRAPHQL_ANSWER_ITEMS_MAX,
  GRAPHQL_ROWS_MAX,
} from '../../src/base/limits.ts';
import { PLAN_WORK_PER_ROW, type Plan, PlanStatus } from '../../src/engine/plan.ts';
import { answerOperation } from '../../src/graphql/answer-operation.ts';
import { Budget } from '../../src/graphql/budget.ts';
import { CompiledOperations } from '../../src/graphql/compiled-operations.ts';
import { createContext, type Services } from '../../src/graphql/context.ts';
import { HiddenFields } from '../../src/graphql/hidden-fields.ts';
import { planOperation } from '../../src/graphql/plan-operation.ts';

/** The name of the operation that is asked for; a document may have others. */
export const OPERATION = 'Q';

export interface Asked {
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Server {
  readonly schema: GraphQLSchema;
  readonly services: Services;
}

/** What a plan answered, or why resolvers have to. */
export type PlannedAnswer =
  | {
      readonly text: string;
      readonly plan: Plan;
      /** How many parameters the plan has where it is kept. */
      readonly parameters?: number;
    }
  | { readonly fallback: string; readonly plan: Plan | undefined };

const LIMITS = {
  work: GRAPHQL_ROWS_MAX * PLAN_WORK_PER_ROW,
  items: GRAPHQL_ANSWER_ITEMS_MAX,
  bytes: GRAPHQL_ANSWER_BYTES_MAX,
} as const;

export async function answerByResolvers(
  { schema, services }: Server,
  { document, variables }: Asked,
): Promise<ExecutionResult> {
  return await execute({
    schema,
    document,
    operationName: OPERATION,
    variableValues: variables,
    contextValue: createContext(services, { caller: ANONYMOUS }),
  });
}

export function answerByPlan(server: Server, { document, variables }: Asked): PlannedAnswer {
  const { schema, services } = server;
  const { graph } = services.space;
  const operation = getOperationAST(document, OPERATION);
  if (operation === null || operation === undefined) throw new Error('one operation was expected');
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (coerced === undefined) return { fallback: 'variables do not fit', plan: undefined };
  try {
    const plan = planOperation({ schema, document, operation, variables: coerced, graph });
    if (plan === undefined) return { fallback: 'there is no plan', plan };
    const planned = runPlan(server, plan);
    return 'text' in planned ? withPrepared(planned, server, { document, variables }) : planned;
  } catch (error) {
    return {
      fallback: `${FAILED}${error instanceof Error ? error.stack : error}`,
      plan: undefined,
    };
  }
}

export function runPlan({ services }: Server, plan: Plan): PlannedAnswer {
  try {
    const answer = services.space.graph.answer(plan, LIMITS);
    if (answer.status !== PlanStatus.OK) return { fallback: `status ${answer.status}`, plan };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(answer.json.toBuffer()), plan };
  } catch (error) {
    if (error instanceof DatabaseError) return { fallback: `refused as ${error.code}`, plan };
    throw error;
  }
}

/** A plan that is kept, and whose parameters are told when it runs, must answer the same. */
function withPrepared(
  planned: Extract<PlannedAnswer, { text: string }>,
  server: Server,
  asked: Asked,
): PlannedAnswer {
  const { text, parameters } = answerPrepared(server, asked);
  return { ...planned, parameters, ...(text !== planned.text && { text: `kept: ${text}` }) };
}

function answerPrepared({ schema, services }: Server, asked: Asked): PreparedAnswer {
  const { document, variables } = asked;
  const operations = new CompiledOperations();
  const operation = operations.of(schema, document, OPERATION);
  const given = operation?.coerce(variables);
  const { graph, limits } = createContext(services, { caller: ANONYMOUS });
  const compiled = given && operation?.compile(graph, given);
  if (operation === undefined || given === undefined || compiled === undefined) {
    return { text: undefined, parameters: 0 };
  }
  const asking = { graph, hidden: new HiddenFields(), limits, budget: new Budget(limits) };
  const answers = [0, 1].map(() => answerOperation(operation, compiled, { given, asking }));
  const [first, again] = answers.map((each) => (each && 'json' in each ? `${each.json}` : ''));
  const text = first === again ? first : `first ${first}, then ${again}`;
  return { text, parameters: operation.planKey(given).split(' ').filter(isParameter).length };
}

const isParameter = (part: string) => part === '$';

interface PreparedAnswer {
  readonly text: string | undefined;
  /** How many parameters its plan has. */
  readonly parameters: number;
}

/** Undefined where the answers are the same, or resolvers are asked anyway. */
export function differenceOf(result: ExecutionResult, planned: PlannedAnswer): string | undefined {
  const resolved = JSON.stringify(result);
  if ('fallback' in planned && isGood(planned.fallback)) return undefined;
  const text = 'text' in planned ? planned.text : planned.fallback;
  if (text === resolved) return undefined;
  return `resolvers answer\n${resolved}\nthe plan\n${text}`;
}

const FAILED = 'it fails: ';
/** So small a graph passes no limit. */
const LIMIT_STATUSES = [PlanStatus.WORK, PlanStatus.ITEMS, PlanStatus.BYTES].map(
  (status) => `status ${status}`,
);

/** Whether it is a reason for which resolvers are to be asked. */
function isGood(fallback: string): boolean {
  return !(LIMIT_STATUSES.includes(fallback) || fallback.startsWith(FAILED));
}

/** An error that is neither the caller's nor the data's: a bug of the server. */
export function unexpectedError({ errors = [] }: ExecutionResult): Error | undefined {
  for (const error of errors) {
    const cause = rootCause(error);
    if (cause === undefined || cause instanceof DatabaseError) continue;
    return cause;
  }
  return undefined;
}

/** What an error says of itself; of one that graphql-js has found, nothing. */
export function errorCode(error: GraphQLError): string {
  const cause = rootCause(error);
  if (cause === undefined) return 'of GraphQL';
  return cause instanceof DatabaseError ? cause.code : 'unexpected';
}

/** Undefined where graphql-js has found it itself. */
function rootCause(error: GraphQLError): Error | undefined {
  const { originalError } = error;
  if (originalError === undefined) return undefined;
  return 'originalError' in originalError
    ? rootCause(originalError as GraphQLError)
    : originalError;
}
