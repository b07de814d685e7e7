/** A `where` as the condition of a plan; it means what filter.ts tests. */

import type {
  CompositeType,
  Definition,
  Field,
  FieldedType,
  Relationship,
  ScalarField,
  UnionType,
} from '../definition/definition.ts';
import { BUILT_IN_ID, hasOwnId, itemTypeOf } from '../definition/fields.ts';
import { TYPE_FILTER } from '../definition/generated-names.ts';
import {
  type Condition,
  ElementKind,
  Operator,
  Quantifier,
  type Field as ReadField,
  type Walk,
} from '../engine/plan.ts';
import type { InputMap } from './builder.ts';
import {
  edgePropertiesOf,
  nodeTypeOf,
  relationshipsByType,
  targetOf,
} from './definition-lookup.ts';
import { typesGiven, wantedIds } from './filter.ts';
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
  of: CompositeType,
  where: InputMap | null | undefined,
): Condition | undefined {
  return where === null || where === undefined ? undefined : ofComposite(definition, of, where);
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

/** Where a relationship leads to more than one type of nodes: that it is one of them. */
export function typeCondition({ targetTypes }: Relationship): Condition | undefined {
  return targetTypes.length === 1 ? undefined : ofTypes(targetTypes);
}

/** Both hold, where both are there. */
export function bothOf(
  one: Condition | undefined,
  other: Condition | undefined,
): Condition | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return { kind: 'all', conditions: [one, other] };
}

/** That the node is of one of these types. */
function ofTypes(names: readonly string[]): Condition {
  const field = { kind: 'type', of: ElementKind.NODE } as const;
  const [only] = names;
  return only !== undefined && names.length === 1
    ? { kind: 'compare', field, operator: Operator.EQUAL, value: only }
    : { kind: 'in', field, values: names };
}

function ofComposite(definition: Definition, of: CompositeType, where: InputMap): Condition {
  if (of.kind !== 'union') return ofNode(definition, of, where);
  return ofGivenTypes(of, where, (type, given) =>
    ofNode(definition, nodeTypeOf(definition, type), given),
  );
}

function ofGivenTypes(
  union: UnionType,
  where: InputMap,
  make: (type: string, given: InputMap) => Condition,
): Condition {
  const given = typesGiven(union, where);
  if (given === undefined) return { kind: 'all', conditions: [] };
  const conditions = given.map(([type, part]): Condition => {
    return { kind: 'all', conditions: [ofTypes([type]), make(type, part)] };
  });
  return { kind: 'any', conditions };
}

function ofNode(definition: Definition, type: FieldedType, where: InputMap): Condition {
  return combined(where, (name, given) => {
    if (name === BUILT_IN_ID && !hasOwnId(type)) return ofId(given);
    if (name === TYPE_FILTER && type.kind === 'interface') {
      // GraphQL coerced it to a list of names of types.
      return ofTypes(given as unknown as readonly string[]);
    }
    const relationship = type.relationships.find(
      (each) => name === each.name || name === `${each.name}Connection`,
    );
    if (relationship === undefined) {
      return ofField({ fields: type.fields, of: ElementKind.NODE }, name, given);
    }
    return ofRelationship(relationship, given, (inner) =>
      name === relationship.name
        ? ofComposite(definition, targetOf(definition, relationship), inner)
        : ofRelated(definition, relationship, inner),
    );
  });
}

function ofRelated(definition: Definition, relationship: Relationship, where: InputMap): Condition {
  const target = targetOf(definition, relationship);
  if (target.kind === 'union') {
    const byType = new Map(relationshipsByType(relationship, target));
    return ofGivenTypes(target, where, (type, given) =>
      ofRelated(definition, byType.get(type) ?? relationship, given),
    );
  }
  const fields = edgePropertiesOf(definition, relationship)?.fields ?? [];
  return combined(where, (name, given) =>
    name === 'node'
      ? ofNode(definition, target, given)
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
  relationship: Relationship,
  given: InputMap,
  inner: (where: InputMap) => Condition,
): Condition {
  const ofTarget = typeCondition(relationship);
  const conditions = Object.entries(given).map(([name, where]): Condition => {
    const quantifier = QUANTIFIERS[name];
    if (quantifier === undefined || where === null || where === undefined) throw new Unplannable();
    // GraphQL coerced it to the input type of the relationship's conditions.
    const condition = inner(where as InputMap);
    const asked = ofTarget && withinTypes(quantifier, ofTarget, condition);
    return { kind: 'related', quantifier, where: asked ?? condition, ...walkOf(relationship) };
  });
  return { kind: 'all', conditions };
}

/** A walk leads to nodes of one type or of any: those of others are no part of the relationship. */
function withinTypes(quantifier: Quantifier, ofTarget: Condition, asked: Condition): Condition {
  return quantifier === Quantifier.EVERY
    ? { kind: 'any', conditions: [{ kind: 'not', condition: ofTarget }, asked] }
    : { kind: 'all', conditions: [ofTarget, asked] };
}

/** To the only type of a relationship, or to any. */
export function walkOf({ edgeType, direction, targetTypes }: Relationship): Walk {
  const [targetType, ...others] = targetTypes;
  return targetType === undefined || others.length > 0
    ? { edgeType, direction }
    : { edgeType, direction, targetType };
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
