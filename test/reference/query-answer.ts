/**
 * Objects that graphql-js reads members of: nodes, nested objects, edges and connections. A member
 * that takes arguments, or that may be held back, is a function.
 */

import { type GraphQLResolveInfo, isNonNullType } from 'graphql';
import { checkWhere, matchesEdge, matchesNode, type Where } from './query-condition.ts';
import { type QueryContext, readStored } from './query-context.ts';
import type { ReferenceEdge, ReferenceElement, ReferenceNode, ReferenceRow } from './query-data.ts';
import {
  type AbstractDefinition,
  type FieldDefinition,
  type ListDefinition,
  type NestedDefinition,
  type NodeTypeDefinition,
  nodeTypeNamed,
  type RelationshipDefinition,
  type ScalarDefinition,
  valuesOf,
} from './query-definition.ts';
import { Refused } from './query-figure.ts';
import { figuresOf, type GroupArguments, groupsOf, type RowFields } from './query-group.ts';
import { edgeKeys, inOrder, nodeKeys, type SortKey } from './query-order.ts';
import { listName, listOf, type PageArguments, pageOf } from './query-page.ts';
import { isList, scalarNamed } from './query-scalar.ts';

type Answer = Readonly<Record<string, unknown>>;
type Member = readonly [string, unknown];

interface ListArguments {
  readonly where?: Where;
  readonly sort?: readonly Answer[] | null;
  readonly limit?: number | null;
  readonly offset?: number | null;
  readonly maxDepth?: number | null;
}

interface ConnectionArguments extends PageArguments {
  readonly where?: Where;
  readonly sort?: readonly Answer[] | null;
}

const DEPTH_MAX = 64;

export function rootAnswer(context: QueryContext): Answer {
  const { nodeTypes, abstracts } = context.definition;
  const members = [
    ...[...nodeTypes.values()].flatMap((type) => rootMembers(context, type)),
    ...[...abstracts.values()].flatMap((type) => listMembers(context, type)),
  ];
  const node = ({ id }: { readonly id: string }) => {
    const found = context.data.nodes.find((each) => each.id === id);
    return found === undefined ? null : nodeAnswer(context, found);
  };
  return Object.fromEntries<unknown>([...members, ['node', node]]);
}

function rootMembers(context: QueryContext, type: NodeTypeDefinition): Member[] {
  const { name, singular } = type;
  const { rows, matching } = rowsOf(context, { name, types: [name] });
  const single = ({ where }: ListArguments) => {
    const [found, another] = rows.filter(matching(where));
    if (another !== undefined)
      throw new Refused('INVALID_INPUT', 'one node was expected, got more');
    return found === undefined ? null : nodeAnswer(context, found.node);
  };
  return [[singular, single], ...listMembers(context, { ...type, types: [name] })];
}

/** The nodes of a type, an interface or a union, and which of them match. */
function rowsOf(context: QueryContext, of: Pick<AbstractDefinition, 'name' | 'types'>) {
  const nodes = context.data.nodes.filter((node) => of.types.includes(node.type));
  const matching = (where: Where) => {
    checkWhere(where);
    return ({ node }: ReferenceRow) => matchesNode(context, node, { where, target: of.name });
  };
  return { rows: nodes.map((node) => ({ node })), matching };
}

function listMembers(
  context: QueryContext,
  type: Pick<AbstractDefinition, 'name' | 'plural' | 'fields' | 'types'>,
): Member[] {
  const { plural, fields } = type;
  const { rows, matching } = rowsOf(context, type);
  const list = ({ where, sort, ...cut }: ListArguments) => {
    const keys = nodeKeys(context, type, sort);
    const listed = listOf(context, rows, { matches: matching(where), keys, ...cut });
    if (type.types.length > 1 && listed.length > 1) context.see('a list of several types');
    return listed.map(({ node }) => nodeAnswer(context, node));
  };
  const connection = ({ where, sort, ...page }: ConnectionArguments) => {
    const keys = nodeKeys(context, type, sort);
    const of = { name: plural, keys, fields: { node: fields }, page };
    return connectionAnswer(context, rows.filter(matching(where)), of);
  };
  return [
    [plural, list],
    [`${plural}Connection`, connection],
  ];
}

function nodeAnswer(context: QueryContext, node: ReferenceNode): Answer {
  const { name, fields, relationships } = nodeTypeNamed(context.definition, node.type);
  return Object.fromEntries<unknown>([
    ['__typename', name],
    ['id', node.id],
    ...valueMembers(context, node, fields),
    ...relationships.flatMap((each) => relationshipMembers(context, node, each)),
  ]);
}

function relationshipMembers(
  context: QueryContext,
  node: ReferenceNode,
  relationship: RelationshipDefinition,
): Member[] {
  const { data, rules, definition } = context;
  const { name, target, properties } = relationship;
  const type = definition.abstracts.get(target) ?? nodeTypeNamed(definition, target);
  const list = ({ where, sort, maxDepth, ...cut }: ListArguments) => {
    checkWhere(where);
    const rows = isGiven(maxDepth)
      ? rules.reached(data, node, { relationship, most: depthOf(maxDepth) })
      : rules.related(data, node, relationship);
    if (isGiven(maxDepth) && rows.length > 1)
      context.see(`related to a depth of ${Math.min(maxDepth, 4)}`);
    const matches = (row: ReferenceRow) => matchesNode(context, row.node, { where, target });
    const listed = listOf(context, rows, { matches, keys: nodeKeys(context, type, sort), ...cut });
    return listed.map((row) => nodeAnswer(context, row.node));
  };
  const connection = ({ where, sort, ...page }: ConnectionArguments) => {
    checkWhere(where);
    const rows = rules.related(data, node, relationship);
    const matching = rows.filter((row) => matchesEdge(context, row, { where, relationship }));
    const { fields } = type;
    return connectionAnswer(context, matching, {
      name: `${relationship.declaredIn}.${name}`,
      keys: edgeKeys(context, { fields, properties }, sort),
      fields: { node: fields, edge: properties },
      page,
    });
  };
  return [
    [name, list],
    [`${name}Connection`, connection],
  ];
}

/** `rows` are all that match. */
function connectionAnswer(
  context: QueryContext,
  rows: readonly ReferenceRow[],
  of: {
    readonly name: string;
    readonly keys: readonly SortKey[];
    readonly fields: RowFields;
    readonly page: PageArguments;
  },
): Answer {
  const { keys, fields } = of;
  const sorted = inOrder(context, rows, keys);
  const list = listName(of.name, keys);
  const { items, ...pages } = pageOf(context, sorted, { ...of.page, list, keys });
  return {
    totalCount: rows.length,
    edges: items.map(({ row, cursor }) => ({
      cursor,
      node: nodeAnswer(context, row.node),
      properties: row.edge && edgeAnswer(context, row.edge, fields.edge ?? []),
    })),
    pageInfo: {
      ...pages,
      startCursor: items[0]?.cursor ?? null,
      endCursor: items.at(-1)?.cursor ?? null,
    },
    aggregate: figuresOf(context, rows, fields),
    groups: (by: GroupArguments) => groupsOf(context, rows, { fields, ...by }),
  };
}

function edgeAnswer(
  context: QueryContext,
  edge: ReferenceEdge,
  fields: readonly FieldDefinition[],
): Answer {
  return Object.fromEntries<unknown>(valueMembers(context, edge, fields));
}

function valueMembers(
  context: QueryContext,
  element: ReferenceElement,
  fields: readonly FieldDefinition[],
): Member[] {
  return fields.map((field) => {
    const member = (_args: unknown, _context: unknown, info: GraphQLResolveInfo) => {
      return field.kind === 'nested'
        ? nestedAnswer(context, { element, field, info })
        : valueAnswer(context, { element, field, info });
    };
    return [field.name, member] as const;
  });
}

function valueAnswer(
  context: QueryContext,
  {
    element,
    field,
    info,
  }: {
    element: ReferenceElement;
    field: ScalarDefinition | ListDefinition;
    info: GraphQLResolveInfo;
  },
): unknown {
  const value = readStored(context, { element, path: field.path, use: 'answer' });
  if (!context.sight.readsField(element, field.path)) context.tellHidden(placesOf(info.path));
  if (value === null) return null;
  const { write } = scalarNamed(context.rules.scalars, field.scalar);
  if (!isList(value)) return write(value);
  context.see(value.length === 0 ? 'answer of an empty list' : 'answer of a list');
  return value.map(write);
}

/** Absent where none of its members has a value, unless the schema says that it is there. */
function nestedAnswer(
  context: QueryContext,
  {
    element,
    field,
    info,
  }: { element: ReferenceElement; field: NestedDefinition; info: GraphQLResolveInfo },
): unknown {
  const members = valuesOf([field]);
  const isThere = members.map((member) => {
    return readStored(context, { element, path: member.path, use: 'answer' }) !== null;
  });
  const isRequired = isNonNullType(info.returnType);
  if (isRequired || context.rules.isNestedThere(isThere)) {
    return Object.fromEntries(valueMembers(context, element, field.fields));
  }
  if (members.some((member) => !context.sight.readsField(element, member.path))) {
    context.tellHidden(placesOf(info.path));
  }
  return null;
}

function placesOf(path: GraphQLResolveInfo['path']): (string | number)[] {
  return [...(path.prev === undefined ? [] : placesOf(path.prev)), path.key];
}

function isGiven(count: number | null | undefined): count is number {
  return count !== null && count !== undefined;
}

function depthOf(maxDepth: number): number {
  if (maxDepth >= 1 && maxDepth <= DEPTH_MAX) return maxDepth;
  throw new Refused('INVALID_INPUT', `maxDepth expected 1 to ${DEPTH_MAX}, got ${maxDepth}`);
}
