/** References with one rule of plans broken: the comparison must find each of them out. */

import type { PlanRules } from '../reference/plan-context.ts';
import { PLAN_RULES } from '../reference/reference-plan.ts';
import { WRONG_PLAN_FIGURES } from './wrong-plan-figures.ts';
import { WRONG_PLAN_JSON } from './wrong-plan-json.ts';
import { WRONG_PLAN_LOOKUPS } from './wrong-plan-lookups.ts';
import { WRONG_PLAN_ORDERS } from './wrong-plan-orders.ts';
import { WRONG_PLAN_SOURCES } from './wrong-plan-sources.ts';
import { WRONG_PLAN_VALUES } from './wrong-plan-values.ts';
import { WRONG_PLAN_VERSIONS } from './wrong-plan-versions.ts';

/** Each by what it does wrong. */
export const WRONG_PLANS: Readonly<Record<string, PlanRules>> = Object.fromEntries(
  Object.entries({
    ...WRONG_PLAN_VALUES,
    ...WRONG_PLAN_SOURCES,
    ...WRONG_PLAN_LOOKUPS,
    ...WRONG_PLAN_ORDERS,
    ...WRONG_PLAN_FIGURES,
    ...WRONG_PLAN_JSON,
    ...WRONG_PLAN_VERSIONS,
  }).map(([name, rules]) => [name, { ...PLAN_RULES, ...rules }]),
);
