/**
 * What a power loss in the middle of an append can leave: of its bytes any sectors and not others,
 * of the marks any earlier one. From each such state the log opens with all that was acknowledged
 * and nothing else, or with the append too where all of it is there; and what is appended next,
 * shorter, longer or as long as that which was lost, is there after another start.
 */

import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileLog } from '../../src/log/file-log.ts';
import type { LogEntry, NewEntry } from '../../src/log/log.ts';
import { filesOf, numbered } from '../fixture/log-files.ts';
import type { Seeded } from '../seeded.ts';
import { believeAll } from './flipped-bits.ts';

const SEGMENT_BYTES = 16_384;
const APPENDS = 24;
const SECTOR_BYTES = 512;
const MARK = 'log.acknowledged';
const SIZES = [300, 300, 2_000, 5_000];

export interface CrashOptions {
  readonly directory: string;
  readonly count: number;
  readonly seeded: Seeded;
  /** Plants a bug: what a start has cut off is put back before the next append. */
  readonly isTailKept?: boolean;
}

export interface CrashTally {
  states: number;
  /** States with some sectors of the append, and not all. */
  torn: number;
  whole: number;
  /** States in which the append had begun a segment. */
  begun: number;
  /** States whose mark was older than the last acknowledged append. */
  lagging: number;
  /** States that a reader who believes every length takes for another log. */
  misleading: number;
}

interface Stage {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly length: number;
}

type Files = Map<string, Uint8Array>;

/** Tries so many states; throws at the first from which the log does not come back. */
export async function tryCrashes(options: CrashOptions): Promise<CrashTally> {
  const { directory, count, seeded, isTailKept = false } = options;
  const tally = { states: 0, torn: 0, whole: 0, begun: 0, lagging: 0, misleading: 0 };
  const { stages, entries } = await makeStages(directory, seeded);
  for (; tally.states < count; tally.states++) {
    const at = seeded.below(APPENDS - 1) + 1;
    const [before, after] = [stages[at] as Stage, stages[at + 1] as Stage];
    const mark = stages[seeded.chance(0.5) ? at : seeded.below(at) + 1] as Stage;
    const crash = crashState({ before, after, mark, seeded });
    if (crash.kept > 0 && crash.kept < crash.changed) tally.torn += 1;
    if (mark !== before) tally.lagging += 1;
    if (crash.isBegun) tally.begun += 1;
    await putFiles(directory, crash.files);
    const believed = await believeAll(directory).catch(() => undefined);
    const isWhole = crash.kept === crash.changed;
    const expected = entries.slice(0, isWhole ? after.length : before.length);
    if (isWhole) tally.whole += 1;
    if (!isSame(believed?.entries ?? [], expected)) tally.misleading += 1;
    const torn = isTailKept ? crash.files : new Map();
    await expectComesBack({ directory, expected, seeded, torn });
  }
  return tally;
}

/** The files after each append, closed; the first stage is an empty directory. */
async function makeStages(directory: string, seeded: Seeded) {
  const stages: Stage[] = [{ files: new Map(), length: 0 }];
  let entries: readonly LogEntry[] = [];
  for (let append = 0; append < APPENDS; append++) {
    await using log = await FileLog.open(directory, { segmentBytes: SEGMENT_BYTES });
    await log.append(someEntries(log.length, seeded));
    entries = [...log.entries(1)];
    await log[Symbol.asyncDispose]();
    stages.push({ files: await filesOf(directory), length: log.length });
  }
  return { stages, entries };
}

function someEntries(length: number, seeded: Seeded): NewEntry[] {
  const size = seeded.pick(SIZES);
  return Array.from({ length: seeded.between(1, 4) }, (_, index) =>
    numbered(length + 1 + index, size),
  );
}

interface Crash {
  readonly files: Files;
  /** Sectors that the append changes, and how many of them came to the disk. */
  readonly changed: number;
  readonly kept: number;
  readonly isBegun: boolean;
}

/** Indexes, heads and names are durable in their order; only an append's own bytes are in doubt. */
function crashState(options: {
  readonly before: Stage;
  readonly after: Stage;
  readonly mark: Stage;
  readonly seeded: Seeded;
}): Crash {
  const { before, after, mark, seeded } = options;
  const files: Files = new Map(before.files);
  const probability = seeded.pick([0, 0.1, 0.5, 0.9, 1]);
  let [changed, kept, isBegun] = [0, 0, false];
  for (const [name, bytes] of after.files) {
    const old = before.files.get(name);
    if (name === MARK) continue;
    if (name.endsWith('.index')) files.set(name, bytes);
    else if (old === undefined) isBegun = true;
    if (!name.endsWith('.segment')) continue;
    const base = old ?? emptySegment(bytes);
    const target = new Uint8Array(Math.max(base.length, bytes.length));
    target.set(base);
    for (let sector = 0; sector < bytes.length; sector += SECTOR_BYTES) {
      const part = bytes.subarray(sector, sector + SECTOR_BYTES);
      if (Buffer.compare(part, target.subarray(sector, sector + part.length)) === 0) continue;
      changed += 1;
      if (!seeded.chance(probability)) continue;
      kept += 1;
      target.set(part, sector);
    }
    files.set(name, target);
  }
  files.set(MARK, mark.files.get(MARK) as Uint8Array);
  return { files, changed, kept, isBegun };
}

/** A segment that has its head and zeros. */
function emptySegment(bytes: Uint8Array): Uint8Array {
  const empty = new Uint8Array(bytes.length);
  empty.set(bytes.subarray(0, 96));
  return empty;
}

async function expectComesBack(options: {
  readonly directory: string;
  readonly expected: readonly LogEntry[];
  readonly seeded: Seeded;
  /** Files to take the torn tail from, where it is to come back. */
  readonly torn: Files;
}): Promise<void> {
  const { directory, expected, seeded, torn } = options;
  let all = expected;
  for (const round of ['crash', 'append that followed']) {
    await using log = await FileLog.open(directory, { segmentBytes: SEGMENT_BYTES });
    const found = [...log.entries(1)];
    if (!isSame(found, all)) {
      throw new Error(`after the ${round} expected ${all.length} entries, got ${found.length}`);
    }
    if (round === 'crash') await putTailBack(directory, torn);
    await log.append(someEntries(log.length + 100, seeded));
    all = [...log.entries(1)];
  }
}

/** Writes what stood after the mark before. */
async function putTailBack(directory: string, torn: Files): Promise<void> {
  const mark = (await filesOf(directory)).get(MARK);
  if (mark === undefined || torn.size === 0) return;
  const [segment, offset] = [16, 20].map((at) => new DataView(mark.buffer).getUint32(at, true));
  const name = `log-${String(segment).padStart(10, '0')}.segment`;
  const tail = torn.get(name)?.subarray(offset) ?? new Uint8Array();
  await using file = await open(join(directory, name), 'r+');
  await file.write(tail, 0, tail.length, offset);
}

function isSame(left: readonly unknown[], right: readonly LogEntry[]): boolean {
  return (
    left.length === right.length &&
    right.every((entry, index) => {
      const other = left[index] as LogEntry;
      return Buffer.compare(other.bytes, entry.bytes) === 0 && other.position === entry.position;
    })
  );
}

async function putFiles(directory: string, files: Files): Promise<void> {
  await rm(directory, { recursive: true });
  await mkdir(directory);
  for (const [name, bytes] of files) await writeFile(join(directory, name), bytes);
}
