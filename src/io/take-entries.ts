/** Entries that were carried in a file, on their way through the door of a space. */

import { DatabaseError } from '../base/errors.ts';
import { EntryKind } from '../log/log.ts';
import { takeRecord } from '../replication/take-record.ts';
import { receiveCommit } from '../space/receive-commit.ts';
import type { Space } from '../space/space.ts';
import type { CarEntry } from './car-import.ts';

/** Commits that are verified beside one another. */
const TOGETHER = 256;

export interface TakenEntries {
  /** Those that were not here before. */
  readonly taken: number;
  readonly known: number;
}

/**
 * Takes entries in their order, each as if another replica had sent it. Throws why one is not
 * taken; those before it are here then.
 */
export async function takeEntries(
  space: Space,
  entries: AsyncIterable<CarEntry>,
): Promise<TakenEntries> {
  const before = space.position;
  let count = 0;
  let commits: Uint8Array[] = [];
  const flush = async () => {
    const verdicts = await Promise.all(commits.map((bytes) => receiveCommit(space.intake, bytes)));
    commits = [];
    for (const verdict of verdicts) if (verdict.kind === 'refused') throw verdict.error;
  };
  for await (const { kind, bytes } of entries) {
    count += 1;
    if (kind === EntryKind.COMMIT) {
      commits.push(bytes);
      if (commits.length >= TOGETHER) await flush();
      continue;
    }
    await flush();
    const outcome = await takeRecord(space.replicated, bytes);
    if (outcome instanceof DatabaseError) throw outcome;
  }
  await flush();
  const taken = space.position - before;
  return { taken, known: count - taken };
}
