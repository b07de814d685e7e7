/** A `where` as the condition of a plan; it means what filter.ts tests. */

import type {
  Definition,
  Field,
  NodeType,
  Relationship,
  ScalarField,
} from '../definition/definition.ts';
import { itemTypeOf } from '../definition/fields.ts';
import {
  type Condition,
  ElementKind,
  Operator,
  Quantifier,
  type Field as ReadField,
} from '../engine/plan.ts';
import type { InputMap } from './builder.ts';
import { edgePropertiesOf, targetOf } from './definition-lookup.ts';
import { wantedIds } from './filter.ts';
import { storedOperand, textOperand } from './operand.ts';
import { Unplannable } from './plan-field.ts';
import { storedValue } from './scalars.ts';

const OPERATORS: Readonly<Record<string, Operator>> = {
  eq: Operator.EQUAL,
  gt: Operator.GREATER,
  gte: Operator.GREATER_OR_EQUAL,
  lt: Operator.LESS,
  lte: Operator.LESS_OR_EQUAL,
  contains: Operator.CONTAINS,
  startsWith: Operator.STARTS_WITH,
  endsWith: Operator.ENDS_WITH,
  includes: Operator.INCLUDES,
};

const QUANTIFIERS: Readonly<Record<string, Quantifier>> = {
  some: Quantifier.SOME,
  all: Quantifier.EVERY,
  none: Quantifier.NONE,
  single: Quantifier.SINGLE,
};

/** Undefined where everything matches. */
export function nodeCondition(
  definition: Definition,
  type: NodeType,
  where: InputMap | null | undefined,
): Condition | undefined {
  return where === null || where === undefined ? undefined : ofNode(definition, type, where);
}

/** A condition on `{ node, edge }`. */
export function relatedCondition(
  definition: Definition,
  relationship: Relationship,
  where: InputMap | null | undefined,
): Condition | undefined {
  return where === null || where === undefined
    ? undefined
    : ofRelated(definition, relationship, where);
}

/** The field of a plan that reads a field of the definition. */
export function readField(field: ScalarField, of: ElementKind): ReadField {
  return field.isKey ? { kind: 'key' } : { kind: 'property', of, path: field.path };
}

function ofNode(definition: Definition, type: NodeType, where: InputMap): Condition {
  return combined(where, (name, given) => {
    if (name === 'id') return ofId(given);
    const relationship = type.relationships.find(
      (each) => name === each.name || name === `${each.name}Connection`,
    );
    if (relationship === undefined) {
      return ofField({ fields: type.fields, of: ElementKind.NODE }, name, given);
    }
    return ofRelationship(relationship, given, (inner) =>
      name === relationship.name
        ? ofNode(definition, targetOf(definition, relationship), inner)
        : ofRelated(definition, relationship, inner),
    );
  });
}

function ofRelated(definition: Definition, relationship: Relationship, where: InputMap): Condition {
  const fields = edgePropertiesOf(definition, relationship)?.fields ?? [];
  return combined(where, (name, given) =>
    name === 'node'
      ? ofNode(definition, targetOf(definition, relationship), given)
      : combined(given, (inner, condition) =>
          ofField({ fields, of: ElementKind.EDGE }, inner, condition),
        ),
  );
}

/** AND, OR and NOT over what the members of an object come to; all of them are to hold. */
function combined(
  where: InputMap,
  member: (name: string, given: InputMap) => Condition,
): Condition {
  const conditions = Object.entries(where).flatMap(([name, given]): Condition[] => {
    if (given === undefined || given === null) return [];
    if (name === 'AND' || name === 'OR') {
      // GraphQL coerced both to lists of the object they stand in.
      const parts = (given as readonly InputMap[]).map((part) => combined(part, member));
      return [{ kind: name === 'AND' ? 'all' : 'any', conditions: parts }];
    }
    if (name === 'NOT') return [{ kind: 'not', condition: combined(given as InputMap, member) }];
    return [member(name, given as InputMap)];
  });
  const [only] = conditions;
  return only !== undefined && conditions.length === 1 ? only : { kind: 'all', conditions };
}

function ofId(given: InputMap): Condition {
  const ids = wantedIds(given);
  if (ids === undefined) return { kind: 'all', conditions: [] };
  const [only] = ids;
  const field = { kind: 'id' } as const;
  if (ids.size === 1) {
    return { kind: 'compare', field, operator: Operator.EQUAL, value: textOperand(only) };
  }
  return { kind: 'in', field, values: [...ids].map(String) };
}

function ofRelationship(
  { edgeType, direction, target }: Relationship,
  given: InputMap,
  inner: (where: InputMap) => Condition,
): Condition {
  const conditions = Object.entries(given).map(([name, where]): Condition => {
    const quantifier = QUANTIFIERS[name];
    if (quantifier === undefined || where === null || where === undefined) throw new Unplannable();
    const walk = { edgeType, direction, targetType: target };
    // GraphQL coerced it to the input type of the relationship's conditions.
    return { kind: 'related', quantifier, where: inner(where as InputMap), ...walk };
  });
  return { kind: 'all', conditions };
}

interface Owner {
  readonly fields: readonly Field[];
  readonly of: ElementKind;
}

function ofField({ fields, of }: Owner, name: string, given: InputMap): Condition {
  const field = fields.find((each) => each.name === name);
  if (field === undefined) throw new Unplannable();
  if (field.kind === 'nested') {
    return combined(given, (inner, condition) =>
      ofField({ fields: field.fields, of }, inner, condition),
    );
  }
  const conditions = Object.entries(given)
    .filter(([, operand]) => operand !== undefined)
    .map(([operator, operand]) => ofOperator(field, of, { operator, operand }));
  const [only] = conditions;
  return only !== undefined && conditions.length === 1 ? only : { kind: 'all', conditions };
}

function ofOperator(
  field: ScalarField,
  of: ElementKind,
  { operator, operand }: { readonly operator: string; readonly operand: unknown },
): Condition {
  const read = readField(field, of);
  if (operator === 'eq' && operand === null) return { kind: 'missing', field: read };
  // Resolvers say what is wrong with a null.
  if (operand === null) throw new Unplannable();
  if (operator === 'in') {
    const operands = operand as readonly unknown[];
    if (operands.includes(null)) throw new Unplannable();
    const values = operands.map((each) => storedValue(field, each));
    return { kind: 'in', field: read, values };
  }
  const known = OPERATORS[operator];
  if (known === undefined) throw new Unplannable();
  const asked = known === Operator.INCLUDES ? itemTypeOf(field) : field;
  return { kind: 'compare', field: read, operator: known, value: storedOperand(asked, operand) };
}
