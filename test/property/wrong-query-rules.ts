/** References that go by one wrong rule each: random queries must find them out. */

import { exactSum } from '../reference/plan-sum.ts';
import { type QueryRules, RULES, type Use } from '../reference/query-context.ts';
import {
  type ReferenceData,
  type ReferenceRow,
  reachedRows,
  relatedRows,
  type Sight,
  seenBy,
} from '../reference/query-data.ts';
import type { RelationshipDefinition } from '../reference/query-definition.ts';
import type { ReferenceFigure } from '../reference/query-figure.ts';
import type { ListOperator, Quantifier, ReferenceOperator } from '../reference/query-operator.ts';
import { type ReferenceValue, scalarNamed } from '../reference/query-scalar.ts';

import { STATES } from './semantics-definition.ts';

type Compare = (left: ReferenceValue, right: ReferenceValue) => number;

export const WRONG_QUERY_RULES: Readonly<Record<string, QueryRules>> = {
  'missing values come first in ascending order': { ...RULES, missingOrder: -1 },
  'text is ordered by code units': ordering('String', byText),
  'text is ordered whatever its case': ordering('String', (left, right) =>
    byText(String(left).toLowerCase(), String(right).toLowerCase()),
  ),
  'text is equal in another normal form': ordering('String', (left, right) =>
    byText(String(left).normalize(), String(right).normalize()),
  ),
  'an int64 is a double': ordering('BigInt', (left, right) => Number(left) - Number(right)),
  'moments are equal within a millisecond': ordering('DateTime', (left, right) =>
    Number(BigInt(left) / 1000n - BigInt(right) / 1000n),
  ),
  'bytes are ordered by their base64': ordering('Bytes', (left, right) => {
    const { write } = scalarNamed(RULES.scalars, 'Bytes');
    return byText(write(left), write(right));
  }),
  'true comes before false': ordering('Boolean', (left, right) => Number(right) - Number(left)),
  'an enum is ordered as it is declared': ordering('Enum', (left, right) => {
    return STATES.indexOf(left) - STATES.indexOf(right);
  }),
  'a filter of a union by some types leaves the others in': { ...RULES, holdsOfOtherTypes: true },
  'ids descend where a key does': {
    ...RULES,
    identityOrder: (order, isDescending) => (isDescending ? -order : order),
  },

  'greater is not less': operating('gt', (value, operand, { compare, parse }) => {
    return compare(value, parse(operand)) >= 0;
  }),
  'less or equal is less': operating('lte', (value, operand, { compare, parse }) => {
    return compare(value, parse(operand)) < 0;
  }),
  'in is the first of them': operating('in', (value, operand, { compare, parse }) => {
    const [first] = operand as readonly unknown[];
    return first !== undefined && compare(value, parse(first)) === 0;
  }),
  'contains is of any case': operating('contains', (value, operand) =>
    String(value).toLowerCase().includes(String(operand).toLowerCase()),
  ),
  'starts with is contains': operating('startsWith', (value, operand) =>
    String(value).includes(String(operand)),
  ),
  'ends with is contains': operating('endsWith', (value, operand) =>
    String(value).includes(String(operand)),
  ),
  'a list is equal to its items in another order': listing('eq', (items, operand, scalar) => {
    const { compare, parse } = scalar;
    const others = (operand as readonly unknown[]).map(parse).toSorted(compare);
    return (
      RULES.listOperators.eq?.(items.toSorted(compare), others.map(scalar.write), scalar) ?? false
    );
  }),
  'a list is equal to one that it begins': listing('eq', (items, operand, scalar) => {
    const others = (operand as readonly unknown[]).slice(0, items.length);
    return RULES.listOperators.eq?.(items, others, scalar) ?? false;
  }),
  'a list includes its first item alone': listing('includes', (items, operand, scalar) => {
    return RULES.listOperators.includes?.(items.slice(0, 1), operand, scalar) ?? false;
  }),
  'an empty list is missing': { ...RULES, isListThere: (items) => items.length > 0 },
  'a comparison with a missing value is true': { ...RULES, holdsOfMissing: true },
  'AND of nothing is false': thinking({ AND: (parts) => parts.length > 0 && parts.every(Boolean) }),
  'OR of nothing is true': thinking({ OR: (parts) => parts.length === 0 || parts.some(Boolean) }),
  'OR is AND': thinking({ OR: (parts) => parts.length > 0 && parts.every(Boolean) }),
  'NOT is left out': thinking({ NOT: (part) => part }),
  'all is false of nothing': quantifying('all', ({ matching, all }) => all > 0 && matching === all),
  'none is not all': quantifying('none', ({ matching, all }) => matching < all),
  'single is some': quantifying('single', ({ matching }) => matching > 0),
  'some is single': quantifying('some', ({ matching }) => matching === 1),

  'the offset counts before the filter': {
    ...RULES,
    list: (rows, { filter, order, cut }) => filter(cut(order(rows))),
  },
  'the limit counts before the order': {
    ...RULES,
    list: (rows, { filter, order, cut }) => order(cut(filter(rows))),
  },
  'the element of a cursor comes again': { ...RULES, isBehind: (order) => order >= 0 },
  'a node that several edges lead to is listed once': {
    ...RULES,
    related: (...of) => onceEach(relatedRows(...of)),
  },
  'a relationship is followed backwards': {
    ...RULES,
    related: (data, node, { direction, ...rest }) => {
      return relatedRows(data, node, { ...rest, direction: direction === 'IN' ? 'OUT' : 'IN' });
    },
  },
  'a reach is one edge longer': {
    ...RULES,
    reached: (data, node, { relationship, most }) => {
      return reachedRows(data, node, { relationship, most: most + 1 });
    },
  },
  'a reach is of the edges alone': {
    ...RULES,
    reached: (data, node, { relationship }) => {
      return reachedRows(data, node, { relationship, most: 1 });
    },
  },
  'a reach leads to the node itself': {
    ...RULES,
    reached: (data, node, reach) => {
      const rows = reachedRows(data, node, reach);
      const isBack = rows.some((row) => leadsTo(data, row, { ...reach, node }));
      return isBack ? [...rows, { node }] : rows;
    },
  },
  'a nested object is there with all of its members': {
    ...RULES,
    isNestedThere: (members) => members.every(Boolean),
  },

  'the missing count': figuring('count', (values, _, missing) => values.length + missing),
  'the average has the missing as 0': figuring('average', (values, _, missing) => {
    if (values.length === 0) return null;
    const average = RULES.figures.average?.(values, scalarNamed(RULES.scalars, 'Float'), 0);
    return (Number(average) * values.length) / (values.length + missing);
  }),
  'the sum of nothing is 0': figuring('sum', (values, scalar, missing) => {
    return values.length === 0 ? 0 : RULES.figures.sum?.(values, scalar, missing);
  }),
  'a sum of integers is a double': figuring('sum', (values, scalar, missing) => {
    const sum = RULES.figures.sum?.(values, scalar, missing);
    return typeof sum === 'string' ? String(BigInt(Number(sum))) : sum;
  }),
  'a sum of floats is rounded at each step': figuring('sum', (values) => {
    if (values.length === 0) return null;
    if (typeof values[0] === 'bigint') return String(exactSum(values as bigint[]));
    return values.reduce<number>((sum, value) => sum + Number(value), 0);
  }),
  'the shortest is by code units': figuring('shortest', (values) => {
    const [shortest = null] = values.toSorted(
      (left, right) => String(left).length - String(right).length || byText(left, right),
    );
    return shortest;
  }),
  'of the longest it is the last': figuring('longest', (values, scalar) => {
    const byLength = (value: ReferenceValue) => Array.from(String(value)).length;
    const sorted = values.toSorted(
      (left, right) => byLength(left) - byLength(right) || scalar.compare(left, right),
    );
    return sorted.at(-1) ?? null;
  }),

  'hidden nodes are there': { ...RULES, seen: (data) => data },
  'hidden edges are followed': { ...RULES, seen: (data, sight) => withAllEdges(data, sight) },
  'a filter reads hidden values': revealing('filter'),
  'an order reads hidden values': revealing('order'),
  'figures read hidden values': revealing('figure'),
  'groups read hidden values': revealing('group'),
  'answers tell hidden values': revealing('answer'),
};

function ordering(scalar: string, compare: Compare): QueryRules {
  const { scalars } = RULES;
  const own = { ...scalarNamed(scalars, scalar), compare };
  return { ...RULES, scalars: { ...scalars, [scalar]: own } };
}

function operating(name: string, operator: ReferenceOperator): QueryRules {
  return { ...RULES, operators: { ...RULES.operators, [name]: operator } };
}

function listing(name: string, operator: ListOperator): QueryRules {
  return { ...RULES, listOperators: { ...RULES.listOperators, [name]: operator } };
}

function thinking(logic: Partial<QueryRules['logic']>): QueryRules {
  return { ...RULES, logic: { ...RULES.logic, ...logic } };
}

function quantifying(name: string, quantifier: Quantifier): QueryRules {
  return { ...RULES, quantifiers: { ...RULES.quantifiers, [name]: quantifier } };
}

function figuring(name: string, figure: ReferenceFigure): QueryRules {
  return { ...RULES, figures: { ...RULES.figures, [name]: figure } };
}

function revealing(use: Use): QueryRules {
  return { ...RULES, isHiddenFor: (each) => each !== use };
}

function withAllEdges(data: ReferenceData, sight: Sight): ReferenceData {
  return seenBy(data, { ...sight, seesEdge: () => true });
}

function onceEach(rows: readonly ReferenceRow[]): ReferenceRow[] {
  return [...new Map(rows.map((row) => [row.node, row] as const)).values()];
}

function leadsTo(
  data: ReferenceData,
  row: ReferenceRow,
  { relationship, node }: { relationship: RelationshipDefinition; node: ReferenceRow['node'] },
): boolean {
  return relatedRows(data, row.node, relationship).some((next) => next.node === node);
}

function byText(left: unknown, right: unknown): number {
  const [one, other] = [String(left), String(right)];
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
