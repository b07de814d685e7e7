/**
 * One operation under one schema, and what its plans are made of. Variables that are operands of
 * filters are parameters of a plan; for others, such as the size of a page, each combination of
 * their values has a plan of its own. A plan depends on no caller: permissions are looked up when
 * it runs.
 */

import {
  type DocumentNode,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql';
import type { GraphView } from '../engine/graph-view.ts';
import { type Inputs, Parameter } from '../engine/parameter.ts';
import { PreparedPlan } from '../engine/prepared-plan.ts';
import { operationCost } from './cost.ts';
import { type Operands, operandVariables } from './operand.ts';
import { type CoercePlain, plainCoercion } from './plain-variables.ts';
import { planOperation } from './plan-operation.ts';

/** A plan, and what the operation costs with it. */
export interface CompiledPlan {
  readonly plan: PreparedPlan;
  readonly cost: (inputs: Inputs) => number;
}

/** Variables as they came, and coerced. */
export interface GivenVariables {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly inputs: Inputs;
}

export class CompiledOperation {
  /** Tells it from others that are compiled. */
  readonly number: number;
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly #operands: Operands;
  readonly #coercePlain: CoercePlain | undefined;

  /** Of a document that is valid under the schema. */
  constructor(request: {
    readonly number: number;
    readonly schema: GraphQLSchema;
    readonly document: DocumentNode;
    readonly operation: OperationDefinitionNode;
  }) {
    this.number = request.number;
    this.schema = request.schema;
    this.document = request.document;
    this.operation = request.operation;
    this.#operands = operandVariables(request.schema, request.document);
    this.#coercePlain = plainCoercion(request.schema, request.operation);
  }

  /** Whether its variables are scalars and lists of them alone. */
  get takesScalars(): boolean {
    return this.#coercePlain !== undefined;
  }

  /** Undefined where the variables do not fit their types. */
  coerce(variables: GivenVariables['variables']): GivenVariables | undefined {
    const { variableDefinitions = [] } = this.operation;
    if (variableDefinitions.length === 0) return NO_VARIABLES;
    const plain = this.#coercePlain?.(variables);
    if (plain !== undefined) return { variables, inputs: plain };
    const { coerced } = getVariableValues(this.schema, variableDefinitions, variables);
    return coerced && { variables, inputs: coerced };
  }

  /** The plan for these values; undefined where resolvers have to answer. */
  compile(graph: GraphView, { inputs }: GivenVariables): CompiledPlan | undefined {
    const { schema, document, operation } = this;
    const parts = { schema, document, operation };
    const plan = planOperation({ ...parts, variables: this.#withParameters(inputs), graph });
    if (plan === undefined) return undefined;
    return { plan: new PreparedPlan(plan), cost: this.#costOf(inputs) };
  }

  /** Each item of a list that a plan is given costs the same, whatever it is. */
  #costOf(inputs: Inputs): CompiledPlan['cost'] {
    const { schema, document, operation } = this;
    const cost = (variables: Inputs) => operationCost({ schema, document, operation, variables });
    const lists = [...this.#operands.lists].filter((name) => Array.isArray(inputs[name]));
    if (lists.length === 0) {
      const all = cost(inputs);
      return () => all;
    }
    const empty = { ...inputs, ...Object.fromEntries(lists.map((name) => [name, []])) };
    const least = cost(empty);
    const items = lists.map((name) => [name, cost({ ...empty, [name]: [null] }) - least] as const);
    return (told) => items.reduce((sum, [name, each]) => sum + each * lengthOf(told[name]), least);
  }

  /** Equal where one plan is for both: the other variables are, and the same operands are null. */
  planKey({ variables, inputs }: GivenVariables): string {
    const { variableDefinitions = [] } = this.operation;
    let key = String(this.number);
    for (const { variable } of variableDefinitions) {
      const name = variable.name.value;
      key += this.#isParameter(name, inputs) ? ' $' : ` ${JSON.stringify(variables[name])}`;
    }
    return key;
  }

  #withParameters(inputs: Inputs): Inputs {
    const operands = [...this.#operands.all].filter((name) => this.#isParameter(name, inputs));
    const parameters = operands.map((name) => [name, new Parameter((told) => told[name])]);
    return { ...inputs, ...Object.fromEntries(parameters) };
  }

  /** Null asks for what has no value, which is another plan. */
  #isParameter(name: string, inputs: Inputs): boolean {
    const input = inputs[name];
    return this.#operands.all.has(name) && input !== null && input !== undefined;
  }
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

const NO_VARIABLES: GivenVariables = { variables: {}, inputs: {} };
