/**
 * The history and the tail of a log that begins with a base, on a disk whose power goes at any
 * time: after each start both are as long as was acknowledged, or longer by an append that was on
 * its way, whole, and what is there is what was appended. They go on until the history is complete.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Disk } from '../../src/base/disk.ts';
import { readBase, writeBase } from '../../src/log/base-file.ts';
import { BasedLog } from '../../src/log/based-log.ts';
import type { LogEntry, NewEntry } from '../../src/log/log.ts';
import { openLog } from '../../src/log/open-log.ts';
import { Schedule } from '../../src/simulation/schedule.ts';
import { Tally } from '../../src/simulation/tally.ts';
import { VirtualDisk } from '../../src/simulation/virtual-disk.ts';
import { baseOf, type Content, someContent } from '../fixture/based-content.ts';
import type { Seeded } from '../seeded.ts';

const DIRECTORY = '/data';
const BASE_LENGTH = 150;
const LENGTH = 300;
/** Past several sectors. */
const ENTRY_BYTES_MAX = 2_000;
const SEGMENT_BYTES = 8_000;
const EXTENSION = 3;
const APPEND = 2;
/** Two syncs of the disk may take as long. */
const MILLISECONDS_ON_WAY_MAX = 25;
const MILLISECONDS_MAX = 10_000;

export interface PowerLosses {
  /** What became of writes and names. */
  readonly tally: Tally;
  /** Extensions of the history, and appends, that a power loss cut short. */
  readonly cut: Lengths;
  /** Those of them that a start has found whole. */
  readonly whole: Lengths;
}

interface Lengths {
  history: number;
  tail: number;
}

export interface PowerLossOptions {
  readonly seeded: Seeded;
  /** What the log asks the disk goes through another, to plant a mistake. */
  readonly through?: (disk: Disk) => Disk;
}

/** One log, from its base to its whole history; throws at the first start that is wrong. */
export async function tryPowerLosses(options: PowerLossOptions): Promise<PowerLosses> {
  const { seeded, through = (disk) => disk } = options;
  const [schedule, tally] = [new Schedule(), new Tally()];
  const disk = new VirtualDisk({ schedule, tally, random: seeded, label: 'disk' });
  const content = someContent(seeded, LENGTH, { bytesMax: ENTRY_BYTES_MAX, records: 0.1 });
  const known = { history: 0, tail: 0 };
  const cut = { history: 0, tail: 0 };
  const whole = { history: 0, tail: 0 };
  await ending(schedule, writeBase(DIRECTORY, baseOf(content, BASE_LENGTH), disk.mount()));
  while (known.history < BASE_LENGTH) {
    const place = { disk: through(disk.mount()), segmentBytes: SEGMENT_BYTES };
    const log = await ending(schedule, openLog(DIRECTORY, place));
    if (!(log instanceof BasedLog)) throw new Error('a base expected to be found, got none');
    noteLengths(log, known, whole);
    expectContent(log, content.entries);
    const extended = log.extendHistory(nextOf(log, content, seeded.between(0, 2)));
    const appended = log.append(nextOfTail(log, content, seeded.between(0, 1)));
    await ending(schedule, Promise.all([extended, appended]));
    Object.assign(known, lengthsOf(log));
    // These are on their way when the power goes.
    const onWay = { history: true, tail: true };
    void log.extendHistory(nextOf(log, content, EXTENSION)).then(() => {
      onWay.history = false;
    });
    void log.append(nextOfTail(log, content, APPEND)).then(() => {
      onWay.tail = false;
    });
    await schedule.run(schedule.now + seeded.below(MILLISECONDS_ON_WAY_MAX));
    disk.crash();
    for (const part of ['history', 'tail'] as const) if (onWay[part]) cut[part] += 1;
  }
  return { tally, cut, whole };
}

/**
 * Power is lost while a base is written, so many times; throws where a start finds what is neither
 * none nor the whole of it. Answers how often there was none.
 */
export async function tryBaseWrites(seeded: Seeded, count: number): Promise<number> {
  let lost = 0;
  for (let round = 0; round < count; round++) {
    const [schedule, tally] = [new Schedule(), new Tally()];
    const disk = new VirtualDisk({ schedule, tally, random: seeded, label: 'disk' });
    const base = baseOf(someContent(seeded, 20, { bytesMax: ENTRY_BYTES_MAX }), 20);
    const written = writeBase(DIRECTORY, base, disk.mount());
    let isDurable = false;
    void written.then(() => {
      isDurable = true;
    });
    await schedule.run(schedule.now + seeded.below(MILLISECONDS_ON_WAY_MAX));
    disk.crash();
    const found = await ending(schedule, readBase(DIRECTORY, disk.mount()));
    const isWhole = found !== undefined && isDeepStrictEqual(found, base);
    if (found === undefined && !isDurable) lost += 1;
    else if (!isWhole) throw new Error(`base ${round} expected to be whole, got another`);
  }
  return lost;
}

/** Lets time go on until what waits for the disk has ended. */
async function ending<T>(schedule: Schedule, work: Promise<T>): Promise<T> {
  let isOver = false;
  const ended = work.finally(() => {
    isOver = true;
  });
  ended.catch(() => undefined);
  await schedule.run(schedule.now + MILLISECONDS_MAX, () => isOver);
  if (!isOver) throw new Error('a disk expected to end what it was asked, got no end');
  return await ended;
}

function lengthsOf(log: BasedLog): Lengths {
  return { history: log.historyLength, tail: log.length - BASE_LENGTH };
}

/** What was acknowledged is there; beyond it, all of what was on its way or nothing. */
function noteLengths(log: BasedLog, known: Lengths, whole: Lengths): void {
  const found = lengthsOf(log);
  const onWay = {
    history: Math.min(EXTENSION, BASE_LENGTH - known.history),
    tail: Math.min(APPEND, LENGTH - BASE_LENGTH - known.tail),
  };
  for (const part of ['history', 'tail'] as const) {
    const more = found[part] - known[part];
    if (more !== 0 && more !== onWay[part]) {
      throw new Error(`the ${part} expected ${known[part]} entries, got ${found[part]}`);
    }
    if (more > 0) whole[part] += 1;
  }
}

/** What is here is what was appended; a walk from the tail on has all of that. */
function expectContent(log: BasedLog, entries: readonly NewEntry[]): void {
  for (let position = 1; position <= log.historyLength; position++) {
    expectEntry(log.read(position), entries, position);
  }
  let position = BASE_LENGTH;
  for (const entry of log.entries(BASE_LENGTH + 1)) {
    position += 1;
    expectEntry(entry, entries, position);
  }
  if (position !== log.length) throw new Error(`a walk expected ${log.length}, got ${position}`);
}

function expectEntry(
  found: LogEntry | undefined,
  entries: readonly NewEntry[],
  position: number,
): void {
  const { kind, hash, bytes } = entries[position - 1] as NewEntry;
  const isSame =
    found?.position === position &&
    found.kind === kind &&
    Buffer.compare(found.hash, hash) === 0 &&
    Buffer.compare(found.bytes, bytes) === 0;
  if (!isSame) throw new Error(`entry ${position} expected what was appended, got another`);
}

function nextOf(log: BasedLog, { entries }: Content, count: number): readonly NewEntry[] {
  const from = log.historyLength;
  return entries.slice(from, Math.min(from + count, BASE_LENGTH));
}

function nextOfTail(log: BasedLog, { entries }: Content, count: number): readonly NewEntry[] {
  return entries.slice(log.length, log.length + count);
}
