/** Tells an operator why callers are refused, without letting these fill the terminal. */

import type { Clock } from '../base/clock.ts';
import { REFUSALS_TOLD_PER_MINUTE } from '../base/limits.ts';
import type { Refusal } from '../server/authentication/authenticator.ts';
import { formatCount, printable, type Terminal } from './terminal.ts';

const MINUTE_MILLISECONDS = 60_000;

/** Of each minute the first are told one by one; how many followed is told with the next. */
export function refusalTeller(terminal: Terminal, clock: Clock): (refusal: Refusal) => void {
  let minute = Number.NEGATIVE_INFINITY;
  let count = 0;
  return ({ method, reason, address }) => {
    const now = Math.floor(clock.now() / MINUTE_MILLISECONDS);
    if (now !== minute) {
      const untold = count - REFUSALS_TOLD_PER_MINUTE;
      if (untold > 0) terminal.notes(`refused: ${formatCount(untold)} more callers\n`);
      [minute, count] = [now, 0];
    }
    count += 1;
    if (count > REFUSALS_TOLD_PER_MINUTE) return;
    const from = address ?? 'an unknown address';
    terminal.notes(`refused: ${from}, ${method}: ${printable(reason)}\n`);
  };
}
