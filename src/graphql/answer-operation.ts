/**
 * Answers an operation by its plan: the whole response, as bytes. What a plan cannot carry out, and
 * what it refuses to write, is left to resolvers, which give the same answer or say what is wrong.
 */

import { DatabaseError } from '../base/errors.ts';
import { GRAPHQL_ANSWER_BYTES_MAX } from '../base/limits.ts';
import { AnswerJson } from '../engine/answer-json.ts';
import type { CallerView } from '../engine/caller-view.ts';
import {
  type HiddenValues,
  PLAN_WORK_PER_ROW,
  type PlanAnswer,
  PlanStatus,
} from '../engine/plan.ts';
import type { PreparedRun } from '../engine/run-plan.ts';
import { type Budget, moreThan, tooManyBytes } from './budget.ts';
import type { CompiledOperation, CompiledPlan, GivenVariables } from './compiled-operation.ts';
import type { AnswerPath, HiddenFields } from './hidden-fields.ts';
import { relationAt } from './hidden-relation.ts';
import type { OperationExplanation } from './operation-explanation.ts';
import type { OperationLimits } from './operation-limits.ts';

/** Who asks: what it sees, where it is told what is held back, and how much it may have. */
export interface Asking {
  readonly graph: CallerView;
  readonly hidden: HiddenFields;
  readonly limits: Pick<OperationLimits, 'rows' | 'items'>;
  /** Told what the plan has looked at. */
  readonly budget: Budget;
  /** Told how it is answered, where that is asked for. */
  readonly explanation?: OperationExplanation | undefined;
}

export type Answered =
  | { readonly json: AnswerJson; readonly extensions: Record<string, unknown> | undefined }
  /** The operation has passed a limit. */
  | { readonly error: DatabaseError };

/** Undefined where resolvers have to answer. */
export function answerOperation(
  operation: CompiledOperation,
  { plan, cost }: CompiledPlan,
  { given, asking }: { readonly given: GivenVariables; readonly asking: Asking },
): Answered | undefined {
  const { limits, explanation } = asking;
  explanation?.planned(plan.plan);
  explanation?.costs(cost(given.inputs));
  const answer = runPlan(asking, { plan, inputs: given.inputs });
  switch (answer?.status) {
    case PlanStatus.OK: {
      const plain = answer.json;
      const told = answer.hidden && hiddenPlaces(operation, answer.hidden);
      if (answer.hidden !== undefined && told === undefined) {
        explanation?.unplanned('what is hidden is told by the types of nodes');
        return undefined;
      }
      const hidden = told && tellHidden(asking.hidden, told, answer.hidden?.more ?? 0);
      if (hidden === undefined && explanation === undefined) {
        return { json: plain, extensions: undefined };
      }
      const extensions = { ...hidden, ...explanation?.extensions };
      return { json: withExtensions(plain, extensions), extensions };
    }
    case PlanStatus.WORK:
      return {
        error: moreThan({
          limit: 'GRAPHQL_ROWS_MAX',
          what: 'the nodes and edges that one operation looks at',
          max: limits.rows,
        }),
      };
    case PlanStatus.ITEMS:
      return {
        error: moreThan({
          limit: 'GRAPHQL_ANSWER_ITEMS_MAX',
          what: 'the items of all lists in one answer',
          max: limits.items,
        }),
      };
    case PlanStatus.BYTES:
      return { error: tooManyBytes() };
    default:
      explanation?.unplanned(
        answer === undefined
          ? 'the plan could not be carried out'
          : `the plan ended with ${answer.status}`,
      );
      return undefined;
  }
}

function runPlan(
  { graph, limits, budget, explanation }: Asking,
  run: Pick<PreparedRun, 'plan' | 'inputs'>,
): PlanAnswer | undefined {
  try {
    const answer = graph.answerPrepared({
      ...run,
      limits: {
        work: limits.rows * PLAN_WORK_PER_ROW,
        items: limits.items,
        bytes: GRAPHQL_ANSWER_BYTES_MAX,
      },
    });
    const rows = answer.spent / PLAN_WORK_PER_ROW;
    budget.note(rows);
    // What it came to where it failed may tell of what was passed by unseen.
    if (answer.status === PlanStatus.OK) explanation?.looked(rows);
    return answer;
  } catch (error) {
    // A value that no node can hold, conditions too deep: resolvers compare it all the same.
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}

interface HiddenPlace {
  readonly path: AnswerPath;
  readonly relation: string | undefined;
}

/** Where a plan has held values back, and why; undefined where the answer does not tell that. */
function hiddenPlaces(
  operation: CompiledOperation,
  { places }: HiddenValues,
): readonly HiddenPlace[] | undefined {
  const told: HiddenPlace[] = [];
  for (const [, ...path] of places) {
    // Behind `data`, with which all of them begin.
    const found = relationAt(operation, path);
    if (found === undefined) return undefined;
    told.push({ path, ...found });
  }
  return told;
}

function tellHidden(
  hidden: HiddenFields,
  places: readonly HiddenPlace[],
  more: number,
): Record<string, unknown> | undefined {
  for (const { path, relation } of places) hidden.add(path, relation);
  hidden.addMore(more);
  return hidden.extensions;
}

/** In the place of the bracket that ends the answer. */
function withExtensions(
  json: AnswerJson,
  extensions: Record<string, unknown> | undefined,
): AnswerJson {
  const text = `,"extensions":${JSON.stringify(extensions)}}`;
  return new AnswerJson(Buffer.concat([json.toBuffer().subarray(0, -1), Buffer.from(text)]));
}
