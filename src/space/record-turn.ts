/**
 * Records of the authority chain that may change rows under whoever reads: each has the door to
 * itself, while no snapshot is copied.
 */

import type { AuthorityRecord } from '../authority/record.ts';
import type { Replica } from './replica.ts';
import type { Snapshots } from './snapshots.ts';
import type { Turns } from './turns.ts';

export interface RecordTurnParts {
  readonly replica: Replica;
  readonly turns: Turns;
  readonly snapshots: Pick<Snapshots, 'isBusy' | 'idle'>;
}

/**
 * Writes the record that `make` makes when its turn comes; whether it makes one. Writing waits for
 * no snapshot: one that has begun when the turn comes is waited for again.
 */
export async function writeBetweenSnapshots(
  { replica, turns, snapshots }: RecordTurnParts,
  make: () => AuthorityRecord | undefined,
): Promise<boolean> {
  for (;;) {
    await snapshots.idle();
    const isWritten = await turns.exclusive(async () => {
      if (snapshots.isBusy) return undefined;
      const record = make();
      if (record !== undefined) await replica.writeRecord(record);
      return record !== undefined;
    });
    if (isWritten !== undefined) return isWritten;
  }
}
