/** Logs that begin with a base: against one that holds everything, and where power is lost. */

import { BasedLog } from '../../src/log/based-log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { tryPowerLosses } from '../property/based-crash.ts';
import { emptyTally, tryBased } from '../property/based-log.ts';
import { Seeded } from '../seeded.ts';

export const defaultCount = 2_000;
/** A log on a disk that loses power costs as much as so many that lose none. */
const POWER_SHARE = 20;

export async function soak(options: {
  readonly seed: number;
  readonly count: number;
}): Promise<string[]> {
  const seeded = new Seeded(options.seed);
  const tally = emptyTally();
  const cut = { history: 0, tail: 0 };
  const whole = { history: 0, tail: 0 };
  for (let round = 0; round < options.count; round++) {
    await tryBased({
      seeded,
      tally,
      open: async (base) => {
        return { log: new BasedLog({ base, history: new MemoryLog(), tail: new MemoryLog() }) };
      },
    });
    if (round % POWER_SHARE !== 0) continue;
    const losses = await tryPowerLosses({ seeded });
    for (const part of ['history', 'tail'] as const) {
      cut[part] += losses.cut[part];
      whole[part] += losses.whole[part];
    }
  }
  return [
    `${tally.complete} logs at ${tally.stages} stages of their history and their tail`,
    `${tally.missing} reads of commits that had not come, ${tally.refused} refusals of history`,
    `power lost in ${cut.history} extensions of a history (${whole.history} of them came whole), ` +
      `in ${cut.tail} appends (${whole.tail})`,
  ];
}
