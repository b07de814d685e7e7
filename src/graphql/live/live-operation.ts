/**
 * One live query under one schema: what it is answered, by its plan where it has one, and what the
 * answer depends on. What resolvers answer may depend on everything.
 */

import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql';
import { ROWS_PER_COST } from '../../base/limits.ts';
import type { Inputs } from '../../engine/parameter.ts';
import { answerOperation } from '../answer-operation.ts';
import { Budget } from '../budget.ts';
import type { CompiledOperation, CompiledPlan, GivenVariables } from '../compiled-operation.ts';
import type { CompiledOperations } from '../compiled-operations.ts';
import { type Context, createContext } from '../context.ts';
import { refusal } from '../errors.ts';
import { HiddenFields } from '../hidden-fields.ts';
import { type Dependency, dependenciesOf } from './dependencies.ts';
import type { Answered } from './live-query.ts';

/** Executes an operation whole, as it is executed that is not live. */
export type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

export interface LiveOperationParts {
  readonly schema: GraphQLSchema;
  readonly operations: CompiledOperations;
  readonly args: ExecutionArgs;
  readonly execute: Execute;
  readonly operation: CompiledOperation;
  readonly given: GivenVariables;
}

interface Compiled {
  readonly plan: CompiledPlan;
  readonly dependencies: readonly Dependency[];
}

export class LiveOperation {
  readonly #parts: LiveOperationParts;
  readonly #context: Context;
  /** Null where there is no plan; made when it is answered first, as others may ask the same. */
  #compiled: Compiled | null | undefined;

  constructor(parts: LiveOperationParts) {
    this.#parts = parts;
    // Yoga has made it with `createContext`.
    this.#context = parts.args.contextValue as Context;
  }

  /** Equal where answers are: who sees the same asks the same. */
  get name(): string {
    const { space, actor, limits } = this.#context;
    const { operation, given } = this.#parts;
    const sight = space.access.isOpen ? '' : actor;
    const variables = JSON.stringify(given.variables);
    return [operation.number, limits.rows, limits.items, sight, variables].join('\n');
  }

  get inputs(): Inputs {
    return this.#parts.given.inputs;
  }

  answer(): Answered | Promise<Answered> {
    return this.#byPlan() ?? this.#byResolvers();
  }

  #compile(): Compiled | undefined {
    const { operations, operation, given } = this.#parts;
    const plan =
      operations.planOf(operation, given) ?? operation.compile(this.#context.graph, given);
    return plan && { plan, dependencies: dependenciesOf(plan.plan.plan) };
  }

  #byPlan(): Answered | undefined {
    if (this.#compiled === undefined) this.#compiled = this.#compile() ?? null;
    if (this.#compiled === null) return undefined;
    const { plan, dependencies } = this.#compiled;
    const { operation, given } = this.#parts;
    const { space, actor, limits, charge } = this.#context;
    const budget = new Budget(limits);
    const asking = { graph: space.graphOf(actor), hidden: new HiddenFields(), limits, budget };
    const answered = answerOperation(operation, plan, { given, asking });
    charge(budget.spent / ROWS_PER_COST, 'after');
    if (answered === undefined) return undefined;
    if ('error' in answered) {
      return { content: '{"data":null}', errors: [refusal(answered.error)], dependencies };
    }
    return { content: answered.json.content, errors: undefined, dependencies };
  }

  async #byResolvers(): Promise<Answered> {
    const { args, execute, schema } = this.#parts;
    const { caller, limits, charge } = this.#context;
    const context = createContext(this.#context, { caller, limits, charge });
    const result = await execute({ ...args, schema, contextValue: context });
    const { data = null, errors } = result;
    const hidden = data === null ? {} : context.hidden.extensions;
    const extensions = { ...result.extensions, ...hidden };
    charge(context.budget.spent / ROWS_PER_COST, 'after');
    const hasExtensions = Object.keys(extensions).length > 0;
    const text = JSON.stringify({ data, ...(hasExtensions && { extensions }) });
    return { content: Buffer.from(text), errors, dependencies: undefined };
  }
}
