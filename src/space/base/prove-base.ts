/**
 * Whether what a replica began with is what the commits come to that it stands for: all of them are
 * here now, and the state is made of them again. Where it is not, its checkpoint convicts the
 * replica that signed it (schema/base.md, O27).
 */

import { sameBytes, toHex } from '../../base/bytes.ts';
import { systemClock } from '../../base/clock.ts';
import { DatabaseError, ErrorCode } from '../../base/errors.ts';
import { systemRandom } from '../../base/random.ts';
import type { BasedReadLog } from '../../log/based-log.ts';
import { readSealedCheckpoint } from '../../log/sealed-checkpoint.ts';
import { makeBase } from './make-base.ts';

/**
 * Takes a second engine of the size of the graph. Throws REFUSED where something differs, and
 * UNAVAILABLE where commits have not come yet.
 */
export async function proveBase(log: BasedReadLog, memoryBytesMax: number): Promise<void> {
  const { base, history, baseLength, historyLength } = log;
  if (historyLength < baseLength) {
    const message = `the history of the log expected ${baseLength} entries, got ${historyLength}`;
    throw new DatabaseError(ErrorCode.UNAVAILABLE, message, { facts: { reason: 'history' } });
  }
  const signed = readSealedCheckpoint(base.checkpoint);
  const parts = { log: history, memoryBytesMax, clock: systemClock, random: systemRandom };
  const made = await makeBase({ ...parts, write: () => undefined });
  for (const what of ['root', 'outline', 'state'] as const) {
    const actual = made?.[what];
    if (actual !== undefined && sameBytes(actual, signed[what])) continue;
    const expected = `${what} ${toHex(signed[what])}, as ${toHex(signed.author)} signed it`;
    const message = `what is sealed expected ${expected}, got ${actual && toHex(actual)}`;
    throw new DatabaseError(ErrorCode.REFUSED, message);
  }
}
