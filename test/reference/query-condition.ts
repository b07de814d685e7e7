/** Which nodes and edges a `where` asks for, from "Filters" of schema/graphql.md. */

import { type QueryContext, readList, readValue } from './query-context.ts';
import type { ReferenceElement, ReferenceNode, ReferenceRow } from './query-data.ts';
import {
  type FieldDefinition,
  type ListDefinition,
  nodeTypeNamed,
  type RelationshipDefinition,
  type ScalarDefinition,
} from './query-definition.ts';
import { Refused } from './query-figure.ts';
import { scalarNamed } from './query-scalar.ts';

/** A coerced input object; null asks nothing, as does one without members. */
export type Where = Readonly<Record<string, unknown>> | null | undefined;

type Match = (name: string, condition: NonNullable<unknown>) => boolean;

/** A condition on a node of a type, an interface or a union, which is `target`. */
export function matchesNode(
  context: QueryContext,
  node: ReferenceNode,
  { where, target }: { readonly where: Where; readonly target: string },
): boolean {
  const abstract = context.definition.abstracts.get(target);
  if (abstract?.kind === 'union') {
    return matchesType(context, { node, where, types: abstract.types }, (own) =>
      matchesNode(context, node, { where: own, target: node.type }),
    );
  }
  const { fields, relationships } = nodeTypeNamed(context.definition, node.type);
  return matchesAll(context, where, (name, condition) => {
    if (name === 'id') return matchesId(context, node.id, condition);
    if (name === 'typename' && abstract !== undefined) {
      const isOne = (condition as readonly string[]).includes(node.type);
      context.see(`where typename ${isOne}`);
      return isOne;
    }
    const relationship = relationships.find((each) =>
      [each.name, `${each.name}Connection`].includes(name),
    );
    if (relationship === undefined) {
      return matchesField(context, { element: node, fields, name }, condition);
    }
    const isOfEdges = name !== relationship.name;
    return matchesRelated(context, { node, relationship, isOfEdges }, condition as Where);
  });
}

/** Of a union: nodes of the types that are given match by their own conditions, else all do. */
function matchesType(
  { rules, see }: QueryContext,
  of: { readonly node: ReferenceNode; readonly where: Where; readonly types: readonly string[] },
  match: (own: Where) => boolean,
): boolean {
  const given = of.types.filter((type) => (of.where?.[type] ?? null) !== null);
  if (given.length === 0) return true;
  const isGiven = given.includes(of.node.type);
  const holds = isGiven ? match(of.where?.[of.node.type] as Where) : rules.holdsOfOtherTypes;
  see(`where of a type of a union ${isGiven ? holds : 'that is not given'}`);
  return holds;
}

/** What is no text is refused, whether there is something to ask it of or not. */
export function checkWhere(where: unknown): void {
  for (const [name, condition] of Object.entries(where ?? {})) {
    if (typeof condition === 'string' && !condition.isWellFormed()) {
      throw new Refused('INVALID_INPUT', 'text was expected, got half a pair of surrogates');
    }
    // An id that is none is the id of no node.
    if (typeof condition === 'object' && name !== 'id') checkWhere(condition);
  }
}

/** Of an edge of a relationship: conditions on the node that it leads to, and on itself. */
export function matchesEdge(
  context: QueryContext,
  row: ReferenceRow,
  { where, relationship }: { where: Where; relationship: RelationshipDefinition },
): boolean {
  const { properties = [], target, targets } = relationship;
  if (context.definition.abstracts.get(target)?.kind === 'union') {
    return matchesType(context, { node: row.node, where, types: targets }, (own) => {
      const typed = { ...relationship, target: row.node.type };
      return matchesEdge(context, row, { where: own, relationship: typed });
    });
  }
  return matchesAll(context, where, (name, condition) => {
    if (name === 'node') {
      return matchesNode(context, row.node, { where: condition as Where, target });
    }
    if (row.edge === undefined) throw new Error('an edge was expected');
    return matchesFields(context, { element: row.edge, fields: properties }, condition as Where);
  });
}

/** All conditions hold, side by side and in lists. */
function matchesAll(context: QueryContext, where: Where, match: Match): boolean {
  const { logic } = context.rules;
  const inner = (part: unknown) => matchesAll(context, part as Where, match);
  return Object.entries(where ?? {}).every(([name, condition]) => {
    if (condition === null || condition === undefined) return true;
    switch (name) {
      case 'AND':
      case 'OR': {
        const parts = (condition as readonly unknown[]).map(inner);
        context.see(
          parts.length === 0 ? `where ${name} of nothing` : `where ${name} ${logic[name](parts)}`,
        );
        return logic[name](parts);
      }
      case 'NOT': {
        const isMatch = logic.NOT(inner(condition));
        context.see(`where NOT ${isMatch}`);
        return isMatch;
      }
      default:
        return match(name, condition);
    }
  });
}

function matchesFields(
  context: QueryContext,
  holder: { readonly element: ReferenceElement; readonly fields: readonly FieldDefinition[] },
  where: Where,
): boolean {
  return matchesAll(context, where, (name, condition) => {
    return matchesField(context, { ...holder, name }, condition);
  });
}

function matchesField(
  context: QueryContext,
  {
    element,
    fields,
    name,
  }: { element: ReferenceElement; fields: readonly FieldDefinition[]; name: string },
  condition: NonNullable<unknown>,
): boolean {
  const field = fields.find((each) => each.name === name);
  if (field === undefined) throw new Error(`no field ${name}`);
  switch (field.kind) {
    case 'nested':
      return matchesFields(context, { element, fields: field.fields }, condition as Where);
    case 'list':
      return matchesList(context, { element, field }, condition);
    case 'scalar':
      return matchesValue(context, { element, field }, condition);
  }
}

function matchesValue(
  context: QueryContext,
  { element, field }: { element: ReferenceElement; field: ScalarDefinition },
  condition: NonNullable<unknown>,
): boolean {
  const { operators, scalars } = context.rules;
  const value = readValue(context, { element, path: field.path, use: 'filter' });
  const scalar = scalarNamed(scalars, field.scalar);
  return matchesOperators(context, condition, {
    what: field.scalar,
    isMissing: value === null,
    holds: (name, operand) => value !== null && operators[name]?.(value, operand, scalar),
  });
}

function matchesList(
  context: QueryContext,
  { element, field }: { element: ReferenceElement; field: ListDefinition },
  condition: NonNullable<unknown>,
): boolean {
  const { listOperators, scalars } = context.rules;
  const items = readList(context, { element, path: field.path, use: 'filter' });
  const scalar = scalarNamed(scalars, field.scalar);
  return matchesOperators(context, condition, {
    what: 'list',
    isMissing: items === null,
    holds: (name, operand) => items !== null && listOperators[name]?.(items, operand, scalar),
  });
}

/** Of one field, all that hold: undefined of an operator that there is not. */
function matchesOperators(
  { rules, see }: QueryContext,
  condition: NonNullable<unknown>,
  of: {
    readonly what: string;
    readonly isMissing: boolean;
    readonly holds: (name: string, operand: unknown) => boolean | undefined;
  },
): boolean {
  return Object.entries(condition).every(([name, operand]) => {
    if (operand === null) {
      const holds = isNullAllowed(name) && of.isMissing;
      see(`where ${of.what} eq null ${holds}`);
      return holds;
    }
    const holds = of.isMissing ? rules.holdsOfMissing : (of.holds(name, operand) ?? fails(name));
    see(`where ${of.what} ${name} ${holds}`);
    if (of.isMissing) see('where of a missing value');
    return holds;
  });
}

function matchesId(context: QueryContext, id: string, condition: NonNullable<unknown>): boolean {
  const { rules, see } = context;
  const scalar = scalarNamed(rules.scalars, 'ID');
  return Object.entries(condition).every(([name, operand]) => {
    if (operand === null) throw new Refused('INVALID_INPUT', `${name} of an id expected a value`);
    const holds = rules.operators[name]?.(id, operand, scalar) ?? fails(name);
    see(`where id ${name} ${holds}`);
    return holds;
  });
}

function matchesRelated(
  context: QueryContext,
  of: { node: ReferenceNode; relationship: RelationshipDefinition; isOfEdges: boolean },
  filters: Where,
): boolean {
  const { rules, data, see } = context;
  const { node, relationship, isOfEdges } = of;
  const { target } = relationship;
  const rows = rules.related(data, node, relationship);
  return Object.entries(filters ?? {}).every(([name, condition]) => {
    if (condition === null) return true;
    const where = condition as Where;
    const matching = rows.filter((row) => {
      return isOfEdges
        ? matchesEdge(context, row, { where, relationship })
        : matchesNode(context, row.node, { where, target });
    });
    const counts = { matching: matching.length, all: rows.length };
    const holds = rules.quantifiers[name]?.(counts) ?? fails(name);
    see(`where ${name} of ${isOfEdges ? 'edges' : 'nodes'} ${holds}`);
    if (name === 'all' && rows.length === 0) see('where all of nothing');
    return holds;
  });
}

function isNullAllowed(operator: string): true {
  if (operator === 'eq') return true;
  throw new Refused('INVALID_INPUT', `${operator} expected a value, got null`);
}

function fails(name: string): never {
  throw new Error(`no operator ${name}`);
}
