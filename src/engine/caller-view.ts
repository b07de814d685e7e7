/** The graph as one caller sees it: what is hidden from it is nowhere. */

import type { EdgeRow, GraphView, NodeRow } from './graph-view.ts';
import type { CountedAnswer } from './plan.ts';
import type { PreparedRun } from './run-plan.ts';

export const FieldVerb = { READ: 'read', WRITE: 'write' } as const;
export type FieldVerb = (typeof FieldVerb)[keyof typeof FieldVerb];

export interface CallerView extends GraphView {
  /**
   * Whether the caller may do it at each path of a node; at the node itself, for an empty path.
   * What is hidden cannot be read anywhere.
   */
  nodeMask(node: NodeRow, verb: FieldVerb, paths: readonly string[]): boolean[];
  edgeMask(edge: EdgeRow, verb: FieldVerb, paths: readonly string[]): boolean[];
  /** Runs a plan that is kept, with what is given for its parameters. */
  answerPrepared(run: PreparedRun): CountedAnswer;
}
