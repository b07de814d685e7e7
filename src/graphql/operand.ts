/**
 * Variables that a plan takes as parameters: those that stand as operands of filters and nowhere
 * else. The plan is the same whatever their values, so that one operation has one plan.
 */

import {
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isLeafType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { ScalarField } from '../definition/definition.ts';
import { Parameter } from '../engine/parameter.ts';
import type { Operand } from '../engine/plan.ts';
import { storedValue } from './scalars.ts';

/** Of an input type whose members are operators of a filter, or of an argument that is an id. */
export const OPERANDS = { operands: true } as const;

/** Of an argument that is a list whose items a plan is given when it runs. */
export const OPERAND_LIST = { operandList: true } as const;

/** With another operator beside it, what is looked up would depend on the values of both. */
const ALONE = 'eq';

/** Variables that are operands wherever they stand, by their names. */
export interface Operands {
  readonly all: ReadonlySet<string>;
  /** Those that are lists: an operation costs more the longer they are. */
  readonly lists: ReadonlySet<string>;
}

export function operandVariables(schema: GraphQLSchema, document: DocumentNode): Operands {
  const operands = new Set<string>();
  const lists = new Set<string>();
  const others = new Set<string>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      // Where it is declared it stands nowhere.
      VariableDefinition: () => false,
      Variable: ({ name }, _key, holder, _path, ancestors) => {
        const isList = info.getArgument()?.extensions.operandList === true;
        if (isList && (holder as ASTNode).kind === Kind.ARGUMENT) {
          operands.add(name.value);
          lists.add(name.value);
          return;
        }
        const isOne = isOperand(info, holder as ASTNode, ancestors.at(-1));
        (isOne ? operands : others).add(name.value);
      },
    }),
  );
  const all = operands.difference(others);
  return { all, lists: lists.intersection(all) };
}

/** `around` is what the node that holds the variable stands in. */
function isOperand(
  info: TypeInfo,
  holder: ASTNode,
  around: ASTNode | readonly ASTNode[] | undefined,
): boolean {
  // What a list comes to depends on its values.
  if (!isLeafType(getNullableType(info.getInputType()))) return false;
  if (holder.kind === Kind.ARGUMENT) return info.getArgument()?.extensions.operands === true;
  if (holder.kind !== Kind.OBJECT_FIELD) return false;
  const type = info.getParentInputType();
  if (!isInputObjectType(type) || type.extensions.operands !== true) return false;
  return holder.name.value !== ALONE || (Array.isArray(around) && around.length === 1);
}

/** What a plan is given for an input that GraphQL has coerced to the field's scalar. */
export function storedOperand(field: ScalarField, input: unknown): Operand {
  if (input instanceof Parameter) return input.map((value) => storedValue(field, value));
  return storedValue(field, input);
}

/** The same for an id or a natural key. */
export function textOperand(input: unknown): string | Parameter<string> {
  return input instanceof Parameter ? input.map(String) : String(input);
}
