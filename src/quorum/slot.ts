/**
 * Where a member votes once (schema/quorum.md, QC9): two votes of one member for one slot that
 * differ prove that it has voted twice.
 */

import { toHex } from '../base/bytes.ts';
import { Phase, type Vote } from './vote.ts';

/** The slot of a vote, as a name that no other slot has. */
export function slotOf({ space, epoch, phase, key, position, round, subject }: Vote): string {
  const place = `${toHex(space)} ${epoch} ${phase} ${toHex(key)}`;
  // Several proposals may wait for one decision, and a member has an opinion of each.
  return phase === Phase.OPINION ? `${place} ${toHex(subject)}` : `${place} ${position} ${round}`;
}
