/** How a node stands to the filter of a subscription, by what showed before a change and after. */

import { type ChangeEntry, isThere, type SeenStates, wasThere } from './seen-changes.ts';
import type { SeenState } from './seen-state.ts';

export const Membership = { ENTERED: 'ENTERED', STAYED: 'STAYED', LEFT: 'LEFT' } as const;
export type Membership = (typeof Membership)[keyof typeof Membership];

export type StateTest = (state: SeenState) => boolean;

/** Undefined where a node matches neither before nor after. */
export function membershipOf(
  entry: ChangeEntry,
  { before, after }: SeenStates,
  test: StateTest | undefined,
): Membership | undefined {
  const had = wasThere(entry) && (test === undefined || (before !== undefined && test(before)));
  const has = isThere(entry) && (test === undefined || (after !== undefined && test(after)));
  if (had) return has ? Membership.STAYED : Membership.LEFT;
  return has ? Membership.ENTERED : undefined;
}
