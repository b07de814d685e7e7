/** Directives that stand on a whole query and say how it is answered. */

import {
  type ExecutionArgs,
  type GraphQLDirective,
  GraphQLSchema,
  getDirectiveValues,
  getOperationAST,
  getVariableValues,
} from 'graphql';

export type Asked = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>;

/** The schema with directives more. */
export function withDirectives(
  schema: GraphQLSchema,
  added: readonly GraphQLDirective[],
): GraphQLSchema {
  const { directives, ...config } = schema.toConfig();
  return new GraphQLSchema({ ...config, directives: [...directives, ...added] });
}

export function hasDirective(asked: Asked, name: string): boolean {
  return operationWith(asked, name) !== undefined;
}

/** The arguments of a directive, coerced; undefined where the operation does not have it. */
export function directiveOn(asked: Asked, name: string): Record<string, unknown> | undefined {
  const { schema, variableValues } = asked;
  const operation = operationWith(asked, name);
  const directive = operation && schema.getDirective(name);
  if (!operation || !directive) return undefined;
  const definitions = operation.variableDefinitions ?? [];
  const { coerced } = getVariableValues(schema, definitions, variableValues ?? {});
  // The executor says what is wrong with the variables.
  if (coerced === undefined) return undefined;
  return getDirectiveValues(directive, operation, coerced) ?? {};
}

function operationWith({ document, operationName }: Asked, name: string) {
  const operation = getOperationAST(document, operationName) ?? undefined;
  const isThere = operation?.directives?.some((each) => each.name.value === name) === true;
  return isThere ? operation : undefined;
}
