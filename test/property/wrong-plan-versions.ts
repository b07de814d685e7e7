/** Wrong versions of nodes, E31 of schema/plan.md. */

import type { PlanRules } from '../reference/plan-context.ts';
import { PLAN_RULES } from '../reference/reference-plan.ts';

const { version } = PLAN_RULES;

export const WRONG_PLAN_VERSIONS: Readonly<Record<string, Partial<PlanRules>>> = {
  'a version tells nothing of values': { version: (graph, node) => version(graph, node, []) },
  'a version forgets the last path': {
    version: (graph, node, paths) => version(graph, node, paths.slice(0, -1)),
  },
};
