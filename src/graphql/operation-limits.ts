/** What one operation may come to. A server may set it by caller (schema/authentication.md). */

import {
  GRAPHQL_ANSWER_ITEMS_MAX,
  GRAPHQL_COST_MAX,
  GRAPHQL_DEPTH_MAX,
  GRAPHQL_OPERATION_MILLISECONDS_MAX,
  GRAPHQL_ROWS_MAX,
} from '../base/limits.ts';

export interface OperationLimits {
  /** Fields within fields. */
  readonly depth: number;
  /** Fields times the items of their lists, before it runs. */
  readonly cost: number;
  /** Nodes and edges that are looked at. */
  readonly rows: number;
  /** Items of all lists of the answer. */
  readonly items: number;
  /** Of running. */
  readonly milliseconds: number;
}

export const OPERATION_LIMITS: OperationLimits = {
  depth: GRAPHQL_DEPTH_MAX,
  cost: GRAPHQL_COST_MAX,
  rows: GRAPHQL_ROWS_MAX,
  items: GRAPHQL_ANSWER_ITEMS_MAX,
  milliseconds: GRAPHQL_OPERATION_MILLISECONDS_MAX,
};
