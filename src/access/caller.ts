/** Who reads, made from what is in force: the engine asks it what conditions of grants come to. */

import type { Caller } from '../engine/caller.ts';
import { verdictOf } from './condition-verdicts.ts';
import { contextOf, settleCondition } from './grant-condition.ts';
import type { Model } from './model.ts';
import type { ObjectName } from './tuple.ts';

export interface CallerOptions {
  /** `user:*` is everybody, and so one of whom nothing else is known. */
  readonly subject: ObjectName;
  /** In force at the height. */
  readonly model: Model;
  /** Of the authority chain. */
  readonly height: number;
  /** What conditions know as `now`, where they declare it: a time as RFC 3339. */
  readonly now: string;
}

export function callerOf({ subject, model, height, now }: CallerOptions): Caller {
  const given = new Map([['now', now]]);
  return {
    subject,
    height,
    verdictOf: (name, text) =>
      verdictOf(settleCondition(model, { name, context: contextOf(text) }, given)),
  };
}
