/** What a vote of a round is for, as the name by which a decision knows it. */

import { fromHex, toHex } from '../base/bytes.ts';
import { NOTHING, type Value } from './decree.ts';
import { Verdict } from './vote.ts';

const NO_SUBJECT = new Uint8Array(32);

/** What is decided of a proposal. */
export interface Outcome {
  readonly verdict: Verdict;
  /** Hash of the proposal. */
  readonly subject: Uint8Array;
}

export function valueOfVote({ verdict, subject }: Outcome): Value {
  return verdict === Verdict.NONE ? NOTHING : `${verdict}${toHex(subject)}`;
}

export function outcomeOf(value: Value): Outcome {
  if (value === NOTHING) return { verdict: Verdict.NONE, subject: NO_SUBJECT };
  return { verdict: Number(value[0]) as Verdict, subject: fromHex(value.slice(1)) };
}
