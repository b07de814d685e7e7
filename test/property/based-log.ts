/**
 * Logs that begin with a base, against one in memory that holds everything: at each stage of the
 * history and of the tail every method answers as that one does, but for commits that have not
 * come, of which it is said that they have not.
 */

import { inspect, isDeepStrictEqual } from 'node:util';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import type { Base } from '../../src/log/base-file.ts';
import type { BasedLog } from '../../src/log/based-log.ts';
import { EntryKind, type LogEntry, type NewEntry } from '../../src/log/log.ts';
import { treeOf } from '../../src/log/log-tree.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import type { ReadableLog } from '../../src/log/read-log.ts';
import { baseOf, someContent } from '../fixture/based-content.ts';
import type { Seeded } from '../seeded.ts';

export interface BasedOptions {
  readonly seeded: Seeded;
  readonly tally: BasedTally;
  readonly open: (base: Base) => Promise<BasedUnderTest>;
}

export interface BasedUnderTest {
  readonly log: BasedLog;
  /** Closes it and opens what is stored; the same one where nothing is. */
  readonly reopen?: () => Promise<BasedLog>;
  /** The log as another process reads it. */
  readonly read?: () => Promise<ReadableLog>;
}

export interface BasedTally {
  stages: number;
  /** Reads that were told that a commit has not come. */
  missing: number;
  /** Records that were read before their place in the history has come. */
  recordsAhead: number;
  /** Extensions of a history that were refused. */
  refused: number;
  complete: number;
}

export const emptyTally = (): BasedTally => ({
  stages: 0,
  missing: 0,
  recordsAhead: 0,
  refused: 0,
  complete: 0,
});

const LENGTH_MAX = 40;

/** One log, from its base to its whole history; throws at the first difference. */
export async function tryBased({ seeded, tally, open }: BasedOptions): Promise<void> {
  const baseLength = seeded.between(1, LENGTH_MAX);
  const content = someContent(seeded, baseLength + seeded.below(LENGTH_MAX));
  const base = baseOf(content, baseLength);
  const whole = new MemoryLog();
  await whole.append(content.entries.slice(0, baseLength));
  const under = await open(base);
  let { log } = under;
  const { entries } = content;
  for (;;) {
    await compare(log, { whole, here: log.historyLength, baseLength, seeded, tally });
    if (under.read !== undefined) {
      await using read = await under.read();
      await compare(read, { whole, here: log.historyLength, baseLength, seeded, tally });
    }
    tally.stages += 1;
    if (log.historyLength === baseLength && log.length === entries.length) break;
    if (seeded.chance(0.5)) {
      const next = entries.slice(log.length, log.length + seeded.between(1, 8));
      await whole.append(next);
      await log.append(next);
    } else {
      await expectRefusals(log, entries, tally);
      const left = entries.slice(log.historyLength, baseLength);
      await log.extendHistory(left.slice(0, seeded.between(1, 12)));
    }
    if (under.reopen !== undefined && seeded.chance(0.5)) log = await under.reopen();
  }
  tally.complete += 1;
}

interface Expected {
  readonly whole: MemoryLog;
  /** How much of the history is here. */
  readonly here: number;
  readonly baseLength: number;
  readonly seeded: Seeded;
  readonly tally: BasedTally;
}

async function compare(log: ReadableLog, expected: Expected): Promise<void> {
  const { whole, here, baseLength, seeded, tally } = expected;
  const { length } = whole;
  expectSame('its length', log.length, length);
  expectSame('where all are here', log.first, here < baseLength ? baseLength + 1 : 1);
  const isMissing = (position: number) =>
    position > here && position <= baseLength && whole.read(position)?.kind === EntryKind.COMMIT;
  for (const position of [-1, 0, 1.5, Number.NaN, 2 ** 32 + 1, length + 1]) {
    expectSame(`entry ${position}`, log.read(position), undefined);
    expectSame(`hash ${position}`, log.hashOf(position), undefined);
  }
  for (let position = 1; position <= length; position++) {
    expectSame(`hash ${position}`, log.hashOf(position), whole.hashOf(position));
    if (isMissing(position)) expectMissing(() => log.read(position), position, tally);
    else {
      const entry = whole.read(position);
      if (position > here && position <= baseLength) tally.recordsAhead += 1;
      expectSame(`entry ${position}`, log.read(position), entry);
    }
  }
  for (let ordinal = -1; ordinal <= length + 1; ordinal++) {
    const place = whole.commitPosition(ordinal);
    expectSame(`the place of commit ${ordinal}`, log.commitPosition(ordinal), place);
  }
  expectSame('its records', [...log.authority()], [...whole.authority()]);
  expectSame('its root', rootOf(log), rootOf(whole));
  const from = seeded.between(-1, length + 1);
  const walked: LogEntry[] = [];
  const walk = () => {
    for (const entry of log.entries(from, new Uint8Array(seeded.pick([8, 4_096])))) {
      walked.push({ ...entry, bytes: entry.bytes.slice(), hash: entry.hash.slice() });
    }
  };
  const all = [...whole.entries(from)];
  const gap = all.findIndex(({ position }) => isMissing(position));
  if (gap < 0) walk();
  else expectMissing(walk, all[gap]?.position ?? 0, tally);
  expectSame(`entries from ${from}`, walked, gap < 0 ? all : all.slice(0, gap));
}

function rootOf(log: ReadableLog): Uint8Array {
  const tree = treeOf(log);
  tree.grow(log.length);
  return tree.root();
}

/** Nothing but the next entries of the outline is taken, and of these all or none. */
async function expectRefusals(
  log: BasedLog,
  entries: readonly NewEntry[],
  tally: BasedTally,
): Promise<void> {
  const { baseLength, historyLength: before } = log;
  const next = entries[before] as NewEntry;
  const other = { ...next, hash: next.hash.map((byte) => byte ^ 1) };
  const kind = next.kind === EntryKind.COMMIT ? EntryKind.AUTHORITY : EntryKind.COMMIT;
  const wrong: NewEntry[][] = [
    [...entries.slice(before, baseLength), next],
    [...entries.slice(before, baseLength - 1), { ...next, hash: new Uint8Array(32) }],
    [{ ...next, kind }],
    [other],
  ];
  if (next.kind === EntryKind.AUTHORITY) wrong.push([{ ...next, bytes: new Uint8Array(99) }]);
  if (before < baseLength - 1) wrong.push(entries.slice(before + 1, before + 2));
  for (const [index, given] of wrong.entries()) {
    const code = await log.extendHistory(given).then(
      () => 'none',
      (error: unknown) => (error instanceof DatabaseError ? error.code : String(error)),
    );
    expectSame(`the refusal of wrong history ${index}`, code, ErrorCode.REFUSED);
    expectSame('the history after a refusal', log.historyLength, before);
    tally.refused += 1;
  }
}

function expectMissing(act: () => unknown, position: number, tally: BasedTally): void {
  tally.missing += 1;
  try {
    act();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const { code, facts } = error;
    const expected = { code: ErrorCode.UNAVAILABLE, facts: { reason: 'history', position } };
    return expectSame(`the error of entry ${position}`, { code, facts }, expected);
  }
  throw new Error(`entry ${position} expected to be missing, got one`);
}

function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what} expected ${inspect(expected)}, got ${inspect(actual)}`);
}
