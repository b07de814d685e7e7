/**
 * Cuts of a history: the commits up to a position of this replica's log, or those whose clock is at
 * most so much. Both hold the parents of what they hold: these stand before it, and their clocks
 * are smaller. A cut by clock is the same on every replica that holds the same commits.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { HISTORY_TURN_CLOCKS } from '../base/limits.ts';
import { hashOfCidText } from '../crypto/identifier.ts';
import { greatestClock } from '../delta/clock.ts';
import type { Engine } from '../engine/engine.ts';
import type { Log } from '../log/log.ts';
import type { CommitPlaces } from './commit-places.ts';
import type { Turn } from './placed-records.ts';
import type { PastPoint } from './space.ts';

export type Cut = PositionCut | ClockCut;

export interface PositionCut {
  readonly kind: 'position';
  readonly position: number;
}

export interface ClockCut {
  readonly kind: 'clock';
  readonly clock: bigint;
  /** How many commits it holds: once so many are found no other has to be looked for. */
  readonly commits: number;
}

export interface CutParts {
  /** With all commits of the log. */
  readonly engine: Engine;
  readonly log: Pick<Log, 'length'>;
  readonly places: CommitPlaces;
}

/** Throws NOT_FOUND for what is not here, INVALID_INPUT for what never is. */
export async function cutAt(point: PastPoint, parts: CutParts, turn: Turn): Promise<Cut> {
  if ('commit' in point) return { kind: 'position', position: commitAt(point.commit, parts) };
  if ('cursor' in point) return { kind: 'position', position: cursorAt(point.cursor, parts) };
  const clock = greatestClock(point.time.getTime());
  return { kind: 'clock', clock, commits: await countUpTo(clock, parts.engine, turn) };
}

function commitAt(commit: string, { places }: CutParts): number {
  const hash = hashOfCidText(commit);
  if (hash === undefined) {
    const message = 'the commit of a point in history expected a CID such as bafyrei…, got no CID';
    throw new DatabaseError(ErrorCode.INVALID_INPUT, message);
  }
  const position = places.positionOf(hash);
  if (position !== undefined) return position;
  const message = `a point in history expected a commit that is here, got ${commit}`;
  throw new DatabaseError(ErrorCode.NOT_FOUND, message);
}

function cursorAt(cursor: number, { log }: CutParts): number {
  if (Number.isSafeInteger(cursor) && cursor >= 0 && cursor <= log.length) return cursor;
  const isWrong = !Number.isSafeInteger(cursor) || cursor < 0;
  throw new DatabaseError(
    isWrong ? ErrorCode.INVALID_INPUT : ErrorCode.NOT_FOUND,
    `the cursor of a point in history expected 0 to ${log.length}, got ${cursor}`,
  );
}

async function countUpTo(clock: bigint, engine: Engine, turn: Turn): Promise<number> {
  const { generation } = engine;
  let count = 0;
  for (let first = 1; first <= engine.commitCount; first += HISTORY_TURN_CLOCKS) {
    if (first > 1) await turn();
    // Another image may have them in another order.
    if (engine.generation !== generation) return countUpTo(clock, engine, turn);
    count += engine.commitsUpTo(clock, first, HISTORY_TURN_CLOCKS);
  }
  return count;
}

/** Whether a cut holds a commit. */
export function holds(cut: Cut, commit: { readonly position: number; readonly clock: bigint }) {
  return cut.kind === 'position' ? commit.position <= cut.position : commit.clock <= cut.clock;
}
