/** Who reads, made from what is in force: the engine asks it what conditions of grants come to. */

import { VERDICT_DENIED } from '../../assembly/abi-access.ts';
import type { Caller } from '../engine/caller.ts';
import { verdictOf } from './condition-verdicts.ts';
import { contextAt } from './context-at.ts';
import { contextOf, settleCondition } from './grant-condition.ts';
import type { Model } from './model.ts';
import type { ObjectName } from './tuple.ts';

export interface CallerOptions {
  /** `user:*` is everybody, and so one of whom nothing else is known. */
  readonly subject: ObjectName;
  /** The model in force, and the height of the authority chain, whenever something is read. */
  readonly inForce: () => { readonly model: Model | undefined; readonly height: number };
  /** What conditions know as `now`, where they declare it. */
  readonly milliseconds: number;
}

export function callerOf({ subject, inForce, milliseconds }: CallerOptions): Caller {
  const given = contextAt(milliseconds);
  return {
    subject,
    get height() {
      return inForce().height;
    },
    get hasConditions() {
      return (inForce().model?.conditions.size ?? 0) > 0;
    },
    verdictOf: (name, text) => {
      const { model } = inForce();
      if (model === undefined) return VERDICT_DENIED;
      return verdictOf(settleCondition(model, { name, context: contextOf(text) }, given));
    },
  };
}
