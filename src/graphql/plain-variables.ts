/**
 * Variables as graphql-js coerces them, for operations whose variables are plain: scalars of
 * GraphQL itself and lists of them, given in the form that they are coerced to. Most are, and what
 * this takes is a tenth of what it takes to walk through their types.
 */

import {
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import type { Inputs } from '../engine/parameter.ts';

/** Whether a value is of a type already, so that to coerce it changes nothing. */
type IsPlain = (value: unknown) => boolean;

/** Undefined where graphql-js has to look: it may be plain to it all the same. */
export type CoercePlain = (variables: Inputs) => Inputs | undefined;

/** Undefined for operations of other variables. */
export function plainCoercion(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): CoercePlain | undefined {
  const checks: (readonly [string, IsPlain])[] = [];
  for (const { variable, type: written, defaultValue } of variableDefinitions) {
    const type = typeFromAST(schema, written);
    const check = isInputType(type) && defaultValue === undefined ? plainCheck(type) : undefined;
    if (check === undefined) return undefined;
    checks.push([variable.name.value, check]);
  }
  return (variables) => {
    const inputs: Record<string, unknown> = {};
    for (const [name, isPlain] of checks) {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (!isPlain(value)) return undefined;
      inputs[name] = value;
    }
    return inputs;
  };
}

function plainCheck(type: GraphQLInputType): IsPlain | undefined {
  if (isNonNullType(type)) return plainCheck(type.ofType);
  if (!isListType(type)) return PLAIN.get(type.name);
  const ofItem = plainCheck(type.ofType);
  return ofItem && ((value) => Array.isArray(value) && value.every(ofItem));
}

const INT_MAX = 2 ** 31 - 1;

/** By the names of scalars that no schema may define otherwise. */
const PLAIN: ReadonlyMap<string, IsPlain> = new Map<string, IsPlain>([
  ['String', (value) => typeof value === 'string'],
  ['ID', (value) => typeof value === 'string'],
  ['Boolean', (value) => typeof value === 'boolean'],
  ['Float', (value) => typeof value === 'number' && Number.isFinite(value)],
  // What names a node for a gateway is read where the node is looked up.
  ['_Any', (value) => value !== null && value !== undefined],
  ['Int', (value) => Number.isInteger(value) && Math.abs(value as number) <= INT_MAX],
]);
