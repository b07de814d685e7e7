/** Wrong rows and wrong ways, E8 to E12, E21 and E22 of schema/plan.md. */

import { sameValue } from '../../src/delta/value.ts';
import type { Bound } from '../../src/engine/plan.ts';
import { type PlanRules, type Row, told } from '../reference/plan-context.ts';
import { edgeElement } from '../reference/reference-delta.ts';
import { PLAN_RULES } from '../reference/reference-plan.ts';

const right = PLAN_RULES;

export const WRONG_PLAN_SOURCES: Readonly<Record<string, Partial<PlanRules>>> = {
  'a loop is two rows': {
    steps: (context, node, walk) =>
      right.steps(context, node, walk).flatMap((step) => {
        const isLoop = walk.direction === 'BOTH' && step.edge?.from === step.edge?.to;
        return isLoop ? [step, { ...step, isEntering: true }] : step;
      }),
  },
  'edges are followed against the direction': {
    steps: (context, node, walk) => {
      const opposite = ({ OUT: 'IN', IN: 'OUT', BOTH: 'BOTH' } as const)[walk.direction];
      return right.steps(context, node, { ...walk, direction: opposite });
    },
  },
  'edges of all types are followed': {
    steps: (context, node, { direction }) => right.steps(context, node, { direction }),
  },
  'ways lead through nodes of the target type alone': {
    steps: (context, node, walk) =>
      right.steps(context, node, walk).filter(({ node: target }) => {
        const { targetType } = walk;
        return targetType === undefined || context.graph.nodeFacts(target)?.type === targetType;
      }),
  },
  'a node is around itself': {
    sourceRows: (context, source, row) => {
      const rows = right.sourceRows(context, source, row);
      return source.kind === 'around' && row !== undefined
        ? [{ ...row, length: 0 }, ...rows]
        : rows;
    },
  },
  'around has only the nodes of the greatest length': {
    sourceRows: (context, source, row) => {
      const rows = right.sourceRows(context, source, row);
      return source.kind === 'around' ? rows.filter(({ length }) => length === source.most) : rows;
    },
  },
  'a way may use an edge again': { canFollow: () => true },
  'a way comes to no node twice': {
    canFollow: (path, step) =>
      right.canFollow(path, step) && !path.some(({ node }) => node === step.node),
  },
  'an excluded bound is in the range': {
    sourceRows: (context, source, row) => {
      if (source.kind !== 'range') return right.sourceRows(context, source, row);
      const { lower, upper, ...rest } = source;
      const bounds = { ...included('lower', lower), ...included('upper', upper) };
      return right.sourceRows(context, { ...rest, ...bounds }, row);
    },
  },
  'a node comes as often as its id is given': {
    sourceRows: (context, source, row) => {
      if (source.kind !== 'ids') return right.sourceRows(context, source, row);
      return source.ids.flatMap((id) => right.sourceRows(context, { ...source, ids: [id] }, row));
    },
  },
  'nodes by id are of all types': {
    sourceRows: (context, source, row) => {
      if (source.kind !== 'ids') return right.sourceRows(context, source, row);
      return right.sourceRows(context, { kind: 'ids', ids: source.ids }, row);
    },
  },
  'rows of several sources are of the first alone': {
    sourceRows: (context, source, row) => {
      if (source.kind !== 'several') return right.sourceRows(context, source, row);
      return right.sourceRows(context, { ...source, sources: source.sources.slice(0, 1) }, row);
    },
  },
  'values are looked up by their bytes': {
    sourceRows: (context, source, row) => {
      const rows = right.sourceRows(context, source, row);
      if (source.kind !== 'values') return rows;
      return rows.filter(({ node }) => {
        const held = context.graph.value(node, source.path);
        return source.values.some((value) => sameValue(told(value), held));
      });
    },
  },
  'a shortest path is the greatest of its length': {
    shortestPath: (context, search) => {
      const compareIdentity = (left: Row, other: Row) => -right.compareIdentity(left, other);
      const rules = { ...context.rules, compareIdentity };
      return right.shortestPath({ ...context, rules }, search);
    },
  },
  'a shortest path has any number of edges': {
    shortestPath: (context, { most, ...search }) => right.shortestPath(context, search),
  },
  'weights are added from the first on': {
    shortestPath: (context, search) => {
      const found = right.shortestPath(context, search);
      if (found?.weight === undefined) return found;
      const weights = (found.path ?? []).map(({ edge }) => {
        const value = edge && context.graph.value(edgeElement(edge), search.weight ?? '');
        return right.weight(value ?? 0n) ?? 0;
      });
      return { ...found, weight: weights.reduce((sum, weight) => sum + weight, 0) };
    },
  },
  'weights are left out of account': {
    shortestPath: (context, search) => {
      const rules = { ...context.rules, weight: () => 1 };
      const found = right.shortestPath({ ...context, rules }, search);
      return found;
    },
  },
  'a negative weight counts as none': {
    weight: (value) => {
      const isNegative = (typeof value === 'bigint' || typeof value === 'number') && value < 0;
      return isNegative ? 0 : right.weight(value);
    },
  },
  'a weight is a float64 alone': {
    weight: (value) => (typeof value === 'bigint' ? undefined : right.weight(value)),
  },
  'an edge of weight 0 is not followed': {
    weight: (value) => right.weight(value) || undefined,
  },
};

function included(name: 'lower' | 'upper', bound: Bound | undefined) {
  return bound === undefined ? {} : { [name]: { value: bound.value } };
}
